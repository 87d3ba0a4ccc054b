"""What a web process keeps for good, loaded before its first request and taken out of the garbage collector's rounds.

A full collection goes through every object that is alive. Modules, addresses and templates are some three hundred thousand
of them, so that every few dozen pages one page would wait a quarter of a second for a round that finds nothing.
"""

from __future__ import annotations

import gc

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_resolver

from prm.env import BASE_DIR


def warm() -> None:
    """Load addresses with their doors, and the project's templates; then freeze what is there.

    Where templates are not kept between requests, they are not loaded either.
    """
    _ = get_resolver().reverse_dict  # goes through all addresses, and so imports their doors
    if not settings.DEBUG:
        folder = BASE_DIR / "templates"
        for file in sorted(folder.rglob("*.html")):
            get_template(file.relative_to(folder).as_posix())
    gc.collect()
    gc.freeze()
