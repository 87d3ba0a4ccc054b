"""A form that is sent twice is done once: the second sending gets the answer of the first.

Every rendering of a page has a token of its own (that of the form's protection), so the same token, address and content
again are the same sending again: a double click, a reload, a press on "back" and "save" once more.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django_htmx.http import HttpResponseClientRedirect

TOKEN = "csrfmiddlewaretoken"  # noqa: S105
REMEMBERED_SECONDS = 3600
PART_SECONDS = 5
"""How long a page or a part of one is remembered as an answer: as long as somebody clicks twice."""
CLAIM_SECONDS = 30
DOUBLE_CLICK_SECONDS = 5
LARGEST_PART = 200_000
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Answer:
    """What a sending was answered, as far as it can be said again."""

    address: str = ""
    body: str = ""
    said: list[tuple[int, str]] = field(default_factory=list)
    at: float = 0.0


def is_form(request: HttpRequest) -> bool:
    """A page's form was sent, not something for machines."""
    return request.method == "POST" and request.content_type in FORMS and not request.path.startswith("/api/")


def key_of(request: HttpRequest) -> str:
    """The same for the same sending; empty for what is no form of a page."""
    token = request.POST.get(TOKEN, "")
    if not token:
        return ""
    told = [request.get_full_path(), str(request.user.pk), *(f"{k}={v}" for k, v in sorted(request.POST.lists()))]
    files = [(name, file) for name in sorted(request.FILES) for file in request.FILES.getlist(name)]
    told += [f"{name}={file.name}:{file.size}" for name, file in files]
    digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
    return f"once:{digest}"


def answered_once(request: HttpRequest, answer: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    """What `answer` answers, or answered when the same came before; a second sending waits for the first.

    Only what was done is remembered: a form that comes back with an error may be sent again.
    """
    key = key_of(request)
    if not key:
        return answer(request)
    for _attempt in range(int(CLAIM_SECONDS / _PAUSE)):
        if cache.add(key, "", CLAIM_SECONDS):
            return _first(key, request, answer)
        known = cache.get(key)
        if known:
            return _again(Answer(**known), request)
        time.sleep(_PAUSE)
    return answer(request)


def _first(key: str, request: HttpRequest, answer: Callable[[HttpRequest], HttpResponseBase]) -> HttpResponseBase:
    try:
        response = answer(request)
    except BaseException:
        cache.delete(key)
        raise
    known, seconds = _known(request, response)
    if known is None:
        cache.delete(key)
    else:
        cache.set(key, asdict(known), seconds)
    return response


def _known(request: HttpRequest, response: HttpResponseBase) -> tuple[Answer | None, int]:
    if response.status_code in {302, 303}:
        return Answer(address=response.headers["Location"], said=_said(request), at=time.time()), REMEMBERED_SECONDS
    if response.status_code != 200 or not isinstance(response, HttpResponse):
        return None, 0
    if address := response.headers.get("HX-Redirect", ""):
        return Answer(address=address, said=_said(request), at=time.time()), REMEMBERED_SECONDS
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or len(response.content) > LARGEST_PART or response.headers.get("HX-Trigger"):
        return None, 0
    return Answer(body=response.content.decode(), at=time.time()), PART_SECONDS


def _said(request: HttpRequest) -> list[tuple[int, str]]:
    """What the first answer was to tell; should the browser never read it, the second one tells it."""
    queued: list[Any] = getattr(messages.get_messages(request), "_queued_messages", [])
    return [(message.level, str(message.message)) for message in queued]


def _again(known: Answer, request: HttpRequest) -> HttpResponse:
    if not known.address:
        return HttpResponse(known.body)
    if time.time() - known.at > DOUBLE_CLICK_SECONDS:
        messages.info(request, "This was sent before, and is done. It was not done a second time.")
    else:
        for level, text in known.said:
            messages.add_message(request, level, text)
    return HttpResponseClientRedirect(known.address) if getattr(request, "htmx", None) else redirect(known.address)
