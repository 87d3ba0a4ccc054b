"""The console's journeys: written step by step, rehearsed on history, started, paused, and what they did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.facts import one_vocabulary
from partners.models import Partner
from people.guards import unlimited_editor_required, vendor_required
from programs.console.journey_forms import JourneyForm, StepForm
from programs.journeys import authoring, beginnings, conditions, rehearsing
from programs.journeys.models import Journey, JourneyAct, JourneyEntry, JourneyStep

PAGE = 50


def _journey(request: HttpRequest, slug: str) -> Journey:
    return get_object_or_404(Journey.objects.visible_to(request.user).select_related("segment"), slug=slug)


@require_safe
@vendor_required
def journey_list(request: HttpRequest) -> HttpResponse:
    """Every journey, and how many are on it."""
    found = Journey.objects.visible_to(request.user).select_related("segment")
    found = found.annotate(
        step_count=_count_of(JourneyStep.objects.filter(retired_at=None)), entry_count=_count_of(JourneyEntry.objects)
    )
    rows = list(found.order_by("status", "name"))
    with one_vocabulary():
        begins = [beginnings.in_words(each) for each in rows]
    return render(request, "console/journeys/list.html", {"journeys": list(zip(rows, begins, strict=True))})


def _count_of(rows: Any) -> Coalesce:
    """How many rows a journey has, each kind counted by itself: joined, they would multiply."""
    mine = rows.filter(journey=OuterRef("pk")).order_by().values("journey").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(mine), 0)


@require_safe
@vendor_required
def journey_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One journey: its steps, and what they did for the partners one may see."""
    found = _journey(request, slug)
    acts = JourneyAct.objects.filter(
        entry__journey=found, entry__partner__in=Partner.objects.visible_to(request.user).values("pk")
    )
    tallies = {
        row["step_id"]: row
        for row in acts.order_by()
        .values("step_id")
        .annotate(**{state: Count("pk", filter=Q(state=state)) for state in JourneyAct.State.values})
    }
    steps = found.steps.filter(retired_at=None).select_related("program", "message")
    rows: list[dict[str, Any]] = [
        {
            "step": step,
            "step_id": str(step.pk),
            "condition": conditions.in_words(step.condition),
            "tally": tallies.get(step.pk, {}),
        }
        for step in steps
    ]
    state = request.GET.get("state", "")
    logged = acts.filter(state=state) if state in JourneyAct.State.values else acts.exclude(state="due")
    logged = logged.select_related("entry__partner", "step__program", "step__message").order_by(
        "-finished_at", "due_at"
    )
    context = {
        "journey": found,
        "begins": beginnings.in_words(found),
        "rows": rows,
        "actions": JourneyStep.Action.choices,
        "page": Paginator(logged, PAGE).get_page(request.GET.get("page")),
        "states": JourneyAct.State.choices,
        "state": state,
    }
    return render(request, "console/journeys/journey.html", context)


@require_safe
@vendor_required
def journey_rehearsal(request: HttpRequest, slug: str) -> HttpResponse:
    """What it would have done in the last 90 days."""
    found = _journey(request, slug)
    rehearsal = rehearsing.rehearse(journey=found, viewer=request.user)
    return render(request, "console/journeys/rehearsal.html", {"journey": found, "rehearsal": rehearsal})


@require_http_methods(["GET", "HEAD", "POST"])
@unlimited_editor_required
def new_journey(request: HttpRequest) -> HttpResponse:
    """Write a new journey."""
    trigger = request.GET.get("trigger", Journey.Trigger.ENTERED)
    if trigger not in Journey.Trigger.values:
        raise Http404
    form = JourneyForm(request.POST or None, trigger=trigger, initial={"field": request.GET.get("field", "")})
    if request.method == "POST" and form.is_valid():
        try:
            made = authoring.create_journey(draft=form.draft())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "Saved. Now add its steps.")
            return redirect("console_journey", made.slug)
    return _form_page(request, form, trigger)


@require_http_methods(["GET", "HEAD", "POST"])
@unlimited_editor_required
def edit_journey(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what it is called and, before it was started, what begins it."""
    found = _journey(request, slug)
    trigger = request.GET.get("trigger", found.trigger)
    if trigger not in Journey.Trigger.values:
        raise Http404
    keep = found.segment.slug if found.segment else ""
    initial = JourneyForm.initial_of(found)
    asked = request.GET.get("field", found.field)
    if request.method != "POST" and asked != found.field:
        initial |= {"field": asked, "from_value": "", "to_value": ""}
    form = JourneyForm(request.POST or None, trigger=trigger, initial=initial, keep=keep)
    if request.method == "POST" and form.is_valid():
        try:
            found = authoring.change_journey(journey=found, draft=form.draft())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "Saved.")
            return redirect("console_journey", found.slug)
    return _form_page(request, form, trigger, found)


def _form_page(request: HttpRequest, form: JourneyForm, trigger: str, journey: Journey | None = None) -> HttpResponse:
    own, values = ("field", "segment", "days", "side"), ("from_value", "to_value")
    context = {
        "form": form,
        "journey": journey,
        "trigger": trigger,
        "triggers": [] if journey and journey.activated_at else Journey.Trigger.choices,
        "own": [form[name] for name in own if name in form.fields],
        "values": [form[name] for name in values if name in form.fields],
    }
    return render(request, "console/journeys/form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@unlimited_editor_required
def new_step(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """Add a step."""
    if action not in JourneyStep.Action.values:
        raise Http404
    found = _journey(request, slug)
    form = StepForm(request.POST or None, action=action)
    if request.method == "POST" and form.is_valid():
        try:
            authoring.add_step(journey=found, draft=form.draft())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "The step is added.")
            return redirect("console_journey", slug)
    return _step_page(request, found, form, JourneyStep.Action(action).label)


@require_http_methods(["GET", "HEAD", "POST"])
@unlimited_editor_required
def edit_step(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a step."""
    found = _journey(request, slug)
    step = get_object_or_404(found.steps.filter(retired_at=None).select_related("program", "journey"), pk=pk)
    form = StepForm(request.POST or None, action=step.action, initial=StepForm.initial_of(step))
    if request.method == "POST" and form.is_valid():
        try:
            authoring.change_step(step=step, draft=form.draft())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "The step is saved.")
            return redirect("console_journey", slug)
    return _step_page(request, found, form, step.get_action_display())


def _step_page(request: HttpRequest, journey: Journey, form: StepForm, action: str) -> HttpResponse:
    rule = conditions.in_words(form.initial.get("condition_rule"))
    context: dict[str, Any] = {"journey": journey, "form": form, "action": action, "rule": rule}
    context["own"] = [form[name] for name in ("program", "message", "field", "text") if name in form.fields]
    return render(request, "console/journeys/step.html", context, status=400 if form.errors else 200)


@require_POST
@unlimited_editor_required
def remove_step(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a step out."""
    step = get_object_or_404(_journey(request, slug).steps.filter(retired_at=None).select_related("journey"), pk=pk)
    return _try(request, slug, lambda: authoring.remove_step(step=step), "The step is taken out.")


@require_POST
@unlimited_editor_required
def start_journey(request: HttpRequest, slug: str) -> HttpResponse:
    """Let it take partners on, or carry on."""
    found = _journey(request, slug)
    members_too = request.POST.get("members_too") == "1"
    return _try(request, slug, lambda: authoring.start(journey=found, members_too=members_too), "The journey is on.")


@require_POST
@unlimited_editor_required
def pause_journey(request: HttpRequest, slug: str) -> HttpResponse:
    """Hold it."""
    found = _journey(request, slug)
    return _try(request, slug, lambda: authoring.pause(journey=found), "The journey is paused.")


@require_POST
@unlimited_editor_required
def archive_journey(request: HttpRequest, slug: str) -> HttpResponse:
    """End it."""
    found = _journey(request, slug)
    return _try(request, slug, lambda: authoring.archive(journey=found), "The journey is archived.")


def _try(request: HttpRequest, slug: str, verb: Callable[[], object], said: str) -> HttpResponse:
    try:
        verb()
        messages.success(request, said)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("console_journey", slug)
