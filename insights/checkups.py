"""The nightly checkup of every active segment: what its health is judged by, worked out for all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap64

from insights import gathering, measures, periods, reading, resources, tallying
from insights.figures import Figures
from insights.gathering import Everybody, Filling, Floats, Moves, Population, Voices
from insights.models import Checkup, SetCheckup
from partners.vocabulary import Subject
from segments.bitmaps import ids_of, load
from segments.ledger import present_members
from segments.members import MODELS
from segments.models import Segment, SegmentSet, SetEntry
from segments.overlaps import matrix
from segments.standing import ByHand, overrides_at

ALIKE = 0.9
"""From this likeness on (members of both over members of either) two segments are nearly the same."""
LEAST = 3
"""Fewer members say nothing about a spread."""


def check_all(*, now: datetime | None = None) -> int:
    """Look at every active segment; how many there are. A rerun writes the same again."""
    now = now or timezone.now()
    found: dict[int, Figures] = {}
    sets: dict[int, tuple[float, float]] = {}
    moved = gathering.moves(now)
    for subject in (Subject.PARTNER, Subject.CUSTOMER):
        placed = of_sets(subject)
        sets |= placed
        found |= look_at(subject, now, placed, moved)
    resources.work_out(now=now)
    tallying.tally(now=now)
    rows = [Checkup(segment_id=pk, figures=figures.plain(), checked_at=now) for pk, figures in found.items()]
    with transaction.atomic():
        Checkup.objects.exclude(segment__in=found).delete()
        SetCheckup.objects.exclude(set__in=sets).delete()
        for pk, (exhaustive, exclusive) in sets.items():
            shares = {"exhaustive": exhaustive, "exclusive": exclusive, "checked_at": now}
            SetCheckup.objects.update_or_create(set_id=pk, defaults=shares)
        Checkup.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["segment"],
            update_fields=["figures", "checked_at"],
            batch_size=500,
        )
    return len(rows)


def look_at(
    subject: Subject, now: datetime, sets: Mapping[int, tuple[float, float]], moved: Mapping[int, Moves]
) -> dict[int, Figures]:
    """By segment id, the figures of all active segments of a subject. A fixed number of queries."""
    segments = list(
        Segment.objects.active().filter(subject=subject.value).select_related("published", "profile").order_by("id")
    )
    if not segments:
        return {}
    members = present_members([segment.pk for segment in segments])
    people = gathering.population(subject, now)
    fields = gathering.rule_fields(segments, subject)
    filled = gathering.fillings(subject, now, len(people.ids))
    bound = gathering.bound_counts(segments)
    reachable, voices = gathering.reachable(subject), gathering.voices(fields)
    inside, means = spreads(people, [members[segment.pk] for segment in segments])
    placed = in_sets(sets)
    nearest = distances(means)
    alike = twins(segments, members)
    by_hand = overrides_at([segment.slug for segment in segments], now)
    worth = worths(subject, now)
    found = {}
    for number, segment in enumerate(segments):
        mine, away = members[segment.pk], nearest[number]
        exhaustive, exclusive = placed.get(segment.pk, (None, None))
        found[segment.pk] = Figures(
            size=len(mine) / len(people.ids) if len(people.ids) else 0.0,
            count=len(mine),
            said=_said(segment),
            bound=bound[segment.pk],
            fields=fields[segment.pk],
            **_filled(fields[segment.pk], filled),
            exhaustive=exhaustive,
            exclusive=exclusive,
            **_churn(moved.get(segment.pk), len(mine)),
            inside=inside[number],
            distance=away[0] if away else None,
            nearest=segments[away[1]].name if away else "",
            reachable=measures.ratio(len(mine & reachable), len(mine)),
            **worth.get(segment.pk, {}),
            **_voices(segment, mine, voices[segment.pk]),
            by_hand=_by_hand(by_hand.get(segment.slug), mine),
            twins=alike.get(segment.pk, ()),
            review_days=_review(segment, now),
            age_of_rule=(now - segment.published.created_at).days if segment.published else 0,
        )
    return found


def _said(segment: Segment) -> tuple[str, ...]:
    profile = getattr(segment, "profile", None)
    aimed = profile is not None and bool(profile.target or (profile.measure and profile.target_value))
    there = {"objective": bool(segment.objective.strip()), "target": aimed, "owner": segment.owner_id is not None}
    return tuple(word for word, is_there in there.items() if is_there)


def _review(segment: Segment, now: datetime) -> int | None:
    profile = getattr(segment, "profile", None)
    return (profile.review_on - timezone.localdate(now)).days if profile and profile.review_on else None


def _filled(names: tuple[str, ...], filled: Mapping[str, Filling]) -> dict[str, Any]:
    """Over the fields of the rule: worked out ones are known by nature; those of related records are not looked at."""
    own = [name for name in names if "." not in name]
    if not own:
        return {}
    stored = sorted((filled[name] for name in own if name in filled), key=lambda each: each.share)
    ages = [(each.age_days, each.label) for each in stored if each.age_days is not None]
    oldest = max(ages, default=(None, ""))
    return {
        "filled": (sum(each.share for each in stored) + len(own) - len(stored)) / len(own),
        "emptiest": stored[0].share if stored else None,
        "emptiest_field": stored[0].label if stored else "",
        "age_days": float(np.median([age for age, _ in ages])) if ages else None,
        "stale_field": oldest[1],
    }


def _churn(moved: Moves | None, present: int) -> dict[str, Any]:
    if moved is None or moved.began_days < 30:
        return {}
    mean = (present + present - moved.entered + moved.left) / 2
    return {
        "churn": (moved.entered + moved.left) / 30 / mean if mean > 0 else None,
        "still_days": moved.still_days,
    }


def _voices(segment: Segment, members: BitMap64, said: Voices) -> dict[str, Any]:
    if not segment.partner_visible or segment.subject != Subject.PARTNER or not members:
        return {}
    agreed, disputed = members & said.agreed, members & said.disputed
    return {
        "seen": len(members & said.seen) / len(members),
        "agreed": len(agreed) / len(members),
        "disputed": measures.ratio(len(disputed), len(agreed | disputed)) or 0.0,
    }


def _by_hand(hand: ByHand | None, members: BitMap64) -> float:
    if hand is None:
        return 0.0
    return (len(hand.included & members) + len(hand.excluded)) / max(1, len(members))


def spreads(people: Population, members: list[BitMap64]) -> tuple[list[float | None], Floats]:
    """Of each set of members: its spread over that of everybody, and its means in standard deviations, shape (m, facts)."""
    known = ~np.isnan(people.facts)
    counts = known.sum(axis=0)
    filled = np.where(known, people.facts, 0.0)
    middle = filled.sum(axis=0) / np.maximum(counts, 1)
    wide = np.sqrt((np.where(known, people.facts - middle, 0.0) ** 2).sum(axis=0) / np.maximum(counts, 1))
    means = np.full((len(members), people.facts.shape[1]), np.nan)
    inside: list[float | None] = []
    for number, ids in enumerate(members):
        places = np.searchsorted(people.ids, ids_of(ids))
        places = places[places < len(people.ids)]
        mine, here = people.facts[places], known[places]
        size = here.sum(axis=0)
        mean = np.where(here, mine, 0.0).sum(axis=0) / np.maximum(size, 1)
        spread = np.sqrt((np.where(here, mine - mean, 0.0) ** 2).sum(axis=0) / np.maximum(size, 1))
        said = (size >= LEAST) & (wide > 0)
        means[number, said] = (mean[said] - middle[said]) / wide[said]
        inside.append(float((spread[said] / wide[said]).mean()) if said.any() else None)
    return inside, means


def distances(means: Floats) -> list[tuple[float, int] | None]:
    """Of each row, the nearest other row and how far it is: root mean square over the facts known of both."""
    found: list[tuple[float, int] | None] = []
    for number in range(len(means)):
        gaps = (means - means[number]) ** 2
        both = ~np.isnan(gaps)
        size = both.sum(axis=1)
        away = np.sqrt(np.where(both, gaps, 0.0).sum(axis=1) / np.maximum(size, 1))
        away[(size == 0) | (np.arange(len(means)) == number)] = np.inf
        nearest = int(away.argmin())
        found.append((float(away[nearest]), nearest) if np.isfinite(away[nearest]) else None)
    return found


def in_sets(sets: Mapping[int, tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """By segment id, how exhaustive and exclusive its set is; of several sets, the least of each. One query."""
    found: dict[int, tuple[float, float]] = {}
    for set_id, segment_id in SetEntry.objects.filter(set__in=sets).values_list("set_id", "segment_id"):
        before, own = found.get(segment_id, (1.0, 1.0)), sets[set_id]
        found[segment_id] = (min(before[0], own[0]), min(before[1], own[1]))
    return found


def of_sets(subject: Subject) -> dict[int, tuple[float, float]]:
    """By set id, how exhaustive and exclusive each set of a subject is, of those on record. Four queries.

    A set none of whose segments is at work yet is still being made: it cannot leave anybody out.
    """
    at_work = SetEntry.objects.filter(segment__status=Segment.Status.ACTIVE).values("set_id")
    found = list(SegmentSet.objects.filter(subject=subject.value, pk__in=at_work).prefetch_related("entries"))
    members = present_members(list({entry.segment_id for each in found for entry in each.entries.all()}))
    total = MODELS[subject.value].objects.present().count() if found else 0
    return {each.pk: of_set(each, members, total) for each in found}


def of_set(each: SegmentSet, members: Mapping[int, BitMap64], total: int) -> tuple[float, float]:
    """How exhaustive and how exclusive a set is, 0 to 1. "Everyone else" gives way to all by nature, and counts as no match."""
    anywhere, several = BitMap64(), BitMap64()
    for entry in each.entries.all():
        ids = members.get(entry.segment_id, BitMap64())
        several |= anywhere & ids
        anywhere |= ids
        if entry.lost is not None and not entry.is_rest:
            several |= load(entry.lost)
    return (
        len(anywhere) / total if total else 0.0,
        1 - len(several & anywhere) / len(anywhere) if anywhere else 1.0,
    )


def twins(segments: list[Segment], members: Mapping[int, BitMap64]) -> dict[int, tuple[tuple[str, float], ...]]:
    """By segment id, those with nearly the same members, the most alike first."""
    shared = matrix([members[segment.pk] for segment in segments])
    sizes = shared.diagonal()
    either = sizes[:, None] + sizes[None, :] - shared
    likeness = np.divide(shared, either, out=np.zeros(shared.shape), where=either > 0)
    np.fill_diagonal(likeness, 0.0)
    found = {}
    for number in np.flatnonzero((likeness >= ALIKE).any(axis=1)):
        others = sorted(np.flatnonzero(likeness[number] >= ALIKE), key=lambda other: -likeness[number, other])
        found[segments[number].pk] = tuple((segments[o].slug, float(likeness[number, o])) for o in others)
    return found


def worths(subject: Subject, now: datetime) -> dict[int, dict[str, Any]]:
    """By segment id, its share of a year's revenue, and that over its share of the subjects. One query."""
    year = periods.Period(12, periods.month_of(timezone.localdate(now))).months
    totals = reading.totals(subject.value, Everybody(), year)
    everybody = totals.pop(None, measures.NONE)
    found = {}
    for pk, sums in totals.items():
        share = measures.ratio(sums.revenue, everybody.revenue)
        size = measures.ratio(sums.member_months, everybody.member_months)
        if pk is not None:
            found[pk] = {
                "revenue_share": share,
                "worth": measures.ratio(share, size) if share is not None and size else None,
            }
    return found
