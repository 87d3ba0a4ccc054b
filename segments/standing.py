"""What stands above a rule: subjects let in or kept out by hand, and families of segments with an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from pyroaring import BitMap64

from partners.facts import once


class OverrideQuerySet(models.QuerySet["Override"]):
    """Overrides."""

    def at(self, as_of: datetime) -> OverrideQuerySet:
        """Those that hold at an instant."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=as_of))


@pghistory.track()
class Override(models.Model):
    """One subject that is in a segment, or out of it, whatever the rule says: (rule or included) and not excluded."""

    class Kind(models.TextChoices):
        """Which way."""

        INCLUDE = "include", "Included"
        EXCLUDE = "exclude", "Excluded"

    segment = models.ForeignKey("segments.Segment", on_delete=models.CASCADE, related_name="overrides")
    subject_id = models.BigIntegerField()
    kind = models.CharField(max_length=7, choices=Kind.choices)
    author = models.CharField(max_length=200, help_text="The person's name, or the API key's")
    reason = models.CharField(max_length=500)
    expires_at = models.DateTimeField(null=True, blank=True)
    """From then on the rule decides again; null: for good."""
    created_at = models.DateTimeField(default=timezone.now)

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["segment", "subject_id"]
        constraints = [
            models.UniqueConstraint(fields=["segment", "subject_id"], name="override_once_per_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.kind}d in {self.segment_id}"


@pghistory.track()
class SegmentSet(models.Model):
    """Segments that belong together, in order. In an exclusive set nobody is in two: the first that matches wins."""

    class Mode(models.TextChoices):
        """Whether one subject may be in several."""

        EXCLUSIVE = "exclusive", "Exclusive"
        OVERLAPPING = "overlapping", "Overlapping"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=10, choices=[("partner", "Partners"), ("customer", "Customers")])
    mode = models.CharField(max_length=11, choices=Mode.choices, default=Mode.EXCLUSIVE)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class SetEntry(models.Model):
    """One segment of a set, and who would be in it but for one before it."""

    set = models.ForeignKey(SegmentSet, on_delete=models.CASCADE, related_name="entries")
    segment = models.ForeignKey("segments.Segment", on_delete=models.PROTECT, related_name="set_entries")
    position = models.PositiveIntegerField()
    is_rest = models.BooleanField(default=False)
    """Everyone else: whoever is in none of the others."""
    lost = models.BinaryField(null=True)
    """pyroaring.BitMap64 of the subjects that match this one and went to another, as of the latest look."""
    lost_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["set", "position"]
        verbose_name_plural = "set entries"
        constraints = [
            models.UniqueConstraint(fields=["set", "segment"], name="set_entry_once_per_segment"),
            models.UniqueConstraint(
                fields=["set", "position"], name="set_entry_once_per_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["set"], condition=Q(is_rest=True), name="set_entry_one_rest"),
        ]

    def __str__(self) -> str:
        return f"{self.position} of {self.set_id}"

    @property
    def needs_saying(self) -> bool:
        """It takes everyone else, and the name of its segment does not say so already."""
        return self.is_rest and not self.segment.name.casefold().endswith("everyone else")


@dataclass
class ByHand:
    """Who is let into a segment and who is kept out, at one instant."""

    included: BitMap64 = field(default_factory=BitMap64)
    excluded: BitMap64 = field(default_factory=BitMap64)
    until: datetime | None = None
    """When the first of these expires."""


def overrides_at(slugs: Iterable[str], as_of: datetime) -> dict[str, ByHand]:
    """By segment, those that hold at the instant. One query."""
    rows = Override.objects.at(as_of).extra(
        where=["segments_segment.slug = ANY(%s)"],  # one parameter: a change of one record asks for hundreds of slugs
        params=[list(slugs)],
    )
    found: dict[str, ByHand] = {}
    for slug, subject_id, kind, expires_at in rows.values_list("segment__slug", "subject_id", "kind", "expires_at"):
        mine = found.setdefault(slug, ByHand())
        (mine.included if kind == Override.Kind.INCLUDE else mine.excluded).add(subject_id)
        if expires_at is not None:
            mine.until = min(mine.until or expires_at, expires_at)
    return found


def rivals() -> dict[str, frozenset[str]]:
    """By segment, those it gives way to: in an exclusive set the ones before it; "everyone else" gives way to all.

    One query.
    """
    return once("rivals", _rivals)


def _rivals() -> dict[str, frozenset[str]]:
    sets: dict[int, list[tuple[str, bool, str]]] = {}
    rows = SetEntry.objects.order_by("set_id", "position")
    for set_id, mode, slug, is_rest in rows.values_list("set_id", "set__mode", "segment__slug", "is_rest"):
        sets.setdefault(set_id, []).append((slug, is_rest, mode))
    found: dict[str, frozenset[str]] = {}
    for entries in sets.values():
        for place, (slug, is_rest, mode) in enumerate(entries):
            if is_rest:
                before = [other for other, _, _ in entries if other != slug]
            elif mode == SegmentSet.Mode.EXCLUSIVE:
                before = [other for other, rest, _ in entries[:place] if not rest]
            else:
                before = []
            if before:
                found[slug] = found.get(slug, frozenset()) | frozenset(before)
    return found


def note_lost(
    lost: Mapping[str, BitMap64],
    worked_out: Iterable[str],
    *,
    only: Mapping[str, BitMap64] | None = None,
    but: Mapping[str, BitMap64] | None = None,
) -> None:
    """Keep who gave way, of all segments of sets that were worked out. Only what changed is written.

    By segment, `only`: just these subjects were looked at; `but`: all except these. Of the others, what is known stays.
    """
    entries = SetEntry.objects.filter(segment__slug__in=list(worked_out)).select_related("segment")
    for entry in entries:
        slug, known = entry.segment.slug, lost_of(entry)
        ids = lost.get(slug, BitMap64())
        if only is not None:
            ids = (ids & only[slug]) | (known - only[slug])
        if but is not None:
            ids = (ids - but[slug]) | (known & but[slug])
        if ids != known or (entry.lost is None) == bool(ids):
            stored = ids.serialize() if ids else None
            SetEntry.objects.filter(pk=entry.pk).update(lost=stored, lost_count=len(ids))


def lost_of(entry: SetEntry) -> BitMap64:
    """Who matches the entry's segment and went to another, as stored."""
    return BitMap64.deserialize(bytes(entry.lost)) if entry.lost is not None else BitMap64()
