"""`Idempotency-Key`: a POST sent twice is done once, and answered the same both times."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from integrations.authentication import KeyAuthentication
from integrations.models import Answer
from integrations.webhooks.sealing import seal, unseal

KEPT = timedelta(days=settings.KEEP_DAYS["answers"])
"""How long a repeat is recognised."""
PREFIX = "/api/"
_KEPT_HEADERS = ("Content-Type", "Location")
_SEALED = "sealed"
"""Among the kept headers: the body holds a secret and is kept encrypted."""


class IdempotencyMiddleware:
    """The change and the memory of its answer are one transaction: either both are there or neither is.

    Answers that changed nothing (errors) are not kept: the repeat is simply tried again. Bulk calls are upserts, so a
    repeat changes nothing anyway; they are streamed and their bodies are not held for comparing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The kept answer, or the view's."""
        key = request.headers.get("Idempotency-Key", "")
        if request.method != "POST" or not key or not request.path.startswith(PREFIX):
            return self.get_response(request)
        owner = "" if request.path.endswith("/bulk/") else _owner(request)
        if not owner:  # bulk, or a caller that the view will refuse
            return self.get_response(request)
        if len(key) > 200 or "\x00" in key:
            return _refuse(400, "An Idempotency-Key has at most 200 characters.")
        try:
            content = request.get_full_path().encode() + b"\n" + request.body
        except RequestDataTooBig:
            return _refuse(413, "The body is too large for an Idempotency-Key.")
        return self._once(request, owner, key, hashlib.sha256(content).hexdigest())

    def _once(self, request: HttpRequest, owner: str, key: str, fingerprint: str) -> HttpResponseBase:
        with transaction.atomic():
            _lock(owner, key)  # a repeat that arrives meanwhile waits here for the first one's answer
            kept = Answer.objects.filter(owner=owner, key=key, at__gt=timezone.now() - KEPT).first()
            if kept is not None:
                if kept.fingerprint != fingerprint:
                    return _refuse(422, "This Idempotency-Key was used for another request. Use a new one.")
                return _again(kept)
            response = self.get_response(request)
            if 200 <= response.status_code < 300 and isinstance(response, HttpResponse):
                _keep(owner, key, fingerprint, response)
            return response


def _owner(request: HttpRequest) -> str:
    """Who asks, as far as a valid key or session says; "" for nobody."""
    if "Authorization" in request.headers:
        try:
            known = KeyAuthentication().authenticate(Request(request))
        except AuthenticationFailed:
            return ""
        return f"key:{known[1].hashed_key[-64:]}" if known else ""
    return f"user:{request.user.pk}" if request.user.is_authenticated else ""


def _lock(owner: str, key: str) -> None:
    number = int.from_bytes(hashlib.sha256(f"{owner}\n{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _again(kept: Answer) -> HttpResponse:
    """The kept answer, as it was."""
    headers = dict(kept.headers)
    body = bytes(kept.body)
    if headers.pop(_SEALED, ""):
        body = unseal(body).encode()
    return HttpResponse(body, status=kept.status, headers=headers)


def _keep(owner: str, key: str, fingerprint: str, response: HttpResponse) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    body = response.content
    if getattr(response, "holds_secret", False):
        headers[_SEALED], body = "yes", seal(body.decode())
    Answer.objects.filter(owner=owner, key=key).delete()  # one that is over
    Answer.objects.create(
        owner=owner,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        headers=headers,
        body=body,
    )


def forget_old(*, keep: timedelta = KEPT) -> int:
    """Let go of answers that are older; how many."""
    return Answer.objects.filter(at__lte=timezone.now() - keep).delete()[0]


def _refuse(status: int, detail: str) -> HttpResponse:
    """A problem. The shape is prm's, above this app, so the API's middleware dresses what is refused here."""
    response = HttpResponse(status=status)
    response.problem_detail = detail  # type: ignore[attr-defined]
    return response
