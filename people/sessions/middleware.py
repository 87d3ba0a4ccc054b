"""Every request of somebody signed in goes through here."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from people.sessions import lasting, second_factor


class SignedInMiddleware:
    """A sign-in that is over ends; one that lacks its second factor leads to where it is set up, and nowhere else.

    What somebody signed in is shown is theirs: no cache between keeps it, and browsers forget it when they sign out.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer."""
        response = self._answer(request)
        if hasattr(request, "is_of_somebody"):
            response.headers.setdefault("Cache-Control", "private, no-cache")
            if not request.user.is_authenticated:
                response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        request.is_of_somebody = True  # type: ignore[attr-defined]
        if lasting.is_over(request.session):
            logout(request)
            messages.info(request, "You were signed out because the session had ended. Sign in to go on.")
            return self.get_response(request)
        lasting.note_use(request)
        if second_factor.is_open(request.path) or not second_factor.is_missing(request.user):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            request.user = AnonymousUser()  # as if nobody were signed in: the API's own words of a 401
            return self.get_response(request)
        address = reverse("account_second_factor")
        return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else redirect(address)
