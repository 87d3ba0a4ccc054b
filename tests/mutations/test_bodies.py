"""Damaged bodies to the API: many records in a call, and one. `--mutations 10000` for a long run."""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction

from partners.models import Customer, Deal, Partner
from tests import callers
from tests.callers import Caller, assert_problem
from tests.mutations.conftest import Each
from tests.mutations.counting import NeverClosed, records
from tests.mutations.mutating import RECORDS, csv_body, json_body, json_record, some, worse

pytestmark = pytest.mark.django_db
MODELS: dict[str, Any] = {"partners": Partner, "customers": Customer, "deals": Deal}


@pytest.fixture
def caller(settings: Any) -> Caller:
    """A machine that may write, never asked to slow down; P1, P2 and C1 are there."""
    settings.API_RATE = 10_000_000
    for key in ("P1", "P2"):
        Partner.objects.create(external_id=key, name=key)
    Customer.objects.create(external_id="C1", name="C")
    return callers.key("write")


def test_bulk__damaged__every_row_is_answered_for_or_nothing_lands(each: Each, caller: Caller) -> None:
    ends = each("bulk", lambda random: bulk(caller, random))
    assert ends["answered"]
    assert ends["refused"]


def test_single__damaged__kept_or_refused_with_the_place(each: Each, caller: Caller) -> None:
    ends = each("single", lambda random: single(caller, random))
    assert ends["kept"]
    assert ends["refused"]


def bulk(caller: Caller, random: Random) -> str:
    """One body of many records; nothing of it stays."""
    plural = random.choice(list(RECORDS))
    kind = random.choice(["application/json", "application/x-ndjson", "text/csv"])
    body = csv_body(random, plural) if kind == "text/csv" else json_body(random, plural, kind)
    model = MODELS[plural]
    with transaction.atomic():
        before = model.objects.count()
        response = caller.post(f"{plural}/bulk/", body, content_type=kind)
        if response.status_code != 200:
            assert len(assert_problem(response, 400)["detail"]) > 10
            assert model.objects.count() == before
            end = "refused"
        else:
            text = b"".join(response.streaming_content) if response.streaming else response.content
            answer = json.loads(text)
            check(answer, kind, body)
            assert model.objects.count() == before + answer["created"]
            end = "answered"
        transaction.set_rollback(True)
    return end


def check(answer: dict[str, Any], kind: str, body: bytes) -> None:
    """As many answers as records were sent, one a record; each rejected one says why and where."""
    results = answer["results"]
    counts = {name: answer[name] for name in ("created", "updated", "unchanged", "rejected")}
    assert answer["rows"] == len(results) == sum(counts.values()) == sent(kind, body), (
        counts,
        len(results),
        sent(kind, body),
    )
    assert counts == {name: sum(result["status"] == name for result in results) for name in counts}
    for place, result in enumerate(results):
        assert result["row"] == place
        assert bool(result.get("errors")) == (result["status"] == "rejected")
        for error in result.get("errors", ()):
            assert error["pointer"].startswith(f"/{place}")
            assert error["detail"]


def sent(kind: str, body: bytes) -> int:
    """How many records a body holds, counted another way."""
    text = body.decode("utf-8-sig")
    if kind == "application/json":
        return len(json.loads(text))
    if kind == "application/x-ndjson":
        return sum(bool(line.strip()) for line in text.split("\n"))
    try:
        return len(records(text, ","))
    except NeverClosed:
        return -1


def single(caller: Caller, random: Random) -> str:
    """One record made, put or changed; nothing of it stays."""
    plural = random.choice(list(RECORDS))
    record = random.choice(RECORDS[plural])
    verb = random.choice(["post", "put", "patch"])
    key = some(random) if random.random() < 0.3 else random.choice(["P1", "C1", "M1"])
    address = f"{plural}/" if verb == "post" else f"{plural}/{quote(key, safe='')}/"
    given = record if verb == "post" else {name: value for name, value in record.items() if name != "external_id"}
    body = worse(json_record(random, given, 0.6).encode("utf-8", "surrogatepass"), random)
    with transaction.atomic():
        before = MODELS[plural].objects.count()
        response = caller.call(verb, address, body, headers={"Idempotency-Key": ""} if random.random() < 0.1 else {})
        if response.status_code in {200, 201}:
            assert MODELS[plural].objects.count() == before + (response.status_code == 201)
            end = "kept"
        else:
            assert response.status_code < 500, response.content[:300]
            if response["Content-Type"].startswith("application/problem+json"):
                assert response.json()["detail"]
            assert MODELS[plural].objects.count() == before
            end = "refused"
        transaction.set_rollback(True)
    return end
