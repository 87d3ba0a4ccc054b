"""The code in docs/api.md is run as it stands there."""

from __future__ import annotations

import json
import re
import time
from ipaddress import ip_network
from typing import Any

import pytest
from django.conf import settings as product

from integrations.keys import create_key
from partners.outbox import announce
from prm.loop import run_recompute
from segments.models import Recompute
from tests.integrations.webhooks.making import tell, webhook
from tests.programs import world
from tests.receiver import Receiver

TEXT = (product.BASE_DIR / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def block(words: str) -> str:
    [found] = [each for each in BLOCKS if words in each]
    return found


@pytest.fixture
def names(transactional_db: None, broker: Any, live_server: Any) -> dict[str, Any]:
    """What the first block defines, at this server."""
    found: dict[str, Any] = {}
    exec(block("def call("), found)
    found["API"], found["KEY"] = f"{live_server.url}/api/v1", create_key(name="docs", scope="admin").secret
    return found


def test_docs__records_then_a_segment_then_the_feed__work_as_written(names: dict[str, Any], capsys: Any) -> None:
    for number in range(3):
        world.partner(f"A-{number}", region="EMEA", annual_revenue="2000000")
    exec(block("partners/bulk/"), names)
    assert names["outcome"]["created"] == 1000
    exec(block("while page:"), names)
    assert len(capsys.readouterr().out.splitlines()) == 1003
    exec(block("segments/preview/"), names)
    assert names["preview"]["count"] == 3
    run_recompute(run=Recompute.objects.get(pk=names["run"]))
    capsys.readouterr()
    once = block("changes/?wait=30").replace("while True", "for _ in range(1)")
    exec(once, names)
    assert capsys.readouterr().out.splitlines() == [f"A-{number} entered large-emea" for number in range(3)]


@pytest.mark.django_db
def test_docs__verifying_by_hand__takes_ours_and_nothing_else(settings: Any) -> None:
    settings.WEBHOOK_HTTP, settings.WEBHOOK_NETWORKS = True, [ip_network("127.0.0.0/8")]
    receiver = Receiver()
    made = webhook(receiver.url)
    announce(type="segment.published", payload={"segment": "gold"})
    tell()
    receiver.stop()
    [request] = receiver.requests
    found: dict[str, Any] = {}
    exec(block("def is_ours("), found)
    is_ours = found["is_ours"]
    assert is_ours(made.secret, request.body, request.headers)
    assert not is_ours(made.secret, request.body + b" ", request.headers)
    assert not is_ours("whsec_" + "A" * 44, request.body, request.headers)
    late = {**request.headers, "webhook-timestamp": str(int(time.time()) - 301)}
    assert not is_ours(made.secret, request.body, late)
    assert json.loads(request.body)["type"] == "segment.published"
