"""The pages of plans, which both sides share: the portal's and the console's doors hand their own addresses and rights in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from partners.facts import one_vocabulary
from partners.models import Partner
from partners.wording import amount
from people import roles
from people.models import User
from programs.certifying import today
from programs.markdown import to_html
from programs.plans import metrics, planning, standing
from programs.plans.forms import GoalForm, PlanForm, ReviewForm
from programs.plans.models import Plan, PlanGoal

LOG = 100
"""Lines of the log that are shown."""


def person_of(request: HttpRequest) -> User:
    """Who asks; the guards before these pages let nobody in who is signed out."""
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


@dataclass(frozen=True, slots=True)
class Door:
    """One side's shell: the base template, how its addresses begin, and who may write."""

    base: str
    prefix: str
    may_write: Callable[[User], bool]

    def plan(self, request: HttpRequest, pk: int, *, writes: bool = False) -> Plan:
        """The plan, if the person may see it (and, for changes, write it)."""
        plans = Plan.objects.visible_to(person_of(request))
        found: Plan = get_object_or_404(
            plans.select_related("partner__channel_manager", "partner_agreed_by", "vendor_agreed_by"), pk=pk
        )
        if writes:
            self.check(request)
        return found

    def check(self, request: HttpRequest) -> None:
        """PermissionDenied for whoever may not write."""
        if not self.may_write(person_of(request)):
            raise PermissionDenied

    def to(self, plan: Plan) -> HttpResponse:
        """Back to the plan."""
        return redirect(f"{self.prefix}_plan", plan.pk)

    def page(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        """A page in this side's shell."""
        form = context.get("form")
        names = {name: f"{self.prefix}_{name}" for name in _NAMES}
        context |= {"base": self.base, "names": names, "may_write": self.may_write(person_of(request))}
        return render(request, f"plans/{template}.html", context, status=400 if form and form.errors else 200)


_WORDS = ("edit", "goal_new", "goal", "progress", "comment", "review", "agree", "close")
_NAMES = ("plans", "plan", *(f"plan_{word}" for word in _WORDS))
PORTAL = Door("portal/page.html", "portal", lambda user: user.role == roles.PARTNER_ADMIN)
CONSOLE = Door("console/base.html", "console", roles.may_edit)


def goal_rows(plan: Plan) -> list[dict[str, Any]]:
    """The goals, how far each is, and what that means today."""
    goals = list(plan.goals.all())
    day = today()
    with one_vocabulary():
        known = metrics.metrics()
        found = metrics.actuals(plan, goals, now=timezone.now(), today=day)
    return [_row(plan, goal, known.get(goal.metric), found.get(goal.pk), day) for goal in goals]


def _row(plan: Plan, goal: PlanGoal, metric: metrics.Metric | None, actual: Any, day: Any) -> dict[str, Any]:
    if goal.target is None:
        how = standing.of_words(reached_on=goal.reached_on, due_on=goal.due_on, today=day)
        return {"goal": goal, "standing": how}
    places = 2 if metric and metric.is_money else None
    how = standing.of_number(
        actual=actual,
        target=goal.target,
        starts_on=plan.starts_on,
        due_on=goal.due_on,
        today=day,
        adds_up=bool(metric and metric.in_time),
    )
    said = {
        name: amount(value, places=places)
        for name, value in (("actual", actual), ("target", goal.target))
        if value is not None
    }
    if goal.baseline is not None:
        said["baseline"] = amount(goal.baseline, places=places)
    return {"goal": goal, "standing": how, "metric": metric.label if metric else goal.metric, **said}


def show(door: Door, request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: goals, log, and what can be done."""
    plan = door.plan(request, pk)
    review = ReviewForm(initial={"held_on": today()})
    return door.page(
        request,
        "plan",
        plan=plan,
        rows=goal_rows(plan),
        summary=to_html(plan.summary),
        log=plan.log.select_related("author")[:LOG],
        review=review,
        agreed_here=plan.is_agreed_by(planning.side_of(person_of(request))),
        is_overdue=plan.review_is_overdue(today()),
    )


def write(door: Door, request: HttpRequest, partner: Partner) -> HttpResponse:
    """Write a new plan."""
    door.check(request)
    year = today().year + (1 if today().month > 9 else 0)
    initial = {"title": f"Joint plan {year}", "starts_on": f"{year}-01-01", "ends_on": f"{year}-12-31"}
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            plan = planning.write_plan(partner=partner, draft=form.draft(), by=person_of(request))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "The plan is begun. Now add its goals.")
            return door.to(plan)
    return door.page(request, "form", form=form, partner=partner)


def edit(door: Door, request: HttpRequest, pk: int) -> HttpResponse:
    """Change a plan's words and days."""
    plan = door.plan(request, pk, writes=True)
    names = ("title", "summary", "starts_on", "ends_on", "next_review_on")
    form = PlanForm(request.POST or None, initial={name: getattr(plan, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            planning.change_plan(plan=plan, draft=form.draft(), by=person_of(request))
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "The plan is saved.")
            return door.to(plan)
    return door.page(request, "form", form=form, plan=plan, partner=plan.partner)


def goal(door: Door, request: HttpRequest, pk: int, goal_id: int | None = None) -> HttpResponse:
    """Add a goal, change it, or (with `remove`) take it out."""
    plan = door.plan(request, pk, writes=True)
    found = get_object_or_404(plan.goals, pk=goal_id) if goal_id is not None else None
    if found is not None and request.method == "POST" and "remove" in request.POST:
        return _try(
            door, request, plan, lambda: planning.remove_goal(goal=found, by=person_of(request)), "The goal is gone."
        )
    names = ("title", "metric", "target", "due_on")
    initial = {name: getattr(found, name) for name in names} if found else {"due_on": plan.ends_on}
    form = GoalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            planning.put_goal(plan=plan, draft=form.draft(), by=person_of(request), goal=found)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "The goal is saved.")
            return door.to(plan)
    return door.page(request, "goal", form=form, plan=plan, goal=found)


def progress(door: Door, request: HttpRequest, pk: int, goal_id: int) -> HttpResponse:
    """Say how far a goal in words is."""
    plan = door.plan(request, pk, writes=True)
    found = get_object_or_404(plan.goals.select_related("plan"), pk=goal_id)
    text, reached = request.POST.get("progress", ""), request.POST.get("reached") == "1"
    done = lambda: planning.note_progress(goal=found, text=text, reached=reached, by=person_of(request))  # noqa: E731
    return _try(door, request, plan, done, "Noted.")


def comment(door: Door, request: HttpRequest, pk: int) -> HttpResponse:
    """Say something: everybody who sees the plan may, but analysts."""
    plan = door.plan(request, pk)
    if roles.is_vendor(person_of(request)):
        door.check(request)
    text = request.POST.get("text", "")
    return _try(door, request, plan, lambda: planning.comment(plan=plan, text=text, by=person_of(request)), "Said.")


def review(door: Door, request: HttpRequest, pk: int) -> HttpResponse:
    """Note a review."""
    plan = door.plan(request, pk, writes=True)
    form = ReviewForm(request.POST)
    if form.is_valid():
        try:
            planning.note_review(plan=plan, by=person_of(request), **form.cleaned_data)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "The review is noted.")
            return door.to(plan)
    return door.page(request, "review", form=form, plan=plan)


def agree(door: Door, request: HttpRequest, pk: int) -> HttpResponse:
    """Stand by the plan."""
    plan = door.plan(request, pk, writes=True)
    return _try(
        door, request, plan, lambda: planning.agree(plan=plan, by=person_of(request)), "You have agreed to the plan."
    )


def close(door: Door, request: HttpRequest, pk: int) -> HttpResponse:
    """Lay the plan aside."""
    plan = door.plan(request, pk, writes=True)
    return _try(door, request, plan, lambda: planning.close(plan=plan, by=person_of(request)), "The plan is closed.")


def _try(door: Door, request: HttpRequest, plan: Plan, verb: Callable[[], object], said: str) -> HttpResponse:
    try:
        verb()
        messages.success(request, said)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return door.to(plan)
