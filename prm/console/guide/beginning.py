"""All guided set-ups; beginning one, coming back to it, leaving it; its first three steps."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.estimating import records
from partners.models import Import
from partners.vocabulary import Subject
from people import roles
from people.guards import editor_required
from prm.console.guide.forms import FactsForm, ObjectiveForm
from prm.console.guide.showing import address, forget, one, onwards, page, remember
from prm.guide import keeping
from prm.guide.progress import progress_of
from prm.guide.steps import STEPS
from segments.models import Guide

SHOWN = 50


@require_safe
@editor_required
def guides(request: HttpRequest) -> HttpResponse:
    """Those under way, and those done."""
    found = Guide.objects.visible_to(request.user).select_related("set", "created_by")
    words = {
        "under_way": found.under_way()[:SHOWN],
        "finished": found.exclude(finished_at=None)[:SHOWN],
        "steps": STEPS,
    }
    return render(request, "console/guide/list.html", words)


@require_http_methods(["GET", "POST"])
@editor_required
def new(request: HttpRequest) -> HttpResponse:
    """The first step of a new one."""
    form = ObjectiveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = keeping.begin(user=request.user, subject=form.cleaned_data["subject"], **form.wanted())
        remember(request, made, "data")
        return onwards("objective", made)
    words = {"form": form, "step": STEPS[0], "names": STEPS}
    return render(request, "console/guide/new.html", words, status=400 if form.errors else 200)


@require_safe
@editor_required
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """To the first step that is not done."""
    guide = one(request, pk)
    return redirect(address(progress_of(guide, request.user).next_step.key, guide))


@require_POST
@editor_required
def leave(request: HttpRequest) -> HttpResponse:
    """Carry on without the guide; it can be come back to at any time."""
    forget(request)
    messages.info(request, "The guided set-up waits for you under “Guided set-up”.")
    return redirect("console_home")


@require_POST
@editor_required
def give_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the guide away; what it made stays."""
    guide = one(request, pk)
    forget(request)
    keeping.give_up(guide=guide)
    messages.success(request, f"“{guide.name}” is not guided any more. Its segments stay as they are.")
    return redirect("console_guides")


@require_http_methods(["GET", "POST"])
@editor_required
def objective(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wanted."""
    guide = one(request, pk)
    form = ObjectiveForm(request.POST if request.method == "POST" else None, instance=one(request, pk))
    if request.method == "POST" and form.is_valid():
        keeping.change_objective(guide=guide, **form.wanted())
        return onwards("objective", guide)
    return page(request, guide, "objective", {"form": form}, status=400 if form.errors else 200)


@require_safe
@editor_required
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """The records there are, and bringing in more."""
    guide, viewer = one(request, pk), request.user
    words = {
        "counts": [(label, records(subject, viewer), name) for subject, label, name in COUNTED],
        "imports": Import.objects.visible_to(viewer).defer("rejects", "options")[:3],
        "may_import": roles.may_import(viewer),
    }
    return page(request, guide, "data", words)


COUNTED = (
    (Subject.PARTNER, "Partners", "console_partners"),
    (Subject.CUSTOMER, "Customers", "console_customers"),
    (Subject.DEAL, "Deals", "console_deals"),
)


@require_http_methods(["GET", "POST"])
@editor_required
def variables(request: HttpRequest, pk: int) -> HttpResponse:
    """Which facts matter."""
    guide = one(request, pk)
    progress = progress_of(guide, request.user)
    form = FactsForm(
        request.POST if request.method == "POST" else None,
        guide=guide,
        viewer=request.user,
        total=progress.records.count,
    )
    if request.method == "POST" and form.is_valid():
        try:
            keeping.choose_facts(guide=guide, facts=form.cleaned_data["facts"])
        except ValidationError as error:
            form.add_error("facts", error.messages)
        else:
            return onwards("variables", guide)
    return page(request, guide, "variables", {"form": form}, status=400 if form.errors else 200, progress=progress)
