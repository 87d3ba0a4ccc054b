"""Settings come from the environment, then from `.env`; while `make demo` runs, what it uses fills in the rest."""

import fcntl
import json
import os
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("PRM_STATE_DIR") or BASE_DIR / ".state")
ADDRESSES = STATE_DIR / "addresses.json"
"""Written by the launcher while its services run: {"DATABASE_URL": …, "REDIS_URL": …, "PRM_SECRET_KEY": …, …}."""

env = environ.Env()


def launcher_runs() -> bool:
    """True while a launcher holds this folder's lock; one that was killed holds it no more, whatever it left written."""
    try:
        with (STATE_DIR / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def fill_environment() -> None:
    """Put what is missing into the environment: first from `.env`, then from the launcher that runs in this folder."""
    dotenv = BASE_DIR / ".env"
    if dotenv.exists():
        env.read_env(dotenv)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    if ADDRESSES.exists() and launcher_runs():
        for name, value in json.loads(ADDRESSES.read_text()).items():
            if not os.environ.get(name):
                os.environ[name] = value


fill_environment()


def service_url(name: str) -> str:
    """The address of a service.

    Raises ImproperlyConfigured, naming both remedies, when nobody says.
    """
    value = env.str(name, default="")
    if value:
        return cast(str, value)
    raise ImproperlyConfigured(
        f"{name} is not set and nothing runs here. Set {name}, or start everything with `make demo`."
    )


def cache_url(broker: str) -> str:
    """The broker's address as redis-py spells it: `redis+socket://PATH?virtual_host=N` → `unix://PATH?db=N`."""
    parts = urlsplit(broker)
    if parts.scheme != "redis+socket":
        return broker
    number = parse_qs(parts.query).get("virtual_host", ["0"])[0]
    return f"unix://{parts.path}?db={number}"


def secret(name: str, *, debug: bool, stand_in: str) -> str:
    """A secret: in production it must be given; elsewhere a stand-in will do."""
    value = env.str(name, default="")
    if value:
        return cast(str, value)
    if debug:
        return stand_in
    raise ImproperlyConfigured(
        f"{name} must be set when PRM_DEBUG is off; `openssl rand -base64 48` makes a good one. "
        "On a machine of your own, start everything with `make demo`: beside it this command finds what it needs."
    )
