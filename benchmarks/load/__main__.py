"""`make load`: people and machines at once, against `make demo` in another terminal (or any product that runs here).

Makes so many partner users and API keys, lets Locust send them for a while, takes them away again, and prints one JSON
object: requests, errors, and the 50th and 95th percentile in milliseconds, of all and by address. Exit 1 if anything failed.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PAGES = [
    "/portal/resources/", "/portal/training/", "/portal/incentives/", "/portal/claims/", "/portal/segments/",
    "/portal/customers/", "/portal/deals/", "/portal/notifications/", "/portal/plans/", "/portal/team/",
]  # fmt: skip
MAIL = "load-{}@load.example"
LOCAL = {"127.0.0.1", "localhost", "::1"}


def main() -> int:
    """Prepare, send, clean up, tell."""
    parser = ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--host", default="http://127.0.0.1:8000")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=300)
    given = parser.parse_args()
    if urlsplit(given.host).hostname not in LOCAL:
        parser.error("only a product on this machine is put under load")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
    import django

    django.setup()
    visitors = prepare(given)
    try:
        with tempfile.TemporaryDirectory() as folder:
            found = send(given, visitors, Path(folder))
    finally:
        clean_up()
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    return 1 if found["errors"] else 0


def prepare(given: Namespace) -> dict[str, Any]:
    """Users with open sessions, one for each of so many partners in turn, and a key that may read for each client."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from integrations.keys import create_key
    from partners.models import Partner, TeamMember
    from people import roles
    from people.models import User
    from segments.models import Segment

    SessionStore = import_module(settings.SESSION_ENGINE).SessionStore  # noqa: N806 — a class
    clean_up()
    partners = list(Partner.objects.present().order_by("pk")[: given.users])
    sessions = []
    for number in range(given.users):
        user = User.objects.create_user(email=MAIL.format(number), role=roles.PARTNER_MEMBER)
        TeamMember.objects.create(user=user, partner=partners[number % len(partners)])
        store = SessionStore()
        store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        sessions.append(store.session_key)
    return {
        "users": given.users,
        "clients": given.clients,
        "cookie": settings.SESSION_COOKIE_NAME,
        "sessions": sessions,
        "pages": PAGES,
        "keys": [create_key(name="load", scope="read").secret for _ in range(given.clients)],
        "segments": list(Segment.objects.active().filter(subject="partner").values_list("slug", flat=True)[:50]),
        "partners": [partner.external_id for partner in partners[:50]],
    }


def clean_up() -> None:
    """Nobody of ours is left."""
    from integrations.models import ApiKey
    from people.models import User

    User.objects.filter(email__endswith="@load.example").delete()
    ApiKey.objects.filter(name="load").delete()


def send(given: Namespace, visitors: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Locust, without its page; it ends by itself."""
    file = folder / "visitors.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(visitors))
    command = [
        sys.executable, "-m", "locust", "-f", str(Path(__file__).parent / "visitors.py"), "--headless", "--only-summary",
        "--host", given.host, "--users", str(given.users + given.clients), "--spawn-rate", "20",
        "--run-time", f"{given.seconds}s", "--csv", str(folder / "load"), "--exit-code-on-error", "0",
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=sys.stderr, env=os.environ | {"PRM_LOAD_VISITORS": str(file)})  # noqa: S603
    with (folder / "load_stats.csv").open() as lines:
        rows = {row["Name"]: row for row in csv.DictReader(lines)}
    with (folder / "load_failures.csv").open() as lines:
        failures = [f"{row['Name']}: {row['Error']} ({row['Occurrences']} times)" for row in csv.DictReader(lines)]
    total = rows.pop("Aggregated")
    return {
        "users": given.users,
        "clients": given.clients,
        "seconds": given.seconds,
        "requests": int(total["Request Count"]),
        "errors": int(total["Failure Count"]),
        "p50_ms": float(total["50%"]),
        "p95_ms": float(total["95%"]),
        "requests_s": round(float(total["Requests/s"]), 1),
        "failures": failures,
        "by_address": {
            name: {"requests": int(row["Request Count"]), "p95_ms": float(row["95%"])}
            for name, row in sorted(rows.items())
        },
    }


if __name__ == "__main__":
    sys.exit(main())
