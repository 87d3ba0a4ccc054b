"""What several pages of insights show alike: figures as cells, plots of months, a file of what is on the screen."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone

from insights import charts, measures
from insights.charts import Plot
from insights.measures import MEASURES, Measure, Sums
from insights.periods import Period, period_of
from partners.rows.cells import harmless
from partners.vocabulary import Subject

FIRST, PIECE = 20, 100
"""Lines of a file that are sent together; fewer at first, so that a download begins before its slower parts are read."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure on the page; `raw` is the number that the file has."""

    measure: Measure
    words: str
    raw: float | None
    everybody: str = ""
    """The same of everybody."""


def asked_period(request: HttpRequest) -> Period:
    """The period of the address."""
    return period_of(request.GET.get("months", ""), timezone.localdate(timezone=timezone.get_default_timezone()))


def asked_subject(request: HttpRequest) -> str:
    """`?subject=`, partners unless customers are asked for."""
    return Subject.CUSTOMER.value if request.GET.get("subject") == "customer" else Subject.PARTNER.value


def measures_of(subject: str) -> list[Measure]:
    """Those that mean something for the subject."""
    return [measure for measure in MEASURES if not (measure.partners_only and subject == Subject.CUSTOMER.value)]


OVERVIEW = ("members", "revenue", "revenue_per_member", "growth", "win_rate", "training", "engagement", "cost", "roi")
"""What segments are compared by, side by side."""


def compared_by(subject: str) -> list[Measure]:
    """Those of them that mean something for the subject."""
    return [measure for measure in measures_of(subject) if measure.name in OVERVIEW]


def cells(
    figures: Mapping[str, float | None], subject: str, everybody: Mapping[str, float | None] | None = None
) -> list[Cell]:
    """Every figure as a cell, in order."""
    return [
        Cell(
            measure,
            measures.words(measure.unit, figures[measure.name]),
            figures[measure.name],
            measures.words(measure.unit, everybody[measure.name]) if everybody else "",
        )
        for measure in measures_of(subject)
    ]


def of_month(sums: Sums) -> dict[str, float | None]:
    """The figures of a single month; growth is for periods."""
    return measures.values(sums, margin=settings.MARGIN)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One measure over the months."""

    measure: Measure
    plot: Plot | None
    compared: bool


SUMMED = ("members", "revenue", "registered", "won", "cost")
"""Drawn as bars: sums, which everybody's would dwarf. The others are lines beside everybody's."""


def drawn(
    subject: str, months: Sequence[date], own: Mapping[date, Sums], everybody: Mapping[date, Sums], names: Iterable[str]
) -> list[Drawn]:
    """The measures as plots over the months; a month without members has no figure."""
    places = [f"{month:%b %Y}" for month in months]
    mine = [of_month(own[month]) if month in own and own[month].present else None for month in months]
    theirs = [of_month(everybody[month]) if month in everybody else None for month in months]
    found = []
    for name in names:
        measure = measures.BY_NAME[name]
        if measure not in measures_of(subject):
            continue
        values = [figures[name] if figures else None for figures in mine]
        is_sum = name in SUMMED
        others = [] if is_sum else [figures[name] if figures else None for figures in theirs]
        words = partial(measures.words, measure.unit)
        found.append(Drawn(measure, charts.plot(places, values, others, words=words, as_bars=is_sum), not is_sum))
    return found


def csv_file(name: str, heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> StreamingHttpResponse:
    """A file of the same figures as the screen, with all their digits; sent while it is written."""
    answer = StreamingHttpResponse(_pieces(heads, lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def in_words(reasons: Sequence[Mapping[str, Any]]) -> str:
    """What moves a score, in a cell of a file."""
    return "; ".join(f"{'raised' if each['raises'] else 'lowered'} by {each['words']}" for each in reasons)


def _pieces(heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    rest, encoding = iter(lines), "utf-8-sig"  # the first piece says that it is Unicode, for spreadsheets
    head: list[Sequence[Any]] = [heads]
    lines_together = FIRST
    while some := [*head, *islice(rest, lines_together)]:
        text = io.StringIO()
        csv.writer(text).writerows([_plain(value) for value in line] for line in some)
        yield text.getvalue().encode(encoding)
        head, encoding, lines_together = [], "utf-8", PIECE


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return harmless(value) if isinstance(value, str) else "" if value is None else value
