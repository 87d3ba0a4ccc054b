"""Ready templates: what there is, what is in one, installing it, putting it to work, taking its drafts away."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from people.guards import editor_required, vendor_required
from people.models import User
from prm.catalogue import listing, sizing, starting
from prm.catalogue.installing import FieldTaken, install
from prm.catalogue.shapes import Template, View
from prm.demo.industries import PROFILES
from segments.drafting import SegmentInUse
from segments.rules import RuleInvalid

INDUSTRIES = [(key, PROFILES[key].label) for key in listing.INDUSTRIES]


@require_safe
@vendor_required
def templates(request: HttpRequest) -> HttpResponse:
    """All of them by the way they divide, or those that fit an industry."""
    industry = request.GET.get("industry", "")
    chosen = listing.templates(industry if industry in listing.INDUSTRIES else "")
    states = starting.states(chosen)
    groups = [
        (view, [(each, states[each.slug], PROFILES[each.industry].label if each.industry else "") for each in found])
        for view in View
        if (found := [each for each in chosen if each.view == view])
    ]
    missing = [each for each in chosen if states[each.slug].there < states[each.slug].parts]
    words = {"groups": groups, "industries": INDUSTRIES, "industry": industry, "missing": missing}
    return render(request, "console/templates/list.html", words)


@require_safe
@vendor_required
def template(request: HttpRequest, slug: str) -> HttpResponse:
    """What is in one, and how much of it is here already."""
    found = _template(slug)
    state = starting.states((found,))[slug]
    names = {segment.slug: segment.name for segment in found.segments}
    programs = [
        {
            "draft": draft,
            "found": program,
            "gets": [names[each] for each in (*draft.targeting.any, *getattr(draft.detail, "customer_segments", ()))],
            "not": [names[each] for each in draft.targeting.none],
        }
        for draft, program in state.programs
    ]
    words = {"template": found, "state": state, "programs": programs}
    return render(request, "console/templates/template.html", words)


@require_safe
@vendor_required
def counts(request: HttpRequest, slug: str) -> HttpResponse:
    """How many each of its rules would find now: a fragment, which asks again while a worker counts."""
    found = _template(slug)
    known = sizing.sizes(found, request.user) if isinstance(request.user, User) else None
    rows = list(zip(found.segments, known.found, strict=True)) if known else []
    words = {"template": found, "rows": rows, "at": known.at if known else None}
    return render(request, "console/templates/counts.html", words)


@require_POST
@editor_required
def put_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Install it, as drafts."""
    found = _template(slug)
    try:
        done = install(templates=[found], author=str(request.user), owner=_owner(request))
    except (FieldTaken, RuleInvalid) as error:
        messages.error(request, str(error))
        return redirect("console_template", slug)
    if done.made:
        messages.success(request, f"“{found.name}” is installed, as drafts. Look at who would be in, then start it.")
    else:
        messages.info(request, "All of it was there already.")
    return redirect("console_template", slug)


@require_POST
@editor_required
def put_all_in(request: HttpRequest) -> HttpResponse:
    """Install all that are listed, those of an industry or every one, as drafts."""
    industry = request.POST.get("industry", "")
    chosen = listing.templates(industry if industry in listing.INDUSTRIES else "")
    try:
        done = install(templates=chosen, author=str(request.user), owner=_owner(request))
    except (FieldTaken, RuleInvalid) as error:
        messages.error(request, f"Nothing was installed: {error}")
    else:
        segments = ngettext("%d segment", "%d segments", len(done.segments)) % len(done.segments)
        programs = ngettext("%d programme", "%d programmes", len(done.programs)) % len(done.programs)
        messages.success(request, f"{segments} and {programs} are new, as drafts. Start those that you want.")
    return redirect(
        f"{reverse('console_templates')}{f'?industry={industry}' if industry in listing.INDUSTRIES else ''}"
    )


@require_POST
@editor_required
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Publish what it holds and put its programmes on offer."""
    found = _template(slug)
    try:
        done = starting.start(template=found, author=str(request.user))
    except RuleInvalid as error:
        messages.error(request, f"Nothing was published: {error.words}")
    except ValidationError as error:
        messages.error(request, f"Nothing was published: {' '.join(error.messages)}")
    else:
        messages.success(
            request,
            f"{ngettext('%d segment is', '%d segments are', done.segments) % done.segments} published and "
            f"{ngettext('%d programme', '%d programmes', done.programs) % done.programs} on offer. Members are being found.",
        )
    return redirect("console_template", slug)


@require_POST
@editor_required
def take_out(request: HttpRequest, slug: str) -> HttpResponse:
    """Take its drafts away again."""
    found = _template(slug)
    try:
        count = starting.remove(template=found, author=str(request.user))
    except SegmentInUse as error:
        messages.error(request, str(error))
    else:
        gone = ngettext("%d draft is", "%d drafts are", count) % count
        messages.success(request, f"{gone} taken away. What was published stays.")
    return redirect("console_template", slug)


def _template(slug: str) -> Template:
    if slug not in listing.CATALOGUE:
        raise Http404
    return listing.CATALOGUE[slug]


def _owner(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
