"""A database of its own for the measurements, made anew on the server that DATABASE_URL names."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg2

LOGIN = frozenset({"user", "password", "host", "port"})


def prepare(*, name: str, keep: bool) -> bool:
    """Make the database (or keep the one of the last run) and point the settings at it. True when it is new."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    folder, _, served = parts.path.rpartition("/")
    is_socket = bool(folder.strip("/"))
    login = {
        "user": parts.username or "postgres",
        "password": parts.password,
        "host": "/" + folder.lstrip("/") if is_socket else parts.hostname,
        "port": parts.port,
    }
    server = psycopg2.connect(dbname=served, **{key: value for key, value in login.items() if value})
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        known = cursor.fetchone() is not None
        if known and not keep:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
        if not (known and keep):
            cursor.execute(f"CREATE DATABASE {name}")
    server.close()
    os.environ["DATABASE_URL"] = urlunsplit(parts._replace(path=f"{folder}/{name}"))
    os.environ.setdefault("PRM_DEBUG", "0")
    os.environ.setdefault("PRM_LOG_LEVEL", "WARNING")
    os.environ["DJANGO_SETTINGS_MODULE"] = "prm.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    return not (known and keep)


def drop(name: str) -> None:
    """Let a database go that `prepare` made, from another one on the same server."""
    from django.db import connection, connections

    connections.close_all()
    login = {key: value for key, value in connection.get_connection_params().items() if key in LOGIN}
    server = psycopg2.connect(**{**login, "dbname": "postgres"})
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.close()
