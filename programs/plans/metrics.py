"""What a goal can be measured by: what happened in the plan's time, and the facts that partners may read."""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import connection

from partners.columns import select
from partners.facts import vocabulary
from partners.vocabulary import FieldType, Subject
from programs.company_facts import TOLD
from programs.plans.models import Plan, PlanGoal

_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})


@dataclass(frozen=True, slots=True)
class Metric:
    """One of them."""

    name: str
    label: str
    is_money: bool = False
    in_time: bool = False
    """Adds up over the plan's time, so that it can be behind; else it is what it is on the day."""
    sql: str = ""
    """Of one that adds up: over `g` (the goal), `p` (the plan) and %(today)s."""


_WON = (
    "FROM partners_deal d WHERE d.partner_id = p.partner_id AND d.deleted_at IS NULL AND d.stage = 'won'"
    " AND d.closed_on BETWEEN p.starts_on AND least(g.due_on, %(today)s)"
)
_REGISTERED = (
    "FROM partners_deal d WHERE d.partner_id = p.partner_id AND d.deleted_at IS NULL"
    " AND d.registered_on BETWEEN p.starts_on AND least(g.due_on, %(today)s)"
)
_DONE = (
    "FROM partners_activity a WHERE a.partner_id = p.partner_id AND a.kind = '{kind}'"
    " AND (a.at AT TIME ZONE %(zone)s)::date BETWEEN p.starts_on AND least(g.due_on, %(today)s)"
)
IN_TIME = (
    Metric("in_time_won_revenue", "Revenue won in this time", True, True, f"SELECT coalesce(sum(d.amount), 0) {_WON}"),
    Metric("in_time_deals_won", "Deals won in this time", False, True, f"SELECT count(*) {_WON}"),
    Metric("in_time_customers_won", "Customers won in this time", False, True, f"SELECT count(DISTINCT d.customer_id) {_WON}"),
    Metric("in_time_deals_registered", "Deals registered in this time", False, True, f"SELECT count(*) {_REGISTERED}"),
    Metric(
        "in_time_courses", "Courses completed in this time", False, True,
        f"SELECT count(*) {_DONE.format(kind='course_completed')}",
    ),
    Metric(
        "in_time_certificates", "Certificates earned in this time", False, True,
        f"SELECT count(*) {_DONE.format(kind='certificate_earned')}",
    ),
)  # fmt: skip


def metrics() -> dict[str, Metric]:
    """Every metric by name. One query (the vocabulary)."""
    words = vocabulary(Subject.PARTNER)
    told = [words[name] for name in TOLD if name in words and not words[name].sensitive]
    facts = [Metric(f.name, f.label, f.type is FieldType.MONEY) for f in told if f.type in _NUMBERS]
    return {metric.name: metric for metric in (*IN_TIME, *facts)}


def actuals(plan: Plan, goals: Sequence[PlanGoal], *, now: datetime, today: date) -> dict[int, Decimal | None]:
    """How far each goal is that a metric tells, by its id; None where the fact is not known. Three queries at most."""
    known = metrics()
    in_time = [goal for goal in goals if goal.metric in known and known[goal.metric].in_time]
    facts = [goal for goal in goals if goal.metric in known and not known[goal.metric].in_time]
    found: dict[int, Decimal | None] = {}
    if in_time:
        cases = " ".join(f"WHEN '{metric.name}' THEN ({metric.sql})" for metric in IN_TIME)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT g.id, CASE g.metric {cases} END FROM programs_plangoal g"
                " JOIN programs_plan p ON p.id = g.plan_id WHERE g.id = ANY(%(goals)s)",
                {"today": today, "zone": settings.TIME_ZONE, "goals": [goal.pk for goal in in_time]},
            )
            found |= {pk: Decimal(value) for pk, value in cursor.fetchall()}
    present = facts_of(plan.partner_id, {goal.metric for goal in facts if goal.final is None}, now=now)
    found |= {goal.pk: goal.final if goal.final is not None else present.get(goal.metric) for goal in facts}
    return found


def facts_of(partner_id: int, names: Collection[str], *, now: datetime) -> dict[str, Decimal | None]:
    """Facts of one partner that are numbers, as of an instant. One query beside the vocabulary's."""
    words = vocabulary(Subject.PARTNER)
    chosen = [words[name] for name in sorted(names) if name in words]
    if not chosen:
        return {}
    selection = select(Subject.PARTNER, chosen, as_of=now)
    columns = ", ".join(f"round(({selection.values[field.name]})::numeric, 2)" for field in chosen)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} {selection.origin} AND t.id = %(partner)s",
            {**selection.parameters, "partner": partner_id},
        )
        row = cursor.fetchone()
    return dict(zip((field.name for field in chosen), row, strict=True)) if row else {}
