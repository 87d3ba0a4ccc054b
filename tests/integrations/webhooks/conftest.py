"""A receiver of webhooks on this machine, which the settings allow."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest

from tests.receiver import Receiver


@pytest.fixture
def loopback_allowed(settings: Any) -> None:
    settings.WEBHOOK_HTTP = True
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver(loopback_allowed: None) -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()
