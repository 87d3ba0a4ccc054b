"""`recomputes/`: as of another instant; totals within the caller's regions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from segments.models import Change, Recompute
from tests import callers
from tests.callers import assert_problem
from tests.programs import world

pytestmark = pytest.mark.django_db


def test_ask__as_of_a_past_instant__the_run_is_of_then() -> None:
    asked = callers.key("write").post("recomputes/", {"as_of": "2026-03-01T00:00:00Z"})
    assert asked.status_code == 202 and asked.json()["as_of"] == "2026-03-01T00:00:00Z"
    assert Recompute.objects.get().as_of == datetime(2026, 3, 1, tzinfo=UTC)


def test_ask__as_of_the_future_or_nonsense__400() -> None:
    caller = callers.key("write")
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    for value in (tomorrow, "yesterday", 5):
        assert_problem(caller.post("recomputes/", {"as_of": value}), 400, pointer="/as_of")
    assert not Recompute.objects.exists()


def test_read__limited_to_a_region__totals_and_details_are_of_there() -> None:
    here, there = world.partner("P-1", region="EMEA"), world.partner("P-2", region="NA")
    gold = world.segment("gold")
    now = timezone.now()
    run = Recompute.objects.create(
        trigger="manual", as_of=now, status="succeeded", entered_count=2, left_count=1, segment_count=2,
        details={"gold": {"version": 1, "members": 2, "entered": 2, "left": 1}, "bad": {"error": "A field is gone."}},
    )  # fmt: skip
    for partner, kind in ((here, "entered"), (there, "entered"), (there, "left")):
        Change.objects.create(segment=gold, subject_id=partner.pk, kind=kind, at=now, version=1, recompute=run)
    everything = callers.key("read").get(f"recomputes/{run.pk}/").json()
    assert everything["counts"] == {"segments": 2, "entered": 2, "left": 1}
    limited = callers.person("channel_manager", regions=["EMEA"])
    for body in (limited.get(f"recomputes/{run.pk}/").json(), limited.get("recomputes/").json()["results"][0]):
        assert body["counts"] == {"segments": 2, "entered": 1, "left": 0}
        assert body["details"] == {
            "gold": {"version": 1, "entered": 1, "left": 0},
            "bad": {"error": "A field is gone."},
        }
