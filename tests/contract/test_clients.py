"""Clients that widespread generators build from the schema alone: they create, publish, page and follow a segment."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.keys import create_key
from partners.models import Partner
from prm.loop import run_recompute
from segments.models import Recompute
from tests.programs import world

BIN = Path(sys.executable).parent
RULE = {"combinator": "and", "rules": [{"field": "region", "operator": "=", "value": "EMEA"}]}
SEGMENT = {"slug": "emea", "name": "EMEA", "subject": "partner", "rule": RULE}
PARTNERS = 7


@pytest.fixture
def records(transactional_db: None, broker: Any) -> None:
    for number in range(PARTNERS):
        world.partner(f"P-{number}", region="EMEA")
    world.partner("P-X", region="NA")


@pytest.fixture
def schema(live_server: Any, tmp_path: Path) -> Path:
    """The schema as it is served."""
    path = tmp_path / "schema.json"
    with urllib.request.urlopen(f"{live_server.url}/api/v1/schema/?format=json") as answer:
        path.write_bytes(answer.read())
    return path


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: Any) -> Iterator[Path]:
    """A folder whose packages can be imported, and are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("generated_"):
            del sys.modules[name]


def generate(*command: str, folder: Path) -> None:
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def recompute() -> None:
    """What a worker does once a segment is published."""
    run_recompute(run=Recompute.objects.latest("id"))


def test_openapi_python_client__built_from_the_schema__creates_publishes_pages_and_follows(
    records: None, schema: Path, live_server: Any, importable: Path
) -> None:
    generate(
        str(BIN / "openapi-python-client"), "generate", "--path", str(schema), "--meta", "none",
        "--output-path", str(importable / "generated_one"), folder=importable,
    )  # fmt: skip

    def operation(name: str) -> Any:
        return importlib.import_module(f"generated_one.api.{name}")

    models = importlib.import_module("generated_one.models")
    token = create_key(name="client", scope="write").secret
    client = importlib.import_module("generated_one").AuthenticatedClient(base_url=live_server.url, token=token)
    made = operation("segments.segments_create").sync(client=client, body=models.SegmentWrite.from_dict(SEGMENT))
    assert (made.slug, made.member_count) == ("emea", 0)
    published = operation("segments.segments_publish").sync(
        slug="emea", client=client, body=models.PublishBody.from_dict({"confirm": True})
    )
    assert published.to_dict()["status"] == "active"
    recompute()
    members, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = operation("members.segments_members").sync(slug="emea", client=client, page_size=3, **more)
        members += [member.external_id for member in page.results]
        if not page.next_:
            break
        cursor = cursor_of(page.next_)
    assert members == [f"P-{number}" for number in range(PARTNERS)]
    feed = operation("changes.segments_changes").sync(slug="emea", client=client)
    assert sorted(change.external_id for change in feed.results) == members
    Partner.objects.filter(external_id="P-0").update(region="NA")
    operation("recomputes.recomputes_create").sync(client=client, body=models.RecomputeAsked.from_dict({}))
    recompute()
    [left] = operation("changes.segments_changes").sync(slug="emea", client=client, after=feed.cursor).results
    assert (left.external_id, str(left.change)) == ("P-0", "left")
    refused = operation("segments.segments_create").sync(client=client, body=models.SegmentWrite.from_dict(SEGMENT))
    assert refused.status in (400, 409) and refused.detail


def test_openapi_generator__built_from_the_schema__creates_publishes_pages_and_follows(
    records: None, schema: Path, live_server: Any, importable: Path
) -> None:
    generate(
        str(BIN / "openapi-generator-cli"), "generate", "-i", str(schema), "-g", "python", "-o", str(importable),
        "--package-name", "generated_two", folder=importable,
    )  # fmt: skip
    package = importlib.import_module("generated_two")
    token = create_key(name="client", scope="write").secret
    settings = package.Configuration(host=live_server.url, access_token=token)
    with package.ApiClient(settings) as client:
        segments, members_api = package.SegmentsApi(client), package.MembersApi(client)
        changes, recomputes = package.ChangesApi(client), package.RecomputesApi(client)
        made = segments.segments_create(segment_write=package.SegmentWrite.from_dict(SEGMENT))
        assert (made.slug, made.member_count) == ("emea", 0)
        published = segments.segments_publish("emea", publish_body=package.PublishBody(confirm=True))
        assert published.status == "active"
        recompute()
        members, cursor = [], None
        while True:
            page = members_api.segments_members("emea", page_size=3, cursor=cursor)
            members += [member.actual_instance.external_id for member in page.results]
            if not page.next:
                break
            cursor = cursor_of(page.next)
        assert members == [f"P-{number}" for number in range(PARTNERS)]
        feed = changes.segments_changes("emea")
        assert sorted(change.external_id for change in feed.results) == members
        Partner.objects.filter(external_id="P-0").update(region="NA")
        recomputes.recomputes_create(recompute_asked=package.RecomputeAsked())
        recompute()
        [left] = changes.segments_changes("emea", after=feed.cursor).results
        assert (left.external_id, left.change) == ("P-0", "left")
        with pytest.raises(package.ApiException) as refused:
            segments.segments_create(segment_write=package.SegmentWrite.from_dict(SEGMENT))
        assert refused.value.status in (400, 409)


def cursor_of(link: str) -> str:
    """The cursor in the address of the next page."""
    return parse_qs(urlsplit(link).query)["cursor"][0]
