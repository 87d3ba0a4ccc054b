"""Making a segment and changing its rule."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from people.guards import editor_required
from people.models import User
from segments import drafting
from segments.addresses import free_slug
from segments.console.forms import SegmentForm
from segments.console.starting import Start, start
from segments.console.vocabulary import builder_data
from segments.models import Segment
from segments.rules import RuleInvalid


@require_http_methods(["GET", "POST"])
@editor_required
def new(request: HttpRequest) -> HttpResponse:
    """A new segment, as a draft; started from nothing, or from what the address names."""
    begun = start(request) if request.method == "GET" else Start()
    form = SegmentForm(request.POST or None, initial=begun.values)
    errors: tuple[Any, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            slug = _create(form.cleaned_data, request.user)
        except RuleInvalid as invalid:
            errors = _refuse(form, invalid)
        else:
            messages.success(request, "Saved as a draft. Publish it when the members are right.")
            return _onwards(request, slug)
    return _page(request, form, None, errors, start=begun)


@require_POST
@editor_required
def from_list(request: HttpRequest) -> HttpResponse:
    """The form of a new segment that holds just the ids that were sent. Nothing is saved yet."""
    begun = start(request)
    form = SegmentForm(initial=begun.values)
    return _page(request, form, None, (), start=begun)


def _create(values: dict[str, Any], author: User) -> str:
    segment = drafting.create_segment(
        slug=free_slug(values["name"]),
        name=values["name"],
        subject=values["subject"],
        rule=values["rule"],
        zone=values["zone"],
        author=str(author),
        viewer=author,
        description=values["description"],
        objective=values["objective"],
        partner_visible=values["partner_visible"],
    )
    return str(segment.slug)


@require_http_methods(["GET", "POST"])
@editor_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest version in the builder; saving makes the next one, unless the rule is the same."""
    segment = get_object_or_404(Segment.objects.visible_to(request.user).select_related("draft"), slug=slug)
    if segment.kind == Segment.Kind.LIST or segment.status == Segment.Status.ARCHIVED:
        messages.info(request, "This segment has no rule that can be changed.")
        return redirect("console_segment", slug)
    form = SegmentForm(request.POST if request.method == "POST" else None, segment=segment, initial=_initial(segment))
    errors: tuple[Any, ...] = ()
    conflict = ""
    if request.method == "POST":
        is_valid = form.is_valid()
        conflict = _conflict(segment, form.cleaned_data)
        if conflict:
            form.data = _on_top(form.data, segment)
        elif is_valid:
            try:
                made = _change(segment, form.cleaned_data, request.user)
            except RuleInvalid as invalid:
                errors = _refuse(form, invalid)
            else:
                messages.success(request, f"Saved as version {made}." if made else "Saved; the rule is unchanged.")
                return _onwards(request, slug)
    return _page(request, form, segment, errors, conflict)


def _on_top(sent: QueryDict, segment: Segment) -> QueryDict:
    """What was sent, as if the newest version had been opened: sent again, it becomes the next one."""
    values = sent.copy()
    values["based_on"] = str(segment.draft.number) if segment.draft else ""
    return values


def _initial(segment: Segment) -> dict[str, Any]:
    names = ("subject", "name", "description", "objective", "partner_visible")
    rule = json.dumps(segment.draft.rule, indent=2, ensure_ascii=False)
    version = {"rule": rule, "zone": segment.draft.zone, "based_on": segment.draft.number}
    return {name: getattr(segment, name) for name in names} | version


def _conflict(segment: Segment, values: dict[str, Any]) -> str:
    """Words for the author when the newest version is not the one that was opened; empty when all is well."""
    newest = segment.draft
    named = (values.get("rule", newest.rule), values.get("zone", newest.zone))
    if values.get("based_on") in (None, newest.number) or named == (newest.rule, newest.zone):
        return ""
    who = newest.author or "Somebody"
    return (
        f"{who} saved version {newest.number} while you were working. Yours is still here and not saved. Open the segment in "
        "another tab to compare; saving again puts yours on top as the next version."
    )


def _change(segment: Segment, values: dict[str, Any], author: User) -> int:
    """Saves details and rule; the number of the new version, or 0 when the rule is the same."""
    details = {name: values[name] for name in ("name", "description", "objective", "partner_visible")}
    drafting.change_details(segment=segment, **details)
    before = segment.draft.number
    version = drafting.change_rule(
        segment=segment,
        rule=values["rule"],
        zone=values["zone"],
        author=str(author),
        reason=values["reason"],
        viewer=author,
    )
    return version.number if version.number != before else 0


def _refuse(form: SegmentForm, invalid: RuleInvalid) -> tuple[Any, ...]:
    number = len(invalid.errors)
    first = invalid.errors[0].words
    words = first if number == 1 else f"{number} things in the rule are not right yet. The first: {first}"
    form.add_error("rule", ValidationError(words))
    return invalid.errors


def _onwards(request: HttpRequest, slug: str) -> HttpResponse:
    return redirect("console_segment_publish" if request.POST.get("then") == "publish" else "console_segment", slug)


def _page(
    request: HttpRequest,
    form: SegmentForm,
    segment: Segment | None,
    errors: tuple[Any, ...],
    conflict: str = "",
    start: Start | None = None,
) -> HttpResponse:
    words = {
        "form": form,
        "segment": segment,
        "subject": segment.subject if segment else form["subject"].value(),
        "builder": builder_data(request.user, without=segment.slug if segment else ""),
        "rule_errors": [{"pointer": error.pointer, "code": error.code, "detail": error.words} for error in errors],
        "conflict": conflict,
        "start": start,
        "others": []
        if segment
        else Segment.objects.visible_to(request.user).filter(kind="rule").values_list("slug", "name"),
    }
    return render(request, "console/segments/form.html", words, status=409 if conflict else 400 if form.errors else 200)
