"""What the API reads: JSON, checked before anything else sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework import exceptions
from rest_framework.parsers import BaseParser

LIMIT = 10 * 1024 * 1024
"""Bytes of a body that is read at once. Bulk calls are streamed and have no such limit."""


class Malformed(exceptions.ParseError):
    """A body that is not what its content type says; `errors` has the place."""

    def __init__(self, detail: str, pointer: str = "", code: str = "malformed") -> None:
        super().__init__(detail)
        self.errors = [{"pointer": pointer, "code": code, "detail": detail}]


class TooLarge(exceptions.APIException):
    """413."""

    status_code = 413
    default_detail = f"The body is larger than {LIMIT // 1024 // 1024} MB. Send many records to a bulk/ address."
    default_code = "too_large"


class JsonBody(BaseParser):
    """One JSON value in UTF-8: no NaN, no NUL characters, no lone surrogates (none of them can be stored)."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value. Malformed says where it went wrong."""
        raw = stream.read(LIMIT + 1)
        if len(raw) > LIMIT:
            raise TooLarge
        return read_json(raw)


def read_json(raw: bytes) -> Any:
    """A value out of bytes, or Malformed with line and column."""
    try:
        value = json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_int=_whole)
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8: byte {error.start} cannot be read.") from error
    except json.JSONDecodeError as error:
        raise Malformed(f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise Malformed("The JSON is nested too deeply.") from error
    check_text(raw, value)
    return value


def check_text(raw: bytes, value: Any) -> None:
    """Refuses characters that no text column can hold. Only escapes can smuggle them in, so most bodies are not walked."""
    if b"\\u" in raw or b"\x00" in raw:
        _walk(value, "")


def _walk(value: Any, at: str) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise Malformed("A text may hold neither NUL characters nor half surrogate pairs.", at, "character")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _walk(name, at)
            _walk(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _walk(inner, f"{at}/{index}")


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not JSON. Leave the value out, or send null.")


def _whole(text: str) -> int:
    if len(text) > 40:
        raise Malformed("A number has more than 40 digits.")
    return int(text)
