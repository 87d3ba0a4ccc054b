"""`webhooks/`: for administrators and keys of scope admin alone; a secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.models import Answer, Webhook
from partners.outbox import announce
from tests import callers
from tests.callers import assert_problem
from tests.integrations.webhooks.making import tell
from tests.programs import world
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
GOOD = {"name": "CRM", "url": "https://crm.example.com/hooks", "event_types": ["segment.entered"]}


def test_crud__admin_key__made_read_changed_and_deleted() -> None:
    caller = callers.key("admin")
    world.segment("gold")
    made = caller.post("webhooks/", {**GOOD, "segments": ["gold"]})
    assert made.status_code == 201 and made.json()["secret"].startswith("whsec_")
    assert made.headers["Cache-Control"] == "no-store"
    place = made.headers["Location"]
    read = caller.get(place)
    assert "secret" not in read.json() and read.json()["enabled"] is True
    assert caller.get("webhooks/").json()["results"] == [read.json()]
    changed = caller.patch(place, {"name": "ERP", "enabled": False}, headers={"If-Match": read.headers["ETag"]})
    assert (changed.json()["name"], changed.json()["enabled"], changed.json()["status"]) == ("ERP", False, "off")
    assert_problem(caller.patch(place, {"name": "X"}, headers={"If-Match": read.headers["ETag"]}), 412)
    assert caller.patch(place, {"enabled": True}).json()["enabled"] is True
    assert caller.delete(place).status_code == 204
    assert_problem(caller.get(place), 404)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"url": "http://crm.example.com/"}, "/url"),
        ({"url": "https://127.0.0.1/"}, "/url"),
        ({"url": "https://169.254.169.254/latest/meta-data/"}, "/url"),
        ({"event_types": []}, "/event_types"),
        ({"event_types": ["segment.deleted"]}, "/event_types"),
        ({"segments": ["nothing"]}, "/segments"),
        ({"name": " "}, "/name"),
        ({"secret": "whsec_mine"}, "/secret"),
    ],
)
def test_create__will_not_do__400_with_the_place(change: dict[str, Any], pointer: str) -> None:
    assert_problem(callers.key("admin").post("webhooks/", {**GOOD, **change}), 400, pointer=pointer)
    assert not Webhook.objects.exists()


@pytest.mark.parametrize(
    "method_and_address", ["get webhooks/", "post webhooks/", "get webhooks/1/", "post webhooks/1/test/"]
)
@pytest.mark.parametrize("scope", ["read", "write"])
def test_webhooks__below_scope_admin__403(scope: str, method_and_address: str) -> None:
    method, address = method_and_address.split()
    assert_problem(callers.key(scope).call(method, address), 403)


@pytest.mark.parametrize("role", ["channel_manager", "analyst", "partner_admin"])
def test_webhooks__people_who_do_not_administer__403(role: str) -> None:
    assert_problem(callers.person(role).get("webhooks/"), 403)


def test_create__sent_twice_under_one_idempotency_key__same_secret_and_not_readable_in_the_database() -> None:
    caller = callers.key("admin")
    answers = [caller.post("webhooks/", GOOD, headers={"Idempotency-Key": "one"}).json() for _ in range(2)]
    assert answers[0] == answers[1] and Webhook.objects.count() == 1
    assert answers[0]["secret"].encode() not in bytes(Answer.objects.get().body)


def test_rotate__then_read__new_secret_shown_once() -> None:
    caller = callers.key("admin")
    made = caller.post("webhooks/", GOOD).json()
    turned = caller.post(f"webhooks/{made['id']}/rotate/", {"overlap_hours": 2}).json()
    assert turned["secret"] != made["secret"]
    until = Webhook.objects.get().old_secret_until
    assert until is not None and abs(until - timezone.now() - timedelta(hours=2)) < timedelta(minutes=1)
    assert_problem(caller.post(f"webhooks/{made['id']}/rotate/", {"overlap_hours": 169}), 400, pointer="/overlap_hours")


def test_deliveries__after_a_failure_and_a_test__told_with_request_and_answer(receiver: Receiver) -> None:
    caller = callers.key("admin")
    made = caller.post("webhooks/", {**GOOD, "url": receiver.url, "event_types": ["segment.published"]}).json()
    root = f"webhooks/{made['id']}"
    receiver.answers, receiver.body = [500], b"broken"
    announce(type="segment.published", payload={"segment": "gold"})
    tell()
    tested = caller.post(f"{root}/test/")
    assert tested.status_code == 202
    tell()
    listed = caller.get(f"{root}/deliveries/").json()["results"]
    assert [(each["type"], each["state"]) for each in listed] == [
        ("webhook.test", "delivered"),
        ("segment.published", "waiting"),
    ]
    assert caller.get(f"{root}/deliveries/?state=delivered").json()["results"] == listed[:1]
    assert_problem(caller.get(f"{root}/deliveries/?state=lost"), 400)
    whole = caller.get(f"{root}/deliveries/{listed[1]['id']}/").json()
    [attempt] = whole["attempts"]
    assert (attempt["status"], attempt["excerpt"]) == (500, "broken")
    assert attempt["headers"]["webhook-id"] == whole["message_id"]
    again = caller.post(f"{root}/deliveries/{listed[1]['id']}/redeliver/")
    assert again.status_code == 202
    tell()
    assert caller.get(f"{root}/deliveries/{listed[1]['id']}/").json()["state"] == "delivered"
    assert caller.get(tested.headers["Location"]).json()["state"] == "delivered"
    other = caller.post("webhooks/", GOOD).json()
    assert_problem(caller.get(f"webhooks/{other['id']}/deliveries/{listed[1]['id']}/"), 404)
