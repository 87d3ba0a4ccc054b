"""The members of a segment: searched, filtered, sorted, with the columns somebody chose; now or on a past day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from partners import picking, snapshot, wording
from partners.columns import read_table
from partners.disclosing import MASK, note_disclosure
from partners.facts import vocabulary
from partners.narrowing import Condition
from partners.picking import Sorting
from partners.reading import one_snapshot
from partners.searching import matches
from partners.tables import Ints
from partners.vocabulary import Field, FieldKind, FieldType, Subject, Vocabulary
from partners.walking import page_of
from people import roles
from people.guards import vendor_required
from people.roles import Viewer
from segments import members as reads
from segments.api.streams import csv_lines
from segments.bitmaps import ids_of
from segments.cells import cell
from segments.console.moments import Moment, moment_of
from segments.console.ordering import Filter, filter_of, order
from segments.console.parts import is_part
from segments.console.segment import one
from segments.console.subjects import FACTS, Named, Names
from segments.history import members_at
from segments.members import MODELS
from segments.models import Segment
from segments.seniority import by_since

PAGE_SIZE = 25
BATCH = 1000
MOST_COLUMNS = 12
SINCE = "since"
"""Sorts by when somebody became a member."""
_UNCHOSEN = frozenset({"external_id", "name"})
"""Always there, so never among the columns to choose."""


@dataclass(frozen=True, slots=True)
class Row:
    """One member as the table shows it."""

    member: Named
    since: Any
    cells: list[tuple[Field, str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for, cleaned of what there is not."""

    q: str
    sort: str
    moment: Moment
    filters: list[Filter]
    columns: list[Field]
    choosable: list[Field]

    @property
    def is_narrowed(self) -> bool:
        """Something is searched or filtered for."""
        return bool(self.q or any(each.value for each in self.filters))

    @property
    def names(self) -> set[str]:
        """The columns' names."""
        return {field.name for field in self.columns}


@require_safe
@vendor_required
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of the members; the table alone for htmx."""
    segment = one(request.user, slug)
    words = {"segment": segment, "tab": "members", **members_of(request, segment)}
    name = "parts/members.html" if is_part(request) else "members.html"
    return render(request, f"console/segments/{name}", words)


@require_safe
@vendor_required
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Everybody the table would show over all its pages, with its columns, as CSV."""
    segment = one(request.user, slug)
    wanted = wanted_of(request, segment)
    names = ["external_id", "name", *(field.name for field in wanted.columns), "member_since"]
    note_disclosure(viewer=request.user, fields=wanted.columns, of=f"a file of the members of {segment.slug}")
    rows = _rows_of_file(segment, found(segment, request.user, wanted), wanted)
    response = StreamingHttpResponse(csv_lines(rows, names), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{segment.slug}-members.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def members_of(request: HttpRequest, segment: Segment) -> dict[str, Any]:
    """A page of members, and what was asked for."""
    wanted = wanted_of(request, segment)
    with one_snapshot():
        rows = Members.of(segment, request.user, wanted) or found(segment, request.user, wanted)
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        page.object_list = list(page.object_list)
    query = request.GET.copy()
    query.pop("page", None)
    return {
        "page": page,
        "wanted": wanted,
        "sort": wanted.sort,
        "q": wanted.q,
        "sortable": sortable(vocabulary(Subject(segment.subject))),
        "rows": rows_of(segment, page, wanted.columns),
        "query": query.urlencode(),
    }


def wanted_of(request: HttpRequest, segment: Segment) -> Wanted:
    """Reads `?q=&sort=&on=&columns=&<choice>=`."""
    subject = Subject(segment.subject)
    words = vocabulary(subject)
    choosable = [
        field
        for name, field in words.items()
        if name not in _UNCHOSEN and (not field.sensitive or roles.may_administer(request.user))
    ]
    asked = request.GET.getlist("columns") or list(FACTS[subject])
    columns = [field for field in choosable if field.name in asked][:MOST_COLUMNS]
    sort = request.GET.get("sort", "name")
    if sort.removeprefix("-") not in sortable(words):
        sort = "name"
    filters = [filter_of(words[name], request.GET.get(name, "")) for name in FACTS[subject]]
    return Wanted(request.GET.get("q", "").strip(), sort, moment_of(request), filters, columns, choosable)


def sortable(words: Vocabulary) -> set[str]:
    """What the table can be sorted by: columns of the database that have an order, and how long somebody is a member."""
    return {SINCE} | {
        name
        for name, field in words.items()
        if field.kind is FieldKind.BUILT_IN and field.type is not FieldType.MULTI_CHOICE and not field.refers_to
    }


class Members:
    """The members asked for, for a paginator: counted and put in order by the columns kept of a large population."""

    def __init__(self, segment: Segment, viewer: Viewer, wanted: Wanted, ids: Ints) -> None:
        self.segment, self.viewer, self.wanted, self.ids = segment, viewer, wanted, ids

    @classmethod
    def of(cls, segment: Segment, viewer: Viewer, wanted: Wanted) -> Members | None:
        """None where the columns cannot tell."""
        subject, as_of = Subject(segment.subject), wanted.moment.as_of
        inside = reads.current_member_ids(segment) if as_of is None else members_at(segment, as_of)
        words = vocabulary(subject)
        asked = [Condition(words[each.name], "is", (each.value,)) for each in wanted.filters if each.value]
        within = [ids_of(inside)]
        if snapshot.count(subject) is None:
            return None
        if (matching := matches(MODELS[subject.value].objects.all(), wanted.q)) is not None:
            within.append(matching)
        ids = picking.sift(subject, viewer=viewer, conditions=asked, within=within)
        return None if ids is None else cls(segment, viewer, wanted, ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place: slice) -> list[Any]:
        """The records of a page, each with `since`."""
        start = place.start or 0
        stop = min(len(self), place.stop or len(self))
        picked = self._page(start, stop - start)
        if picked is None:
            return list(found(self.segment, self.viewer, self.wanted)[place])
        plain = MODELS[self.segment.subject].objects.visible_to(self.viewer).filter(pk__in=picked)
        known = {row.pk: row for row in _since(plain, self.segment, self.wanted.moment.as_of)}
        return [known[pk] for pk in picked if pk in known]

    def _page(self, start: int, size: int) -> Sequence[int] | None:
        """The ids of a page in order; None where that order is known to the database alone."""
        subject, sort = Subject(self.segment.subject), self.wanted.sort
        name, is_descending = sort.removeprefix("-"), sort.startswith("-")
        if name == SINCE:
            as_of, stop = self.wanted.moment.as_of, start + size
            return by_since(self.segment, self.ids, as_of, is_descending=is_descending, stop=stop)[start:].tolist()
        if name == "name" or name == "external_id":
            records = MODELS[subject.value].objects.all()
            return page_of(records, self.ids, by=name, is_descending=is_descending, skip=start, size=size)
        sorting = Sorting(vocabulary(subject)[name], is_descending)
        picked = picking.pick(subject, viewer=self.viewer, within=[self.ids], sorting=sorting, skip=start, size=size)
        return None if picked is None else picked.ids


def _since(rows: Any, segment: Segment, as_of: Any) -> Any:
    """The rows, each with when it became a member."""
    stays = reads.stays(segment, as_of).filter(subject_id=OuterRef("pk")).order_by("-entered_at")
    return rows.annotate(since=Subquery(stays.values("entered_at")[:1]))


def found(segment: Segment, viewer: Viewer, wanted: Wanted) -> QuerySet[Any]:
    """The members asked for, in order, each with `since`."""
    as_of = wanted.moment.as_of
    rows: Any = reads.members(segment, viewer, as_of)
    if wanted.q:
        rows = rows.search(wanted.q)
    rows = rows.filter(**{each.name: each.value for each in wanted.filters if each.value})
    rows = _since(rows, segment, as_of)
    if wanted.sort.removeprefix("-") == SINCE:
        return rows.order_by(F("since").desc() if wanted.sort.startswith("-") else F("since").asc(), "id")
    return rows.order_by(*order(wanted.sort, vocabulary(Subject(segment.subject))))


def rows_of(segment: Segment, page: Page[Any], columns: Sequence[Field]) -> list[Row]:
    """The rows of a page, their cells read in bulk."""
    names, records = Names(Subject(segment.subject)), list(page.object_list)
    values = cells_of(Subject(segment.subject), [record.pk for record in records], columns)
    return [
        Row(
            names.of(record),
            record.since,
            [
                (field, masked(field, wording.words(field, value)))
                for field, value in zip(columns, values[record.pk], strict=True)
            ],
        )
        for record in records
        if record.pk in values  # deleted this very moment: left out
    ]


def masked(field: Field, words: str) -> str:
    """The words of a value; of a sensitive one, that there is one."""
    return MASK if field.sensitive and words else words


def cells_of(subject: Subject, ids: Sequence[int], columns: Sequence[Field]) -> dict[int, list[Any]]:
    """Typed values of some fields, in their order, by id. One statement."""
    if not columns or not ids:
        return {pk: [] for pk in ids}
    table = read_table(subject, [field.name for field in columns], as_of=timezone.now(), ids=list(ids))
    return {
        int(pk): [cell(table.columns[field.name], row, field) for field in columns] for row, pk in enumerate(table.ids)
    }


def _rows_of_file(segment: Segment, rows: QuerySet[Any], wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Rows for the CSV, batch by batch, in the order of the table."""
    subject = Subject(segment.subject)
    batch: list[Any] = []
    for record in rows.iterator(chunk_size=BATCH):
        batch.append(record)
        if len(batch) == BATCH:
            yield from _lines(subject, batch, wanted.columns)
            batch = []
    yield from _lines(subject, batch, wanted.columns)


def _lines(subject: Subject, records: list[Any], columns: Sequence[Field]) -> Iterator[dict[str, Any]]:
    values = cells_of(subject, [record.pk for record in records], columns)
    for record in records:
        if record.pk in values:  # deleted while the file was written: left out
            told = {field.name: plain(field, value) for field, value in zip(columns, values[record.pk], strict=True)}
            yield {
                "external_id": record.external_id,
                "name": record.name,
                **told,
                "member_since": record.since.isoformat() if record.since else "",
            }


def plain(field: Field, value: Any) -> Any:
    """A value for a file: numbers and days as machines read them, choices by their labels."""
    if value is None:
        return None
    if field.type in (FieldType.NUMBER, FieldType.MONEY):
        return f"{value.normalize():f}"
    if field.type is FieldType.MULTI_CHOICE:
        return wording.labels(field, value)
    return value.isoformat() if hasattr(value, "isoformat") else wording.words(field, value)
