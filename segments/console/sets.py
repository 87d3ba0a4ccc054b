"""Segment sets: who falls where, in none, in several; making a set and putting it in order."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from pyroaring import BitMap64

from partners.vocabulary import Subject
from partners.walking import page_of
from people.guards import editor_required, vendor_required
from people.meanwhile import MeanwhileMixin
from people.roles import Viewer
from segments import sets as verbs
from segments.addresses import free_set_slug
from segments.bitmaps import ids_of, load
from segments.console.subjects import Named, Names
from segments.console.vocabulary import MODELS, subjects_of
from segments.members import seen_subjects
from segments.models import SUBJECTS, Segment, SegmentSet
from segments.overlaps import seen_members

SAMPLE_SIZE = 5
"""Names in a column of the board: the counts say how it is, the names only who is meant."""


@require_safe
@vendor_required
def sets(request: HttpRequest) -> HttpResponse:
    """All sets with what is in them."""
    found = SegmentSet.objects.prefetch_related("entries__segment")
    return render(request, "console/segments/sets.html", {"sets": found})


@require_safe
@vendor_required
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Who falls where."""
    found = get_object_or_404(SegmentSet, slug=slug)
    return render(request, "console/segments/set.html", {"set": found, **board_of(found, request.user)})


def board_of(found: SegmentSet, viewer: Viewer) -> dict[str, Any]:
    """The columns in order, and those in none or in several, of the subjects the viewer may see."""
    entries = list(found.entries.select_related("segment"))
    subject = Subject(found.subject)
    members = seen_members([entry.segment for entry in entries], viewer)
    anywhere, several = BitMap64(), BitMap64()
    for ids in members.values():
        several |= anywhere & ids
        anywhere |= ids
    lost = {entry.pk: load(entry.lost) if entry.lost is not None else BitMap64() for entry in entries}
    if viewer.regions and any(lost.values()):
        ids = BitMap64.union(BitMap64(), *lost.values())
        seen = BitMap64(subjects_of(subject, viewer).filter(pk__in=list(ids)).values_list("pk", flat=True))
        lost = {pk: ids & seen for pk, ids in lost.items()}
    contested = BitMap64.union(BitMap64(), *lost.values()) if found.mode == SegmentSet.Mode.EXCLUSIVE else several
    everybody = seen_subjects(subject, viewer)
    total = len(everybody)
    nowhere = everybody - anywhere
    unplaced = page_of(MODELS[subject].objects.all(), ids_of(nowhere), size=SAMPLE_SIZE)
    first = [pk for ids in (*members.values(), contested) for pk in islice(ids, SAMPLE_SIZE)]
    shown = Names(subject).by_id([*first, *unplaced], viewer)
    return {
        "total": total,
        "columns": [
            {
                "entry": entry,
                "lost": len(lost[entry.pk]),
                "side": _side(members[entry.segment_id], shown),
                "share": len(members[entry.segment_id]),
                "percent": f"{100 * len(members[entry.segment_id]) / total:.0f} %" if total else "–",
            }
            for entry in entries
        ],
        "none": {
            **_numbers(len(nowhere)),
            "names": [shown[pk] for pk in unplaced if pk in shown],
            "more": _more(len(nowhere) - len(unplaced)),
        },
        "several": _side(contested, shown),
    }


def _more(count: int) -> str:
    return f"{count:,}" if count > 0 else ""


def _numbers(count: int) -> dict[str, Any]:
    return {"count": count, "words": f"{count:,}"}


def _side(ids: BitMap64, known: dict[int, Named]) -> dict[str, Any]:
    """How many, and the first of them, as `movers.html` shows them."""
    shown = [known[pk] for pk in islice(ids, SAMPLE_SIZE) if pk in known]
    names = sorted(shown, key=lambda named: named.name)
    return {**_numbers(len(ids)), "names": names, "more": _more(len(ids) - len(shown))}


class SetForm(MeanwhileMixin, forms.Form):
    """A set's name and how it works; beside it, a place for each segment there is."""

    name = forms.CharField(max_length=200)
    mode = forms.ChoiceField(
        label="Whoever matches several",
        choices=[("exclusive", "is in the first of them only"), ("overlapping", "is in all of them")],
    )
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    everyone_else = forms.ChoiceField(
        required=False, label="Everyone else", help_text="The segment for whoever is in none of the others."
    )

    def __init__(self, data: Any, *, subject: str, found: SegmentSet | None) -> None:
        entries = list(found.entries.select_related("segment")) if found else []
        rest = next((entry.segment.slug for entry in entries if entry.is_rest), "")
        initial = {name: getattr(found, name) for name in ("name", "mode", "description")} if found else {}
        super().__init__(data, initial={**initial, "everyone_else": rest})
        segments = Segment.objects.filter(subject=subject).exclude(status=Segment.Status.ARCHIVED)
        self.choices = list(segments.values_list("slug", "name"))
        self.fields["everyone_else"].choices = [("", "No such segment"), *self.choices]  # type: ignore[attr-defined]
        self.present = {entry.segment.slug: str(entry.position + 1) for entry in entries if not entry.is_rest}

    def beside(self) -> dict[str, Any]:
        """The order."""
        return {"The order of the segments": self.present}

    @property
    def places(self) -> list[tuple[str, str, str]]:
        """(slug, name, place) of every segment, those of the set first; the place is empty where it is not in it."""
        rows = [
            (slug, name, self.data.get(f"place-{slug}", "") if self.is_bound else self.present.get(slug, ""))
            for slug, name in self.choices
        ]
        return sorted(rows, key=lambda row: (row[0] not in self.present, int(self.present.get(row[0], 0))))

    def clean(self) -> dict[str, Any]:
        """Adds `segments`: slugs in their order."""
        values = super().clean() or {}
        placed = []
        for slug, name, place in self.places:
            if place.strip() and not place.strip().isdecimal():
                self.add_error(None, f"The place of {name} is a number, or empty.")
            elif place.strip():
                placed.append((int(place), slug))
        values["segments"] = [slug for _, slug in sorted(placed)]
        return values


@require_http_methods(["GET", "POST"])
@editor_required
def new(request: HttpRequest) -> HttpResponse:
    """A new set, of partners or of customers."""
    subject = request.GET.get("subject", "")
    return _form(request, None, subject if subject in MODELS else Subject.PARTNER.value)


@require_http_methods(["GET", "POST"])
@editor_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """A set's name, order and mode."""
    found = get_object_or_404(SegmentSet, slug=slug)
    return _form(request, found, found.subject)


def _form(request: HttpRequest, found: SegmentSet | None, subject: str) -> HttpResponse:
    form = SetForm(request.POST or None, subject=subject, found=found)
    if request.method == "POST" and form.is_valid():
        values = {"author": str(request.user), **form.cleaned_data}
        try:
            if found is None:
                found = verbs.create_set(slug=free_set_slug(values["name"]), subject=subject, **values)
            else:
                verbs.change_set(segment_set=found, **values)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, "Saved. Members follow in a moment.")
            return redirect("console_set", found.slug)
    words = {"form": form, "set": found, "subject": subject, "subjects": SUBJECTS}
    return render(request, "console/segments/set_form.html", words, status=400 if form.errors else 200)


@require_POST
@editor_required
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a set apart; its segments stay."""
    found = get_object_or_404(SegmentSet, slug=slug)
    verbs.delete_set(segment_set=found, author=str(request.user))
    messages.success(request, f"{found.name} is taken apart. Its segments go by their own rules.")
    return redirect("console_sets")
