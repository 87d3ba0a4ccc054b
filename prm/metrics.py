"""`/metrics` for Prometheus: told to whoever has the token, and to administrators; to others it does not exist."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from people import roles


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The process's figures in Prometheus' text format."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    has_token = bool(settings.METRICS_TOKEN) and constant_time_compare(given, settings.METRICS_TOKEN)
    is_administrator = request.user.is_authenticated and roles.may_administer(request.user)
    if not has_token and not is_administrator:
        raise Http404
    answer: HttpResponse = ExportToDjangoView(request)
    return answer
