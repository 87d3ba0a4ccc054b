"""`…/bulk/`: many records in one call, read as they arrive. Good rows land; each row is answered for."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import IO, Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.views import APIView

from partners.api import schema
from partners.api.writing import origin_of
from partners.importing import RowResult, UpsertResult, upsert_rows
from partners.vocabulary import Subject

CHUNK = 64 * 1024
LONGEST = 1024 * 1024
"""Characters of one record: far more than any has, and few enough to hold."""
PIECE = 1000
"""Rows answered for in one piece."""
Rows = Iterator[Any]


class Broken(ParseError):
    """The body stops being what it says it is; nothing of it was stored."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.errors = [{"pointer": pointer, "code": "malformed", "detail": detail}]


class JsonRows(BaseParser):
    """A JSON array of objects."""

    media_type = "application/json"

    def parse(  # type: ignore[override]
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Rows:
        """The objects, one by one."""
        return array_items(_text(stream))


class NdjsonRows(BaseParser):
    """One JSON object a line."""

    media_type = "application/x-ndjson"

    def parse(  # type: ignore[override]
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Rows:
        """The objects, one by one."""
        for number, line in enumerate(_lines(_text(stream)), 1):
            if line.strip():
                yield _value(line, f"line {number}")


class CsvRows(BaseParser):
    """A CSV file with a header; a missing value is an empty cell, several values stand with ; or | between."""

    media_type = "text/csv"

    def parse(  # type: ignore[override]
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Rows:
        """The rows as objects, one by one."""
        reader: csv.DictReader[str] = csv.DictReader(_lines(_text(stream)), strict=True)
        try:
            names = list(reader.fieldnames or ())
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise Broken(f"The header has the column “{twice}” twice. Leave one of them out.")
            if names and "external_id" not in names:
                raise Broken("The first line names no column external_id, by which records are recognised.")
            for row in reader:
                if None in row or None in row.values():
                    more = "more" if None in row else "fewer"
                    raise Broken(f"Line {reader.line_num} has {more} cells than the header.")
                if "".join(row.values()).strip():
                    yield row
        except csv.Error as error:
            raise Broken(f"Not CSV: {error} at line {reader.line_num}.") from error


def _text(stream: IO[bytes]) -> Iterator[str]:
    """The body in pieces of text."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    done = 0
    try:
        while raw := stream.read(CHUNK):
            yield decoder.decode(raw)
            done += len(raw)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Broken(f"The body is not UTF-8: byte {done + error.start} cannot be read.") from error


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    """Lines with their ends, whatever pieces they came in."""
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + piece).split("\n")
        yield from (line + "\n" for line in whole)
        if len(rest) > LONGEST:
            raise Broken("A line is longer than any record can be.")
    if rest:
        yield rest


def array_items(pieces: Iterator[str]) -> Rows:
    """The items of a JSON array, each as soon as it is complete."""
    buffer, at, number, expected = "", 0, 0, "["
    for piece in pieces:
        buffer, at = buffer[at:] + piece, 0
        while (at := _skip_space(buffer, at)) < len(buffer):
            if buffer[at] not in expected:
                raise Broken(_unexpected(buffer[at], number, expected), f"/{number}" if "{" in expected else "")
            if buffer[at] != "{":
                expected = {"[": "{]", ",": "{", "]": ""}[buffer[at]]
                at += 1
                continue
            found = _object(buffer, at, number)
            if found is None:
                break  # the rest of it is in the next piece
            item, at = found
            yield item
            number, expected = number + 1, ",]"
    if expected:
        raise Broken(f"The JSON array breaks off at item {number}.", f"/{number}")


@cache
def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_constant)


def _object(buffer: str, at: int, number: int) -> tuple[Any, int] | None:
    """The object that begins here and the place behind it; None when it is not complete yet."""
    try:
        return _decoder().raw_decode(buffer, at)
    except json.JSONDecodeError as error:
        is_cut_off = error.msg.startswith("Unterminated string") or error.pos >= len(buffer) - 16
        if is_cut_off and len(buffer) - at <= LONGEST:
            return None
        raise Broken(f"Item {number} is not JSON: {error.msg}.", f"/{number}") from error
    except RecursionError as error:
        raise Broken(f"Item {number} is nested too deeply.", f"/{number}") from error
    except ValueError as error:  # Python reads no whole number of more than some thousand digits
        raise Broken(f"Item {number} holds a number with more digits than any can have.", f"/{number}") from error


def _unexpected(char: str, number: int, expected: str) -> str:
    if expected == "[":
        return "Send a JSON array of records: [{…}, {…}]."
    return (
        f"Item {number} is not an object." if "{" in expected else f"“{char}” does not belong behind item {number - 1}."
    )


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _value(text: str, place: str) -> Any:
    try:
        return json.loads(text, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise Broken(f"Not JSON: {error.msg} at {place}, column {error.colno}.") from error
    except RecursionError as error:
        raise Broken(f"The JSON is nested too deeply at {place}.") from error
    except ValueError as error:
        raise Broken(f"A number has more digits than any can have, at {place}.") from error


def _constant(name: str) -> Any:
    raise Broken(f"{name} is not JSON. Leave the value out, or send null.")


class Bulk(APIView):
    """Upserts records by external id."""

    subject: Subject
    parser_classes = (JsonRows, NdjsonRows, CsvRows)

    def post(self, request: Request) -> HttpResponseBase:
        """Stores the good rows and says of each row what became of it."""
        if request.user.regions:
            raise PermissionDenied("Bulk calls reach every region, and you are limited to some. Use an API key.")
        rows = request.data
        if isinstance(rows, dict):  # no body at all
            raise Broken("Send records: a JSON array, NDJSON or CSV.")
        outcome = upsert_rows(subject=self.subject, rows=rows, origin=origin_of(request), partial=True)
        if len(outcome.rows) > PIECE:
            return StreamingHttpResponse(_written(outcome), content_type="application/json")
        return HttpResponse("".join(_written(outcome)), content_type="application/json")


def _written(outcome: UpsertResult) -> Iterator[str]:
    """The answer as JSON, piece by piece: many rows are never held as text."""
    counts = {name: getattr(outcome, name) for name in ("created", "updated", "unchanged", "rejected")}
    yield json.dumps({"rows": len(outcome.rows), **counts})[:-1] + ', "results": ['
    for start in range(0, len(outcome.rows), PIECE):
        piece = outcome.rows[start : start + PIECE]
        texts = [
            json.dumps(_answered(at, row)) for at, row in enumerate(piece, start)
        ]  # what came may be half a character
        yield (", " if start else "") + ", ".join(texts)
    yield "]}"


def _answered(at: int, row: RowResult) -> dict[str, Any]:
    """What became of one row."""
    answer: dict[str, Any] = {"row": at, "external_id": row.external_id or None, "status": row.status}
    if row.errors:
        answer["errors"] = [
            {
                "pointer": f"/{at}/{error.field}" if error.field else f"/{at}",
                "code": "invalid",
                "detail": f"{error.field} {error.reason}".strip(),
            }
            for error in row.errors
        ]
    return answer


def _documented(subject: Subject, plural: str) -> type[Bulk]:
    """The view of a subject, described for the schema."""
    record = schema.ref(f"{schema.NAMES[subject]}Write")
    body = {
        "application/json": {"type": "array", "items": record},
        "application/x-ndjson": {"type": "string"},
        "text/csv": {"type": "string"},
    }
    described = extend_schema(
        operation_id=f"{plural}_bulk", tags=[plural], request=body, responses={200: schema.ref("BulkResult")}
    )
    return extend_schema_view(post=described)(
        type(f"{subject.title()}Bulk", (Bulk,), {"subject": subject, "__doc__": f"Many {plural} in one call."})
    )


PartnerBulk = _documented(Subject.PARTNER, "partners")
CustomerBulk = _documented(Subject.CUSTOMER, "customers")
DealBulk = _documented(Subject.DEAL, "deals")
