"""What the lists of records have in common: search, filters, sorting and pages, all in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.db.models.expressions import BaseExpression
from django.http import HttpRequest

from partners.vocabulary import Field, FieldType, Vocabulary

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """One choice that narrows a list."""

    name: str
    label: str
    options: list[tuple[str, str]]
    value: str

    @property
    def any(self) -> str:
        """What the empty choice says."""
        return f"{self.label}: any"


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and what was asked for."""

    page: Page[Any]
    q: str
    sort: str
    filters: list[Filter]

    @property
    def is_narrowed(self) -> bool:
        """Something is searched or filtered for."""
        return bool(self.q or any(filter_.value for filter_ in self.filters))


def listing(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    vocabulary: Vocabulary,
    filters: Sequence[str],
    sorts: Sequence[str],
    sort: str = "name",
) -> Listing:
    """The page of `rows` that the address asks for: `?q=&<filter>=&sort=&page=`.

    `rows` can `search(words)`. `filters` are names of choice fields; `sorts` what may be sorted by, `-` before it for
    descending; what is not known is passed over. Missing values come last either way; the id settles ties.
    """
    query = request.GET
    words = query.get("q", "").strip()
    chosen = [filter_of(vocabulary[name], query.get(name, "")) for name in filters]
    found = rows.search(words).filter(**{c.name: c.value for c in chosen if c.value})  # type: ignore[attr-defined]
    wanted = query.get("sort", sort)
    if wanted.removeprefix("-") not in sorts:
        wanted = sort
    found = found.order_by(*order(wanted, vocabulary))
    return Listing(Paginator(found, PAGE_SIZE).get_page(query.get("page")), words, wanted, chosen)


def filter_of(field: Field, value: str) -> Filter:
    """A filter by a choice field."""
    return Filter(field.name, field.label, [(c.value, c.label) for c in field.choices], value)


def order(sort: str, vocabulary: Vocabulary) -> list[Any]:
    """What to order by for a sort word such as "tier" or "-tier"."""
    name = sort.removeprefix("-")
    field = vocabulary.get(name)
    by: BaseExpression | F = F(name)
    if field is not None and field.type is FieldType.ORDERED_CHOICE:
        ranks = [When(**{name: choice.value}, then=Value(rank)) for rank, choice in enumerate(field.choices)]
        by = Case(*ranks, default=None, output_field=IntegerField())
    nullable = name not in {"name", "external_id"}  # a plain order on these walks the index
    if sort.startswith("-"):
        return [by.desc(nulls_last=True) if nullable else f"-{name}", "-id"]
    return [by.asc(nulls_last=True) if nullable else name, "id"]
