"""`…/bulk/`: many records in one call, read as they arrive. Good rows land; each row is answered for."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError, PermissionDenied
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api import schema
from partners.api.writing import origin_of
from partners.importing import upsert_rows
from partners.vocabulary import Subject

CHUNK = 64 * 1024
LONGEST = 1024 * 1024
"""Characters of one record: far more than any has, and few enough to hold."""
Rows = Iterator[Any]


class Broken(ParseError):
    """The body stops being what it says it is; nothing of it was stored."""

    def __init__(self, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.errors = [{"pointer": pointer, "code": "malformed", "detail": detail}]


class JsonRows(BaseParser):
    """A JSON array of objects."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Rows:
        """The objects, one by one."""
        return array_items(_text(stream))


class NdjsonRows(BaseParser):
    """One JSON object a line."""

    media_type = "application/x-ndjson"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Rows:
        """The objects, one by one."""
        for number, line in enumerate(_lines(_text(stream)), 1):
            if line.strip():
                yield _value(line, f"line {number}")


class CsvRows(BaseParser):
    """A CSV file with a header; a missing value is an empty cell, several values stand with ; or | between."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Rows:
        """The rows as objects, one by one."""
        reader = csv.DictReader(_lines(_text(stream)), strict=True)
        try:
            for row in reader:
                if None in row:
                    raise Broken(f"Line {reader.line_num} has more cells than the header.")
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
    decoder = json.JSONDecoder(parse_constant=_constant)
    buffer, at, number, state = "", 0, 0, "start"
    for piece in pieces:
        buffer, at = buffer[at:] + piece, 0
        while True:
            at = _skip_space(buffer, at)
            if at == len(buffer):
                break
            char = buffer[at]
            if state == "start":
                if char != "[":
                    raise Broken("Send a JSON array of records: [{…}, {…}].")
                state, at = "first", at + 1
            elif state in ("first", "item") and not (state == "first" and char == "]"):
                if char != "{":
                    raise Broken(f"Item {number} is not an object.", f"/{number}")
                try:
                    item, at = decoder.raw_decode(buffer, at)
                except json.JSONDecodeError as error:
                    real = error.pos < len(buffer) - 16 and not error.msg.startswith("Unterminated string")
                    if real or len(buffer) - at > LONGEST:
                        raise Broken(f"Item {number} is not JSON: {error.msg}.", f"/{number}") from error
                    break  # perhaps the rest of it is in the next piece
                except RecursionError as error:
                    raise Broken(f"Item {number} is nested too deeply.", f"/{number}") from error
                yield item
                number, state = number + 1, "after"
            elif state == "after" and char == ",":
                state, at = "item", at + 1
            elif state in ("after", "first") and char == "]":
                state, at = "end", at + 1
            else:
                raise Broken(f"Not a JSON array: “{char}” behind item {number - 1}.")
    if state != "end":
        raise Broken(f"The JSON array breaks off at item {number}.", f"/{number}")


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


def _constant(name: str) -> Any:
    raise Broken(f"{name} is not JSON. Leave the value out, or send null.")
