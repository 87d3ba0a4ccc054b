"""Joint plans: written by either side, measured by facts, agreed by both, with a log that says who did what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from partners.models import Activity, Deal, Partner
from people import roles
from programs.journeys.models import ManagerTask
from programs.models import LedgerEntry, Plan, PlanGoal
from programs.plans import metrics, planning, standing
from programs.plans.planning import GoalDraft, PlanDraft
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
YEAR = PlanDraft(title="2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
END = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def summer(time_machine: Any) -> None:
    time_machine.move_to(NOW)


@pytest.fixture
def manager() -> Any:
    return staff()


@pytest.fixture
def acme(manager: Any) -> Partner:
    return partner("P1", name="Acme Cloud", region="EMEA", channel_manager=manager)


@pytest.fixture
def boss(acme: Partner) -> Any:
    return colleague(acme, "boss@p-1.example", roles.PARTNER_ADMIN)


@pytest.fixture
def plan(acme: Partner, boss: Any) -> Plan:
    return planning.write_plan(partner=acme, draft=YEAR, by=boss)


def won(company: Partner, name: str, amount: str, day: str, stage: str = "won") -> None:
    Deal.objects.create(external_id=name, partner=company, stage=stage, amount=amount, closed_on=day, registered_on=day)


def goal(plan: Plan, by: Any, metric: str = "", target: str | None = None, due: date = END) -> PlanGoal:
    wanted = Decimal(target) if target else None
    return planning.put_goal(plan=plan, draft=GoalDraft(f"Goal {metric}", due, metric, wanted), by=by)


def actual(plan: Plan, made: PlanGoal) -> Decimal | None:
    return metrics.actuals(plan, [made], now=NOW, today=NOW.date())[made.pk]


def test_actuals__of_the_plans_time__count_only_its_days(plan: Plan, acme: Partner, boss: Any):
    won(acme, "before", "1000.00", "2025-12-31")
    won(acme, "first day", "100.10", "2026-01-01")
    won(acme, "today", "200.20", "2026-07-01")
    won(acme, "lost", "5000.00", "2026-03-01", stage="lost")
    won(partner("P2"), "other", "9.00", "2026-03-01")
    Activity.objects.create(partner=acme, kind="course_completed", at=datetime(2026, 2, 1, tzinfo=UTC))
    assert actual(plan, goal(plan, boss, "in_time_won_revenue", "1000")) == Decimal("300.30")
    assert actual(plan, goal(plan, boss, "in_time_deals_won", "5")) == 2
    assert actual(plan, goal(plan, boss, "in_time_deals_registered", "5")) == 3
    assert actual(plan, goal(plan, boss, "in_time_courses", "5")) == 1
    early = goal(plan, boss, "in_time_won_revenue", "1000", due=date(2026, 6, 30))
    assert actual(plan, early) == Decimal("100.10")


def test_actuals__of_a_fact__is_as_now_and_kept_when_due(plan: Plan, acme: Partner, boss: Any, time_machine: Any):
    Partner.objects.filter(pk=acme.pk).update(employees=40)
    made = goal(plan, boss, "employees", "50")
    assert (made.baseline, actual(plan, made)) == (40, 40)
    Partner.objects.filter(pk=acme.pk).update(employees=55)
    assert actual(plan, made) == 55
    assert planning.keep_finals() == 0
    time_machine.move_to(datetime(2027, 1, 1, 3, tzinfo=UTC))
    assert planning.keep_finals() == 1 and planning.keep_finals() == 0
    Partner.objects.filter(pk=acme.pk).update(employees=10)
    made.refresh_from_db()
    assert actual(plan, made) == 55


@pytest.mark.parametrize(
    ("actual", "today", "state"),
    [
        ("100", date(2026, 2, 1), "reached"),
        ("50", date(2026, 7, 1), "on_track"),
        ("49", date(2026, 7, 1), "behind"),
        ("99", date(2027, 1, 1), "missed"),
        ("0", date(2025, 12, 1), "open"),
        (None, date(2026, 7, 1), "unknown"),
    ],
)
def test_standing__of_a_number__by_target_and_time(actual: str | None, today: date, state: str):
    value = Decimal(actual) if actual else None
    found = standing.of_number(
        actual=value, target=Decimal(100), starts_on=date(2026, 1, 1), due_on=END, today=today, adds_up=True
    )
    assert found.state == state


def test_agree__both__is_agreed_until_somebody_changes_it(plan: Plan, boss: Any, manager: Any):
    with pytest.raises(ValidationError, match="Add a goal first"):
        planning.agree(plan=plan, by=boss)
    made = goal(plan, boss, "in_time_deals_won", "5")
    for _ in range(2):
        waiting = planning.agree(plan=plan, by=boss)
    assert (waiting.status, waiting.status_label) == ("waiting", "Waiting for the vendor")
    assert ManagerTask.objects.get().assignee == manager
    assert planning.agree(plan=plan, by=manager).status == "agreed"
    planning.comment(plan=plan, text="Good", by=manager)
    plan.refresh_from_db()
    assert plan.status == "agreed"
    planning.put_goal(plan=plan, goal=made, by=manager, draft=GoalDraft("More", END, "in_time_deals_won", Decimal(6)))
    plan.refresh_from_db()
    assert plan.status == "draft"
    log = list(plan.log.order_by("pk").values_list("kind", "side"))
    assert log == [
        ("written", "partner"), ("changed", "partner"), ("agreed", "partner"), ("agreed", "vendor"),
        ("comment", "vendor"), ("changed", "vendor"),
    ]  # fmt: skip
    assert "and is now: More (Deals won in this time: 6)" in plan.log.get(kind="changed", side="vendor").text


def test_save__nothing_changed__agreement_stays(plan: Plan, boss: Any, manager: Any):
    made = goal(plan, boss, "in_time_deals_won", "5")
    planning.agree(plan=plan, by=boss)
    planning.put_goal(
        plan=plan, goal=made, by=manager, draft=GoalDraft(made.title, END, "in_time_deals_won", Decimal("5.00"))
    )
    planning.change_plan(plan=plan, draft=YEAR, by=manager)
    plan.refresh_from_db()
    assert plan.status == "waiting"


def test_goal_in_words__ticked_off__by_people(plan: Plan, boss: Any):
    made = goal(plan, boss)
    planning.note_progress(goal=made, text="Half the team is trained", reached=False, by=boss)
    assert made.reached_on is None and made.progress == "Half the team is trained"
    assert planning.note_progress(goal=made, text="", reached=True, by=boss).reached_on == NOW.date()
    with pytest.raises(ValidationError, match="fact tells"):
        planning.note_progress(goal=goal(plan, boss, "employees", "5"), text="", reached=True, by=boss)


def test_review__held__is_in_the_log_and_the_next_is_set(plan: Plan, boss: Any):
    planning.note_review(
        plan=plan, held_on=date(2026, 6, 30), text="On course", next_review_on=date(2026, 9, 30), by=boss
    )
    plan.refresh_from_db()
    assert plan.next_review_on == date(2026, 9, 30)
    assert plan.review_is_overdue(date(2026, 10, 1)) and not plan.review_is_overdue(date(2026, 9, 30))
    with pytest.raises(ValidationError, match="once it was held"):
        planning.note_review(plan=plan, held_on=date(2026, 7, 2), text="x", next_review_on=None, by=boss)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (GoalDraft("", END), "title"),
        (GoalDraft("x", date(2027, 1, 1)), "due_on"),
        (GoalDraft("x", END, "lifecycle_stage", Decimal(1)), "metric"),
        (GoalDraft("x", END, "employees"), "target"),
    ],
)
def test_put_goal__what_is_wrong__is_said_at_its_field(plan: Plan, boss: Any, draft: GoalDraft, field: str):
    with pytest.raises(ValidationError) as refusal:
        planning.put_goal(plan=plan, draft=draft, by=boss)
    assert field in refusal.value.message_dict


def test_close__after_it__nothing_changes(plan: Plan, boss: Any, manager: Any):
    planning.close(plan=plan, by=manager)
    for change in (lambda: goal(plan, boss), lambda: planning.agree(plan=plan, by=boss)):
        with pytest.raises(ValidationError, match="closed"):
            change()


def test_pages__both_sides__write_comment_and_agree(plan: Plan, acme: Partner, boss: Any, manager: Any):
    portal, console, far = Client(), Client(), Client()
    portal.force_login(boss)
    console.force_login(manager)
    far.force_login(staff(email="far@vendor.example", regions=["APAC"]))
    address = f"/portal/plans/{plan.pk}/"
    made = portal.post(
        f"{address}goals/new/",
        {"title": "Win", "metric": "in_time_won_revenue", "target": "1000", "due_on": "2026-12-31"},
    )
    assert made.status_code == 302
    won(acme, "D", "640.00", "2026-05-05")
    assert portal.post(f"{address}agree/").status_code == 302
    page = console.get(f"/console/plans/{plan.pk}/").content.decode()
    assert "Waiting for the vendor" in page and "640" in page and "On track" in page
    assert "Agree to the plan" in page and "Agree to the plan" not in portal.get(address).content.decode()
    console.post(f"/console/plans/{plan.pk}/comment/", {"text": "Ambitious <b>enough</b>?"})
    console.post(f"/console/plans/{plan.pk}/agree/")
    page = portal.get(address).content.decode()
    assert "Ambitious &lt;b&gt;enough&lt;/b&gt;?" in page and "Agreed" in page
    assert far.get(f"/console/plans/{plan.pk}/").status_code == 404
    member = Client()
    member.force_login(colleague(acme, "hand@p-1.example"))
    assert member.post(f"{address}comment/", {"text": "Me too"}).status_code == 302
    assert member.post(f"{address}agree/").status_code == 403
    other = Client()
    other.force_login(colleague(partner("P2"), "boss@p-2.example", roles.PARTNER_ADMIN))
    assert other.get(address).status_code == 404


def test_home__earned_and_planned__says_so_in_a_dozen_queries(
    plan: Plan, acme: Partner, boss: Any, django_assert_max_num_queries: Any
):
    rebate = program("rebate", kind="incentive", any=[segment("gold", [acme])])
    LedgerEntry.objects.create(
        incentive=rebate.incentive,
        partner=acme,
        kind="accrual",
        amount="1250.50",
        currency="EUR",
        on=NOW.date(),
        key="k",
    )
    visitor = Client()
    visitor.force_login(boss)
    with django_assert_max_num_queries(12):
        page = visitor.get("/portal/").content.decode()
    assert "EUR 1,250.50" in page and "Being written" in page
