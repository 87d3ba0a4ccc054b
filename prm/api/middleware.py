"""What every answer of the API has in common: ETags, If-Match, readable addresses, the state of the rate limit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response

from prm.problems import API_PREFIX, problem

Next = Callable[[HttpRequest], HttpResponseBase]


class ApiMiddleware:
    """Acts under /api/ alone; stands last, next to the view."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The view's answer, made conditional."""
        if not request.path.startswith(API_PREFIX):
            return self.get_response(request)
        if settings.HTTPS and not request.is_secure():
            return problem(
                request, 403, "Use https://: what is sent without it, the key included, can be read on its way."
            )
        if _has_nul(request):
            return problem(request, 400, "An address may not hold NUL characters.")
        if "If-Match" in request.headers and _is_write(request):
            response = self._write_if_matching(request)
        else:
            response = self.get_response(request)
        if hasattr(response, "problem_detail"):  # refused below prm, where the shape of problems is not known
            response = problem(request, response.status_code, response.problem_detail)
        for name, value in getattr(request, "rate_limit_headers", {}).items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return _conditional(request, response)

    def _write_if_matching(self, request: HttpRequest) -> HttpResponseBase:
        """Writes only when the caller has seen the present state. One such writer at a time for each address."""
        with transaction.atomic(), connection.cursor() as cursor:
            number = int.from_bytes(hashlib.sha256(request.path.encode()).digest()[:8], "big", signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
            present = _look(request)
            if present.status_code != 200 or not _matches(request.headers["If-Match"], present):
                if present.status_code in (401, 403, 406):
                    return present
                return problem(
                    request, 412, "This has changed since you read it. Read it again, then repeat the change."
                )
            return self.get_response(request)


def _is_write(request: HttpRequest) -> bool:
    """A write that the address takes; of any other, the view says that it does not."""
    method = str(request.method)
    if method not in ("PUT", "PATCH", "DELETE"):
        return False
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return hasattr(getattr(view, "cls", None), method.lower())


def _has_nul(request: HttpRequest) -> bool:
    return "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def _look(request: HttpRequest) -> HttpResponseBase:
    """What a GET of the same address answers to the same caller."""
    reading = HttpRequest()
    reading.method, reading.path, reading.path_info = "GET", request.path, request.path_info
    unwanted = {"CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_IF_MATCH", "HTTP_ACCEPT", "wsgi.input"}
    reading.META = {name: value for name, value in request.META.items() if name not in unwanted}
    reading.META["REQUEST_METHOD"] = "GET"
    reading.GET = request.GET
    reading.COOKIES = request.COOKIES
    for name in ("user", "session"):
        if hasattr(request, name):
            setattr(reading, name, getattr(request, name))
    match = resolve(request.path_info)
    response: Any = match.func(reading, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response


def _matches(wanted: str, present: HttpResponseBase) -> bool:
    tags = {tag.strip() for tag in wanted.split(",")}
    return "*" in tags or (isinstance(present, HttpResponse) and etag(present.content) in tags)


def etag(content: bytes) -> str:
    """A strong tag: the same bytes, the same tag."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """304 when the caller has these bytes already. Streams and errors go as they are."""
    if request.method not in ("GET", "HEAD") or response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return response
    tag = etag(response.content)
    response.headers["ETag"] = tag
    return get_conditional_response(request, etag=tag, response=response) or response
