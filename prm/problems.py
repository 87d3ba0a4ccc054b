"""The shape of every error of the API: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core import signals
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from django.views import defaults
from rest_framework import exceptions

from partners.rows import Invalid
from segments.drafting import SegmentInUse
from segments.rules import RuleInvalid

logger = logging.getLogger(__name__)
API_PREFIX = "/api/"
CONTENT_TYPE = "application/problem+json"
UNIQUE_VIOLATION = "23505"
"""PostgreSQL's word for two rows with one key."""

Entry = dict[str, str]
"""One fault: {"pointer": JSON pointer into the body ("" = all of it), "code", "detail"}; for a fault of the query
string also "parameter"."""


def problem(
    request: HttpRequest,
    status: int,
    detail: str,
    *,
    errors: Iterable[Entry] = (),
    headers: Mapping[str, str] | None = None,
    kind: str = "",
) -> HttpResponse:
    """A problem as a response. Always JSON, whatever the caller accepts: an error is never a stream of rows."""
    phrase = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": f"urn:problem:{kind or phrase.lower().replace(' ', '-')}",
        "title": phrase,
        "status": status,
        "detail": detail,
        "instance": escape_uri_path(request.path),
    }
    listed = list(errors)
    if listed:
        body["errors"] = listed
    return HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE, headers=dict(headers or {}))


def pointer(*steps: str | int) -> str:
    """The JSON pointer (RFC 6901) of a place: `pointer("rules", 0)` is "/rules/0"."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """REST framework's hook: turns an exception into a problem. What nobody foresaw becomes a 500 that tells nothing."""
    request = context["request"]._request
    if isinstance(exc, Http404):
        exc = exceptions.NotFound("There is nothing here, or nothing that you may see.")
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, ValidationError):
        entries = list(_django_entries(exc))
        return problem(request, 400, _summary(entries), errors=entries, kind="invalid")
    if isinstance(exc, exceptions.ValidationError):
        entries = list(_entries(exc.detail, ()))
        return problem(request, 400, _summary(entries), errors=entries, kind="invalid")
    if isinstance(exc, exceptions.APIException):
        return problem(
            request,
            exc.status_code,
            _text(exc),
            errors=getattr(exc, "errors", ()),
            headers=_headers(exc),
            kind=_kind(exc),
        )
    entries = _refused_by_verb(exc)
    if entries:
        return problem(request, 400, _summary(entries), errors=entries, kind="invalid")
    if isinstance(exc, SegmentInUse):
        users = [{"pointer": "", "code": "used_by", "detail": user} for user in exc.used_by]
        return problem(request, 409, str(exc), errors=users, kind="in-use")
    if isinstance(exc, IntegrityError) and getattr(exc.__cause__, "pgcode", "") == UNIQUE_VIOLATION:
        return problem(request, 409, "Somebody else made the same at the same moment. Read it, then try again.")
    return unforeseen(request, exc)


def unforeseen(request: HttpRequest, exc: Exception) -> HttpResponse:
    """A 500. The log has the traceback; the caller only learns that it was not their fault."""
    logger.error("Unforeseen error at %s %s", request.method, request.path, exc_info=exc)
    signals.got_request_exception.send(sender=None, request=request)
    return problem(request, 500, "Something went wrong on our side. It was logged; please try again later.")


def _refused_by_verb(exc: Exception) -> list[Entry]:
    """What a verb refuses by an exception of its own: a rule node by node, or values field by field."""
    if isinstance(exc, RuleInvalid):
        return [{"pointer": "/rule" + e.pointer, "code": e.code, "detail": e.detail} for e in exc.errors]
    if isinstance(exc, Invalid):
        return [
            {"pointer": pointer(name) if name else "", "code": "invalid", "detail": f"{name} {reason}".strip()}
            for name, reason in exc.errors.items()
        ]
    return []


def _kind(exc: exceptions.APIException) -> str:
    return str(exc.default_code).replace("_", "-")


def _text(exc: exceptions.APIException) -> str:
    if isinstance(exc, exceptions.Throttled):
        seconds = getattr(exc, "wait", None)
        wait = f" Try again in {math.ceil(seconds)} seconds." if seconds else ""
        return "Too many requests with this key." + wait
    if isinstance(exc, exceptions.NotAuthenticated):
        return "Send an API key as 'Authorization: Bearer KEY', or sign in with the browser."
    return str(exc.detail)


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(exc.auth_header)  # type: ignore[attr-defined]
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(exc.wait))  # type: ignore[attr-defined]
    return headers


def _summary(entries: list[Entry]) -> str:
    if len(entries) == 1:
        return entries[0]["detail"]
    return f"{len(entries)} things are wrong; see errors."


def _entries(detail: Any, at: tuple[str | int, ...]) -> Iterator[Entry]:
    """A serialiser's errors, flattened: each with the place it is about."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _entries(inner, at if name == "non_field_errors" else (*at, name))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _entries(inner, (*at, index) if nested else at)
    else:
        yield {"pointer": pointer(*at), "code": getattr(detail, "code", None) or "invalid", "detail": str(detail)}


def _django_entries(exc: ValidationError) -> Iterator[Entry]:
    """A model's or verb's errors by field."""
    by_field = exc.error_dict if hasattr(exc, "error_dict") else {"__all__": exc.error_list}
    for name, errors in by_field.items():
        at = "" if name == "__all__" else pointer(name)
        for error in errors:
            for message in error.messages:
                yield {"pointer": at, "code": error.code or "invalid", "detail": message}


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: a problem under /api/, the product's own page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return problem(request, 404, "There is nothing at this address. Addresses of the API end with a slash.")
    return defaults.page_not_found(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403: a problem under /api/, the product's own page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return problem(request, 403, "You may not do that.")
    return defaults.permission_denied(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a problem under /api/, the product's own page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return problem(request, 400, "This request cannot be read.")
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a problem under /api/, the product's own page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return problem(request, 500, "Something went wrong on our side. It was logged; please try again later.")
    return defaults.server_error(request)
