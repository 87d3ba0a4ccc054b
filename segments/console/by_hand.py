"""Who is let into a segment, or kept out of it, by hand: by whom, why, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.instants import in_utc
from partners.vocabulary import Subject
from people.guards import editor_required, vendor_required
from segments.console.segment import one
from segments.console.subjects import Named, Names
from segments.console.vocabulary import subjects_of
from segments.gathering import take_back
from segments.instants import day_end
from segments.models import Override, Segment
from segments.overriding import remove_override, set_override

PAGE_SIZE = 50
FOUND = 8
SOON = timedelta(days=14)
STEPS = 10
SHOWN = [
    ("", "All"),
    ("include", "Let in"),
    ("exclude", "Kept out"),
    ("soon", "Ending within 14 days"),
    ("over", "Ended"),
]


@dataclass(frozen=True, slots=True)
class Row:
    """One decision, with whom it is about."""

    override: Override
    who: Named
    is_over: bool
    is_soon: bool


class DecideForm(forms.Form):
    """About whom, which way, why, until when."""

    who = forms.CharField(max_length=200, label="Who")
    chosen = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label="What", choices=[("include", "Let in"), ("exclude", "Keep out")], initial="include")
    reason = forms.CharField(max_length=500, help_text="Colleagues read it, and so does the segment's history.")
    until = forms.DateField(
        required=False,
        label="Last day",
        help_text="From the day after, the rule decides again. Empty: for good.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def expires_at(self) -> datetime | None:
        """The end of the last day."""
        until: date | None = self.cleaned_data["until"]
        return day_end(until, timezone.get_default_timezone()) if until else None


@require_http_methods(["GET", "POST"])
@vendor_required
def by_hand(request: HttpRequest, slug: str) -> HttpResponse:
    """The decisions; a new one, on POST, by those who may edit."""
    segment = one(request.user, slug)
    form = DecideForm(request.POST or None)
    found: list[Named] = []
    if request.method == "POST":
        response, found = _decide(request, segment, form)
        if response is not None:
            return response
    words = {"segment": segment, "tab": "by_hand", "form": form, "found": found, **_rows(request, segment)}
    words["steps"] = steps(segment, request.user) if request.user.may_edit else []
    return render(request, "console/segments/by_hand.html", words, status=400 if form.errors else 200)


def _decide(request: HttpRequest, segment: Segment, form: DecideForm) -> tuple[HttpResponse | None, list[Named]]:
    if not request.user.may_edit:
        raise PermissionDenied
    if not form.is_valid():
        return None, []
    found = search(segment, request.user, form.cleaned_data["chosen"] or form.cleaned_data["who"])
    if len(found) != 1:
        form.add_error("who", "Several are called that. Choose one." if found else "Nobody is called that. Try the id.")
        return None, found
    who = found[0]
    before = segment.overrides.filter(subject_id=who.pk).first()
    try:
        set_override(
            segment=segment,
            subject_id=who.pk,
            kind=form.cleaned_data["kind"],
            author=str(request.user),
            reason=form.cleaned_data["reason"],
            expires_at=form.expires_at(),
        )
    except ValidationError as refused:
        for name, texts in refused.message_dict.items():
            form.add_error({"expires_at": "until", "reason": "reason"}.get(name), texts)
        return None, []
    done = "let in" if form.cleaned_data["kind"] == "include" else "kept out"
    instead = f" It takes the place of what {before.author} decided: {before.reason}" if before else ""
    messages.success(request, f"{who.name} is {done}. Members follow in a moment.{instead}")
    return redirect("console_segment_by_hand", segment.slug), []


def search(segment: Segment, viewer: Any, words: str) -> list[Named]:
    """Who is meant: the one with that id, or those so called."""
    subject = Subject(segment.subject)
    records: Any = subjects_of(subject, viewer)
    names = Names(subject)
    words = words.replace("\x00", "").strip()
    exact = records.filter(external_id=words).first()
    if exact is not None:
        return [names.of(exact)]
    return [names.of(record) for record in records.search(words).order_by("name", "id")[:FOUND]] if words else []


@require_safe
@editor_required
def found(request: HttpRequest, slug: str) -> HttpResponse:
    """The part with those who may be meant: `?who=`."""
    segment = one(request.user, slug)
    words = {"found": search(segment, request.user, request.GET.get("who", "")), "asked": request.GET.get("who", "")}
    return render(request, "console/segments/parts/found.html", words)


def seen(segment: Segment, viewer: Any) -> QuerySet[Override]:
    """The decisions about records the viewer may see."""
    return Override.objects.filter(
        segment=segment, subject_id__in=subjects_of(Subject(segment.subject), viewer).values("pk")
    )


def _rows(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    now = timezone.now()
    shown = request.GET.get("shown", "")
    rows = seen(segment, request.user)
    if shown in {"include", "exclude"}:
        rows = rows.filter(kind=shown)
    elif shown == "soon":
        rows = rows.filter(expires_at__gt=now, expires_at__lte=now + SOON)
    elif shown == "over":
        rows = rows.filter(expires_at__lte=now)
    if q := request.GET.get("q", "").strip():
        records: Any = subjects_of(Subject(segment.subject), request.user)
        rows = rows.filter(subject_id__in=records.search(q).values("pk"))
    page = Paginator(rows.order_by("-created_at", "-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    names = Names(Subject(segment.subject)).by_id([row.subject_id for row in page.object_list], request.user)
    listed = [
        Row(
            row,
            names[row.subject_id],
            _is_over(row, now),
            row.expires_at is not None and now < row.expires_at <= now + SOON,
        )
        for row in page.object_list
        if row.subject_id in names
    ]
    return {"page": page, "rows": listed, "q": q, "shown": shown, "choices": SHOWN, "is_narrowed": bool(q or shown)}


def _is_over(row: Override, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def steps(segment: Segment, viewer: Any) -> list[dict[str, Any]]:
    """What was put there many at a time, latest first: each can be taken back whole."""
    rows = seen(segment, viewer).values("created_at", "author", "reason").annotate(count=Count("pk"))
    return list(rows.filter(count__gt=1).order_by("-created_at")[:STEPS])


@require_POST
@editor_required
def remove(request: HttpRequest, slug: str, external_id: str) -> HttpResponse:
    """Let the rule decide about one again."""
    segment = one(request.user, slug)
    record = get_object_or_404(subjects_of(Subject(segment.subject), request.user), external_id=external_id)
    if remove_override(segment=segment, subject_id=record.pk, author=str(request.user)):
        messages.success(request, f"The rule decides about {record} again.")
    else:
        messages.info(request, f"The rule decides about {record} already.")
    return redirect("console_segment_by_hand", slug)


@require_POST
@editor_required
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take back one step: `at` says which."""
    segment = one(request.user, slug)
    try:
        at = parse_datetime(request.POST.get("at", ""))
        at = at and in_utc(at if at.tzinfo else at.replace(tzinfo=UTC))
    except ValueError:
        at = None
    if at is None:
        raise Http404
    gone = take_back(
        segment=segment,
        at=at,
        viewer=request.user,
        author=str(request.user),
    )
    messages.success(request, f"{gone:,} taken back. Members follow in a moment.")
    return redirect("console_segment_by_hand", slug)
