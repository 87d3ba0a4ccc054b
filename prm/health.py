"""Is the process alive, and can it do its work? For load balancers, supervisors and people on call."""

from datetime import timedelta
from typing import TypedDict

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from segments.models import Recompute

NIGHTLY_IS_LATE_AFTER = timedelta(hours=26)
"""A day, an hour for the clocks to change, and an hour to finish in."""


class Check(TypedDict):
    """One thing looked at. `ok` is None when there is nothing to judge yet."""

    ok: bool | None
    detail: str


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process answers; it asks nobody else, so a slow database does not get it restarted."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when database and broker answer, else 503; the last nightly run is told beside them.

    A late nightly run is "degraded", still 200: taking the web servers out of rotation would not bring it back.
    """
    checks = {"database": check_database(), "broker": check_broker()}
    able = all(check["ok"] for check in checks.values())
    checks["nightly"] = check_nightly() if checks["database"]["ok"] else Check(ok=None, detail="unknown")
    healthy = able and checks["nightly"]["ok"] is not False
    status = "ready" if healthy else "degraded" if able else "not ready"
    return JsonResponse({"status": status, "checks": checks}, status=200 if able else 503)


def check_database() -> Check:
    """Whether the database answers. The reason it does not is for the log, not for the public."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return Check(ok=False, detail="does not answer")
    return Check(ok=True, detail="answers")


def check_broker() -> Check:
    """Whether the broker answers within two seconds."""
    client = redis.Redis.from_url(settings.REDIS_CACHE_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.RedisError:
        return Check(ok=False, detail="does not answer")
    finally:
        client.close()
    return Check(ok=True, detail="answers")


def check_nightly() -> Check:
    """Whether the last nightly recompute succeeded, and lately enough."""
    try:
        last = Recompute.objects.filter(trigger=Recompute.Trigger.NIGHTLY, finished_at__isnull=False).first()
    except DatabaseError:
        return Check(ok=False, detail="the tables are not up to date: run `manage.py migrate`")
    if last is None or last.finished_at is None:
        return Check(ok=None, detail="has not run yet")
    finished = last.finished_at.isoformat(timespec="seconds")
    if last.status != Recompute.Status.SUCCEEDED:
        return Check(ok=False, detail=f"failed at {finished}")
    late = timezone.now() - last.finished_at > NIGHTLY_IS_LATE_AFTER
    return Check(ok=not late, detail=f"{'last ' if late else ''}succeeded at {finished}")
