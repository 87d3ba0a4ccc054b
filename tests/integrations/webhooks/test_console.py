"""The administrators' pages about webhooks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.models import Webhook, WebhookDelivery
from partners.outbox import announce
from prm.needs import needs_of
from tests import callers
from tests.integrations.webhooks.making import tell, webhook
from tests.programs import world
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
FORM = {"name": "CRM", "url": "https://crm.example.com/hooks", "event_types": ["segment.entered", "claim.decided"]}


def test_new__good__made_and_its_secret_shown_this_once() -> None:
    client = callers.person("administrator").client
    shown = client.post("/console/webhooks/new/", FORM).content.decode()
    made = Webhook.objects.get()
    assert "whsec_" in shown and made.created_by == "administrator@example.com"
    assert "whsec_" not in client.get(f"/console/webhooks/{made.pk}/").content.decode()


def test_new__private_address__says_why_and_makes_nothing() -> None:
    answer = callers.person("administrator").client.post("/console/webhooks/new/", {**FORM, "url": "https://10.0.0.1/"})
    assert answer.status_code == 400 and "not a public address" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_edit_switch_rotate_delete__as_asked() -> None:
    client = callers.person("administrator").client
    made = webhook("https://crm.example.com/")
    root = f"/console/webhooks/{made.webhook.pk}/"
    world.segment("gold")
    client.post(root + "edit/", {**FORM, "name": "ERP", "segments": ["gold"]})
    found = Webhook.objects.get()
    assert (found.name, found.segments, found.url) == ("ERP", ["gold"], FORM["url"])
    assert 'value="ERP"' in client.get(root + "edit/").content.decode()
    client.post(root + "switch/", {"to": "off"})
    assert Webhook.objects.get().status == "off"
    client.post(root + "switch/", {"to": "on"})
    assert Webhook.objects.get().status == "active"
    shown = client.post(root + "rotate/", {"overlap": "24"}).content.decode()
    assert "whsec_" in shown and made.secret not in shown
    client.post(root + "delete/")
    assert not Webhook.objects.exists()


def test_deliveries__failed__shown_with_the_answer_then_sent_again(receiver: Receiver) -> None:
    client = callers.person("administrator").client
    made = webhook(receiver.url)
    root = f"/console/webhooks/{made.webhook.pk}/"
    receiver.answers, receiver.body = [503], b"<b>closed</b>"
    announce(type="segment.published", payload={"segment": "gold"})
    tell()
    [row] = WebhookDelivery.objects.all()
    page = client.get(root).content.decode()
    assert "Tried again later" in page and "503" in page
    detail = client.get(f"{root}deliveries/{row.pk}/").content.decode()
    assert "&lt;b&gt;closed&lt;/b&gt;" in detail and row.message_id in detail
    client.post(f"{root}deliveries/{row.pk}/redeliver/")
    tell()
    assert "Delivered" in client.get(f"{root}deliveries/{row.pk}/").content.decode()
    client.post(root + "test/")
    client.post(f"{root}deliveries/{WebhookDelivery.objects.first().pk}/redeliver/", {"act": "give_up"})
    assert WebhookDelivery.objects.first().state == "dead"


def test_needs__stopped_or_failing_for_an_hour__told_to_administrators_alone() -> None:
    administrator, manager = world.staff("administrator"), world.staff()
    webhook("https://one.example.com/", name="Stopped")
    webhook("https://two.example.com/", name="Failing")
    webhook("https://three.example.com/", name="Hiccup")
    Webhook.objects.filter(name="Stopped").update(status="failed", failure="It answered 500.")
    Webhook.objects.filter(name="Failing").update(failing_since=timezone.now() - timedelta(hours=2))
    Webhook.objects.filter(name="Hiccup").update(failing_since=timezone.now())
    titles = [need.title for need in needs_of(administrator)]
    assert titles == ["The webhook Stopped was stopped", "The webhook Failing fails"]
    assert needs_of(manager) == []
