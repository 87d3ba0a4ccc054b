"""What each method of an address answers, beside the one that the table asks it with.

`methods.txt` lists the methods that an address has besides, each with the status for every kind of person and nothing
sent, and where an address departs from the rule. The rule: of a method that an address does not have, everybody hears
just that (405); at the API, only those who may call it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import resolve

from tests.access.table import ROWS, Row, codes
from tests.access.world import PEOPLE, World

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
FILE = Path(__file__).with_name("methods.txt")
REFUSALS = frozenset({401, 403, 404})
NOT_A_PAGES = codes("405 405 405 405 405 405 405 405")
"""A page is asked in a way that it does not have: nobody hears more than that, so nobody learns what there is."""
NOT_THE_APIS = codes("401 405 405 405 405 403 403 403")
NOT_FOR_WRITING = codes("401 405 405 405 403 403 403 403")
"""The API asks first who calls, and whether they may write at all."""
LISTED: dict[tuple[str, str], tuple[int, ...]] = {}
for line in FILE.read_text().splitlines() if FILE.exists() else []:
    if line and not line.startswith("#"):
        route, method, statuses = line.split("\t")
        LISTED[route, method.lower()] = codes(statuses)


def visitors(world: World) -> dict[str, Client]:
    """Everybody, signed in once."""
    found = {}
    for person in PEOPLE:
        found[person] = client = Client(raise_request_exception=False)
        if (user := world.people[person]) is not None:
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def status(client: Client, world: World, row: Row, method: str) -> int:
    """One request with nothing in it, undone afterwards."""
    options: dict[str, Any] = {}
    if row.path.startswith("/api/") and method in {"post", "put", "patch"}:
        options = {"content_type": "application/json", "data": "{}"}
    cookies = dict(client.cookies)
    with transaction.atomic():
        found: int = getattr(client, method)(world.path(row.path), **options).status_code
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.update(cookies)
    return found


def view_alone(world: World, row: Row, method: str, person: str) -> int:
    """The same, asked of the view itself: what a page answers before it looks at anything. 0 where it looks."""
    request = getattr(RequestFactory(), method)(world.path(row.path))
    request.user = world.people[person] or AnonymousUser()
    match = resolve(request.path)
    try:
        return int(match.func(request, *match.args, **match.kwargs).status_code)
    except Exception:  # the whole product is asked then
        return 0


def expected(route: str, method: str) -> tuple[int, ...]:
    """The eight statuses of a method."""
    row = ROWS[route]
    if method == row.method:
        return row.expected
    if (route, method) in LISTED:
        return LISTED[route, method]
    if method == "head" and row.method == "get":
        return row.expected
    if not row.path.startswith("/api/"):
        return NOT_A_PAGES
    return NOT_THE_APIS if method in {"get", "head", "options"} else NOT_FOR_WRITING


def may_not(route: str) -> list[int]:
    """The people, by number, who are refused what the table asks."""
    return [at for at, code in enumerate(ROWS[route].expected) if code in REFUSALS or (at == 0 and code == 302)]
