"""The console's programmes: what there is, how it is doing, whom it is for."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.models import Partner
from people.guards import editor_required, vendor_required
from programs import authoring
from programs.audience import in_order, targeting_of
from programs.console.content_fields import item_choices
from programs.console.contents import content_context
from programs.console.forms import FORMS, present_file
from programs.console.rows import offer_rows, program_rows
from programs.effects import would_offer
from programs.models import Offer, Program
from programs.precedence import would_meet
from programs.targeting import Targeting
from programs.wording import sentence
from segments.stages import STAGES

PAGE = 50
STATES = [
    ("on", "On offer now"),
    ("opened", "Opened"),
    ("started", "Started"),
    ("completed", "Completed"),
    ("lapsed", "Lapsed"),
    ("withdrawn", "Withdrawn"),
]


def _program(request: HttpRequest, slug: str) -> Program:
    programs = Program.objects.visible_to(request.user).select_related("content", "course", "incentive")
    return get_object_or_404(programs.prefetch_related("targets__segment"), slug=slug)


@require_safe
@vendor_required
def programs(request: HttpRequest) -> HttpResponse:
    """Every programme, with whom it is for and how it is taken up."""
    kind, status, words, stage = (request.GET.get(name, "") for name in ("kind", "status", "q", "stage"))
    named = ("targets__segment", "content__customer_segments__segment")
    found = Program.objects.visible_to(request.user).search(words).prefetch_related(*named)
    found = found.filter(kind=kind) if kind in Program.Kind.values else found
    found = found.filter(stage=stage) if stage in dict(STAGES) else found
    found = found.filter(status=status) if status in Program.Status.values else found.exclude(status="archived")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows, tallied_at = program_rows(list(page), request.user)
    context = {
        "page": page,
        "rows": rows,
        "tallied_at": tallied_at,
        "kinds": Program.Kind.choices,
        "statuses": Program.Status.choices,
        "stages": STAGES,
        "filters": {"kind": kind, "status": status, "q": words, "stage": stage},
    }
    return render(request, "console/programs/list.html", context)


@require_safe
@vendor_required
def program(request: HttpRequest, slug: str) -> HttpResponse:
    """One programme: whom it is for, how it is doing, and who has it on offer."""
    found = _program(request, slug)
    state = request.GET.get("state", "on")
    offers = Offer.objects.visible_to(request.user).filter(program=found)
    page = Paginator(offers.in_state(state).select_related("partner"), PAGE).get_page(request.GET.get("page"))
    targets = in_order(found.targets.all())
    targeting = targeting_of(targets)
    context: dict[str, Any] = {
        "program": found,
        "sentence": sentence(targeting, {target.segment.slug: target.segment.name for target in targets}),
        "targets": targets,
        "idle": [target.segment for target in targets if target.segment.status != "active"],
        "tally": next(iter(offers.tallies()), {}),
        "page": page,
        "rows": offer_rows(list(page)),
        "states": STATES,
        "state": state,
        "effect": _effect(found, targeting) if found.status != Program.Status.ACTIVE else None,
    }
    if found.kind == Program.Kind.CONTENT:
        context |= content_context(found.content, request.user)
    if found.kind == Program.Kind.INCENTIVE:
        context["earns"] = found.incentive.earns
        if effect := context["effect"]:
            context["meets"] = would_meet(found, found.incentive.type, effect.wanted)
    return render(request, "console/programs/program.html", context)


def _effect(found: Program, targeting: Targeting) -> Any:
    return would_offer(
        targeting=targeting,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        new_members_only=found.new_members_only,
        program=found,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def new(request: HttpRequest, kind: str = "") -> HttpResponse:
    """Write a new programme; first its kind is chosen."""
    if not kind:
        return render(request, "console/programs/kinds.html", {"asked": request.GET.urlencode()})
    if kind not in FORMS:
        raise Http404
    asked = _asked(request)
    aimed = Targeting(any=tuple(asked.get("any", ())))
    form = FORMS[kind](request.POST or None, request.FILES or None, initial=asked, targeting=aimed)
    if request.method == "POST" and form.is_valid():
        try:
            made = authoring.create_program(draft=form.draft(), author=request.user)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(
                request, f"“{made.name}” is saved as a draft. Look at whom it would reach, then activate it."
            )
            return redirect("console_program", made.slug)
    return _form_page(request, form, kind=kind)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What the address says a new programme begins with: its form, and for whom it is."""
    asked = request.GET
    many = {name: asked.getlist(name) for name in ("any", "customer_segments") if name in asked}
    return many | {name: asked[name] for name in ("form", "stage") if name in asked}


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a programme."""
    found = _program(request, slug)
    draft = authoring.draft_of(found)
    form_class = FORMS[found.kind]
    form = form_class(
        request.POST or None,
        request.FILES or None,
        initial=form_class.initial_of(draft),
        targeting=draft.targeting,
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = authoring.change_program(program=found, draft=form.draft(), author=request.user)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, f"“{changed.name}” is saved.")
            return redirect("console_program", changed.slug)
    return _form_page(request, form, kind=found.kind, program=found)


def _form_page(request: HttpRequest, form: Any, *, kind: str, program: Program | None = None) -> HttpResponse:
    context = {
        "form": form,
        "kind": kind,
        "kind_label": Program.Kind(kind).label,
        "program": program,
        "present_file": present_file(program),
        "item_choices": item_choices() if kind == Program.Kind.CONTENT else [],
        "lessons": form["lessons"].value() if "lessons" in form.fields else None,
    }
    return render(request, "console/programs/form.html", context, status=422 if form.errors else 200)


@require_POST
@editor_required
def effect(request: HttpRequest, kind: str, slug: str = "") -> HttpResponse:
    """A part for the form: how many partners the programme as entered would reach now."""
    if kind not in FORMS:
        raise Http404
    found = _program(request, slug) if slug else None
    targeting = authoring.draft_of(found).targeting if found else None
    form = FORMS[kind](request.POST, targeting=targeting)
    form.full_clean()
    data = form.cleaned_data
    reach = would_offer(
        targeting=form.targeting(),
        starts_on=data.get("starts_on"),
        ends_on=data.get("ends_on"),
        new_members_only=data.get("new_members_only", False),
        program=found,
    )
    words: dict[str, Any] = {"effect": reach, "names_somebody": form.targeting().names_somebody}
    if kind == Program.Kind.INCENTIVE:
        draft = Program(pk=found.pk if found else None, priority=data.get("priority") or 0)
        words["meets"] = would_meet(draft, data.get("type", ""), reach.wanted)
    return render(request, "console/programs/effect.html", words)


@require_safe
@editor_required
def lesson_row(request: HttpRequest) -> HttpResponse:
    """A part for the form: one more empty lesson."""
    return render(request, "console/programs/lesson.html", {"lesson": {}})


@require_POST
@editor_required
def activate(request: HttpRequest, slug: str) -> HttpResponse:
    """Put it on offer."""
    found = _program(request, slug)
    try:
        authoring.activate(program=found)
        messages.success(request, f"“{found.name}” is active. It reaches its partners within moments.")
    except ValidationError as error:
        for message in error.messages:
            messages.error(request, message)
    return redirect("console_program", slug)


@require_POST
@editor_required
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take it off offer."""
    found = _program(request, slug)
    authoring.archive(program=found)
    messages.success(request, f"“{found.name}” is archived. What partners have started they can still finish.")
    return redirect("console_program", slug)


@require_POST
@editor_required
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Remove a draft that was never on offer."""
    found = _program(request, slug)
    try:
        authoring.delete_program(program=found)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("console_program", slug)
    messages.success(request, f"“{found.name}” is deleted.")
    return redirect("console_programs")


@require_safe
@vendor_required
def partner_offers(request: HttpRequest, external_id: str) -> HttpResponse:
    """A part for the partner's page: what is on offer to it, and why."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
    offers = Offer.objects.filter(partner=partner).on().select_related("program")
    return render(
        request, "console/programs/partner_offers.html", {"rows": offer_rows(list(offers)), "partner": partner}
    )
