"""Who would have begun a journey in the past, as far as history tells: partner, instant, latest first.

Segments: the ledger, exact. Dates: as they stand today. A fact that is worked out: as it was week by week. A fact that is
kept: where its present value came from, and when; what it was before is known for imports and changes in bulk of a month.
"""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel as parameters
from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from partners.models import Journal, JournalLine, Origin, Partner
from partners.querysets import PartnerQuerySet
from partners.vocabulary import FieldKind, FieldType
from programs.journeys import facts
from programs.journeys.models import Journey
from segments.models import Change

Begun = list[tuple[int, datetime]]
STEP = timedelta(days=7)
"""How far apart the looks at the past of a worked-out fact are."""


def begun(*, journey: Journey, partners: PartnerQuerySet, since: datetime, now: datetime, most: int) -> Begun:
    """Ids of partners and when each would have begun it after `since`, the latest so many.

    CannotEvaluate when the fact is gone.
    """
    if journey.trigger in Journey.ON_SEGMENT:
        lines = Change.objects.filter(
            segment=journey.segment, kind=journey.trigger, at__gt=since, at__lte=now,
            subject_id__in=partners.values("pk"),
        )  # fmt: skip
        return list(lines.order_by("-pk").values_list("subject_id", "at")[:most])
    ids = set(partners.values_list("pk", flat=True))
    if journey.trigger == Journey.Trigger.DATE:
        found = _dates(journey, ids, since, now)
    elif facts.watched(journey.field, as_of=now).field.kind is FieldKind.COMPUTED:
        found = _worked_out(journey, ids, since, now)
    else:
        found = _kept(journey, ids, since, now)
    return sorted(found, key=lambda each: (each[1], each[0]), reverse=True)[:most]


def _dates(journey: Journey, ids: set[int], since: datetime, now: datetime) -> Begun:
    watched = facts.watched(journey.field, as_of=now)
    began = "(p.value + %(offset)s)::timestamp AT TIME ZONE %(zone)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.partner_id, {began} FROM ({watched.rows(watched.day, ids=ids)}) p"
            f" WHERE {began} > %(since)s AND {began} <= %(now)s",
            facts.parameters_of(watched, offset=journey.offset_days, since=since, now=now),
        )
        return list(cursor.fetchall())


def _worked_out(journey: Journey, ids: set[int], since: datetime, now: datetime) -> Begun:
    found: Begun = []
    at, before = since, facts.values_of(journey.field, ids, as_of=since)
    field = facts.watched(journey.field, as_of=now).field
    while at < now:
        at = min(at + STEP, now)
        after = facts.values_of(journey.field, ids, as_of=at)
        moved = ((pk, before.get(pk), value) for pk, value in after.items())
        found += [(pk, at) for pk, old, new in moved if old is not None and is_about(journey, field.type, old, new)]
        before = after
    return found


def _kept(journey: Journey, ids: set[int], since: datetime, now: datetime) -> Begun:
    """By provenance: what came with the record itself is no change."""
    field = facts.watched(journey.field, as_of=now).field
    rows = Partner.objects.filter(pk__in=ids, provenance__has_key=field.name).values_list("pk", "provenance")
    origin_of = {pk: came[field.name] for pk, came in rows if came[field.name] != came.get("external_id")}
    origins = Origin.objects.filter(pk__in=set(origin_of.values()), at__gt=since, at__lte=now)
    at = dict(origins.values_list("pk", "at"))
    changed = {pk: origin for pk, origin in origin_of.items() if origin in at}
    present = facts.values_of(field.name, changed, as_of=now)
    before = _before(field.name, set(changed.values()))
    return [
        (pk, at[origin])
        for pk, origin in changed.items()
        if is_about(journey, field.type, before.get((pk, origin), "" if not journey.from_value else None), present[pk])
    ]


def _before(name: str, origins: set[int]) -> dict[tuple[int, int], str]:
    """By record and origin, the value that was replaced, where a journal was kept."""
    journals = dict(Journal.objects.filter(origin__in=origins).values_list("pk", "origin_id"))
    lines = JournalLine.objects.filter(journal__in=list(journals), before__has_key=name)
    found = {}
    for record, journal, value in lines.values_list("record_id", "journal_id", f"before__{name}"):
        written = facts.SEPARATOR.join(["", *sorted(value), ""]) if isinstance(value, list) else str(value or "")
        found[record, journals[journal]] = written.lower() if isinstance(value, bool) else written
    return found


def is_about(journey: Journey, type: FieldType, before: str | None, after: str) -> bool:
    """The change is one the journey is about, as `watching.matching` asks it in SQL. `before` None: not known."""
    if before == after:
        return False
    wanted, left = journey.to_value, journey.from_value
    if type is FieldType.MULTI_CHOICE:
        then, now = set((before or "").split(facts.SEPARATOR)), set(after.split(facts.SEPARATOR))
        return (not wanted or wanted in now - then) and (not left or left in then - now)
    return (not wanted or after.lower() == wanted.lower()) and (not left or (before or "").lower() == left.lower())
