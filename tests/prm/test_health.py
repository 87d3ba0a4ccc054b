"""What load balancers and people on call are told."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.utils import timezone

from prm import health
from segments.models import Recompute

NOW = timezone.now


def answer(view) -> tuple[int, dict]:
    response = view(RequestFactory().get("/"))
    return response.status_code, json.loads(response.content)


def nightly(**fields) -> None:
    moment = fields.pop("finished_at", NOW())
    Recompute.objects.create(
        trigger=Recompute.Trigger.NIGHTLY,
        as_of=moment,
        finished_at=moment,
        **{"status": Recompute.Status.SUCCEEDED, **fields},
    )


def test_healthz__database_away__is_still_well(monkeypatch):
    monkeypatch.setattr(connection, "cursor", lambda: pytest.fail("healthz asked the database"))
    assert answer(health.healthz) == (200, {"status": "ok"})


def test_healthz__written_to__is_refused():
    assert health.healthz(RequestFactory().post("/")).status_code == 405


@pytest.mark.django_db
def test_readyz__all_is_there_and_no_night_has_passed__is_ready():
    code, said = answer(health.readyz)
    assert (code, said["status"]) == (200, "ready")
    assert said["checks"]["nightly"]["ok"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "status", "ok"),
    [
        ({}, "ready", True),
        ({"status": Recompute.Status.FAILED}, "degraded", False),
        ({"finished_at": NOW() - timedelta(hours=27)}, "degraded", False),
    ],
)
def test_readyz__last_night__decides_between_ready_and_degraded(fields, status, ok):
    nightly(**fields)
    code, said = answer(health.readyz)
    assert (code, said["status"], said["checks"]["nightly"]["ok"]) == (200, status, ok)


@pytest.mark.django_db
def test_readyz__runs_by_hand__do_not_stand_in_for_the_night():
    nightly(status=Recompute.Status.FAILED)
    Recompute.objects.create(
        trigger=Recompute.Trigger.MANUAL, as_of=NOW(), finished_at=NOW(), status=Recompute.Status.SUCCEEDED
    )
    assert answer(health.readyz)[1]["status"] == "degraded"


def test_readyz__database_away__is_not_ready_and_tells_no_secrets(monkeypatch):
    def refuse():
        raise OperationalError("password of user secret")

    monkeypatch.setattr(connection, "cursor", refuse)
    code, said = answer(health.readyz)
    assert (code, said["status"]) == (503, "not ready")
    assert "secret" not in str(said)


@pytest.mark.django_db
def test_readyz__broker_away__is_not_ready(settings):
    settings.REDIS_CACHE_URL = "unix:///nowhere/broker.sock"
    code, said = answer(health.readyz)
    assert (code, said["checks"]["broker"]["ok"]) == (503, False)
