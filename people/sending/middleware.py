"""Every form of every page goes through here."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from people.sending import keeping
from people.sending.once import answered_once, is_form

CHANGED = "changed"
"""The cookie that is another one after each change: a page shown again by "back" sees that it is out of date."""


class SendingMiddleware:
    """Sent twice, done once; sent after the session's end, kept; and after a change the browser knows of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer, or the one given before."""
        if request.path.startswith("/api/"):
            return self.get_response(request)
        if not is_form(request):
            return self._noted(request, self.get_response(request))
        if not request.user.is_authenticated:
            return self._noted(request, keeping.kept_for_later(request, self.get_response(request)))
        response = answered_once(request, self.get_response)
        is_taken = response.status_code < 500 and response.status_code not in {403, 404}
        if is_taken and keeping.RESENT in request.POST:
            keeping.forget(request.user.pk, request.POST[keeping.RESENT])
        if response.status_code in {302, 303} or (getattr(request, "htmx", None) and response.status_code == 200):
            response.set_cookie(CHANGED, secrets.token_hex(6), secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
        return self._noted(request, response, was_signed_in=True)

    def _noted(
        self, request: HttpRequest, response: HttpResponseBase, *, was_signed_in: bool = False
    ) -> HttpResponseBase:
        if hasattr(request, "session") and request.session.accessed:
            keeping.note_person(request, response, was_signed_in=was_signed_in)
        return response


class ShownAgainMiddleware:
    """Lets "back" show a page that a form was answered with, such as a preview, instead of asking to send the form again.

    A browser keeps such an answer for its history alone, and gives it up when the cookies it "varies" by have changed,
    as they do with each change. Nobody else ever gets it: it is private, and an answer to a POST.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer."""
        response = self.get_response(request)
        if request.method == "POST" and is_page(response) and "Vary" in response.headers:
            others = [each.strip() for each in response.headers["Vary"].split(",") if each.strip().lower() != "cookie"]
            if others:
                response.headers["Vary"] = ", ".join(others)
            else:
                del response.headers["Vary"]
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def is_page(response: HttpResponseBase) -> bool:
    """HTML that a browser shows."""
    return response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")
