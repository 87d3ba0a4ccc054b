"""Choices that narrow the members of a segment, and what to order them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.expressions import BaseExpression
from django.db.models.functions import NullIf

from partners.vocabulary import Field, FieldType, Vocabulary


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice field as a filter."""

    name: str
    label: str
    options: list[tuple[str, str]]
    value: str


def filter_of(field: Field, value: str) -> Filter:
    """A filter by a choice field."""
    return Filter(field.name, field.label, [(choice.value, choice.label) for choice in field.choices], value)


def order(sort: str, vocabulary: Vocabulary) -> list[Any]:
    """What to order by for a sort word such as "tier" or "-tier". Missing values come last; the id settles ties."""
    name = sort.removeprefix("-")
    field = vocabulary.get(name)
    by: BaseExpression | F = F(name)
    if field is not None and field.type in (FieldType.TEXT, FieldType.CHOICE):
        by = NullIf(F(name), Value(""))  # an empty text is a missing value
    elif field is not None and field.type is FieldType.ORDERED_CHOICE:
        ranks = [When(**{name: choice.value}, then=Value(rank)) for rank, choice in enumerate(field.choices)]
        by = Case(*ranks, default=None, output_field=IntegerField())
    nullable = name not in {"name", "external_id"}  # a plain order on these walks the index
    if sort.startswith("-"):
        return [by.desc(nulls_last=True) if nullable else f"-{name}", "-id"]
    return [by.asc(nulls_last=True) if nullable else name, "id"]
