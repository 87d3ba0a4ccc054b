"""The WSGI entry point that the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")

application = get_wsgi_application()

from prm.warming import warm  # noqa: E402 - only after the applications are ready

warm()
