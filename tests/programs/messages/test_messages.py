"""Messages: told once, mailed by real SMTP, held back, retried, switched off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from people import roles
from people.models import Preference
from programs.messages import composing, notices, reading, sending, telling
from programs.messages.composing import MessageDraft
from programs.models import Delivery, Message
from programs.targeting import Targeting
from tests.mailbox import Mailbox
from tests.programs.world import colleague, partner, segment, set_members, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(broker: Any) -> Any:
    return staff()


@pytest.fixture
def acme() -> Any:
    company = partner("P1", name="Acme Cloud", region="EMEA")
    company.boss = colleague(company, "boss@p1.example", roles.PARTNER_ADMIN)
    company.hand = colleague(company, "hand@p1.example")
    return company


def draft(**words: Any) -> MessageDraft:
    words = {"subject": "News for {{ company }}", "body": "Hello {{ name }},\n\n**read** this.", **words}
    return MessageDraft(**words)


def sent(manager: Any, **words: Any) -> Message:
    return composing.send_off(message=composing.create_message(draft=draft(**words), author=manager))


def test_send_off__partner_in_several_segments__each_person_once(manager: Any, acme: Any, mailbox: Mailbox):
    for slug in ("gold", "emea", "cloud"):
        segment(slug, [acme])
    message = sent(manager, targeting=Targeting(any=("gold", "emea"), all=("cloud",)))
    assert sorted(Delivery.objects.values_list("user__email", flat=True)) == ["boss@p1.example", "hand@p1.example"]
    telling.tell(message=message)
    composing.send_off(message=message)
    assert Delivery.objects.count() == 2
    assert sending.send_due().sent == 2
    assert sending.send_due().total == 0
    assert sorted(letter["To"] for letter in mailbox.letters) == ["boss@p1.example", "hand@p1.example"]


def test_send_off__targeting__leaves_out_whom_it_should(manager: Any, acme: Any):
    other, gone = partner("P2"), partner("P3", deleted_at=timezone.now())
    for company in (other, gone):
        colleague(company)
    segment("gold", [acme, other, gone])
    segment("late", [other])
    sent(manager, targeting=Targeting(any=("gold",), none=("late",)), admins_only=True)
    assert list(Delivery.objects.values_list("user__email", flat=True)) == ["boss@p1.example"]


def test_send_off__author_of_a_region__reaches_that_region_alone(acme: Any, broker: Any):
    far = partner("P2", region="APAC")
    colleague(far)
    segment("gold", [acme, far])
    regional = staff(email="asia@vendor.example", regions=["APAC"])
    message = sent(regional, targeting=Targeting(any=("gold",)))
    assert set(Delivery.objects.values_list("partner__external_id", flat=True)) == {"P2"}
    european = staff(email="europe@vendor.example", regions=["EMEA"])
    assert not Message.objects.editable_by(european).filter(pk=message.pk).exists()
    assert Delivery.objects.visible_to(european).count() == 0


def test_letter__as_received__carries_words_links_and_one_click(manager: Any, acme: Any, mailbox: Mailbox):
    segment("gold", [acme])
    sent(manager, targeting=Targeting(any=("gold",)), admins_only=True, link="/portal/training/", link_label="Learn")
    sending.send_due()
    delivery = Delivery.objects.get()
    [letter] = mailbox.letters
    assert letter["Subject"] == "News for Acme Cloud"
    assert letter["Message-ID"] == f"<{delivery.token}@127.0.0.1>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].strip() == f"<http://127.0.0.1:8000/mail/{delivery.token}/unsubscribe/>"
    text, page = (letter.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert "Hello Robin" in text and f"/mail/{delivery.token}/" in text
    assert "<strong>read</strong>" in page and "Learn" in page
    assert (delivery.mail, delivery.lease_until) == ("sent", None)


def test_letter__essential__cannot_be_switched_off_and_comes_anyway(manager: Any, acme: Any, mailbox: Mailbox):
    segment("gold", [acme])
    Preference.objects.create(user=acme.boss, mail_off=["essential", "news"])
    sent(manager, targeting=Targeting(any=("gold",)), admins_only=True, kind="essential")
    sending.send_due()
    [letter] = mailbox.letters
    assert letter["List-Unsubscribe"] is None
    assert not reading.unsubscribe(delivery=Delivery.objects.select_related("message").get())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda boss: Preference.objects.create(user=boss, mail_off=["news"]), "switched"),
        (lambda boss: Preference.objects.create(user=boss, bounced_at=timezone.now()), "came back"),
        (lambda boss: type(boss).objects.filter(pk=boss.pk).update(is_active=False), "sign in"),
        (lambda boss: boss.team_member.delete(), "left"),
    ],
)
def test_send_due__no_longer_wanted_since__is_held_back(
    manager: Any, acme: Any, mailbox: Mailbox, change: Any, reason: str
):
    segment("gold", [acme])
    sent(manager, targeting=Targeting(any=("gold",)), admins_only=True)
    change(acme.boss)
    assert sending.send_due().held_back == 1
    delivery = Delivery.objects.get()
    assert delivery.mail == "held_back" and reason in delivery.note
    assert mailbox.letters == []


def test_send_due__night_where_the_person_is__waits_for_morning(
    manager: Any, acme: Any, mailbox: Mailbox, settings: Any, time_machine: Any
):
    settings.QUIET_HOURS = (20, 8)
    segment("gold", [acme])
    type(acme.boss).objects.filter(pk=acme.boss.pk).update(time_zone="Asia/Tokyo")
    time_machine.move_to(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False)
    sent(manager, targeting=Targeting(any=("gold",)))
    # The colleague has no zone of their own: theirs is that of the company's.
    assert sending.send_due().put_off == 2
    assert set(Delivery.objects.values_list("due_at", flat=True)) == {datetime(2026, 3, 2, 23, tzinfo=UTC)}
    time_machine.move_to(datetime(2026, 3, 2, 23, 1, tzinfo=UTC), tick=False)
    assert sending.send_due().sent == 2


def test_send_due__server_says_no_such_address__is_a_bounce(manager: Any, acme: Any, mailbox: Mailbox):
    segment("gold", [acme])
    mailbox.refusals["boss@p1.example"] = "550 5.1.1 No such user"
    sent(manager, targeting=Targeting(any=("gold",)))
    outcome = sending.send_due()
    assert (outcome.sent, outcome.failed) == (1, 1)
    assert "No such user" in Preference.objects.get(user=acme.boss).bounce_reason
    assert Delivery.objects.get(user=acme.boss).bounced_at is not None
    sent(manager, targeting=Targeting(any=("gold",)))
    assert sending.send_due().held_back == 1


def test_send_due__server_is_busy_or_away__is_tried_again_later(manager: Any, acme: Any, mailbox: Mailbox):
    segment("gold", [acme])
    mailbox.refusals["boss@p1.example"] = "450 Try later"
    sent(manager, targeting=Targeting(any=("gold",)), admins_only=True)
    for count, minutes in enumerate(sending.WAITS, start=1):
        assert sending.send_due().put_off == 1
        delivery = Delivery.objects.get()
        assert delivery.failure_count == count and "Try later" in delivery.note
        wait = delivery.due_at - timezone.now()
        assert timedelta(minutes=minutes - 1) < wait <= timedelta(minutes=minutes)
        assert sending.send_due().total == 0
        Delivery.objects.update(due_at=timezone.now())
    assert sending.send_due().failed == 1
    assert Delivery.objects.get().mail == "failed"


def test_send_due__server_comes_back__the_mail_leaves(manager: Any, acme: Any, mailbox: Mailbox, settings: Any):
    segment("gold", [acme])
    sent(manager, targeting=Targeting(any=("gold",)), admins_only=True)
    settings.EMAIL_PORT = 1
    assert sending.send_due().put_off == 1
    assert "cannot be reached" in Delivery.objects.get().note
    settings.EMAIL_PORT = mailbox.port
    Delivery.objects.update(due_at=timezone.now())
    assert sending.send_due().sent == 1


def test_claim__held_by_another__is_free_again_after_the_lease(manager: Any, acme: Any):
    segment("gold", [acme])
    sent(manager, targeting=Targeting(any=("gold",)), admins_only=True)
    now = timezone.now()
    first = sending.claim(now)
    assert first is not None
    assert sending.claim(now + timedelta(minutes=1)) is None
    assert sending.claim(now + sending.LEASE + timedelta(seconds=1)) == first


def test_tell_due__scheduled__tells_those_who_are_in_then(manager: Any, acme: Any, time_machine: Any):
    time_machine.move_to(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
    gold = segment("gold", [])
    message = sent(manager, targeting=Targeting(any=("gold",)), send_at=datetime(2026, 3, 3, 9, tzinfo=UTC))
    assert (message.status, telling.tell_due()) == ("scheduled", 0)
    set_members(gold, [acme])
    time_machine.move_to(datetime(2026, 3, 3, 9, tzinfo=UTC), tick=False)
    assert (telling.tell_due(), telling.tell_due()) == (1, 0)
    assert Delivery.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"body": "{{ password }}"}, "body"),
        ({"link": "http://plain.example", "link_label": "x"}, "link"),
        ({"link": "//evil.example", "link_label": "x"}, "link"),
        ({"link": "/portal/"}, "link_label"),
        ({"in_portal": False, "by_mail": False}, "in_portal"),
        ({"targeting": Targeting(any=("unknown",))}, "any"),
    ],
)
def test_create_message__what_is_wrong__is_said_at_its_field(manager: Any, words: dict[str, Any], field: str):
    with pytest.raises(ValidationError) as refusal:
        composing.create_message(draft=draft(**words), author=manager)
    assert field in refusal.value.message_dict


def test_send_off__to_nobody_or_twice_edited__is_refused(manager: Any, acme: Any):
    made = composing.create_message(draft=draft(), author=manager)
    with pytest.raises(ValidationError, match="at least one segment"):
        composing.send_off(message=made)
    segment("gold", [acme])
    message = sent(manager, targeting=Targeting(any=("gold",)))
    with pytest.raises(ValidationError, match="stays as it was"):
        composing.change_message(message=message, draft=draft())
    with pytest.raises(ValidationError, match="kept"):
        composing.delete_message(message=message)


def test_mail_links__click_and_unsubscribe__noted_once_and_only_by_post(manager: Any, acme: Any, client: Client):
    segment("gold", [acme])
    sent(manager, targeting=Targeting(any=("gold",)), admins_only=True, link="https://learn.example/", link_label="Go")
    delivery = Delivery.objects.get()
    assert client.head(f"/mail/{delivery.token}/").status_code == 302
    delivery.refresh_from_db()
    assert delivery.clicked_at is None
    assert client.get(f"/mail/{delivery.token}/").headers["Location"] == "https://learn.example/"
    delivery.refresh_from_db()
    assert delivery.clicked_at is not None and delivery.seen_at is not None
    address = f"/mail/{delivery.token}/unsubscribe/"
    assert b"Stop this mail" in client.get(address).content
    assert not Preference.objects.exists()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Preference.objects.get(user=acme.boss).mail_off == ["news"]
    assert client.get("/mail/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_reach__before_sending__equals_who_is_told(manager: Any, acme: Any):
    lonely = partner("P2")
    segment("gold", [acme, lonely])
    Preference.objects.create(user=acme.hand, mail_off=["news"])
    targeting = Targeting(any=("gold",))
    reach = telling.reach(targeting=targeting, kind="news", admins_only=False)
    assert (reach.partners, reach.people, reach.without_people, reach.without_mail) == (2, 2, 1, 1)
    sent(manager, targeting=targeting)
    assert Delivery.objects.count() == reach.people


@pytest.mark.django_db(transaction=True)
def test_claim__two_at_once__take_different_rows(manager: Any, acme: Any):
    segment("gold", [acme])
    sent(manager, targeting=Targeting(any=("gold",)))
    with transaction.atomic():
        first = sending.claim()
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute(sending._CLAIM, {"now": timezone.now(), "until": timezone.now()})
                second = cursor.fetchone()[0]
        finally:
            other.close()
    assert first != second


def test_page__use_again__begins_with_its_words_and_audience(acme: Any, manager: Any):
    segment("gold", [acme])
    sent = composing.create_message(
        draft=draft(subject="Autumn", send_at=timezone.now(), targeting=Targeting(any=("gold",))), author=manager
    )
    composing.send_off(message=sent)
    client = Client()
    client.force_login(manager)
    address = f"/console/messages/new/?like={sent.pk}"
    assert address in client.get(f"/console/messages/{sent.pk}/").content.decode().replace("&amp;", "&")
    form = client.get(address).context["form"]
    assert [form[name].value() for name in ("subject", "any", "send_at")] == ["Autumn", ["gold"], None]
    entered = {"subject": "Winter", "body": "Hello", "kind": "news", "in_portal": "on", "any": ["gold"]}
    assert client.post(address, entered).status_code == 302
    made = Message.objects.get(subject="Winter")
    assert (made.status, Message.objects.get(pk=sent.pk).subject) == ("draft", "Autumn")
    for unknown in ("0", "x"):
        assert client.get(f"/console/messages/new/?like={unknown}").status_code == (404 if unknown == "0" else 200)


def test_page__of_each_notice__reads_whole_and_can_be_put_in_other_words(acme: Any, manager: Any):
    client = Client()
    client.force_login(manager)
    for name, words in notices.NOTICES.items():
        made = notices.notice(name)
        assert not set(composing.unknown_places(f"{words.subject} {words.body}")) - words.places
        page = client.get(f"/console/messages/{made.pk}/").content.decode()
        assert "{{" not in page.partition("reads it")[2].partition("</section>")[0]
        form = client.get(f"/console/messages/{made.pk}/edit/")
        assert f"?notice={name}" in form.content.decode()
        entered = {field.name: field.value() for field in form.context["form"] if field.value()}
        part = client.post(f"/console/messages/preview/?notice={name}", entered).content.decode()
        assert "Cannot be filled in" not in part and "{{" not in part
        assert client.post(f"/console/messages/{made.pk}/edit/", entered | {"subject": "Hello"}).status_code == 302
        made.refresh_from_db()
        assert (made.subject, made.body, made.kind) == ("Hello", words.body, words.kind)
