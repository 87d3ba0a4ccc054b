"""Every address × every kind of person gives just the status the table says; an address the table lacks fails."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from tests.access.addresses import walk
from tests.access.table import ROWS, Row
from tests.access.world import PEOPLE, World

ADMIN = "admin/"


@pytest.fixture
def world(db: None, settings: Any, tmp_path: Path) -> World:
    """One of everything; files go to a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path)
    return World()


def ask(world: World, row: Row, person: str) -> HttpResponseBase:
    """One request as one person, undone afterwards."""
    client = Client(raise_request_exception=True)
    user = world.people[person]
    with transaction.atomic():
        if user is not None:
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        options: dict[str, Any] = {}
        if row.path.startswith("/api/"):
            options = {"content_type": "application/json", "data": json.dumps(row.data)} if row.method != "get" else {}
        elif row.data:
            options = {"data": row.data}
        answer = getattr(client, row.method)(world.path(row.path), **options)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("route", sorted(ROWS))
def test_address__asked_by_everybody__answers_as_the_table_says(route: str, world: World, broker: Any) -> None:
    row = ROWS[route]
    found = {person: ask(world, row, person).status_code for person in PEOPLE}
    assert found == dict(zip(PEOPLE, row.expected, strict=True))


def test_addresses__all_of_them__are_in_the_table() -> None:
    there = {route for route in walk() if not route.startswith(ADMIN)}
    assert there == set(ROWS), {"not listed": sorted(there - set(ROWS)), "gone": sorted(set(ROWS) - there)}


def test_admin__every_address__opens_to_administrators_only(world: World, broker: Any) -> None:
    routes = [route for route in walk() if route.startswith(ADMIN)]
    assert len(routes) > 50
    for route in routes:
        row = Row("/" + plain(route), ())
        for person in ("administrator", "signed out", "channel manager", "partner admin"):
            answer = ask(world, row, person)
            status = answer.status_code
            if person == "administrator":
                assert status != 500, (route, status)
            elif "login" in route:
                assert status in {200, 302}, (route, person, status)
            elif route.endswith(("logout/", "jsi18n/")):
                assert status in {302, 405}, (route, person, status)
            else:
                assert status in {302, 404}, (route, person, status)
                if status == 302:
                    assert "/admin/login/" in answer.headers["Location"], route


def plain(route: str) -> str:
    """An address of the admin, with number 1 for whatever it names."""
    words = {"<path:object_id>": "1", "<int:content_type_id>": "1", "<path:object_id>/": "1/", "<id>": "1"}
    for name, value in words.items():
        route = route.replace(name, value)
    if "^" in route:
        route = route.split("^")[0]
    return route


def test_admin__pages__keep_the_policy(world: World, broker: Any) -> None:
    inline = re.compile(rb"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"application/json\")|<style|\bstyle=|\son[a-z]+=\"")
    partner = world.partner.pk
    for path in ("", "partners/partner/", f"partners/partner/{partner}/change/", "people/user/"):
        answer = ask(world, Row(f"/admin/{path}", ()), "administrator")
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, path
        assert "unsafe" not in policy, path
        assert not inline.search(answer.content), (path, inline.search(answer.content))  # type: ignore[attr-defined]
