"""Every action of every page, sent twice from the same page: done once, answered the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from tests.access.table import CONSOLE, PORTAL
from tests.access.world import World

ACTIONS = {
    route: row for route, row in {**CONSOLE, **PORTAL}.items() if row.method == "post" and "preview" not in row.path
}


def stored() -> dict[str, int]:
    """How many rows every table has."""
    there = set(connection.introspection.table_names())
    models = [model for model in apps.get_models() if model._meta.db_table in there]
    return {model._meta.db_table: model._base_manager.count() for model in models}


def test_sent_twice__every_action__is_done_once(db: None, broker: Any, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    world = World()
    assert len(ACTIONS) > 40
    for route, row in sorted(ACTIONS.items()):
        with transaction.atomic():
            client = Client()
            who = "administrator" if row.path.startswith("/console/") else "partner admin"
            if row.expected[1 if who == "administrator" else 5] in {403, 404}:
                who = "channel manager" if who == "administrator" else "partner member"
            client.force_login(world.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
            data = {**(row.data or {}), "csrfmiddlewaretoken": "of one page"}
            first = client.post(world.path(row.path), data)
            after_first = stored()
            second = client.post(world.path(row.path), data)
            assert second.status_code == first.status_code, route
            assert second.headers.get("Location") == first.headers.get("Location"), route
            assert stored() == after_first, route
            transaction.set_rollback(True)
        broker.flushdb()
