"""Who may come through which door. Views wear these; what of it they may then see is decided by `visible_to`.

Signed out: to the sign-in page, and back. Staff without the right: 403, so that they know whom to ask. The wrong side of
the fence (a partner's person in the console, staff in the portal): 404, as if it were not there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from people import roles
from people.roles import Viewer

View = Callable[..., HttpResponseBase]
Test = Callable[[Viewer], bool]


def _guard(side: Test, right: Test | None = None) -> Callable[[View], View]:
    """A decorator that lets in those for whom both tests hold."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _sign_in(request)
            if not side(request.user):
                raise Http404
            if right is not None and not right(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back to the page; a part asked for by htmx takes its whole page along."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if htmx:
        return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
    return redirect_to_login(request.get_full_path() if request.method in {"GET", "HEAD"} else "/")


vendor_required = _guard(roles.is_vendor)
"""Vendor staff of any role."""
editor_required = _guard(roles.is_vendor, roles.may_edit)
"""Those who may change segments, programmes and records."""
unlimited_editor_required = _guard(roles.is_vendor, roles.may_import)
"""Editors whose scope is not limited to regions: for what may touch any record, such as a file's."""
unlimited_required = _guard(roles.is_vendor, lambda viewer: roles.may_administer(viewer) or not viewer.regions)
"""Staff of any role whose scope is not limited to regions: for what is found among everybody."""
administrator_required = _guard(roles.is_vendor, roles.may_administer)
"""Those who may change users, attributes, keys and schedules."""
partner_required = _guard(roles.is_partner)
"""A partner's people."""
