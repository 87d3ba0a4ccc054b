"""The environment that the product's processes get, and the file that tells it to commands run beside them."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from prm.launcher.places import PROJECT

WRITTEN = ("DATABASE_URL", "REDIS_URL", "PRM_SECRET_KEY", "PRM_HTTPS", "PRM_SITE_URL", "PRM_EMAIL_URL")
"""What `manage.py` in the same folder must know to be the same product; `prm/env.py` reads it."""


def surroundings() -> dict[str, str]:
    """Our environment, filled up from `.env`: what the settings will see."""
    env = dict(os.environ)
    for name, value in read_dotenv(PROJECT / ".env").items():
        env.setdefault(name, value)
    env["PYTHONUNBUFFERED"] = "1"
    return env


def read_dotenv(path: Path) -> dict[str, str]:
    """NAME=value lines of a file; empty when there is no such file."""
    if not path.exists():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = value.strip().strip("'\"")
    return found


def kept_secret(path: Path) -> str:
    """A random secret, made once and kept in a file that only we may read."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def write(path: Path, env: Mapping[str, str]) -> None:
    """Publish the addresses in one step; only we may read them."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({name: env[name] for name in WRITTEN if name in env}, file, indent=2)
    partial.replace(path)
