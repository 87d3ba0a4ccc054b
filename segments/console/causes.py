"""Why each of some changes came about, as far as it is on record: a new version, a value that was set, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.fields.json import KeyTransform

from partners import wording
from partners.facts import vocabulary
from partners.models import Origin
from partners.profile import value_of
from partners.vocabulary import Field, FieldKind, Subject
from people.roles import Viewer
from segments.members import MODELS
from segments.models import Change, Override, Recompute, Segment
from segments.rulebook import leaves

NAMED = 2
"""So many values are named; the others are counted."""
LABEL = 40
"""Letters of where a value came from."""
REACH = 20
"""How many runs to look at beside those of the changes: failed ones do not tell of a segment."""


def causes_of(segment: Segment, changes: Sequence[Change], viewer: Viewer) -> dict[int, str]:
    """Words by the change's id; empty where nothing on record explains it. As many queries for one change as for many.

    `changes` come with their run. A value explains a change when it was set after the run before and up to the change.
    """
    if not changes:
        return {}
    subject = Subject(segment.subject)
    ids = {change.subject_id for change in changes}
    records = MODELS[segment.subject].objects.visible_to(viewer).in_bulk(ids)
    origins = Origin.objects.in_bulk({int(pk) for record in records.values() for pk in record.provenance.values()})
    wanted = segment.versions.filter(number__in={change.version for change in changes})
    versions = {number: (rule, reason) for number, rule, reason in wanted.values_list("number", "rule", "reason")}
    runs = _runs(segment, changes)
    by_hand = {each.subject_id: each for each in segment.overrides.filter(subject_id__in=ids)}
    words = vocabulary(subject)
    told = {}
    for change in changes:
        rule, reason = versions.get(change.version, (None, ""))
        before = runs.get(change.recompute_id)
        decided = by_hand.get(change.subject_id)
        if decided is not None and _explains(decided, change, before):
            way = "Let in" if decided.kind == Override.Kind.INCLUDE else "Kept out"
            told[change.pk] = f"{way} by hand ({decided.author}): {decided.reason}"
        elif change.recompute_id and (before is None or before.version != change.version):
            told[change.pk] = f"Version {change.version} took effect" + (f": {reason}" if reason else "")
        elif (record := records.get(change.subject_id)) is not None:
            fields = [words[name] for name in _fields(rule) if name in words]
            told[change.pk] = _values(record, fields, origins, (before.as_of if before else None, change.at))
    return told


@dataclass(frozen=True, slots=True)
class _Run:
    """The run before one, as far as it concerns a segment."""

    as_of: datetime
    version: int


def _runs(segment: Segment, changes: Sequence[Change]) -> dict[int | None, _Run | None]:
    """The run of this segment before each run, by that one's id, looked for among those shortly before."""
    ids = sorted({change.recompute_id for change in changes if change.recompute_id})
    if not ids:
        return {}
    earlier = Recompute.objects.filter(pk__lte=ids[-1], details__has_key=segment.slug).order_by("-pk")
    rows = earlier.annotate(mine=KeyTransform(segment.slug, "details")).values_list("pk", "as_of", "mine")
    known = [(pk, _Run(as_of, mine["version"])) for pk, as_of, mine in rows[: len(ids) + REACH] if "version" in mine]
    return {pk: next((run for other, run in known if other < pk), None) for pk in ids}


def _explains(decided: Override, change: Change, before: _Run | None) -> bool:
    """Somebody decided it by hand after the run before and up to the change."""
    way = Change.Kind.ENTERED if decided.kind == Override.Kind.INCLUDE else Change.Kind.LEFT
    return (
        change.kind == way and decided.created_at <= change.at and (before is None or before.as_of < decided.created_at)
    )


def _fields(rule: Any) -> list[str]:
    """Names of the fields that a rule reads, in order of appearance; aggregates speak for themselves."""
    names = [leaf["field"] for leaf in leaves(rule) if isinstance(leaf.get("field"), str)] if rule else []
    return list(dict.fromkeys(reversed(names)))


def _values(
    record: Any,
    fields: Sequence[Field],
    origins: Mapping[int, Origin],
    span: tuple[datetime | None, datetime],
) -> str:
    since, until = span
    said: dict[str, list[str]] = {}
    for field in fields:
        origin = origins.get(int(record.provenance.get(field.name, 0)))
        if origin is not None and (since is None or since < origin.at) and origin.at <= until:
            said.setdefault(_who(origin), []).append(_value(record, field))
    if said:
        return "; ".join(f"{', '.join(values[:NAMED])}{_more(values)} ({who})" for who, values in said.items())
    moving = [field.label for field in fields if field.kind is FieldKind.COMPUTED]
    return f"Deals, activity or time changed: {', '.join(moving[:NAMED])}" if moving else ""


def _more(values: Sequence[str]) -> str:
    return f" and {len(values) - NAMED} more" if len(values) > NAMED else ""


def _who(origin: Origin) -> str:
    kind, words = str(origin.get_kind_display()), origin.words
    said = words if len(words) <= LABEL else words[: LABEL - 1] + "…"
    return kind if said in ("", kind) else f"{kind}: {said}"


def _value(record: Any, field: Field) -> str:
    if field.sensitive:
        return f"{field.label} was set"
    value = value_of(record, field)
    if value is not None and field.refers_to:
        return f"{field.label} was set"
    told = wording.words(field, value)
    return f"{field.label} was set to {told}" if told else f"{field.label} was emptied"
