"""The records that rules may aggregate: whose they are, what can be said of them, and how they are read in bulk.

Apps above add theirs with `register` when they start: enrolments and claims belong to programmes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partners.columns import read_pairs, read_rows, read_table
from partners.facts import vocabulary
from partners.models import Activity
from partners.tables import Ints, Table
from partners.vocabulary import Choice, Field, FieldType, Subject, Vocabulary
from segments.rules import Related, Relations

Owners = Sequence[int] | None
"""Ids of the subjects whose records are wanted; None: of all."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Records of a subject: the deals of partners."""

    owner: Subject
    name: str
    records: str
    """What each is: deal, customer, partner, activity … Partners and customers are read as subjects of the run."""
    vocabulary: Callable[[], Vocabulary]
    links: str
    """SQL of (record id, owner id), with `{some}` where a condition goes."""
    owned_by: str
    """The owner's id in it, as SQL."""
    read: Callable[[Collection[str], datetime, Sequence[int] | None], Table]
    """Fields of the records by ascending id as of an instant; of these ids only, when given."""
    date: str = ""
    """What a window goes by unless the rule says otherwise."""

    def pairs(self, owners: Owners, between: tuple[int, int] | None = None) -> tuple[Ints, Ints]:
        """Ids of records and of their owners, shape (pairs,) each; of these owners, or of a range of ids, when given."""
        some, parameters = "", dict[str, Any]()
        if owners is not None:
            some, parameters = f" AND {self.owned_by} = ANY(%(owners)s::bigint[])", {"owners": list(owners)}
        if between is not None:
            some += f" AND {self.owned_by} BETWEEN %(first)s AND %(last)s"
            parameters |= {"first": between[0], "last": between[1]}
        return read_pairs(self.links.format(some=some), parameters)


RELATIONS: dict[str, dict[str, Relation]] = {}
"""By owner, then by name."""


def register(relation: Relation) -> None:
    """From now on rules may speak of these records."""
    RELATIONS.setdefault(relation.owner.value, {})[relation.name] = relation


def related() -> Relations:
    """Everything that rules may aggregate, with its vocabulary. One query per kind of record."""
    words: dict[Any, Vocabulary] = {}
    found: dict[str, dict[str, Related]] = {}
    for owner, relations in RELATIONS.items():
        for name, relation in relations.items():
            if relation.records not in words:
                words[relation.records] = relation.vocabulary()
            made = Related(name, relation.records, words[relation.records], relation.date)
            found.setdefault(owner, {})[name] = made
    return found


def records_of(owner: str, name: str) -> str:
    """What the records of a relation are; empty when there is no such relation."""
    relation = RELATIONS.get(owner, {}).get(name)
    return relation.records if relation else ""


def field(subject: Subject, name: str, label: str, kind: FieldType, *choices: tuple[str, str]) -> Field:
    """A word about records that are no subject of their own."""
    return Field(subject, name, label, kind, choices=tuple(Choice(value, words) for value, words in choices))


def rows_reader(
    fields: Mapping[str, Field], values: Mapping[str, str], origin: str
) -> Callable[[Collection[str], datetime, Sequence[int] | None], Table]:
    """Reads records by SQL: `values` by field, `origin` FROM … WHERE with the rows as `t`; it may say `%(as_of)s`."""

    def read(names: Collection[str], as_of: datetime, ids: Sequence[int] | None) -> Table:
        some = "" if ids is None else " AND t.id = ANY(%(ids)s::bigint[])"
        parameters = {"as_of": as_of, "ids": [int(pk) for pk in ids or ()]}
        return read_rows(values, origin + some, fields, names, parameters)

    return read


def _records(subject: Subject) -> Callable[[Collection[str], datetime, Sequence[int] | None], Table]:
    return lambda names, as_of, ids: read_table(subject, names, as_of=as_of, ids=ids)


def _of_subject(owner: Subject, name: str, records: Subject, links: str, owned_by: str, date: str = "") -> None:
    register(
        Relation(owner, name, records.value, lambda: vocabulary(records), links, owned_by, _records(records), date)
    )


_SERVES = "partners_customer_partners m JOIN partners_{other} o ON o.id = m.{other}_id AND o.deleted_at IS NULL"
for _owner in (Subject.PARTNER, Subject.CUSTOMER):
    _of_subject(
        _owner,
        "deals",
        Subject.DEAL,
        f"SELECT t.id, t.{_owner}_id FROM partners_deal t WHERE t.deleted_at IS NULL AND t.{_owner}_id IS NOT NULL{{some}}",
        f"t.{_owner}_id",
        "closed_on",
    )
for _owner, _other, _name in (
    (Subject.PARTNER, Subject.CUSTOMER, "customers"),
    (Subject.CUSTOMER, Subject.PARTNER, "partners"),
):
    _of_subject(
        _owner,
        _name,
        _other,
        f"SELECT m.{_other}_id, m.{_owner}_id FROM {_SERVES.format(other=_other.value)} WHERE true{{some}}",
        f"m.{_owner}_id",
    )

ACTIVITY: dict[str, Field] = {
    entry.name: entry
    for entry in (
        field(Subject.PARTNER, "kind", "Kind", FieldType.CHOICE, *((k.value, str(k.label)) for k in Activity.Kind)),
        field(Subject.PARTNER, "about", "About", FieldType.TEXT),
        field(Subject.PARTNER, "at", "At", FieldType.DATETIME),
    )
}
register(
    Relation(
        Subject.PARTNER,
        "activities",
        "activity",
        lambda: ACTIVITY,
        "SELECT t.id, t.partner_id FROM partners_activity t WHERE true{some}",
        "t.partner_id",
        rows_reader(
            ACTIVITY,
            {"kind": "t.kind", "about": "nullif(btrim(t.about), '')", "at": "t.at"},
            "FROM partners_activity t WHERE t.at < %(as_of)s",
        ),
        "at",
    )
)
