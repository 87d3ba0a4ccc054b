"""Every refusal of the API is a problem."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from tests import callers
from tests.callers import assert_problem
from tests.programs import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["nowhere/", "partners", "partners/a/b/c/", "/api/", "/api/v2/partners/"])
def test_unknown_address__anybody__404(address: str) -> None:
    assert_problem(callers.nobody().get(address), 404)
    assert_problem(callers.nobody().post(address, {}), 404)


def test_unknown_record__404_with_its_address_as_a_uri() -> None:
    problem = assert_problem(callers.key().get("partners/né [1]/"), 404)
    assert problem["instance"] == "/api/v1/partners/n%C3%A9%20%5B1%5D/"


def test_method_not_there__405_names_those_that_are() -> None:
    response = callers.key("write").delete("partners/")
    assert_problem(response, 405)
    assert response.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_accept__not_on_offer__406() -> None:
    assert_problem(callers.key().get("partners/", headers={"Accept": "application/xml"}), 406)


def test_body__of_another_type__415() -> None:
    response = callers.key("write").post("partners/", "a=1", content_type="application/x-www-form-urlencoded")
    assert_problem(response, 415)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"external_id": "P1", }', "line 1, column 23"),
        (b'{\n"name": tru}', "line 2, column 9"),
        (b"\xff", "byte 0"),
        (b'{"employees": NaN}', "NaN"),
        (b"[" * 100_000, "deeply"),
        (b"", "external id"),
    ],
)
def test_body__malformed__400_says_where(body: bytes, words: str) -> None:
    problem = assert_problem(callers.key("write").post("partners/", body, content_type="application/json"), 400)
    assert words in problem["detail"]


@pytest.mark.parametrize("text", [r"a\u0000b", r"\ud800"])
def test_body__characters_that_cannot_be_kept__400_with_the_place(text: str) -> None:
    body = b'{"external_id": "P1", "name": "%s"}' % text.encode()
    response = callers.key("write").post("partners/", body, content_type="application/json")
    assert_problem(response, 400, pointer="/name", code="character")


def test_body__too_large__413() -> None:
    body = b'{"name": "' + b"x" * (10 * 1024 * 1024) + b'"}'
    assert_problem(callers.key("write").post("partners/", body, content_type="application/json"), 413)


@pytest.mark.parametrize("address", ["partners/?search=%00", "partners/%00/", "segments/?search=%00"])
def test_address__with_nul__400(address: str) -> None:
    assert_problem(callers.key().get(address), 400)


def test_programming_error__500_without_internals() -> None:
    caller = callers.key(raising=False)
    with mock.patch("partners.api.records.vocabulary", side_effect=RuntimeError("secret detail")):
        response = caller.get("partners/")
    assert_problem(response, 500)
    assert b"secret detail" not in response.content


def test_rate__exceeded__429_says_when(settings: Any, broker: Any) -> None:
    settings.API_RATE = 2
    caller = callers.key()
    first = caller.get("partners/")
    assert first.headers["RateLimit-Limit"] == "2"
    assert first.headers["RateLimit-Remaining"] == "1"
    for _ in range(3):  # one more than needed: a new minute may begin in between
        last = caller.get("partners/")
    assert_problem(last, 429)
    assert 1 <= int(last.headers["Retry-After"]) <= 60
    assert callers.key(name="another").get("partners/").status_code == 200


def test_etag__unchanged__304() -> None:
    caller = callers.key()
    first = caller.get("segments/")
    again = caller.get("segments/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    other = caller.get("segments/", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.django_db
def test_if_match__method_that_the_address_does_not_take__405() -> None:
    caller = callers.key("admin")
    assert_problem(caller.put("segments/none/overrides/P-1/", {}, headers={"If-Match": '"x"'}), 405)
    assert_problem(caller.delete("partners/", headers={"If-Match": '"x"'}), 405)


@pytest.mark.django_db
def test_options__any_address__405_and_never_a_500() -> None:
    world.segment("gold")
    for address in ("partners/", "segments/gold/members/?format=csv"):
        assert_problem(callers.key("read").call("options", address), 405)


@pytest.mark.django_db
@pytest.mark.parametrize("address", [
    "segments/gold/members/?format=", "partners/?page_size=", "segments/?status=", "changes/?wait=", "recomputes/?page_size=0",
    "segments/gold/members/?as_of=", "partners/P-1/segments/?history=", "partners/P-1/offers/?history=perhaps", "claims/?status=",
])  # fmt: skip
def test_parameter__empty_or_not_of_its_type__400(address: str) -> None:
    world.segment("gold")
    world.partner("P-1")
    assert_problem(callers.key("read").get(address), 400)


@pytest.mark.django_db
def test_text__too_long_with_spaces_around__400() -> None:
    world.segment("gold")
    reason = " " * 600 + "x"
    assert_problem(callers.key("write").post("segments/gold/archive/", {"reason": reason}), 400, pointer="/reason")
