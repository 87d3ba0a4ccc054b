"""Writing plans and agreeing to them. Every refusal is a ValidationError by field name.

A change takes back the word of both: they agreed to something else. Progress, reviews and comments leave it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from partners.models import Partner
from partners.wording import amount
from people import roles
from people.models import User
from programs.journeys.models import ManagerTask
from programs.plans import metrics
from programs.plans.models import Plan, PlanEntry, PlanGoal, Side

LONGEST = timedelta(days=3 * 366)
MOST = 30
"""Goals of one plan."""


@dataclass(frozen=True, slots=True)
class PlanDraft:
    """A plan as entered; its goals are written one by one."""

    title: str
    starts_on: date
    ends_on: date
    summary: str = ""
    next_review_on: date | None = None


@dataclass(frozen=True, slots=True)
class GoalDraft:
    """A goal as entered: with a metric and a target, or in words alone."""

    title: str
    due_on: date
    metric: str = ""
    target: Decimal | None = None


def side_of(user: User) -> str:
    """Which side the person speaks for."""
    return Side.PARTNER if roles.is_partner(user) else Side.VENDOR


@transaction.atomic
def write_plan(*, partner: Partner, draft: PlanDraft, by: User) -> Plan:
    """A new plan, being written."""
    plan = Plan.objects.create(partner=partner, **_checked(draft))
    _log(plan, PlanEntry.Kind.WRITTEN, by)
    return plan


@transaction.atomic
def change_plan(*, plan: Plan, draft: PlanDraft, by: User) -> Plan:
    """Change its words and days."""
    plan = _open(plan)
    values = _checked(draft)
    if any(goal.due_on < draft.starts_on or goal.due_on > draft.ends_on for goal in plan.goals.all()):
        raise ValidationError({"ends_on": "A goal is due outside of these days. Move the goal first."})
    labels = {"title": "its title", "summary": "what it says", "starts_on": "its first day", "ends_on": "its last day"}
    changed = [words for name, words in labels.items() if getattr(plan, name) != values[name]]
    _set(plan, values)
    if changed:
        _changed(plan, f"Changed {', '.join(changed)}.", by)
    return plan


@transaction.atomic
def put_goal(*, plan: Plan, draft: GoalDraft, by: User, goal: PlanGoal | None = None) -> PlanGoal:
    """Add a goal, or make one what the draft says."""
    plan = _open(plan)
    values = _checked_goal(plan, draft)
    said = _in_words(values)
    if goal is None:
        if plan.goals.count() >= MOST:
            raise ValidationError({"title": f"A plan has at most {MOST} goals."})
        values["baseline"] = _baseline(plan, draft.metric)
        goal = PlanGoal.objects.create(plan=plan, **values)
        _changed(plan, f"New goal: {said}", by)
        return goal
    before = _in_words({name: getattr(goal, name) for name in values})
    if goal.metric != draft.metric:
        values |= {"baseline": _baseline(plan, draft.metric), "final": None, "reached_on": None}
    PlanGoal.objects.filter(pk=goal.pk, plan=plan).update(**values)
    if before != said:
        _changed(plan, f"Goal was: {before}\nand is now: {said}", by)
    goal.refresh_from_db()
    return goal


@transaction.atomic
def remove_goal(*, goal: PlanGoal, by: User) -> None:
    """Take a goal out."""
    plan = _open(goal.plan)
    names = ("title", "due_on", "metric", "target")
    said = _in_words({name: getattr(goal, name) for name in names})
    PlanGoal.objects.filter(pk=goal.pk).delete()
    _changed(plan, f"Goal taken out: {said}", by)


@transaction.atomic
def note_progress(*, goal: PlanGoal, text: str, reached: bool, by: User) -> PlanGoal:
    """Say how far a goal in words is, or that it is reached."""
    _open(goal.plan)
    if goal.metric:
        raise ValidationError("A fact tells how far this goal is.", code="measured")
    goal.progress = text.strip()[:300]
    goal.reached_on = (goal.reached_on or _today()) if reached else None
    goal.save(update_fields=["progress", "reached_on"])
    state = "reached" if reached else "not reached yet"
    _log(goal.plan, PlanEntry.Kind.PROGRESS, by, f"{goal.title}: {state}. {goal.progress}".strip())
    return goal


@transaction.atomic
def comment(*, plan: Plan, text: str, by: User) -> PlanEntry:
    """Say something, for both to read."""
    if not text.strip() or len(text) > 5000:
        raise ValidationError({"text": "Write something, at most 5,000 characters."})
    return _log(plan, PlanEntry.Kind.COMMENT, by, text.strip())


@transaction.atomic
def note_review(*, plan: Plan, held_on: date, text: str, next_review_on: date | None, by: User) -> PlanEntry:
    """Note that both went through the plan, what came of it, and when they will again."""
    plan = _open(plan)
    if held_on > _today():
        raise ValidationError({"held_on": "A review is noted once it was held."})
    if next_review_on is not None and next_review_on <= held_on:
        raise ValidationError({"next_review_on": "The next review comes after this one."})
    if not text.strip():
        raise ValidationError({"text": "Say what came of it."})
    _set(plan, {"next_review_on": next_review_on})
    return _log(plan, PlanEntry.Kind.REVIEW, by, text.strip(), held_on=held_on)


@transaction.atomic
def agree(*, plan: Plan, by: User) -> Plan:
    """Stand by the plan as it is; with both sides' word it is agreed. Twice is as good as once."""
    plan = _open(plan)
    side = side_of(by)
    if plan.is_agreed_by(side):
        return plan
    if not plan.goals.exists():
        raise ValidationError("Add a goal first: without one there is nothing to agree to.", code="no_goals")
    _set(plan, {f"{side}_agreed_at": timezone.now(), f"{side}_agreed_by": by})
    _log(plan, PlanEntry.Kind.AGREED, by)
    if side == Side.PARTNER and not plan.is_agreed_by(Side.VENDOR):
        _ask_manager(plan)
    return plan


@transaction.atomic
def close(*, plan: Plan, by: User) -> Plan:
    """Lay it aside: it stays readable and changes no more."""
    plan = _open(plan)
    _set(plan, {"closed_at": timezone.now()})
    _log(plan, PlanEntry.Kind.CLOSED, by)
    return plan


def keep_finals(*, now: datetime | None = None) -> int:
    """Keep what facts were at the end of the day goals were due on; how many. Facts move on, a goal's outcome does not."""
    now = now or timezone.now()
    zone = timezone.get_default_timezone()
    due = PlanGoal.objects.filter(due_on__lt=timezone.localdate(now, zone), final=None).exclude(metric="")
    kept = 0
    for goal in due.exclude(metric__in=[metric.name for metric in metrics.IN_TIME]).select_related("plan"):
        end = timezone.make_aware(datetime.combine(goal.due_on + timedelta(days=1), time.min), zone)
        value = metrics.facts_of(goal.plan.partner_id, {goal.metric}, now=end).get(goal.metric)
        if value is not None:
            kept += PlanGoal.objects.filter(pk=goal.pk, final=None).update(final=value)
    return kept


def _open(plan: Plan) -> Plan:
    plan = Plan.objects.select_for_update(of=("self",)).select_related("partner").get(pk=plan.pk)
    if plan.closed_at is not None:
        raise ValidationError("This plan is closed. Write a new one.", code="closed")
    return plan


def _set(plan: Plan, values: dict[str, Any]) -> None:
    values["updated_at"] = timezone.now()
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(values))


def _changed(plan: Plan, text: str, by: User) -> None:
    """Noted; whoever had agreed agreed to something else."""
    names = ("partner_agreed_at", "partner_agreed_by", "vendor_agreed_at", "vendor_agreed_by")
    _set(plan, dict.fromkeys(names))
    _log(plan, PlanEntry.Kind.CHANGED, by, text)


def _log(plan: Plan, kind: str, by: User, text: str = "", *, held_on: date | None = None) -> PlanEntry:
    return PlanEntry.objects.create(plan=plan, kind=kind, side=side_of(by), author=by, text=text, held_on=held_on)


def _ask_manager(plan: Plan) -> None:
    """A task for the channel manager; one at a time for a plan."""
    manager = plan.partner.channel_manager
    text = f"Look at the joint plan “{plan.title}”: the partner has agreed to it."[:500]
    if not ManagerTask.objects.filter(partner=plan.partner, text=text, done_at=None).exists():
        assignee = manager if manager is not None and manager.is_active else None
        ManagerTask.objects.create(partner=plan.partner, assignee=assignee, text=text)


def _checked(draft: PlanDraft) -> dict[str, Any]:
    errors: dict[str, str] = {}
    title = draft.title.strip()
    if not title or len(title) > 200:
        errors["title"] = "Give it a title of at most 200 characters, such as 2027."
    if draft.ends_on < draft.starts_on:
        errors["ends_on"] = "The last day comes after the first."
    elif draft.ends_on - draft.starts_on > LONGEST:
        errors["ends_on"] = "A plan runs for three years at most."
    if len(draft.summary) > 5000:
        errors["summary"] = "At most 5,000 characters."
    if errors:
        raise ValidationError(errors)
    own = {"starts_on": draft.starts_on, "ends_on": draft.ends_on, "next_review_on": draft.next_review_on}
    return {"title": title, "summary": draft.summary.strip(), **own}


def _checked_goal(plan: Plan, draft: GoalDraft) -> dict[str, Any]:
    errors: dict[str, str] = {}
    title = draft.title.strip()
    if not title or len(title) > 200:
        errors["title"] = "Say in at most 200 characters what is to be reached."
    if not plan.starts_on <= draft.due_on <= plan.ends_on:
        errors["due_on"] = f"Choose a day of the plan: {plan.starts_on:%-d %B %Y} to {plan.ends_on:%-d %B %Y}."
    if draft.metric and draft.metric not in metrics.metrics():
        errors["metric"] = "Choose one of the list."
    if draft.metric and (draft.target is None or draft.target <= 0):
        errors["target"] = "How much is to be reached? A number above 0."
    if errors:
        raise ValidationError(errors)
    target = draft.target if draft.metric else None
    return {"title": title, "due_on": draft.due_on, "metric": draft.metric, "target": target}


def _baseline(plan: Plan, metric: str) -> Decimal | None:
    if not metric or metric in {each.name for each in metrics.IN_TIME}:
        return None
    return metrics.facts_of(plan.partner_id, {metric}, now=timezone.now()).get(metric)


def _in_words(values: dict[str, Any]) -> str:
    metric = metrics.metrics().get(values["metric"])
    number = f" ({metric.label}: {amount(values['target'])})" if metric else ""
    return f"{values['title']}{number} by {values['due_on']:%-d %B %Y}"


def _today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())
