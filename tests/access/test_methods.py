"""Every address × every method × every kind of person gives just the status that the tables say."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.access.methods import LISTED, METHODS, NOT_A_PAGES, expected, may_not, status, view_alone, visitors
from tests.access.table import ROWS, Row
from tests.access.world import PEOPLE, World


@pytest.fixture
def quiet() -> Iterator[None]:
    """Thousands of refusals, as expected, are not written down."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def asked(client: Client, world: World, row: Row, method: str, broker: Any) -> int:
    """The status; what allauth counts for its throttling does not add up over people."""
    if row.path.startswith("/account/"):
        broker.flushdb()
    return status(client, world, row, method)


@pytest.mark.parametrize("method", METHODS)
def test_method__of_every_address_by_everybody__answers_as_the_table_says(
    method: str, db: None, settings: Any, tmp_path: Path, broker: Any, quiet: None
) -> None:
    settings.MEDIA_ROOT, settings.API_RATE = str(tmp_path), 10**7
    world = World()
    who = visitors(world)
    wrong = {}
    for route, row in sorted(ROWS.items()):
        if method == row.method:
            continue  # asked with all it needs in test_access
        found: tuple[int, ...] = ()
        if expected(route, method) == NOT_A_PAGES:
            found = tuple(view_alone(world, row, method, person) for person in PEOPLE)
        if found != NOT_A_PAGES:
            found = tuple(asked(who[person], world, row, method, broker) for person in PEOPLE)
        if found != expected(route, method):
            wrong[route] = found
    assert not wrong, "\n".join(
        f"{route}\t{method.upper()}\t{' '.join(map(str, each))}" for route, each in wrong.items()
    )


def test_methods__of_those_refused_by_the_table__none_gets_them_further() -> None:
    further = []
    for (route, method), statuses in LISTED.items():
        if route.startswith("account/") or (route, method) in TOLD_TO_MORE:
            continue
        through = [at for at in may_not(route) if statuses[at] < 400 and not (at == 0 and statuses[at] == 302)]
        further += [(route, method, PEOPLE[at]) for at in through]
    assert not further


TOLD_TO_MORE = {("api/v1/segments/<slug:slug>/overrides/", "get"), ("api/v1/segments/<slug:slug>/overrides/", "head")}
"""The table asks to write; reading is for all staff."""


def test_methods_listed__each__is_of_an_address_there_is() -> None:
    assert {route for route, _ in LISTED} <= set(ROWS)
    assert {method for _, method in LISTED} <= set(METHODS)
