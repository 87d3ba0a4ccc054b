"""Values that their fields cannot take, such as text left in an attribute whose type was changed: which rules they break.

A column that cannot be read is an error of the rules that use it, never a missing value, and no matter of the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import psycopg2
from django.db import DataError, transaction

from partners.columns import read_table
from partners.facts import vocabulary
from partners.vocabulary import FieldKind, Subject
from segments.rules import Node, aggregates_used, fields_used

UNREADABLE = (DataError, psycopg2.DataError)
"""What reading such a column raises."""


def broken_by_values(nodes: Mapping[str, Node], subjects: Mapping[str, Subject], *, as_of: datetime) -> dict[str, str]:
    """The rules that use a custom attribute which cannot be read, by slug, and why. Tries each attribute by itself."""
    reasons: dict[tuple[Subject, str], str] = {}
    found: dict[str, str] = {}
    for slug, node in nodes.items():
        for subject, name in _fields(node, subjects[slug]):
            if (subject, name) not in reasons:
                reasons[subject, name] = _why_not(subject, name, as_of)
            if reasons[subject, name]:
                found.setdefault(slug, reasons[subject, name])
    return found


def _fields(node: Node, subject: Subject) -> Iterator[tuple[Subject, str]]:
    """The fields that a rule reads of records with attributes of their own."""
    yield from ((subject, name) for name in sorted(fields_used(node)))
    for aggregate in aggregates_used(node):
        if aggregate.related.subject in list(Subject):
            names = {aggregate.name, aggregate.date} - {""}
            names |= fields_used(aggregate.where) if aggregate.where is not None else set()
            yield from ((Subject(aggregate.related.subject), name) for name in sorted(names))


def _why_not(subject: Subject, name: str, as_of: datetime) -> str:
    """Why a field cannot be read; empty when it can."""
    about = vocabulary(subject).get(name)
    if about is None or about.kind is not FieldKind.CUSTOM:
        return ""
    try:
        with transaction.atomic():
            read_table(subject, [name], as_of=as_of)
    except UNREADABLE:
        kind = about.type.value.replace("_", " ")
        return f"“{about.label}” is of type {kind} and holds values that are not. Correct them, or use another field."
    return ""
