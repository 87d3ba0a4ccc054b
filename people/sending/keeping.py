"""A form sent when nobody is signed in any more is kept, and offered again after signing in.

It is kept for the person who was signed in on this browser last, and for nobody else; for as long as a working day.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import escape_leading_slashes
from django_htmx.http import HttpResponseClientRedirect

from people.sending.once import TOKEN, is_form

PERSON = "person"
"""The cookie that says who was signed in here last, signed."""
MOST = 20
"""Forms kept for one person; the oldest give way."""
KEPT_SECONDS = 12 * 3600
RESENT = "resent"
"""The field of a form that was kept and is sent again: which one."""
LARGEST = 1_000_000
SHOWN_LETTERS = 300
PERSON_DAYS = 30
UNTOLD = frozenset({TOKEN, "opened", "based_on", "token", "query", "then", RESENT})
"""Fields that mean nothing to people."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that could not be taken when it was sent."""

    id: str
    address: str
    page: str
    """The page it was on."""
    fields: list[tuple[str, str]]
    at: datetime
    files: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[tuple[str, str]]:
        """Field and value in words, shortened."""
        shown = [(name, value) for name, value in self.fields if name not in UNTOLD and value.strip()]
        return [(name.replace("_", " ").replace("-", " ").capitalize(), value[:SHOWN_LETTERS]) for name, value in shown]


def note_person(request: HttpRequest, response: HttpResponseBase, *, was_signed_in: bool) -> None:
    """Remember who is signed in; forget it when they sign out."""
    if request.user.is_authenticated:
        if person_of(request) != request.user.pk:
            response.set_signed_cookie(
                PERSON,
                str(request.user.pk),
                salt=PERSON,
                max_age=PERSON_DAYS * 86400,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
    elif was_signed_in:
        response.delete_cookie(PERSON)


def person_of(request: HttpRequest) -> int | None:
    """Who was signed in on this browser last."""
    found = request.get_signed_cookie(PERSON, default="", salt=PERSON, max_age=PERSON_DAYS * 86400)
    return int(found) if found and found.isdigit() else None


def keep(request: HttpRequest) -> bool:
    """Keep what was sent; False when it cannot be kept: nobody was signed in here, or it is too much."""
    person = person_of(request)
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in {TOKEN, RESENT}]
    if person is None or sum(len(name) + len(value) for name, value in fields) > LARGEST:
        return False
    page = urlsplit(request.headers.get("Referer", ""))
    kept = Kept(
        id=secrets.token_hex(8),
        address=request.get_full_path(),
        page=escape_leading_slashes(f"{page.path}?{page.query}".rstrip("?"))
        if page.netloc == request.get_host()
        else "",
        fields=fields,
        at=timezone.now(),
        files=[file.name or "" for name in request.FILES for file in request.FILES.getlist(name)],
    )
    _write(person, [*kept_for(person), kept])
    return True


def kept_for(person: int) -> list[Kept]:
    """What waits for somebody, oldest first."""
    return [Kept(**found) for found in cache.get(f"kept:{person}", [])]


def forget(person: int, id: str) -> None:  # noqa: A002
    """It is sent, or not wanted any more."""
    _write(person, [kept for kept in kept_for(person) if kept.id != id])


def _write(person: int, kept: list[Kept]) -> None:
    cache.set(f"kept:{person}", [asdict(each) for each in kept[-MOST:]], KEPT_SECONDS)


def is_sign_in(response: HttpResponseBase) -> bool:
    """The answer is to sign in."""
    address = response.headers.get("Location", "") or response.headers.get("HX-Redirect", "")
    return bool(address) and urlsplit(address).path == resolve_url(settings.LOGIN_URL)


def kept_for_later(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """To sign in, and from there to what was kept; the answer there was, when nothing could be kept."""
    if request.user.is_authenticated or not is_form(request) or not is_sign_in(response) or not keep(request):
        return response
    to_login = redirect_to_login(reverse("account_kept"))
    return HttpResponseClientRedirect(to_login.url) if getattr(request, "htmx", None) else to_login


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of an earlier session, sent by this site's own page, is kept; anything else is refused."""
    from django.views.csrf import csrf_failure  # noqa: PLC0415 - it reads templates when it is imported

    if is_form(request) and _is_own(request) and keep(request):
        address = reverse("account_kept")
        return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)
    response: HttpResponse = csrf_failure(request, reason)
    return response


def _is_own(request: HttpRequest) -> bool:
    """The browser vouches that a page of this site sent it."""
    return request.headers.get("Sec-Fetch-Site") == "same-origin"
