"""Journeys that begin on dates and on facts that change, and the step that tells the world outside."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from partners import attributes
from partners.models import Activity, Origin, OutboxEvent, Partner
from partners.records import change_record
from partners.uses import uses
from partners.vocabulary import Subject
from programs.journeys import acting, authoring, following, rehearsing
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.models import Journey, JourneyAct, JourneyEntry, ManagerTask, Offer
from programs.settling import settle
from tests.programs.world import partner, program, segment, staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def queues(broker: Any) -> None:
    """What is handed to workers is handed to a broker of this test's own."""


@pytest.fixture(autouse=True)
def renewal(db: Any) -> None:
    attributes.create_attribute(subject=Subject.PARTNER, name="renewal_on", label="Contract renewal", type="date")


@pytest.fixture
def start(time_machine: Any) -> datetime:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    time_machine.move_to(now)
    return now


def sets(company: Partner, **values: Any) -> None:
    company.refresh_from_db()
    change_record(record=company, values=values, origin=Origin(kind=Origin.Kind.FORM, label="Ada"))


def journey(*steps: StepDraft, start: bool = True, **own: Any) -> Journey:
    made = authoring.create_journey(draft=JourneyDraft(slug="j", name="J", **own))
    for step in steps or (StepDraft("task", text="Call"),):
        authoring.add_step(journey=made, draft=step)
    return authoring.start(journey=made) if start else made


def walk(now: datetime) -> acting.Acted:
    following.follow_all(now=now)
    return acting.act_due(now=now)


def test_date__days_before__begins_on_its_day_and_once(start: datetime):
    acme, other = partner("P1"), partner("P2")
    sets(acme, renewal_on="2026-04-03")
    journey(trigger="date", field="renewal_on", offset_days=-30)
    for day in range(4):
        walk(start + day * DAY)
        walk(start + day * DAY + timedelta(hours=3))
        assert JourneyEntry.objects.count() == (1 if day >= 2 else 0)
    entry = JourneyEntry.objects.get()
    assert (entry.partner, entry.value, entry.began_at) == (acme, "2026-04-03", datetime(2026, 3, 4, tzinfo=UTC))
    assert ManagerTask.objects.count() == 1 and not other.journey_entries.exists()


def test_date__renewed__begins_again_the_next_time(start: datetime):
    acme = partner("P1")
    sets(acme, renewal_on="2026-03-03")
    journey(trigger="date", field="renewal_on")
    walk(start + DAY)
    sets(acme, renewal_on="2026-05-03")
    walk(start + 2 * DAY)
    walk(datetime(2026, 5, 3, 1, tzinfo=UTC))
    assert list(JourneyEntry.objects.order_by("began_at").values_list("value", flat=True)) == [
        "2026-03-03",
        "2026-05-03",
    ]


def test_date__written_down_late_or_over_before_the_start__within_a_week_only(start: datetime):
    before, late, too_late = partner("P1"), partner("P2"), partner("P3")
    sets(before, renewal_on="2026-03-01")
    journey(trigger="date", field="renewal_on")
    walk(datetime(2026, 3, 13, 12, tzinfo=UTC))
    sets(late, renewal_on="2026-03-10")
    sets(too_late, renewal_on="2026-03-04")
    walk(datetime(2026, 3, 14, 12, tzinfo=UTC))
    assert [entry.partner for entry in JourneyEntry.objects.all()] == [late]


def test_date__paused_over_its_day__is_caught_up(start: datetime):
    acme = partner("P1")
    sets(acme, renewal_on="2026-03-05")
    made = journey(trigger="date", field="renewal_on")
    walk(start)
    authoring.pause(journey=made)
    assert walk(start + 20 * DAY).total == 0
    authoring.start(journey=made)
    assert walk(start + 60 * DAY).done == 1


def test_date__moved_before_the_step__is_skipped_with_the_reason(start: datetime):
    acme = partner("P1")
    sets(acme, renewal_on="2026-03-03")
    journey(StepDraft("task", wait_days=5, text="Call"), trigger="date", field="renewal_on")
    walk(start + DAY)
    sets(acme, renewal_on="2027-03-03")
    assert walk(start + 9 * DAY).skipped == 1
    assert JourneyAct.objects.get().outcome == "The date was moved."


def test_date__worked_out__counts_like_any_other(start: datetime):
    acme = partner("P1")
    Activity.objects.create(partner=acme, kind="sign_in", at=start - DAY)
    journey(trigger="date", field="last_sign_in_at", offset_days=30)
    assert walk(start + 28 * DAY).total == 0
    assert walk(start + 29 * DAY).done == 1


def test_date__only_partners_of_a_segment__others_do_not_begin(start: datetime):
    acme, other = partner("P1"), partner("P2")
    segment("gold", [acme])
    for company in (acme, other):
        sets(company, renewal_on="2026-03-03")
    journey(trigger="date", field="renewal_on", segment="gold")
    walk(start + DAY)
    assert [entry.partner for entry in JourneyEntry.objects.all()] == [acme]


def test_change__from_and_to__begins_for_that_change_alone(start: datetime):
    up, down, same, new = partner("P1", tier="silver"), partner("P2", tier="gold"), partner("P3", tier="gold"), None
    journey(trigger="changed", field="tier", from_value="Silver", to_value="gold")
    walk(start)
    new = partner("P4", tier="gold")
    sets(up, tier="gold")
    sets(down, tier="silver")
    assert walk(start + timedelta(minutes=1)).done == 1
    assert walk(start + timedelta(minutes=2)).total == 0
    assert [entry.partner for entry in JourneyEntry.objects.all()] == [up]
    sets(down, tier="gold")
    assert walk(start + timedelta(minutes=3)).done == 1
    assert not same.journey_entries.exists() and not new.journey_entries.exists()


def test_change__any_value__begins_each_time(start: datetime):
    acme = partner("P1", city="Lyon")
    journey(trigger="changed", field="city")
    for number, city in enumerate(["Paris", "Lyon", "Lyon", ""]):
        sets(acme, city=city)
        walk(start + timedelta(minutes=number))
    assert list(JourneyEntry.objects.order_by("pk").values_list("value", flat=True)) == ["Paris", "Lyon", ""]


@pytest.mark.parametrize("is_over", [False, True])
def test_change__while_others_write_elsewhere_in_the_server__is_seen_at_once(start: datetime, is_over: bool):
    acme = partner("P1", city="Lyon")
    journey(trigger="changed", field="city")
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        if is_over:
            other.commit()
        walk(start)
        sets(acme, city="Paris")
        walk(start + timedelta(minutes=1))
        assert JourneyEntry.objects.get().value == "Paris"
    finally:
        other.close()


def test_change__of_many_values__gained_and_lost(start: datetime):
    acme = partner("P1", certifications=["security_specialist"])
    journey(trigger="changed", field="certifications", to_value="cloud_architect")
    sets(acme, certifications=["security_specialist", "cloud_architect"])
    assert walk(start).done == 1
    sets(acme, certifications=["cloud_architect"])
    assert walk(start + timedelta(minutes=1)).total == 0


def test_change__worked_out_from_activity__is_seen(start: datetime):
    acme = partner("P1")
    journey(trigger="changed", field="trainings_completed", to_value="1")
    walk(start)
    Activity.objects.create(partner=acme, kind="course_completed", about="basics", at=start)
    assert walk(start + timedelta(minutes=1)).done == 1


def test_change__in_a_pause__the_difference_is_caught_up(start: datetime):
    acme = partner("P1", city="Lyon")
    made = journey(trigger="changed", field="city")
    walk(start)
    authoring.pause(journey=made)
    sets(acme, city="Paris")
    assert walk(start + DAY).total == 0
    authoring.start(journey=made)
    assert walk(start + 2 * DAY).done == 1


def test_change__changed_again_before_the_step__is_skipped(start: datetime):
    acme = partner("P1", city="Lyon")
    journey(
        StepDraft("task", wait_days=2, text="A"), StepDraft("task", wait_days=2, text="B", only_while=False),
        trigger="changed", field="city", to_value="Paris",
    )  # fmt: skip
    sets(acme, city="Paris")
    walk(start)
    sets(acme, city="Nice")
    outcome = walk(start + 3 * DAY)
    assert (outcome.done, outcome.skipped) == (1, 1)


def test_offer__begun_by_a_fact__stays_until_archived(start: datetime):
    acme = partner("P1", tier="silver")
    kit = program("kit", any=[segment("others", [])])
    made = journey(StepDraft("offer", program="kit"), trigger="changed", field="tier", to_value="gold")
    sets(acme, tier="gold")
    walk(start)
    settle()
    assert Offer.objects.on().get(program=kit).partner == acme
    authoring.archive(journey=made)
    settle()
    assert not Offer.objects.on().exists()


def test_webhook_step__done__leaves_one_event_with_a_stable_key(start: datetime):
    acme = partner("P1", tier="silver")
    journey(StepDraft("webhook", text="crm.promoted"), trigger="changed", field="tier", to_value="gold")
    sets(acme, tier="gold")
    for minute in range(3):
        walk(start + timedelta(minutes=minute))
    event = OutboxEvent.objects.get()
    assert (event.type, event.payload["key"]) == ("journey.step", f"journey.step:{JourneyAct.objects.get().pk}")
    assert event.payload["partner"] == {"external_id": "P1", "name": acme.name}
    assert (event.payload["event"], event.payload["field"], event.payload["value"]) == (
        "crm.promoted",
        "tier",
        ["gold"],
    )


@pytest.mark.parametrize(
    ("own", "field"),
    [
        ({"trigger": "date", "field": "tier"}, "field"),
        ({"trigger": "date", "field": "renewal_on", "offset_days": 9999}, "offset_days"),
        ({"trigger": "changed", "field": "nothing"}, "field"),
        ({"trigger": "changed", "field": "employees", "to_value": "many"}, "to_value"),
        ({"trigger": "changed", "field": "tier", "from_value": "gold", "to_value": "Gold"}, "to_value"),
        ({"trigger": "changed", "field": "tier", "segment": "nowhere"}, "segment"),
        ({"trigger": "entered"}, "segment"),
    ],
)
def test_create__what_is_wrong__is_said_at_its_field(own: dict[str, Any], field: str):
    with pytest.raises(ValidationError) as refusal:
        authoring.create_journey(draft=JourneyDraft(slug="j", name="J", **own))
    assert field in refusal.value.message_dict


def test_webhook_step__without_a_word__is_refused():
    made = journey(start=False, trigger="changed", field="tier")
    with pytest.raises(ValidationError, match="word"):
        authoring.add_step(journey=made, draft=StepDraft("webhook", text="two words"))


def test_archive_attribute__a_journey_begins_by_it__is_named():
    journey(start=False, trigger="date", field="renewal_on")
    assert uses(Subject.PARTNER, "renewal_on") == ["the journey “J”"]


def test_rehearse__dates__those_of_the_last_weeks(start: datetime):
    for number, day in enumerate([date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 9), date(2025, 3, 1)]):
        sets(partner(f"P{number}"), renewal_on=day.isoformat())
    made = journey(
        StepDraft("task", text="A"), StepDraft("task", wait_days=10, text="B"),
        start=False, trigger="date", field="renewal_on", offset_days=-7,
    )  # fmt: skip
    found = rehearsing.rehearse(journey=made, viewer=staff(), now=start)
    assert found.entries == 3
    assert [(step.done, step.to_come) for step in found.steps] == [(3, 0), (1, 2)]


def test_rehearse__facts__kept_and_worked_out(start: datetime):
    moved, kept = partner("P1", city="Lyon"), partner("P2", city="Lyon")
    sets(moved, city="Paris")
    now = start + DAY
    made = journey(start=False, trigger="changed", field="city")
    found = rehearsing.rehearse(journey=made, viewer=staff(), now=now)
    assert [company for company, _ in found.sample] == [moved] and kept not in found.sample
    Activity.objects.create(partner=kept, kind="course_completed", about="basics", at=start - 20 * DAY)
    learnt = authoring.create_journey(
        draft=JourneyDraft(slug="k", name="K", trigger="changed", field="trainings_completed", to_value="1")
    )
    found = rehearsing.rehearse(journey=learnt, viewer=staff(email="b@vendor.example"), now=now)
    assert [company for company, _ in found.sample] == [kept]
