"""The settings of production: nothing left for Django's own check to object to, and cookies that keep to themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.conftest import PROJECT

PRODUCTION = {
    "PRM_DEBUG": "0",
    "PRM_HTTPS": "1",
    "PRM_SECRET_KEY": "".join(chr(33 + number % 90) for number in range(0, 900, 11)),
    "PRM_ALLOWED_HOSTS": "portal.example.com",
    "PRM_SITE_URL": "https://portal.example.com",
}
OF_TESTS = {"DJANGO_ALLOW_ASYNC_UNSAFE"}
ASKED = """
import json
from prm import settings as s
print(json.dumps([s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE,
                  s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN]))
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**{name: os.environ[name] for name in os.environ if name not in OF_TESTS}, **PRODUCTION, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy__production__has_nothing_to_object_to() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "INFO")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_cookies__production__of_this_host_alone_and_by_https() -> None:
    said: list[Any] = json.loads(run("-c", ASKED).stdout)
    assert said == ["__Host-session", True, "__Host-csrf", True, True, 31_536_000, False]


def test_start__production_without_a_secret__refused() -> None:
    done = run("manage.py", "check", PRM_SECRET_KEY="")
    assert done.returncode != 0 and "PRM_SECRET_KEY must be set" in done.stderr
