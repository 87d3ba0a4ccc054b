"""What webhooks are told: everything of their types since they were made, in order, once; signed so that anybody can check."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from integrations.models import Webhook, WebhookAttempt, WebhookDelivery
from integrations.webhooks import authoring, collecting, noticing, sending
from partners import outbox
from partners.outbox import announce
from tests.integrations.webhooks.making import let_time_pass, move, tell, webhook
from tests.mailbox import Mailbox
from tests.programs import world
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db


def moved(receiver: Receiver) -> list[tuple[str, str]]:
    """(change, external id) as they arrived."""
    events = [event for event in receiver.events() if event["type"].startswith("segment.")]
    return [(change["change"], change["external_id"]) for event in events for change in event["data"]["changes"]]


def test_changes__since_it_was_made__told_once_in_order_in_batches(receiver: Receiver, monkeypatch: Any) -> None:
    monkeypatch.setattr(collecting, "BATCH", 4)
    partners = [world.partner(f"P-{number}") for number in range(10)]
    gold = world.segment("gold")
    move(gold, partners[:2])  # before: not told
    webhook(receiver.url)
    move(gold, partners[:1], "left")
    move(gold, partners)
    tell()
    tell()
    assert moved(receiver) == [("left", "P-0"), *[("entered", f"P-{number}") for number in range(10)]]
    assert [(e["type"], len(e["data"]["changes"])) for e in receiver.events()] == [
        ("segment.left", 1),
        ("segment.entered", 3),
        ("segment.entered", 4),
        ("segment.entered", 3),
    ]
    change = receiver.events()[0]["data"]["changes"][0]
    assert change["segment"] == "gold" and change["subject"] == "partner" and change["cursor"]


def test_changes__types_and_segments_chosen__only_those(receiver: Receiver) -> None:
    company = world.partner("P-1")
    gold, silver = world.segment("gold"), world.segment("silver")
    webhook(receiver.url, ["segment.entered"], segments=["gold"])
    for segment in (silver, gold):
        move(segment, [company])
        move(segment, [company], "left")
    tell()
    [event] = receiver.events()
    assert [each["segment"] for each in event["data"]["changes"]] == ["gold"]
    assert Webhook.objects.get().change_cursor == max(gold.changes.values_list("pk", flat=True))


def test_message__verified_by_the_library__and_not_when_altered(receiver: Receiver) -> None:
    made = webhook(receiver.url)
    announce(type="segment.published", payload={"segment": "gold"})
    tell()
    [request] = receiver.requests
    said = Verifier(made.secret).verify(request.body, request.headers)
    assert said["type"] == "segment.published" and said["data"] == {"segment": "gold"}
    with pytest.raises(WebhookVerificationError):
        Verifier(made.secret).verify(request.body.replace(b"gold", b"lead"), request.headers)


def test_secret__stored__cannot_be_read_from_the_database(receiver: Receiver) -> None:
    made = webhook(receiver.url)
    stored = bytes(Webhook.objects.get().sealed_secret)
    assert made.secret.startswith("whsec_")
    assert made.secret.encode() not in stored and made.secret.removeprefix("whsec_").encode() not in stored


def test_rotate__during_the_overlap__both_verify_then_only_the_new(receiver: Receiver) -> None:
    old = webhook(receiver.url)
    new = authoring.rotate_secret(webhook=old.webhook, overlap=timedelta(hours=1))
    announce(type="segment.published", payload={})
    tell()
    [both] = receiver.requests
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    for secret in (old.secret, new.secret):
        Verifier(secret).verify(both.body, both.headers)
    Webhook.objects.update(old_secret_until=timezone.now() - timedelta(seconds=1))
    announce(type="segment.published", payload={})
    tell()
    only = receiver.requests[-1]
    Verifier(new.secret).verify(only.body, only.headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(old.secret).verify(only.body, only.headers)


def test_failure__retried_under_the_same_id_and_bytes__those_behind_wait(receiver: Receiver) -> None:
    webhook(receiver.url)
    receiver.answers = [500, 503]
    for number in range(3):
        announce(type="segment.published", payload={"number": number})
    for _ in range(3):
        tell()
        let_time_pass()
    tell()
    assert [event["data"]["number"] for event in receiver.events()] == [0, 0, 0, 1, 2]
    first, second, third = receiver.requests[:3]
    assert first.id == second.id == third.id and first.body == second.body
    assert len(set(receiver.ids())) == 3
    assert list(WebhookAttempt.objects.values_list("status", flat=True)) == [500, 503, 204, 204, 204]
    assert Webhook.objects.get().failing_since is None


def test_log__failure__has_request_status_excerpt_and_duration(receiver: Receiver) -> None:
    receiver.status, receiver.body = 500, b"Out of \x00order"
    webhook(receiver.url)
    announce(type="segment.published", payload={})
    tell()
    attempt = WebhookAttempt.objects.get()
    assert (attempt.status, attempt.excerpt, attempt.error) == (500, "Out of order", "It answered 500.")
    assert attempt.duration >= 0
    assert attempt.headers["webhook-id"] == attempt.delivery.message_id == receiver.requests[0].id
    assert attempt.url == receiver.url


def test_wait__each_failure__random_within_a_growing_schedule_over_days() -> None:
    for failures, most in enumerate(sending.WAITS, 1):
        waits = [sending.wait_after(failures) for _ in range(50)]
        assert all(0 <= wait <= most for wait in waits)
        assert len(set(waits)) > 40
    assert sum(sending.WAITS) / 2 > 2.5 * 24 * 3600
    assert sending.wait_after(1, asked=500) == 500
    assert sending.wait_after(1, asked=10**9) == sending.LONGEST_ASKED


def test_failure__other_side_asks_to_wait__it_is_left_alone_so_long(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "5000"}
    webhook(receiver.url)
    announce(type="segment.published", payload={})
    tell()
    assert WebhookDelivery.objects.get().due_at > timezone.now() + timedelta(seconds=4900)


def test_failure__after_the_last_try__given_up_and_the_next_goes(receiver: Receiver) -> None:
    receiver.answers = [500] * (len(sending.WAITS) + 1)
    webhook(receiver.url)
    announce(type="segment.published", payload={"number": 0})
    announce(type="segment.published", payload={"number": 1})
    for _ in range(len(sending.WAITS) + 1):
        tell()
        let_time_pass()
    tell()
    dead, delivered = WebhookDelivery.objects.order_by("id")
    assert (dead.state, delivered.state) == ("dead", "delivered")
    assert len(set(receiver.ids())) == 2
    authoring.redeliver(delivery=dead)
    sending.send_due()
    assert receiver.ids()[-1] == dead.message_id
    dead.refresh_from_db()
    assert dead.state == "delivered"


def test_redeliver__while_the_queue_waits__goes_at_once(receiver: Receiver) -> None:
    webhook(receiver.url)
    announce(type="segment.published", payload={"number": 0})
    tell()
    receiver.answers = [500]
    announce(type="segment.published", payload={"number": 1})
    tell()
    authoring.redeliver(delivery=WebhookDelivery.objects.order_by("id")[0])
    tell()
    assert [event["data"]["number"] for event in receiver.events()] == [0, 1, 0]


def test_give_up__the_first_of_the_queue__lets_the_next_go(receiver: Receiver) -> None:
    receiver.answers = [500]
    webhook(receiver.url)
    announce(type="segment.published", payload={"number": 0})
    announce(type="segment.published", payload={"number": 1})
    tell()
    assert authoring.give_up(delivery=WebhookDelivery.objects.order_by("id")[0])
    tell()
    assert [event["data"]["number"] for event in receiver.events()] == [0, 1]


def test_week_of_failures__stopped_and_administrators_told_then_goes_on_without_a_gap(
    receiver: Receiver, mailbox: Mailbox
) -> None:
    administrator = world.staff("administrator")
    world.staff("analyst")
    made = webhook(receiver.url)
    receiver.status = 500
    announce(type="segment.published", payload={"number": 0})
    tell()
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=7, seconds=1))
    let_time_pass()
    tell()
    stopped = Webhook.objects.get()
    assert stopped.status == "failed"
    assert noticing.send_notices() == 1 and noticing.send_notices() == 0
    [letter] = mailbox.letters
    assert letter["To"] == administrator.email and "It answered 500." in letter.get_content()
    announce(type="segment.published", payload={"number": 1})
    let_time_pass()
    before = len(receiver.requests)
    tell()
    assert len(receiver.requests) == before
    receiver.status = 204
    authoring.switch_on(webhook=made.webhook)
    tell()
    assert [event["data"]["number"] for event in receiver.events()[before:]] == [0, 1]


def test_less_than_a_week_of_failures__not_stopped(receiver: Receiver) -> None:
    webhook(receiver.url)
    receiver.status = 500
    announce(type="segment.published", payload={})
    tell()
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=6, hours=23))
    let_time_pass()
    tell()
    assert Webhook.objects.get().status == "active"


def test_gone__410__stopped_at_once(receiver: Receiver) -> None:
    receiver.status = 410
    webhook(receiver.url)
    announce(type="segment.published", payload={})
    tell()
    assert Webhook.objects.get().status == "failed"


def test_send_test__beside_a_queue_that_waits_and_switched_off__sent_once(receiver: Receiver) -> None:
    made = webhook(receiver.url)
    authoring.switch_off(webhook=made.webhook)
    receiver.status = 500
    authoring.send_test(webhook=made.webhook)
    tell()
    let_time_pass()
    tell()
    assert [event["type"] for event in receiver.events()] == ["webhook.test"]
    assert WebhookDelivery.objects.get().state == "dead"
    assert Webhook.objects.get().failing_since is None


def test_backlog__other_side_down__held_in_the_cursors_and_told_whole_later(
    receiver: Receiver, monkeypatch: Any
) -> None:
    monkeypatch.setattr(collecting, "BATCH", 2)
    monkeypatch.setattr(collecting, "MOST_WAITING", 3)
    partners = [world.partner(f"P-{number}") for number in range(20)]
    gold = world.segment("gold")
    webhook(receiver.url)
    receiver.status = 500
    move(gold, partners)
    for number in range(9):
        announce(type="segment.published", payload={"number": number})
    tell()
    assert WebhookDelivery.objects.filter(state="waiting").count() <= 3 + 3 + 2
    receiver.status = 204
    receiver.requests.clear()
    for _ in range(30):
        let_time_pass()
        tell()
    arrived = [c["external_id"] for e in receiver.events() for c in e["data"].get("changes", [])]
    assert arrived == [f"P-{number}" for number in range(20)]
    assert [e["data"]["number"] for e in receiver.events() if "number" in e["data"]] == list(range(9))


def test_two_webhooks__one_fails__the_other_is_told(receiver: Receiver) -> None:
    dead_end = Receiver()
    dead_end.stop()
    webhook(dead_end.url, name="Broken")
    webhook(receiver.url, name="Works")
    announce(type="segment.published", payload={})
    tell()
    assert len(receiver.requests) == 1
    assert {(w.name, bool(w.failing_since)) for w in Webhook.objects.all()} == {("Broken", True), ("Works", False)}


def test_forget_old__ended_long_ago__gone_with_its_log_while_the_waiting_stays(receiver: Receiver) -> None:
    webhook(receiver.url)
    announce(type="segment.published", payload={"number": 0})
    tell()
    receiver.status = 500
    announce(type="segment.published", payload={"number": 1})
    tell()
    WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=99))
    WebhookDelivery.objects.exclude(finished_at=None).update(finished_at=timezone.now() - timedelta(days=31))
    collecting.forget_old()
    assert [delivery.state for delivery in WebhookDelivery.objects.all()] == ["waiting"]
    assert outbox.last_position() == 2


def test_key_of_the_product_changed__not_sent_unsigned__says_what_to_do(receiver: Receiver, settings: Any) -> None:
    made = webhook(receiver.url)
    settings.SECRET_KEY = "another"
    announce(type="segment.published", payload={})
    tell()
    assert not receiver.requests
    assert "Rotate the secret" in WebhookAttempt.objects.get().error
    settings.SECRET_KEY_FALLBACKS = []
    authoring.rotate_secret(webhook=made.webhook, overlap=timedelta(0))
    let_time_pass()
    tell()
    assert len(receiver.requests) == 1
