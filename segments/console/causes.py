"""Why each of some changes came about, as far as it is on record: a new version, a value that was set, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from partners import wording
from partners.facts import vocabulary
from partners.models import Origin
from partners.profile import value_of
from partners.vocabulary import Field, FieldKind, Subject
from people import roles
from people.roles import Viewer
from segments.members import MODELS
from segments.models import Change, Recompute, Segment
from segments.rulebook import leaves

NAMED = 2
"""So many values are named; the others are counted."""


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
    rules = dict(
        segment.versions.filter(number__in={change.version for change in changes}).values_list("number", "rule")
    )
    reasons = dict(segment.versions.filter(number__in=rules).values_list("number", "reason"))
    runs = _runs(segment, changes)
    words = vocabulary(subject)
    told = {}
    for change in changes:
        run = change.recompute
        if run is not None and run.trigger == Recompute.Trigger.PUBLISH:
            told[change.pk] = _published(change.version, reasons.get(change.version, ""))
            continue
        record = records.get(change.subject_id)
        if record is None:
            continue
        fields = [words[name] for name in _fields(rules.get(change.version)) if name in words]
        told[change.pk] = _values(record, fields, origins, (runs.get(change.recompute_id), change.at), viewer)
    return told


def _published(number: int, reason: str) -> str:
    return f"Version {number} was published" + (f": {reason}" if reason else "")


def _runs(segment: Segment, changes: Sequence[Change]) -> dict[int | None, datetime | None]:
    """When the run before each run took place, by id, looked for among the latest that could have come before."""
    ids = sorted({change.recompute_id for change in changes if change.recompute_id})
    if not ids:
        return {}
    earlier = Recompute.objects.filter(pk__lte=ids[-1], status=Recompute.Status.SUCCEEDED).order_by("-pk")
    known = list(earlier.values_list("pk", "as_of")[: 20 * len(ids)])
    return {pk: next((at for other, at in known if other < pk), None) for pk in ids}


def _fields(rule: Any) -> list[str]:
    """Names of the fields that a rule reads, in order of appearance; aggregates speak for themselves."""
    names = [leaf["field"] for leaf in leaves(rule) if isinstance(leaf.get("field"), str)] if rule else []
    return list(dict.fromkeys(reversed(names)))


def _values(
    record: Any,
    fields: Sequence[Field],
    origins: Mapping[int, Origin],
    span: tuple[datetime | None, datetime],
    viewer: Viewer,
) -> str:
    since, until = span
    said = []
    for field in fields:
        origin = origins.get(int(record.provenance.get(field.name, 0)))
        if origin is not None and (since is None or since < origin.at) and origin.at <= until:
            said.append(_value(record, field, origin, viewer))
    if said:
        more = len(said) - NAMED
        return "; ".join(said[:NAMED]) + (f" and {more} more" if more > 0 else "")
    moving = [field.label for field in fields if field.kind is FieldKind.COMPUTED]
    return f"Deals, activity or time changed: {', '.join(moving[:NAMED])}" if moving else ""


def _value(record: Any, field: Field, origin: Origin, viewer: Viewer) -> str:
    who = f" ({origin.get_kind_display()}: {origin.label})" if origin.label else f" ({origin.get_kind_display()})"
    if field.sensitive and not roles.may_administer(viewer):
        return f"{field.label} was set{who}"
    value = value_of(record, field)
    if value is not None and field.refers_to:
        return f"{field.label} was set{who}"
    told = wording.words(field, value)
    return f"{field.label} was set to {told}{who}" if told else f"{field.label} was emptied{who}"
