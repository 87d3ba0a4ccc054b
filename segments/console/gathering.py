"""Records ticked in a list, or all that it shows, put on a segment that is a list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from partners.console.bulk import selection
from partners.console.listing import kept
from partners.vocabulary import Subject
from people.guards import editor_required
from segments import gathering
from segments.addresses import free_slug
from segments.console.vocabulary import MODELS
from segments.gathering import Gathered
from segments.models import Segment

LISTS = {Subject.PARTNER.value: "console_partners", Subject.CUSTOMER.value: "console_customers"}


class GatherForm(forms.Form):
    """Onto which list, and why."""

    list = forms.ChoiceField(label="List", required=False)
    name = forms.CharField(label="or a new list called", max_length=200, required=False)
    reason = forms.CharField(max_length=500, required=False, help_text="Kept with everybody who is put on it.")

    def __init__(self, *args: Any, subject: str, viewer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Segment.objects.visible_to(viewer).filter(subject=subject, kind=Segment.Kind.LIST)
        self.known = {each.slug: each for each in found.exclude(status=Segment.Status.ARCHIVED).order_by("name")}
        options = [(slug, f"{each.name} ({each.member_count:,})") for slug, each in self.known.items()]
        self.fields["list"].choices = [("", "Choose a list" if options else "There is no list yet"), *options]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        values = super().clean() or {}
        if not self.errors and bool(values.get("list")) == bool(values.get("name", "").strip()):
            raise ValidationError("Choose a list, or name a new one.")
        return values


@require_POST
@editor_required
def gather(request: HttpRequest, subject: str) -> HttpResponse:
    """The selection comes along from the list of records: first the question which list, then it is done."""
    if subject not in MODELS:
        raise Http404
    rows = selection(request, Subject(subject))
    count = rows.count()
    is_sent = "put" in request.POST
    form = GatherForm(request.POST if is_sent else None, subject=subject, viewer=request.user)
    if is_sent and form.is_valid():
        try:
            ids = list(rows.order_by("pk").values_list("pk", flat=True)[: gathering.MOST + 1])
            done = _put(form, ids, subject, request)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, words_of(done))
            return redirect("console_segment_by_hand", done.segment.slug)
    words = {
        "form": form,
        "subject": subject,
        "count": count,
        "most": gathering.MOST,
        "back": f"{reverse(LISTS[subject])}?{kept(QueryDict(request.POST.get('query', '')[:8000]))}",
        "hidden": [(name, v) for name in ("id", "everything", "query") for v in request.POST.getlist(name)],
    }
    return render(request, "console/segments/gather.html", words, status=400 if form.errors else 200)


def _put(form: GatherForm, ids: list[int], subject: str, request: HttpRequest) -> Gathered:
    values, author = form.cleaned_data, str(request.user)
    segment = form.known.get(values["list"])
    if segment is None:
        name = values["name"].strip()
        if not ids:
            raise ValidationError("Nobody is selected.")
        segment = gathering.make_list(slug=free_slug(name), name=name, subject=subject, author=author)
    reason = values["reason"].strip() or "Put on the list from the console"
    return gathering.gather(segment=segment, ids=ids, author=author, reason=reason)


def words_of(done: Gathered) -> str:
    """What was done, in words."""
    said = f"{intcomma(done.added)} put on {done.segment.name}."
    if done.present:
        said += f" {intcomma(done.present)} were on it already."
    if done.kept_out:
        said += f" {intcomma(done.kept_out)} are kept out by hand and stay out."
    return said
