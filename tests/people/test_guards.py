"""Who is let through which door."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from people import guards, roles
from people.models import User


def inside(request: HttpRequest) -> HttpResponse:
    return HttpResponse("inside")


def outcome(guard, user, **headers) -> str:
    request = RequestFactory().get("/console/partners/?q=x", headers=headers)
    request.user, request.htmx = user, HtmxDetails(request)
    try:
        response = guard(inside)(request)
    except Http404:
        return "404"
    except PermissionDenied:
        return "403"
    return response.content.decode() or response.get("Location") or response.get("HX-Redirect")


ALL = ["vendor_required", "editor_required", "unlimited_editor_required", "administrator_required", "partner_required"]
CASES = [
    (roles.ADMINISTRATOR, ["inside", "inside", "inside", "inside", "404"]),
    (roles.CHANNEL_MANAGER, ["inside", "inside", "inside", "403", "404"]),
    (roles.ANALYST, ["inside", "403", "403", "403", "404"]),
    (roles.PARTNER_ADMIN, ["404", "404", "404", "404", "inside"]),
    (roles.PARTNER_MEMBER, ["404", "404", "404", "404", "inside"]),
    ("something else", ["404", "404", "404", "404", "404"]),
]


@pytest.mark.parametrize(("role", "expected"), CASES)
def test_guards__each_role__is_let_in_refused_or_sees_nothing(role, expected):
    assert [outcome(getattr(guards, name), User(role=role)) for name in ALL] == expected


def test_guards__limited_to_regions__may_edit_but_not_what_may_touch_any_record():
    manager = User(role=roles.CHANNEL_MANAGER, regions=["EMEA"])
    assert outcome(guards.editor_required, manager) == "inside"
    assert outcome(guards.unlimited_editor_required, manager) == "403"
    assert outcome(guards.unlimited_editor_required, User(role=roles.ADMINISTRATOR, regions=["EMEA"])) == "inside"


@pytest.mark.parametrize("name", ALL)
def test_guards__signed_out__goes_to_sign_in_and_back(name):
    assert outcome(getattr(guards, name), AnonymousUser()) == "/account/login/?next=/console/partners/%3Fq%3Dx"


def test_guards__signed_out_part__takes_its_whole_page_to_sign_in():
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/console/partners/P-1/"}
    went = outcome(guards.vendor_required, AnonymousUser(), **headers)
    assert went == "/account/login/?next=/console/partners/P-1/"
