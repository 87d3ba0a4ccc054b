"""Lists that are sent whole, row by row: CSV for spreadsheets, NDJSON for programs."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from partners.rows.cells import harmless


class CsvRenderer(BaseRenderer):
    """Stands for `text/csv` when the form of the answer is chosen; the rows are streamed by `stream`."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class NdjsonRenderer(BaseRenderer):
    """Stands for `application/x-ndjson`."""

    media_type = "application/x-ndjson"
    format = "ndjson"


def wants_stream(request: Request) -> bool:
    """Whether the caller accepts one of the streamed forms rather than pages."""
    return request.accepted_renderer.format in ("csv", "ndjson")


def stream(request: Request, rows: Iterable[dict[str, Any]], names: list[str], filename: str) -> StreamingHttpResponse:
    """All the rows in the form asked for."""
    if request.accepted_renderer.format == "csv":
        return csv_file(csv_lines(rows, names), filename)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}.ndjson"'
    return response


def csv_file(lines: Iterable[str] | Iterable[bytes], filename: str) -> StreamingHttpResponse:
    """Lines of CSV as a file."""
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    return response


def header(names: list[str]) -> str:
    """The first line of CSV."""
    return next(csv_lines([], names))


class _Line:
    """A file for the CSV writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(rows: Iterable[dict[str, Any]], names: list[str]) -> Iterator[str]:
    """The header, then the rows. Several values in a cell stand with "; " between."""
    writer = csv.writer(_Line())
    yield writer.writerow(names)
    for row in rows:
        yield writer.writerow([cell(row[name]) for name in names])


def cell(value: Any) -> str:
    """A value as a cell that no spreadsheet takes for a formula: text that begins like one gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = "; ".join(str(each) for each in value) if isinstance(value, list) else str(value)
    return harmless(text)
