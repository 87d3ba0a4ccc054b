"""Records as JSON: every field of the vocabulary by name, in one form wherever the API shows a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from partners.columns import read_table
from partners.facts import fact
from partners.models import Customer, Deal, Partner
from partners.tables import SCALE, Codes, Column, Scalars
from partners.vocabulary import Field, FieldKind, FieldType, Subject
from people.roles import Viewer, may_reveal

MODELS: dict[Subject, type[Partner] | type[Customer] | type[Deal]] = {
    Subject.PARTNER: Partner,
    Subject.CUSTOMER: Customer,
    Subject.DEAL: Deal,
}
_JOINED = {
    Subject.PARTNER: ("parent", "channel_manager"),
    Subject.CUSTOMER: (),
    Subject.DEAL: ("partner", "customer"),
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAMPS = ("created_at", "updated_at")
"""What every record tells besides its fields."""


def shown(vocabulary: Mapping[str, Field], viewer: Viewer) -> dict[str, Field]:
    """The fields a viewer reads: without the sensitive ones unless they may see them."""
    if may_reveal(viewer):
        return dict(vocabulary)
    return {name: field for name, field in vocabulary.items() if not field.sensitive}


def stored_only(vocabulary: Mapping[str, Field]) -> dict[str, Field]:
    """The fields that are kept with the record, not worked out."""
    return {name: field for name, field in vocabulary.items() if field.kind is not FieldKind.COMPUTED}


def joined(queryset: QuerySet[Any], subject: Subject) -> QuerySet[Any]:
    """With what `represent` reads, so that a list takes the same number of queries however long."""
    queryset = queryset.select_related(*_JOINED[subject]) if _JOINED[subject] else queryset
    if subject is Subject.CUSTOMER:
        present = Partner.objects.present().only("id", "external_id").order_by("external_id")
        queryset = queryset.prefetch_related(Prefetch("partners", queryset=present))
    return queryset


def represent(
    records: Sequence[Any], subject: Subject, fields: Mapping[str, Field], *, stamps: bool = True
) -> list[dict[str, Any]]:
    """Records as JSON objects with these fields. Computed facts are read for all of them at once, as of now."""
    computed = [name for name, field in fields.items() if field.kind is FieldKind.COMPUTED]
    facts = _computed(subject, computed, [record.pk for record in records]) if computed and records else {}
    rows = []
    for record in records:
        row = {
            name: facts[record.pk][name] if name in computed else value_of(record, field)
            for name, field in fields.items()
        }
        if stamps:
            row |= {name: rfc3339(getattr(record, name)) for name in STAMPS}
        rows.append(row)
    return rows


def value_of(record: Any, field: Field) -> Any:
    """One stored value as JSON: null where missing, [] for a multi-choice without any."""
    if field.kind is FieldKind.CUSTOM:
        return _plain(record.custom.get(field.name), field.type)
    value = getattr(record, field.name)
    if field.refers_to == "user":
        return value.email if value else None
    if field.type is FieldType.MULTI_CHOICE:
        return [each.external_id for each in value.all()] if field.refers_to else list(value)
    if field.refers_to:
        return value.external_id if value and value.deleted_at is None else None
    return _plain(value, field.type)


def rfc3339(instant: datetime) -> str:
    """An instant in UTC with a Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: Any, kind: FieldType) -> Any:
    if kind is FieldType.MULTI_CHOICE:
        return list(value or [])
    if value is None or value == "":
        return None
    return _FORMS.get(kind, lambda same: same)(value)


def _number(value: Any) -> int | float | str:
    """A JSON number; as text where it is not one, so that nothing stored is hidden."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _money(value: Any) -> str:
    try:
        return str(Decimal(str(value)).quantize(Decimal("0.01")))
    except InvalidOperation:
        return str(value)


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _instant(value: Any) -> str:
    if isinstance(value, datetime):
        return rfc3339(value)
    try:
        parsed = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return rfc3339(parsed if parsed.tzinfo else timezone.make_aware(parsed))


_FORMS: dict[FieldType, Callable[[Any], Any]] = {
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.DATE: _day,
    FieldType.DATETIME: _instant,
}


def _computed(subject: Subject, names: list[str], ids: list[int]) -> dict[int, dict[str, Any]]:
    table = read_table(subject, names, as_of=timezone.now(), ids=sorted(ids))
    columns = {name: list(_unpacked(table.columns[name], fact(subject, name).field.type)) for name in names}
    rows = {int(pk): {name: columns[name][at] for name in names} for at, pk in enumerate(table.ids)}
    nothing = dict.fromkeys(names)
    return {pk: rows.get(pk, nothing) for pk in ids}


def _unpacked(column: Column, kind: FieldType) -> Iterator[Any]:
    """A column of the engine's form as JSON values."""
    if isinstance(column, Codes):
        yield from (None if code < 0 else column.dictionary[code] for code in column.codes)
    elif isinstance(column, Scalars):
        for value, present in zip(column.values.tolist(), column.present.tolist(), strict=True):
            yield _scalar(value, kind) if present else None


def _scalar(value: int, kind: FieldType) -> Any:
    if kind in SCALE:
        return _FORMS[kind](Decimal(value) / SCALE[kind])
    if kind is FieldType.DATE:
        return (_EPOCH.date() + timedelta(days=value)).isoformat()
    return rfc3339(_EPOCH + timedelta(microseconds=value)) if kind is FieldType.DATETIME else bool(value)
