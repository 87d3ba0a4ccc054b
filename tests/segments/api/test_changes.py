"""The feed: every change exactly once, in order, whoever walks it and however."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.models import Customer, Partner
from segments.models import Change, Segment
from tests import callers
from tests.callers import assert_problem


def segment(slug: str, subject: str = "partner") -> Segment:
    return Segment.objects.create(slug=slug, name=slug, subject=subject, status="active")


def change(made: Segment, record: Any, kind: str = "entered") -> Change:
    return Change.objects.create(segment=made, subject_id=record.pk, kind=kind, at=timezone.now(), version=1)


def walk(caller: callers.Caller, address: str, size: int = 2) -> list[dict[str, Any]]:
    """All changes, page by page, until the feed is up to date."""
    seen: list[dict[str, Any]] = []
    address = f"{address}?page_size={size}"
    while rows := (page := caller.get(address).json())["results"]:
        seen += rows
        assert page["cursor"] == rows[-1]["cursor"]
        address = page["next"]
    return seen


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_walk__in_pages_of_any_size__every_change_once_in_order(size: int) -> None:
    first, second = segment("a"), segment("b", "customer")
    company, customer = (
        Partner.objects.create(external_id="P1", name="P"),
        Customer.objects.create(external_id="C1", name="C"),
    )
    made = [change(first, company), change(second, customer), change(first, company, "left"), change(first, company)]
    seen = walk(callers.key(), "changes/", size)
    assert [row["id"] for row in seen] == [each.pk for each in made]
    assert [row["external_id"] for row in seen] == ["P1", "C1", "P1", "P1"]
    assert [row["change"] for row in seen] == ["entered", "entered", "left", "entered"]
    assert set(seen[0]) >= {"id", "cursor", "segment", "subject", "external_id", "change", "at", "version"}
    assert [row["id"] for row in walk(callers.key(), "segments/b/changes/", size)] == [made[1].pk]


@pytest.mark.django_db
def test_walk__taken_up_later__goes_on_behind_the_cursor() -> None:
    made, company = segment("a"), Partner.objects.create(external_id="P1", name="P")
    change(made, company)
    caller = callers.key()
    page = caller.get("changes/").json()
    again = caller.get(f"changes/?after={page['cursor']}").json()
    assert (again["results"], again["cursor"]) == ([], page["cursor"])
    later = change(made, company, "left")
    assert [row["id"] for row in caller.get(page["next"]).json()["results"]] == [later.pk]


@pytest.mark.django_db
def test_walk__empty_ledger__gives_a_cursor_to_go_on_from() -> None:
    caller = callers.key()
    page = caller.get("changes/").json()
    later = change(segment("a"), Partner.objects.create(external_id="P1", name="P"))
    assert [row["id"] for row in caller.get(f"changes/?after={page['cursor']}").json()["results"]] == [later.pk]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["after=nonsense", "after=5", "after=Y2hhbmdlOng", "wait=31", "wait=-1", "page_size=0"]
)
def test_walk__parameter_that_cannot_be_used__400(query: str) -> None:
    assert_problem(callers.key().get(f"changes/?{query}"), 400)


@pytest.mark.django_db
def test_walk__unknown_segment__404() -> None:
    assert_problem(callers.key().get("segments/none/changes/"), 404)


@pytest.mark.django_db
def test_walk__manager_limited_to_regions__theirs_deleted_ones_included() -> None:
    made = segment("a")
    inside = Partner.objects.create(external_id="P1", name="P", region="EMEA", deleted_at=timezone.now())
    outside = Partner.objects.create(external_id="P2", name="P", region="NA")
    change(made, inside), change(made, outside), change(made, inside, "left")
    seen = walk(callers.person("channel_manager", regions=["EMEA"]), "changes/")
    assert [(row["external_id"], row["change"]) for row in seen] == [("P1", "entered"), ("P1", "left")]


@pytest.mark.django_db
def test_walk__more_changes__same_number_of_queries() -> None:
    made, caller = segment("a"), callers.key()
    change(made, Partner.objects.create(external_id="P", name="P"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            caller.get("changes/")
        return len(caught)

    queries()
    few = queries()
    for number in range(20):
        change(made, Partner.objects.create(external_id=f"P{number}", name="P"))
    assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_wait__change_comes_meanwhile__answered_with_it() -> None:
    made, company = segment("a"), Partner.objects.create(external_id="P1", name="P")
    caller = callers.key()

    def later() -> None:
        time.sleep(0.7)
        change(made, company)
        connections.close_all()

    other = threading.Thread(target=later)
    other.start()
    page = caller.get("changes/?wait=30").json()
    other.join()
    assert [row["external_id"] for row in page["results"]] == ["P1"]


@pytest.mark.django_db
def test_wait__nothing_comes__answered_empty() -> None:
    assert callers.key().get("changes/?wait=1").json()["results"] == []
