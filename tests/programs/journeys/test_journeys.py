"""Journeys: taken on by the ledger, each step once per entry, paused, rehearsed, installed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from partners.models import Origin, Partner
from programs.journeys import acting, authoring, following, rehearsing, templates
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.journeys.tasking import finish
from programs.messages import composing
from programs.messages.composing import MessageDraft
from programs.models import Delivery, Journey, JourneyAct, JourneyEntry, ManagerTask, Offer
from programs.settling import settle
from segments.models import Change, Membership, Segment
from tests.programs.world import colleague, partner, program, segment, set_members, staff

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def queues(broker: Any) -> None:
    """What is handed to workers is handed to a broker of this test's own."""


@pytest.fixture
def manager() -> Any:
    return staff()


@pytest.fixture
def acme(manager: Any) -> Partner:
    company = partner("P1", name="Acme Cloud", region="EMEA", channel_manager=manager)
    colleague(company)
    return company


@pytest.fixture
def gold() -> Segment:
    return segment("gold", [])


def moves(made: Segment, company: Partner, at: datetime, kind: str = "entered") -> Change:
    """The partner enters or leaves, as a run writes it."""
    inside = set(Membership.objects.current().filter(segment=made).values_list("subject_id", flat=True))
    inside = inside | {company.pk} if kind == "entered" else inside - {company.pk}
    set_members(made, list(Partner.objects.filter(pk__in=inside)), at=at)
    return Change.objects.create(segment=made, subject_id=company.pk, kind=kind, at=at, version=1)


def journey(made: Segment, *steps: StepDraft, trigger: str = "entered", start: bool = True) -> Journey:
    found = authoring.create_journey(
        draft=JourneyDraft(slug=f"on-{trigger}", name="Welcome", segment=made.slug, trigger=trigger)
    )
    for step in steps:
        authoring.add_step(journey=found, draft=step)
    return authoring.start(journey=found) if start else found


def walk(now: datetime) -> acting.Acted:
    following.follow_all()
    return acting.act_due(now=now)


def test_walk__entered__steps_come_on_their_days_and_once(acme: Partner, gold: Segment, manager: Any):
    journey(gold, StepDraft("task", text="Call"), StepDraft("task", wait_days=3, text="Call again"))
    moves(gold, acme, MONDAY)
    assert walk(MONDAY).done == 1
    for _ in range(3):
        assert walk(MONDAY + 2 * DAY).total == 0
    assert walk(MONDAY + 3 * DAY).done == 1
    assert list(ManagerTask.objects.values_list("text", "assignee")) == [
        ("Call", manager.pk),
        ("Call again", manager.pk),
    ]


def test_walk__entered_again__begins_anew(acme: Partner, gold: Segment):
    journey(gold, StepDraft("task", text="Call"))
    moves(gold, acme, MONDAY)
    walk(MONDAY)
    moves(gold, acme, MONDAY + 5 * DAY, "left")
    moves(gold, acme, MONDAY + 10 * DAY)
    walk(MONDAY + 10 * DAY)
    assert ManagerTask.objects.count() == JourneyEntry.objects.count() == 2


def test_walk__left_meanwhile__is_skipped_with_the_reason(acme: Partner, gold: Segment):
    journey(
        gold, StepDraft("task", wait_days=3, text="Call"), StepDraft("task", wait_days=3, text="S", only_while=False)
    )
    moves(gold, acme, MONDAY)
    moves(gold, acme, MONDAY + DAY, "left")
    outcome = walk(MONDAY + 4 * DAY)
    assert (outcome.done, outcome.skipped) == (1, 1)
    assert "no longer in the segment" in JourneyAct.objects.get(state="skipped").outcome


def test_walk__in_again_on_another_stay__does_not_count_as_the_first(acme: Partner, gold: Segment):
    journey(gold, StepDraft("task", wait_days=5, text="Call"))
    moves(gold, acme, MONDAY)
    moves(gold, acme, MONDAY + DAY, "left")
    moves(gold, acme, MONDAY + 3 * DAY)
    outcome = walk(MONDAY + 6 * DAY)
    assert (outcome.done, outcome.skipped) == (0, 1)
    assert walk(MONDAY + 9 * DAY).done == 1


def test_walk__leaving__begins_and_stops_when_back(acme: Partner, gold: Segment):
    journey(gold, StepDraft("task", text="Why?"), StepDraft("task", wait_days=9, text="Miss"), trigger="left")
    moves(gold, acme, MONDAY)
    moves(gold, acme, MONDAY + DAY, "left")
    assert walk(MONDAY + DAY).done == 1
    moves(gold, acme, MONDAY + 2 * DAY)
    assert walk(MONDAY + 12 * DAY).skipped == 1


def test_start__those_in_before__only_when_asked(acme: Partner, gold: Segment):
    moves(gold, acme, MONDAY)
    made = journey(gold, StepDraft("task", text="Call"))
    assert walk(MONDAY + DAY).total == 0
    authoring.archive(journey=made)
    other = authoring.create_journey(draft=JourneyDraft(slug="two", name="Two", segment="gold"))
    authoring.add_step(journey=other, draft=StepDraft("task", text="Call"))
    authoring.start(journey=other, members_too=True)
    assert walk(MONDAY + DAY).done == 1


def test_pause__meanwhile__nothing_and_then_all_is_caught_up(acme: Partner, gold: Segment):
    made = journey(gold, StepDraft("task", text="Call"))
    authoring.pause(journey=made)
    moves(gold, acme, MONDAY)
    assert walk(MONDAY + DAY).total == 0 and not JourneyEntry.objects.exists()
    authoring.start(journey=made)
    assert walk(MONDAY + DAY).done == 1


def test_message_step__people_of_the_partner__told_once_per_entry(acme: Partner, gold: Segment, manager: Any):
    draft = MessageDraft(subject="Hi", body="Hello", for_journeys=True)
    message = composing.create_message(draft=draft, author=manager)
    journey(gold, StepDraft("message", message=message.pk))
    moves(gold, acme, MONDAY)
    walk(MONDAY)
    walk(MONDAY)
    assert Delivery.objects.count() == 1
    moves(gold, acme, MONDAY + DAY, "left")
    moves(gold, acme, MONDAY + 2 * DAY)
    walk(MONDAY + 2 * DAY)
    assert Delivery.objects.count() == 2
    with pytest.raises(ValidationError, match="Journeys send"):
        composing.send_off(message=message)


def test_offer_step__settling__keeps_it_while_the_stay_lasts(acme: Partner, gold: Segment):
    kit = program("kit", any=[segment("others", [])])
    journey(gold, StepDraft("offer", program="kit"))
    moves(gold, acme, MONDAY)
    assert walk(MONDAY).done == 1
    settle()
    settle()
    offer = Offer.objects.on().get(program=kit)
    assert offer.partner == acme
    moves(gold, acme, MONDAY + DAY, "left")
    settle()
    assert not Offer.objects.on().exists()


def test_attribute_step__value__is_set_with_its_origin(acme: Partner, gold: Segment):
    made = journey(gold, StepDraft("attribute", field="city", text="Lyon"))
    moves(gold, acme, MONDAY)
    assert walk(MONDAY).done == 1
    acme.refresh_from_db()
    origin = Origin.objects.get(pk=acme.provenance["city"])
    assert (acme.city, origin.kind, origin.label) == ("Lyon", "journey", made.name)


def test_condition__asked_when_due__of_the_facts_then(acme: Partner, gold: Segment):
    rule = {"field": "city", "operator": "=", "value": "Lyon"}
    journey(
        gold,
        StepDraft("task", text="A", condition=rule),
        StepDraft("task", wait_days=1, text="B", condition=rule),
        StepDraft("task", text="C", condition={"field": "segment", "operator": "in", "value": ["gold"]}),
    )
    moves(gold, acme, MONDAY)
    outcome = walk(MONDAY)
    assert (outcome.done, outcome.skipped) == (1, 1)
    Partner.objects.filter(pk=acme.pk).update(city="Lyon")
    assert walk(MONDAY + DAY).done == 1
    assert set(ManagerTask.objects.values_list("text", flat=True)) == {"B", "C"}


def test_act__something_unforeseen__is_tried_again_and_then_given_up(
    acme: Partner, gold: Segment, monkeypatch: pytest.MonkeyPatch
):
    journey(gold, StepDraft("task", text="Call"))
    moves(gold, acme, MONDAY)

    def broken(*_: Any) -> str:
        ManagerTask.objects.create(partner=acme, text="half done")
        raise RuntimeError("the roof leaks")

    monkeypatch.setitem(acting._ACTIONS, "task", broken)
    now = MONDAY
    for _ in range(acting.TRIES):
        assert walk(now).failed == 1
        now += DAY
    assert walk(now).total == 0
    act = JourneyAct.objects.get()
    assert act.state == "failed" and "the roof leaks" in act.outcome
    assert not ManagerTask.objects.exists()


def test_change_step__those_on_the_way__get_it_as_it_is_now(acme: Partner, gold: Segment):
    made = journey(gold, StepDraft("task", wait_days=5, text="Call"))
    moves(gold, acme, timezone.now() - DAY)
    following.follow_all()
    step = made.steps.get()
    authoring.change_step(step=step, draft=StepDraft("task", wait_days=2, text="Write"))
    authoring.add_step(journey=made, draft=StepDraft("task", wait_days=3, text="New, to come"))
    authoring.add_step(journey=made, draft=StepDraft("task", text="New, past"))
    assert walk(timezone.now() + 6 * DAY).done == 2
    assert set(ManagerTask.objects.values_list("text", flat=True)) == {"Write", "New, to come"}
    authoring.remove_step(step=step)
    assert made.steps.get(pk=step.pk).retired_at is not None


def test_rehearse__history__says_what_it_would_have_done_and_does_nothing(acme: Partner, gold: Segment, manager: Any):
    second, third = partner("P2", city="Lyon"), partner("P3")
    made = journey(
        gold,
        StepDraft("task", text="A"),
        StepDraft("task", wait_days=5, text="B"),
        StepDraft("task", text="C", condition={"field": "city", "operator": "=", "value": "Lyon"}),
        start=False,
    )
    now = MONDAY + 20 * DAY
    moves(gold, acme, MONDAY)
    moves(gold, acme, MONDAY + 2 * DAY, "left")
    moves(gold, second, MONDAY)
    moves(gold, third, now - DAY)
    moves(gold, partner("P4"), now - 91 * DAY)
    found = rehearsing.rehearse(journey=made, viewer=manager, now=now)
    assert found.entries == 3
    assert [(s.done, s.skipped, s.to_come) for s in found.steps] == [(3, 0, 0), (1, 2, 0), (1, 1, 1)]
    assert not JourneyEntry.objects.exists() and not ManagerTask.objects.exists()
    far = staff(email="far@vendor.example", regions=["EMEA"])
    assert rehearsing.rehearse(journey=made, viewer=far, now=now).entries == 1


def test_rehearse__nobody_to_tell__is_skipped_as_it_would_be(acme: Partner, gold: Segment, manager: Any):
    message = composing.create_message(
        draft=MessageDraft(subject="Hi", body="Hello", for_journeys=True), author=manager
    )
    made = journey(gold, StepDraft("message", message=message.pk))
    for company in (acme, partner("P2")):
        moves(gold, company, MONDAY)
    outcome = walk(MONDAY)
    [step] = rehearsing.rehearse(journey=made, viewer=manager, now=MONDAY + DAY).steps
    assert (step.done, step.skipped) == (outcome.done, outcome.skipped) == (1, 1)


def test_rehearse__lived_through_day_by_day__agrees_with_what_was_done(acme: Partner, gold: Segment, manager: Any):
    made = journey(gold, StepDraft("task", text="A"), StepDraft("task", wait_days=5, text="B"))
    companies = [acme, *(partner(f"Q{number}") for number in range(5))]
    for day in range(31):
        for number, company in enumerate(companies):
            if day == number:
                moves(gold, company, MONDAY + day * DAY)
            if number % 2 and day == number + 3:
                moves(gold, company, MONDAY + day * DAY, "left")
        walk(MONDAY + day * DAY)
    found = rehearsing.rehearse(journey=made, viewer=manager, now=MONDAY + 30 * DAY)
    assert [step.done for step in found.steps] == [6, 3]
    assert [ManagerTask.objects.filter(text=text).count() for text in ("A", "B")] == [6, 3]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (StepDraft("dance"), "action"),
        (StepDraft("task"), "text"),
        (StepDraft("task", text="x", wait_days=-1), "wait_days"),
        (StepDraft("offer", program="nothing"), "program"),
        (StepDraft("message", message=0), "message"),
        (StepDraft("attribute", field="won_revenue_12m", text="1"), "field"),
        (StepDraft("attribute", field="employees", text="many"), "text"),
        (StepDraft("task", text="x", condition={"field": "nope", "operator": "=", "value": 1}), "condition"),
    ],
)
def test_add_step__what_is_wrong__is_said_at_its_field(gold: Segment, draft: StepDraft, field: str):
    made = journey(gold, start=False)
    with pytest.raises(ValidationError) as refusal:
        authoring.add_step(journey=made, draft=draft)
    assert field in refusal.value.message_dict


def test_start__without_steps_or_moved_after_start__is_refused(gold: Segment):
    made = journey(gold, start=False)
    with pytest.raises(ValidationError, match="at least one step"):
        authoring.start(journey=made)
    authoring.add_step(journey=made, draft=StepDraft("task", text="x"))
    authoring.start(journey=made)
    segment("silver", [])
    with pytest.raises(ValidationError):
        authoring.change_journey(journey=made, draft=JourneyDraft(slug="s", name="N", segment="silver"))
    with pytest.raises(ValidationError, match="only step"):
        authoring.remove_step(step=made.steps.get())


def test_install_onboarding__twice__is_there_once_and_works(acme: Partner, gold: Segment, manager: Any):
    moves(gold, acme, MONDAY)
    made = templates.install_onboarding(segment=gold, author=manager, start=True)
    assert templates.install_onboarding(segment=gold, author=manager).pk == made.pk
    assert walk(MONDAY + 61 * DAY).failed == 0
    assert set(JourneyAct.objects.values_list("state", flat=True)) == {"done"}
    assert ManagerTask.objects.count() == 2 and Delivery.objects.count() == 2


def test_finish__twice__the_first_stays_noted(acme: Partner, manager: Any):
    task = ManagerTask.objects.create(partner=acme, text="Call")
    other = staff(email="other@vendor.example")
    assert finish(task=task, by=manager) and not finish(task=task, by=other)
    task.refresh_from_db()
    assert task.done_by == manager
