"""The middle of the guided set-up: groups, what each is like, what each gets."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from partners.vocabulary import Subject
from people import roles
from people.guards import editor_required
from prm.catalogue import listing
from prm.catalogue.installing import FieldTaken
from prm.console.guide.forms import DescribeForm, GroupsForm
from prm.console.guide.showing import address, one, onwards, page, told
from prm.guide import dividing, keeping
from prm.guide.progress import progress_of
from programs.models import Program
from segments import sets
from segments.addresses import free_set_slug
from segments.rules import RuleInvalid


@require_http_methods(["GET", "POST"])
@editor_required
def groups(request: HttpRequest, pk: int) -> HttpResponse:
    """Ways to make them, and the set they are put in order in."""
    guide = one(request, pk)
    form = GroupsForm(request.POST if request.method == "POST" else None, guide=guide)
    if request.method == "POST" and form.is_valid():
        values = {"author": str(request.user), **form.cleaned_data}
        try:
            if guide.set is None:
                made = sets.create_set(slug=free_set_slug(values["name"]), subject=guide.subject, **values)
            else:
                made = sets.change_set(segment_set=guide.set, **values)
            keeping.keep_set(guide=guide, segment_set=made)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            return onwards("groups", guide)
    words = {
        "form": form,
        "facts": dividing.dividing(guide),
        "templates": [
            each for each in listing.CATALOGUE.values() if any(s.subject == guide.subject for s in each.segments)
        ],
        "may_search": roles.may_administer(request.user) or not request.user.regions,
        "is_customers": guide.subject == Subject.CUSTOMER,
    }
    return page(request, guide, "groups", words, status=400 if form.errors else 200)


@require_POST
@editor_required
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """A group for each value of a fact."""
    guide = one(request, pk)
    try:
        dividing.split(guide=guide, fact=request.POST.get("fact", ""), user=request.user)
    except (ValidationError, RuleInvalid) as refused:
        messages.error(request, told(refused) if isinstance(refused, ValidationError) else str(refused))
    else:
        messages.success(request, "Here are your groups, as drafts. Change what does not fit.")
    return redirect(address("groups", guide))


@require_POST
@editor_required
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """The groups of a ready template."""
    guide = one(request, pk)
    template = listing.CATALOGUE.get(request.POST.get("template", ""))
    if template is None:
        messages.error(request, "Choose a template.")
        return redirect(address("groups", guide))
    try:
        dividing.take_template(guide=guide, template=template, user=request.user)
    except ValidationError as refused:
        messages.error(request, told(refused))
    except (FieldTaken, RuleInvalid) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{template.name}” is here, as drafts. Change what does not fit.")
    return redirect(address("groups", guide))


@require_http_methods(["GET", "POST"])
@editor_required
def profiles(request: HttpRequest, pk: int) -> HttpResponse:
    """What each group is like."""
    guide = one(request, pk)
    progress = progress_of(guide, request.user)
    forms = [DescribeForm(request.POST if request.method == "POST" else None, group=group) for group in progress.groups]
    is_wrong = any(form.errors for form in forms)
    if request.method == "POST" and not is_wrong:
        keeping.describe(guide=guide, said={form.group.segment.slug: form.cleaned_data for form in forms})
        return onwards("profiles", guide)
    return page(request, guide, "profiles", {"forms": forms}, status=400 if is_wrong else 200, progress=progress)


@require_http_methods(["GET", "POST"])
@editor_required
def strategy(request: HttpRequest, pk: int) -> HttpResponse:
    """What each group gets; sent, the step is left as it is."""
    guide = one(request, pk)
    if request.method == "POST":
        keeping.leave_undone(guide=guide, key="strategy")
        return onwards("strategy", guide)
    is_customers = guide.subject == Subject.CUSTOMER
    query = "form=play&customer_segments" if is_customers else "any"
    kinds = [
        (kind, "Sales play" if is_customers else label)
        for kind, label in Program.Kind.choices
        if not is_customers or kind == Program.Kind.CONTENT
    ]
    return page(request, guide, "strategy", {"kinds": kinds, "query": query})
