"""The first page: what waits for whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Import
from prm.needs import needs_of
from segments.models import Recompute, Segment, SegmentProfile, SegmentVersion


def segment(slug: str, **fields) -> Segment:
    made = Segment.objects.create(slug=slug, name=slug.title(), subject="partner", **{"status": "active", **fields})
    made.published = SegmentVersion.objects.create(segment=made, number=1, rule={"everyone": True})
    made.save()
    return made


@pytest.fixture
def now():
    return timezone.now()


def titles(viewer) -> list[str]:
    return [need.title for need in needs_of(viewer)]


def test_needs__nothing_wrong__are_none(people, now):
    segment("well", computed_at=now)
    segment("fresh")  # published a moment ago, not worked out yet
    Recompute.objects.create(trigger="nightly", as_of=now, status="succeeded", finished_at=now)
    assert titles(people["administrator"]) == []


def test_needs__each_kind__is_told_serious_first(people, now, sign_in):
    segment("broken", invalid_reason="A field is gone", computed_at=now)
    segment("old", computed_at=now - timedelta(days=3))
    segment("small", computed_at=now, member_count=10)
    segment("steady", computed_at=now, member_count=1000)
    segment("waiting", status="in_review")
    due = segment("due", computed_at=now)
    SegmentProfile.objects.update_or_create(
        segment=due, defaults={"review_on": timezone.localdate() - timedelta(days=1)}
    )
    details = {"small": {"left": 9, "entered": 1, "members": 10}, "steady": {"left": 9, "entered": 0, "members": 1000}}
    Recompute.objects.create(
        trigger="manual",
        as_of=now,
        status="succeeded",
        finished_at=now,
        left_count=18,
        entered_count=1,
        details=details,
    )
    Recompute.objects.create(
        trigger="nightly", as_of=now, status="succeeded", finished_at=now, requested_at=now - timedelta(hours=50)
    )
    failed = Recompute.objects.create(trigger="manual", as_of=now, status="failed", finished_at=now, error="No disk")
    rejected = Import.objects.create(subject="partner", filename="bad.csv", status="applied", result={"rejected": 2})
    found = titles(people["administrator"])
    assert set(found) == {
        "Broken",
        f"Recompute {failed.pk} failed",
        "The nightly recompute is missing",
        "Import of bad.csv",
        "Old is stale",
        "Small is shrinking",
        "Waiting is in review",
        "Due is due for review",
    }
    assert found[0] == "Broken"
    assert not any(need.serious for need in needs_of(people["administrator"])[3:])
    page = sign_in("administrator").get("/console/").content.decode()
    assert "8 fewer than a day ago; 10 are left." in page
    assert "2 rows came back" in page
    assert "Import of bad.csv" not in titles(people["channel_manager"])  # somebody else's
    Import.objects.create(subject="partner", filename="good.csv", status="applied", corrects=rejected)
    assert "Import of bad.csv" not in titles(people["administrator"])


def test_home__many_needs__ask_as_many_queries_as_few(people, now, sign_in):
    client = sign_in("administrator")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/console/").status_code == 200
        return len(captured)

    for name in ("a", "b"):
        segment(f"{name}-old", computed_at=now - timedelta(days=3))
        segment(f"{name}-review", status="in_review", owner=people["analyst"])
    queries()
    before = queries()
    for n in range(30):
        segment(f"s-{n}", computed_at=now - timedelta(days=3), invalid_reason="x" * (n % 2))
        segment(f"r-{n}", status="in_review", owner=people["analyst"])
        Import.objects.create(subject="partner", filename=f"{n}.csv", status="failed", error="x")
    assert queries() == before
