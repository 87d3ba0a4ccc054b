"""The portal's notifications, preferences, team, facts that are wrong, feedback; and the console that answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.models import Origin, TeamMember
from people import roles
from people.models import Preference, User
from programs.messages import composing
from programs.messages.composing import MessageDraft
from programs.models import Delivery, Dispute, Feedback, Journey, JourneyStep, Message
from programs.settling import settle
from programs.targeting import Targeting
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db
MOST = 12
"""Queries of a page."""


@pytest.fixture(autouse=True)
def queues(broker: Any) -> None:
    """What is handed to workers is handed to a broker of this test's own."""


@pytest.fixture
def acme() -> Any:
    return partner("P1", name="Acme Cloud", region="EMEA", tier="silver")


@pytest.fixture
def boss(acme: Any) -> User:
    return colleague(acme, "boss@p1.example", roles.PARTNER_ADMIN)


@pytest.fixture
def hand(acme: Any) -> User:
    return colleague(acme, "hand@p1.example")


@pytest.fixture
def other() -> User:
    return colleague(partner("P2", region="APAC"), "boss@p2.example", roles.PARTNER_ADMIN)


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def tell(acme: Any, count: int = 1, **words: Any) -> None:
    manager = User.objects.filter(role=roles.CHANNEL_MANAGER).first() or staff()
    gold = segment("gold", [acme], partner_visible=True)
    for number in range(count):
        draft = MessageDraft(
            **{
                "subject": f"News {number}",
                "body": "Hello **{{ name }}**",
                "targeting": Targeting(any=("gold",)),
                **words,
            }
        )
        composing.send_off(message=composing.create_message(draft=draft, author=manager))
    program("kit", any=[gold])
    settle()


def test_notifications__new_ones__counted_seen_and_followed(acme: Any, boss: User, hand: User, other: User):
    tell(acme, 2, link="https://learn.example/", link_label="Learn")
    visitor = as_(hand)
    assert ">2<" in visitor.get("/portal/").content.decode()
    mine = Delivery.objects.filter(user=hand).first()
    page = visitor.get(f"/portal/notifications/{mine.pk}/").content.decode()
    assert "<strong>Robin</strong>" in page and "Learn" in page
    assert ">1<" in visitor.get("/portal/").content.decode()
    assert visitor.post(f"/portal/notifications/{mine.pk}/follow/").headers["Location"] == "https://learn.example/"
    mine.refresh_from_db()
    assert mine.clicked_at is not None
    visitor.post("/portal/notifications/seen/")
    assert not Delivery.objects.filter(user=hand, seen_at=None).exists()
    assert Delivery.objects.filter(user=boss, seen_at=None).count() == 2
    for stranger in (other, boss):
        assert as_(stranger).get(f"/portal/notifications/{mine.pk}/").status_code == 404
        assert as_(stranger).post(f"/portal/notifications/{mine.pk}/follow/").status_code == 404


def test_notifications__mail_only_or_over__are_not_shown(acme: Any, hand: User):
    tell(acme, in_portal=False)
    Message.objects.update(in_portal=False)
    assert "Nothing yet" in as_(hand).get("/portal/notifications/").content.decode()


def test_notifications__person_changed_company__keeps_nothing_of_the_old(acme: Any, hand: User):
    tell(acme)
    hand.team_member.delete()
    TeamMember.objects.create(user=hand, partner=partner("P9"))
    assert "News 0" not in as_(hand).get("/portal/notifications/").content.decode()


@pytest.mark.parametrize("count", [1, 25])
def test_portal__pages__ask_few_queries(acme: Any, boss: User, count: int):
    tell(acme, count)
    for number in range(count):
        colleague(acme, f"c{number}@p1.example")
    visitor = as_(boss)
    delivery = Delivery.objects.filter(user=boss).first()
    for address in (
        "/portal/",
        "/portal/segments/",
        "/portal/notifications/",
        f"/portal/notifications/{delivery.pk}/",
        "/portal/preferences/",
        "/portal/team/",
        "/portal/company/",
        "/portal/company/tier/dispute/",
        "/portal/segments/gold/feedback/",
    ):
        visitor.get(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert visitor.get(address).status_code == 200
        assert len(asked) <= MOST, (address, len(asked), [each["sql"][:120] for each in asked])


def test_preferences__saved__decide_what_is_mailed(acme: Any, hand: User):
    Preference.objects.create(user=hand, bounced_at="2026-01-01T00:00:00Z", bounce_reason="550 no")
    visitor = as_(hand)
    assert "550 no" in visitor.get("/portal/preferences/").content.decode()
    answer = visitor.post(
        "/portal/preferences/", {"mail_on": ["training"], "time_zone": "Europe/Berlin", "address_works": "on"}
    )
    assert answer.status_code == 302
    kept = Preference.objects.get(user=hand)
    hand.refresh_from_db()
    assert (kept.mail_off, kept.bounced_at, hand.time_zone) == (["answer", "news", "offer"], None, "Europe/Berlin")
    assert visitor.post("/portal/preferences/", {"time_zone": "Mars/Base"}).status_code == 400


def test_team__admin__invites_removes_and_invites_again(acme: Any, boss: User, hand: User):
    visitor = as_(boss)
    signed_in = as_(hand)
    assert signed_in.get("/portal/").status_code == 200
    new = {"email": "New@p1.example", "role": "partner_member"}
    assert visitor.post("/portal/team/", new).status_code == 302
    assert User.objects.get(email="new@p1.example").team_member.partner == acme
    assert visitor.post(f"/portal/team/{hand.pk}/remove/").status_code == 302
    assert not TeamMember.objects.filter(user=hand).exists()
    assert signed_in.get("/portal/").status_code == 302
    visitor.post(f"/portal/team/{boss.pk}/remove/")
    assert TeamMember.objects.filter(user=boss).exists()
    visitor.post("/portal/team/", {"email": hand.email, "role": "partner_member"})
    hand.refresh_from_db()
    assert hand.is_active and hand.team_member.partner == acme and not hand.has_usable_password()


def test_team__member_or_stranger__changes_nothing(acme: Any, boss: User, hand: User, other: User):
    assert as_(hand).post("/portal/team/", {"email": "x@y.example", "role": "partner_admin"}).status_code == 403
    assert as_(hand).post(f"/portal/team/{boss.pk}/remove/").status_code == 403
    assert as_(other).post(f"/portal/team/{hand.pk}/remove/").status_code == 404
    assert "hand@p1.example" not in as_(other).get("/portal/team/").content.decode()
    answer = as_(other).post("/portal/team/", {"email": hand.email, "role": "partner_member"})
    assert answer.status_code == 400 and hand.team_member.partner == acme


def test_dispute__said_answered_and_corrected__with_where_it_came_from(acme: Any, hand: User, boss: User):
    visitor = as_(hand)
    assert "Tier" in visitor.get("/portal/company/").content.decode()
    assert '<option value="Gold">' in visitor.get("/portal/company/tier/dispute/").content.decode()
    claim = {"claimed": "Gold", "comment": "See our contract"}
    assert visitor.post("/portal/company/tier/dispute/", claim).status_code == 302
    again = as_(boss).post("/portal/company/tier/dispute/", claim)
    assert again.status_code == 400 and "already told us" in again.content.decode()
    dispute = Dispute.objects.get()
    manager = as_(staff(regions=["EMEA"]))
    assert "Acme Cloud" in manager.get("/console/disputes/").content.decode()
    far = as_(staff(email="far@vendor.example", regions=["APAC"]))
    assert "Acme Cloud" not in far.get("/console/disputes/").content.decode()
    assert far.get(f"/console/disputes/{dispute.pk}/").status_code == 404
    answer = {"verdict": "accept", "answer": "You are right.", "correct": "on"}
    assert manager.post(f"/console/disputes/{dispute.pk}/", answer).status_code == 302
    acme.refresh_from_db()
    dispute.refresh_from_db()
    assert (acme.tier, dispute.status) == ("gold", "accepted")
    assert "partner's word" in Origin.objects.get(pk=acme.provenance["tier"]).label
    assert "You are right." in visitor.get("/portal/company/").content.decode()
    assert manager.post(f"/console/disputes/{dispute.pk}/", answer).status_code == 400


def test_dispute__refused__needs_a_reason_and_changes_nothing(acme: Any, hand: User):
    as_(hand).post("/portal/company/tier/dispute/", {"claimed": "platinum-plus"})
    dispute = Dispute.objects.get()
    manager = as_(staff())
    address = f"/console/disputes/{dispute.pk}/"
    assert manager.post(address, {"verdict": "reject", "answer": ""}).status_code == 400
    assert manager.post(address, {"verdict": "accept", "correct": "on"}).status_code == 400  # no such tier
    assert manager.post(address, {"verdict": "reject", "answer": "The contract says silver."}).status_code == 302
    acme.refresh_from_db()
    assert acme.tier == "silver"


def test_company__what_the_vendor_thinks__is_not_shown(acme: Any, hand: User):
    type(acme).objects.filter(pk=acme.pk).update(lifecycle_stage="at_risk", alignment="competing")
    page = as_(hand).get("/portal/company/").content.decode()
    assert "risk" not in page.lower() and "competing" not in page.lower()
    for field in ("lifecycle_stage", "alignment", "nonsense"):
        assert as_(hand).get(f"/portal/company/{field}/dispute/").status_code == 404


def test_feedback__of_segment_and_programme__kept_once_and_read_by_staff(acme: Any, hand: User, other: User):
    tell(acme)
    visitor = as_(hand)
    for good, text in (("0", "Not us"), ("1", "It is")):
        answer = visitor.post("/portal/segments/gold/feedback/", {"is_good": good, "text": text})
        assert answer.status_code == 200
    offer = acme.offers.get()
    assert visitor.post(f"/portal/offers/{offer.pk}/feedback/", {"is_good": "1"}).status_code == 200
    assert Feedback.objects.count() == 2
    assert Feedback.objects.get(segment__slug="gold").text == "It is"
    assert as_(other).post("/portal/segments/gold/feedback/", {"is_good": "1"}).status_code == 404
    assert as_(other).get(f"/portal/offers/{offer.pk}/feedback/").status_code == 404
    page = as_(staff(email="m@vendor.example")).get("/console/feedback/?about=gold").content.decode()
    assert "It is" in page and "1 good, 0 not good of Gold (" in page
    far = as_(staff(email="far@vendor.example", regions=["APAC"]))
    assert "It is" not in far.get("/console/feedback/").content.decode()


def test_console__message__written_previewed_sent_and_read(acme: Any, boss: User, hand: User):
    segment("gold", [acme])
    client = as_(staff())
    words = {
        "subject": "For {{ company }}",
        "body": "Dear {{ name }}",
        "kind": "news",
        "by_mail": "on",
        "any": ["gold"],
    }
    preview = client.post("/console/messages/preview/", words).content.decode()
    assert "For Acme Cloud" in preview and "<strong>2</strong> people" in preview
    assert "salary" in client.post("/console/messages/preview/", {**words, "body": "{{ salary }}"}).content.decode()
    assert client.post("/console/messages/new/", {**words, "by_mail": ""}).status_code == 400
    made = client.post("/console/messages/new/", {**words, "in_portal": "on"})
    message = Message.objects.get()
    assert made.headers["Location"] == f"/console/messages/{message.pk}/"
    assert client.get(f"/console/messages/{message.pk}/edit/").status_code == 200
    client.post(f"/console/messages/{message.pk}/send/")
    assert Delivery.objects.count() == 2
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/console/messages/{message.pk}/").content.decode()
    assert "Who was told" in page and len(asked) <= 16
    assert mail.outbox == []


def test_console__journey__written_and_tried_in_pages(acme: Any):
    segment("gold", [acme])
    client = as_(staff())
    words = {"name": "Welcome", "slug": "welcome", "trigger": "entered", "segment": "gold"}
    assert client.post("/console/journeys/new/", words).status_code == 302
    unnamed = client.post("/console/journeys/new/", words | {"name": "Come back", "slug": ""})
    assert unnamed["Location"] == "/console/journeys/come-back/"
    step = {
        "wait_days": "2",
        "only_while": "on",
        "text": "Call",
        "condition_kind": "in",
        "condition_segments": ["gold"],
    }
    assert client.post("/console/journeys/welcome/steps/new/task/", step).status_code == 302
    assert client.post("/console/journeys/welcome/steps/new/task/", {"wait_days": "0", "text": ""}).status_code == 400
    bad = {**step, "condition_kind": "", "condition_rule": '{"field": "nope", "operator": "=", "value": 1}'}
    refused = client.post("/console/journeys/welcome/steps/new/task/", bad)
    assert refused.status_code == 400 and "nope" in refused.content.decode()
    assert client.post("/console/journeys/welcome/start/", {"members_too": "1"}).status_code == 302
    page = client.get("/console/journeys/welcome/").content.decode()
    assert "After 2 days" in page and "Only if" in page
    assert client.get("/console/journeys/welcome/rehearsal/").status_code == 200
    assert client.get("/console/journeys/").status_code == 200


def test_console__journey_on_a_fact__offers_the_values_of_the_chosen_fact(acme: Any):
    client = as_(staff())

    def asked(path: str) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (bound.label, list(getattr(bound.field, "choices", []))) for bound in client.get(path).context["values"]
        ]

    tiers = [("", "Any value"), ("silver", "Silver")]
    new = "/console/journeys/new/?trigger=changed"
    (one, offered), (other, _) = asked(f"{new}&field=tier")
    assert (one, other) == ("From", "To") and set(tiers) <= set(offered)
    assert asked(f"{new}&field=city") == [("From", []), ("To", [])]
    assert asked(f"{new}&field=win_rate") == [("From, per cent", []), ("To, per cent", [])]
    words = {"name": "Up", "slug": "up", "field": "tier", "from_value": "silver", "to_value": "gold"}
    assert client.post(new, words | {"to_value": "AMER"}).status_code == 400
    assert client.post(new, words).status_code == 302
    made = Journey.objects.get()
    assert (made.from_value, made.to_value) == ("silver", "gold")
    assert "from Silver to Gold" in client.get("/console/journeys/up/").content.decode()
    edit = client.get("/console/journeys/up/edit/")
    assert [bound.value() for bound in edit.context["values"]] == ["silver", "gold"]
    elsewhere = client.get("/console/journeys/up/edit/?field=country")
    assert [bound.value() for bound in elsewhere.context["values"]] == ["", ""]


def test_console__journey_on_a_share__is_written_and_said_in_per_cent(acme: Any):
    client = as_(staff())
    words = {"name": "Half", "slug": "half", "field": "win_rate", "to_value": "50 %"}
    assert client.post("/console/journeys/new/?trigger=changed", words).status_code == 302
    assert Journey.objects.get().to_value == "0.5"
    assert "to 50 %" in client.get("/console/journeys/half/").content.decode()
    edit = client.get("/console/journeys/half/edit/")
    assert [bound.value() for bound in edit.context["values"]] == ["", "50"]


def test_console__step_with_any_rule__says_it_as_a_sentence(acme: Any):
    segment("gold", [acme])
    client = as_(staff())
    client.post("/console/journeys/new/", {"name": "W", "slug": "w", "trigger": "entered", "segment": "gold"})
    rule = '{"field": "country", "operator": "=", "value": "DE"}'
    step = {"wait_days": "2", "text": "Call", "condition_rule": rule}
    assert client.post("/console/journeys/w/steps/new/task/", step).status_code == 302
    page = client.get(f"/console/journeys/w/steps/{JourneyStep.objects.get().pk}/").content.decode()
    assert "The rule it has now" in page and "Country is" in page
    assert '<details class="disclosure"><summary>The rule as JSON' in page
    assert "Any other rule" in client.get("/console/journeys/w/steps/new/task/").content.decode()
