"""Natural groupings: ask for a search, see what it found, make a segment of a group."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from insights.groupings import searching
from insights.groupings.models import Grouping
from insights.templatetags.shares import percent
from partners.vocabulary import FieldKind, Subject
from people import roles
from people.guards import unlimited_editor_required, unlimited_required
from segments import drafting
from segments.addresses import free_slug
from segments.models import SUBJECTS
from segments.rules import RuleInvalid

SHOWN = 30
CHOSEN = {
    Subject.PARTNER: ("employees", "annual_revenue", "won_revenue_12m", "win_rate", "customers_count", "partner_type"),
    Subject.CUSTOMER: ("employees", "annual_revenue", "won_revenue_12m", "adoption_level", "industry"),
}
"""What is ticked to begin with."""
KINDS = {FieldKind.BUILT_IN: "Records", FieldKind.CUSTOM: "Your own attributes", FieldKind.COMPUTED: "Worked out"}


class SearchForm(forms.Form):
    """Whose groups, by which facts."""

    fields_chosen = forms.MultipleChoiceField(
        label="By which facts", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one."}
    )

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = searching.usable(subject)
        groups = [(label, [(f.name, f.label) for f in found if f.kind is kind]) for kind, label in KINDS.items()]
        chosen = self.fields["fields_chosen"]
        chosen.choices = [group for group in groups if group[1]]  # type: ignore[attr-defined]
        chosen.initial = [f.name for f in found if f.name in CHOSEN[subject]]


@require_http_methods(["GET", "POST"])
@unlimited_required
def groupings(request: HttpRequest) -> HttpResponse:
    """Searches so far, and asking for another, for those who may make segments of it."""
    if request.method == "POST" and not roles.may_edit(request.user):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else None
    wanted = (sent or request.GET).get("subject", "")
    subject = Subject.CUSTOMER if wanted == Subject.CUSTOMER else Subject.PARTNER
    form = SearchForm(sent, subject=subject)
    if sent is not None and form.is_valid():
        try:
            made = searching.request(subject=subject, fields=form.cleaned_data["fields_chosen"], by=str(request.user))
        except ValidationError as error:
            form.add_error("fields_chosen", error.message_dict["fields"])
        else:
            return redirect("console_grouping", made.pk)
    words = {
        "place": "groupings",
        "form": form,
        "subject": subject,
        "subjects": SUBJECTS,
        "searches": Grouping.objects.all()[:SHOWN],
    }
    return render(request, "console/insights/groupings.html", words, status=400 if form.errors else 200)


@require_safe
@unlimited_required
def grouping(request: HttpRequest, pk: int) -> HttpResponse:
    """What one search found; while it goes on, a page that asks again until there is an answer."""
    found = get_object_or_404(Grouping, pk=pk)
    if request.htmx and found.status != Grouping.Status.WAITING:  # type: ignore[attr-defined]
        return HttpResponseClientRefresh()
    labels = {field.name: field.label for field in searching.usable(Subject(found.subject))}
    words = {
        "place": "groupings",
        "search": found,
        "labels": [labels.get(name, name) for name in found.fields],
        "dots": [(f"{x * 100:.1f}", f"{(1 - y) * 60:.1f}", group) for x, y, group in found.result.get("picture", [])],
    }
    part = "console/insights/parts/grouping.html"
    return render(request, part if request.htmx else "console/insights/grouping.html", words)  # type: ignore[attr-defined]


@require_POST
@unlimited_editor_required
def to_segment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A draft segment with the rule of a group, opened in the builder."""
    found = get_object_or_404(Grouping, pk=pk, status=Grouping.Status.FOUND)
    groups = found.result["groups"]
    if not 0 <= number < len(groups):
        raise Http404
    group = groups[number]
    said = (
        f"Found on {found.requested_at:%-d %B %Y} among {found.result['among']:,} {found.subject}s: the rule holds for "
        f"{percent(group['recall'])} of the group, and {percent(group['precision'])} of those it holds for are in it."
    )
    try:
        made = drafting.create_segment(
            slug=free_slug(group["name"]),
            name=group["name"][:200],
            subject=found.subject,
            rule=group["rule"],
            description=said,
            author=str(request.user),
            owner=request.user,
            viewer=request.user,
            reason="From a natural grouping",
        )
    except RuleInvalid as error:
        messages.error(request, f"The rule does not hold any more: {error.words} Search again.")
        return redirect("console_grouping", pk)
    messages.success(request, "Here is the group as a draft. Change what you like, then publish it.")
    return redirect("console_segment_edit", made.slug)
