"""What the checkup reads of the records and of what names a segment: bulk reads, each of them once for all segments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from pyroaring import BitMap64

from partners.columns import read_ids, read_pairs
from partners.coverage import coverage
from partners.facts import months_before, vocabulary
from partners.models import TeamMember
from partners.vocabulary import FieldKind, Subject
from people import roles
from programs.models import Dispute, Journey, MessageTarget, PlaySegment, Target
from segments.bitmaps import bitmap
from segments.models import Segment
from segments.rulebook import rulebook, slugs_named
from segments.rules import RuleInvalid, aggregates_used, fields_used

Floats = npt.NDArray[np.float64]
AT_ONCE = 50_000
FACTS = ("employees", "annual revenue", "won revenue", "deals won")


@dataclass(frozen=True, slots=True)
class Everybody:
    """A viewer that sees all there is: the product's own look."""

    pk: int | None = None
    role: str = roles.INTEGRATION
    regions: list[str] = field(default_factory=list)
    is_authenticated: bool = True


_TABLE = {Subject.PARTNER: ("partners_partner", "partner_id"), Subject.CUSTOMER: ("partners_customer", "customer_id")}


@dataclass(frozen=True, slots=True)
class Population:
    """All subjects on record: ids ascending, and FACTS of each as logarithms, shape (n, 4), NaN where not known."""

    ids: npt.NDArray[np.int64]
    facts: Floats


def population(subject: Subject, now: datetime) -> Population:
    """One query: the size of each subject, and its deals won in the last 12 months."""
    table, key = _TABLE[subject]
    today = timezone.localdate(now, timezone.get_default_timezone())
    with (
        connection.chunked_cursor() as cursor
    ):  # some at a time: a million rows as Python has them take half a gigabyte
        cursor.execute(
            f"""SELECT t.id, t.employees::float8, t.annual_revenue::float8, coalesce(d.revenue, 0)::float8,
                coalesce(d.won, 0)::float8
            FROM {table} t LEFT JOIN (
                SELECT {key} AS id, sum(amount) AS revenue, count(*) AS won FROM partners_deal
                WHERE deleted_at IS NULL AND stage = 'won' AND closed_on >= %s AND closed_on <= %s GROUP BY 1
            ) d ON d.id = t.id WHERE t.deleted_at IS NULL ORDER BY t.id""",
            [months_before(today, 12), today],
        )
        parts = [np.empty((0, 1 + len(FACTS)))]
        while part := cursor.fetchmany(AT_ONCE):
            parts.append(np.array(part, dtype=np.float64))
    rows = np.concatenate(parts)
    return Population(rows[:, 0].astype(np.int64), np.log1p(np.maximum(rows[:, 1:], 0.0)))


def rule_fields(segments: list[Segment], subject: Subject) -> dict[int, tuple[str, ...]]:
    """By segment id, the fields that its published rule reads; of related records as "deals.amount"."""
    found: dict[int, tuple[str, ...]] = {segment.pk: () for segment in segments}
    rules = [segment.published.rule for segment in segments if segment.published and segment.kind == "rule"]
    book = rulebook(subject, *rules)
    for segment in segments:
        if segment.published is None or segment.kind != "rule":
            continue
        try:
            node = book.parse(segment.published.rule, saved=True)
        except RuleInvalid:
            continue
        related = {f"{each.relation}.{each.name}" for each in aggregates_used(node)}
        found[segment.pk] = tuple(sorted(fields_used(node) | related))
    return found


@dataclass(frozen=True, slots=True)
class Filling:
    """How one stored field is filled."""

    label: str
    share: float
    age_days: float | None


def fillings(subject: Subject, now: datetime, total: int) -> dict[str, Filling]:
    """By stored field: the share of subjects with a value, and the median age of the values. Three queries."""
    words = vocabulary(subject)
    counts = coverage(subject, Everybody())
    ages = _ages(subject, now)
    return {
        name: Filling(words[name].label, count / total if total else 0.0, ages.get(name))
        for name, count in counts.items()
        if name in words and words[name].kind is not FieldKind.COMPUTED
    }


def _ages(subject: Subject, now: datetime) -> dict[str, float]:
    table, _ = _TABLE[subject]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT p.key, extract(epoch FROM %s - percentile_disc(0.5) WITHIN GROUP (ORDER BY o.at)) / 86400
            FROM {table} t, jsonb_each_text(t.provenance) p JOIN partners_origin o ON o.id = p.value::bigint
            WHERE t.deleted_at IS NULL GROUP BY 1""",
            [now],
        )
        return {name: float(days) for name, days in cursor.fetchall()}


def bound_counts(segments: list[Segment]) -> Counter[int]:
    """By segment id, how many active programmes, plays, journeys, messages and rules of segments name it."""
    found: Counter[int] = Counter()
    with_it = ~Q(mode="none")
    found.update(Target.objects.filter(with_it, program__status="active").values_list("segment_id", flat=True))
    found.update(PlaySegment.objects.filter(play__program__status="active").values_list("segment_id", flat=True))
    found.update(Journey.objects.filter(status="active").values_list("segment_id", flat=True))
    found.update(MessageTarget.objects.filter(with_it).values_list("segment_id", flat=True))
    ids = {segment.slug: segment.pk for segment in segments}
    for segment in segments:
        if segment.published is not None:
            found.update(ids[slug] for slug in slugs_named(segment.published.rule) if slug in ids)
    return found


@dataclass(frozen=True, slots=True)
class Moves:
    """Comings and goings of one segment."""

    entered: int
    left: int
    began_days: int
    still_days: int


def moves(now: datetime) -> dict[int, Moves]:
    """By segment id, over the last 30 days; of a segment that began within them, its beginning too. One pass over all stays."""
    real = "(left_at IS NULL OR left_at > entered_at)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT segment_id, count(*) FILTER (WHERE entered_at >= %(since)s AND {real}),
                count(*) FILTER (WHERE left_at >= %(since)s AND {real}), min(entered_at),
                max(greatest(entered_at, left_at)) FILTER (WHERE {real})
            FROM segments_membership GROUP BY 1 HAVING bool_or({real})""",
            {"since": now - timedelta(days=30)},
        )
        return {
            pk: Moves(entered, left, (now - began).days, (now - last).days)
            for pk, entered, left, began, last in cursor.fetchall()
        }


def reachable(subject: Subject) -> BitMap64:
    """Ids of partners with somebody who may sign in and whose mail does not come back; of customers they serve."""
    team = TeamMember.objects.filter(user__is_active=True, partner__deleted_at=None)
    partners = team.exclude(user__preference__bounced_at__isnull=False).values("partner_id")
    if subject is Subject.PARTNER:
        return BitMap64(partners.values_list("partner_id", flat=True).iterator())
    query, parameters = partners.query.sql_with_params()
    served = f"SELECT DISTINCT customer_id FROM partners_customer_partners WHERE partner_id IN ({query}) ORDER BY 1"
    return bitmap(read_ids(served, parameters))


@dataclass(slots=True)
class Voices:
    """Partners that saw a segment, agreed with it and disagreed."""

    seen: BitMap64 = field(default_factory=BitMap64)
    agreed: BitMap64 = field(default_factory=BitMap64)
    disputed: BitMap64 = field(default_factory=BitMap64)


def voices(fields: Mapping[int, tuple[str, ...]]) -> dict[int, Voices]:
    """By segment id; a dispute of a fact counts for every segment whose rule reads it. Four queries."""
    seen, agreed, disputed = (_pairs(statement, fields) for statement in (_SEEN, _AGREED, _DISPUTED))
    found = {pk: Voices(seen[pk], agreed[pk], disputed[pk]) for pk in fields}
    by_field: dict[str, Any] = {}
    for name, partner in Dispute.objects.exclude(status=Dispute.Status.REJECTED).values_list("field", "partner_id"):
        by_field.setdefault(name, BitMap64()).add(partner)
    for pk, names in fields.items():
        for name in names:
            found[pk].disputed |= by_field.get(name, BitMap64())
    return found


_SEEN = "SELECT segment_id, partner_id FROM programs_sighting WHERE segment_id = ANY(%(ids)s::bigint[]) ORDER BY 1, 2"
_AGREED = (
    "SELECT DISTINCT segment_id, partner_id FROM programs_feedback WHERE is_good AND segment_id = ANY(%(ids)s::bigint[])"
    " ORDER BY 1, 2"
)
_DISPUTED = _AGREED.replace("is_good", "NOT is_good")


def _pairs(statement: str, segments: Iterable[int]) -> dict[int, BitMap64]:
    """By segment id, the partners of a query of both, in their order."""
    wanted = list(segments)
    owners, partners = read_pairs(statement, {"ids": wanted})
    starts, stops = (owners.searchsorted(wanted, side=side) for side in ("left", "right"))
    return {pk: bitmap(partners[start:stop]) for pk, start, stop in zip(wanted, starts, stops, strict=True)}
