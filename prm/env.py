"""Settings come from the environment; while `make demo` runs, its addresses are found in the state folder."""

import json
from pathlib import Path
from typing import Any, cast

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = BASE_DIR / ".state"
ADDRESSES = STATE_DIR / "addresses.json"
"""Written by the launcher while its services run: {"DATABASE_URL": …, "REDIS_URL": …}."""

env = environ.Env()


def service_url(name: str) -> str:
    """The address of a service: from the environment, else from the launcher that runs in this folder.

    Raises ImproperlyConfigured, naming both remedies, when neither says.
    """
    value = env.str(name, default="")
    if value:
        return cast(str, value)
    try:
        running: dict[str, Any] = json.loads(ADDRESSES.read_text())
    except FileNotFoundError:
        running = {}
    if name in running:
        return str(running[name])
    raise ImproperlyConfigured(
        f"{name} is not set and nothing runs here. Set {name}, or start everything with `make demo`."
    )


def secret(name: str, *, debug: bool, stand_in: str) -> str:
    """A secret: in production it must be given; elsewhere a stand-in will do."""
    value = env.str(name, default="")
    if value:
        return cast(str, value)
    if debug:
        return stand_in
    raise ImproperlyConfigured(f"{name} must be set when PRM_DEBUG is off. `openssl rand -base64 48` makes a good one.")
