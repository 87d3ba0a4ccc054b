"""What the lists of records have in common: search, conditions, order, columns, pages and views, all in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from partners import facts, groupings, narrowing
from partners.console import keyset
from partners.console.cells import NUMERIC, Cells, Row
from partners.console.keyset import Order
from partners.console.sourcing import paged
from partners.coverage import MODELS
from partners.models import SavedView
from partners.narrowing import Condition
from partners.percent import to_percent
from partners.reading import one_snapshot
from partners.vocabulary import Field, Subject, Vocabulary
from people import roles
from people.roles import Viewer

CONTROLS = frozenset({"cursor", "add", "page", "view"})
"""Parameters that are not part of what a list shows."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What a list shows unless told otherwise."""

    subject: Subject
    columns: Sequence[str]
    quick: Sequence[str]
    """Fields whose filter is always there."""
    sort: str = "name"


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition with what a form needs to show it."""

    condition: Condition
    without: str = ""
    """The address of the list without it."""
    is_new: bool = False

    @property
    def name(self) -> str:
        """The parameter."""
        return narrowing.PREFIX + self.condition.field.name

    @property
    def operators(self) -> list[tuple[str, str]]:
        """What can be asked."""
        return narrowing.operators(self.condition.field)

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen."""
        return narrowing.options(self.condition.field)

    @property
    def value(self) -> str:
        """The only value of a condition that is shown as one choice."""
        return "".join(self.condition.values[:1])

    @property
    def ends(self) -> tuple[str, str]:
        """Both ends of a range as people type them: shares in per cent."""
        low, high = self.condition.values or ("", "")
        return (to_percent(low), to_percent(high)) if self.unit else (low, high)

    @property
    def unit(self) -> str:
        """The unit of the ends, where the form has to name one."""
        return narrowing.PERCENT if self.condition.field.is_share else ""

    @property
    def input(self) -> str:
        """The kind of input of an end of a range."""
        return {"date": "date", "datetime": "date"}.get(self.condition.field.type, "text")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list."""

    field: Field
    is_sortable: bool

    @property
    def is_numeric(self) -> bool:
        """Set to the right."""
        return self.field.type in NUMERIC


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice made among the groupings above the records: a segment, say."""

    name: str
    label: str
    options: list[tuple[str, str]]
    value: str


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The records that an address asks for, in no order yet."""

    subject: Subject
    viewer: Viewer
    rows: QuerySet[Any]
    q: str
    conditions: list[Condition]
    groupings: list[Chosen]

    @property
    def is_sifted(self) -> bool:
        """Something is filtered for."""
        asked = any(not condition.is_empty for condition in self.conditions)
        return asked or any(chosen.value for chosen in self.groupings)

    @property
    def is_narrowed(self) -> bool:
        """Something is searched or filtered for."""
        return bool(self.q) or self.is_sifted


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and what was asked for."""

    subject: Subject
    narrowed: Narrowed
    page: keyset.Page
    rows: list[Row]
    columns: list[Column]
    choices: list[tuple[Field, bool]]
    """Every column there could be, and whether it is shown."""
    quick: list[Asked]
    filters: list[Asked]
    addable: list[tuple[str, str]]
    order: Order
    count: int
    is_estimate: bool
    views: list[SavedView]
    view: SavedView | None
    query: str
    """What the list shows, as an address writes it."""

    @property
    def other_parameters(self) -> list[tuple[str, str]]:
        """All of the query but the columns."""
        return [(name, value) for name, value in parse_qsl(self.query) if name != "column"]

    @property
    def asked_columns(self) -> list[str]:
        """The columns that were asked for, where any were."""
        return [value for name, value in parse_qsl(self.query) if name == "column"]

    @property
    def is_asking(self) -> bool:
        """A filter waits for its value, or for a better one."""
        return any(filter_.is_new or filter_.condition.problem for filter_ in self.filters)

    @property
    def q(self) -> str:
        """The words searched for."""
        return self.narrowed.q

    @property
    def is_narrowed(self) -> bool:
        """Something is searched or filtered for."""
        return self.narrowed.is_narrowed


def offered(vocabulary: Vocabulary, viewer: Viewer) -> dict[str, Field]:
    """The fields a viewer may see in lists: sensitive ones are for administrators, to filter by as well."""
    return {n: f for n, f in vocabulary.items() if not f.sensitive or roles.may_administer(viewer)}


def narrowed(subject: Subject, query: QueryDict, viewer: Viewer, vocabulary: Vocabulary) -> Narrowed:
    """The records in the viewer's scope that search, conditions and groupings let through."""
    words = query.get("q", "").replace("\x00", "").strip()[: narrowing.LONGEST]
    rows = MODELS[subject].objects.visible_to(viewer).search(words)
    if viewer.regions:  # whom a customer is served by elsewhere is not theirs to ask
        vocabulary = {name: field for name, field in vocabulary.items() if name != "partners"}
    conditions = narrowing.read(query, vocabulary)
    for condition in conditions:
        rows = rows.filter(condition.q)
    chosen = []
    for grouping in groupings.groupings:
        options = grouping.options(subject, viewer)
        value = query.get(grouping.name, "")
        if value:
            rows = rows.filter(grouping.narrow(subject, value, viewer) or Q(pk__in=[]))
        if options or value:
            chosen.append(Chosen(grouping.name, grouping.label, options, value))
    return Narrowed(subject, viewer, rows, words, conditions, chosen)


def listing(request: HttpRequest, layout: Layout) -> Listing:
    """The page that the address asks for: `?q=&f.FIELD=&sort=&column=&cursor=` and the name of each grouping."""
    with one_snapshot():
        return _listing(request, layout)


def _listing(request: HttpRequest, layout: Layout) -> Listing:
    query, viewer, subject = request.GET, request.user, layout.subject
    known = facts.vocabulary(subject)
    words = offered(known, viewer)
    found = narrowed(subject, query, viewer, words)
    order = keyset.order_of(query.get("sort", layout.sort), words, layout.sort)
    shown = [words[n] for n in dict.fromkeys(query.getlist("column") or layout.columns) if n in words and n != "name"]
    page, count, is_estimate = paged(found, order, query.get("cursor", ""))
    asked = {condition.field.name: condition for condition in found.conditions}
    add = query.get("add", "")
    quick = [n for n in layout.quick if n in words and is_quick(asked.get(n)) and n != add]
    extra = [Asked(c, without(query, name)) for name, c in asked.items() if name not in quick]
    if add in words and add not in asked:
        extra.append(Asked(Condition(words[add], narrowing.operators(words[add])[0][0]), is_new=True))
    views = list(SavedView.objects.visible_to(viewer).filter(subject=subject).select_related("owner"))
    taken = {*(filter_.condition.field.name for filter_ in extra)}
    return Listing(
        subject=subject,
        narrowed=found,
        page=page,
        rows=Cells(subject, shown, viewer).of(page.object_list),
        columns=[Column(field, keyset.sortable(field)) for field in shown],
        choices=[(f, f in shown) for n, f in words.items() if n not in {"name", "external_id"}],
        quick=[Asked(asked.get(n) or Condition(words[n], "is")) for n in quick],
        filters=extra,
        addable=[(n, f.label) for n, f in words.items() if n not in taken],
        order=order,
        count=count,
        is_estimate=is_estimate,
        views=views,
        view=next((view for view in views if str(view.pk) == query.get("view")), None),
        query=kept(query),
    )


def is_quick(condition: Condition | None) -> bool:
    """A condition, or none yet, that one choice can show."""
    return condition is None or (condition.operator == "is" and len(condition.values) < 2)


def without(query: QueryDict, name: str) -> str:
    """The address of the list without the condition on a field."""
    rest, own = QueryDict(kept(query), mutable=True), narrowing.PREFIX + name
    for key in [key for key in rest if key == own or key.startswith(f"{own}.")]:
        rest.pop(key)
    return f"?{rest.urlencode()}"


def kept(query: QueryDict) -> str:
    """What an address asks a list to show, without where one is in it."""
    lasting = query.copy()
    for name in CONTROLS:
        lasting.pop(name, None)
    for name in [name for name, values in lasting.lists() if not any(values)]:
        lasting.pop(name)
    return lasting.urlencode()


def list_words(request: HttpRequest, layout: Layout) -> dict[str, Any]:
    """What the page of a list is rendered with."""
    found = listing(request, layout)
    return {"listing": found, "page": found.page, "sort": found.order.word, "subject": layout.subject.value}
