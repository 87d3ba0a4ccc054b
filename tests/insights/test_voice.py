"""What partners say: kept by the portal, tallied per segment for the product team, within what a viewer may see."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from insights import checkups, tallying, voice
from insights.gathering import Everybody
from partners.models import Customer
from people import roles
from programs.models import Dispute, Feedback, NeedReport, Sighting
from programs.voices import needs
from tests.programs import world

pytestmark = pytest.mark.django_db


def signed_in(user: object) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")  # type: ignore[arg-type]
    return client


def test_portal__my_segments_opened__is_seen_once_and_only_what_is_shown() -> None:
    company = world.partner("P-1")
    shown = world.segment("gold", [company], partner_visible=True)
    world.segment("hidden", [company])
    client = signed_in(world.colleague(company))
    assert client.get("/portal/segments/").status_code == 200
    first = Sighting.objects.get()
    assert (first.segment_id, first.partner_id) == (shown.pk, company.pk)
    client.get("/portal/segments/")
    assert Sighting.objects.get().first_seen_at == first.first_seen_at


def test_portal__needs_of_a_customer__are_told_and_told_anew() -> None:
    company, other = world.partner("P-1"), world.partner("P-2")
    customer = Customer.objects.create(external_id="C-1", name="Buyer")
    customer.partners.add(company)
    client = signed_in(world.colleague(company))
    page = client.get("/portal/customers/C-1/needs/")
    assert b"What they ask for" in page.content
    said = client.post("/portal/customers/C-1/needs/", {"needs": ["security", "support"], "text": "Faster help"})
    assert b"Thank you" in said.content
    client.post("/portal/customers/C-1/needs/", {"needs": ["growth"]})
    kept = NeedReport.objects.get()
    assert (kept.needs, kept.text, kept.partner) == (["growth"], "", company)
    assert client.post("/portal/customers/C-1/needs/", {}).status_code == 400
    assert client.post("/portal/customers/C-1/needs/", {"needs": ["nonsense"]}).status_code == 400
    stranger = signed_in(world.colleague(other))
    assert stranger.post("/portal/customers/C-1/needs/", {"needs": ["growth"]}).status_code == 404
    assert NeedReport.objects.count() == 1


def test_say_needs__nothing_or_unknown__is_refused() -> None:
    company = world.partner("P-1")
    customer = Customer.objects.create(external_id="C-1", name="Buyer")
    user = world.colleague(company)
    for told in ([], ["nonsense"]):
        with pytest.raises(ValidationError):
            needs.say_needs(partner=company, user=user, customer=customer, needs=told)
    needs.say_needs(partner=company, user=user, customer=customer, needs=[], text="Something new")
    assert NeedReport.objects.get().text == "Something new"


def test_tallies__by_segment__count_who_is_in_it_now_and_whom_the_viewer_sees() -> None:
    now = timezone.now()
    near = [world.partner(f"P-{number}", region="EMEA") for number in range(3)]
    far = world.partner("P-9", region="NA")
    gold = world.segment("gold", [*near, far], partner_visible=True)
    left = world.segment("left", partner_visible=True)
    course = world.program("course", kind="course", any=[gold])
    for number, company in enumerate([*near, far]):
        user = world.colleague(company)
        Feedback.objects.create(partner=company, user=user, program=course, is_good=number == 0)
        Feedback.objects.create(partner=company, user=user, segment=gold, is_good=number != 1, text=f"Words {number}")
    old = Feedback.objects.filter(partner=near[2], program=course)
    old.update(said_at=now - timedelta(days=400))
    checkups.check_all()
    everybody, count = voice.likings(Everybody(), most=5)
    assert count == 1
    assert [(each.segment.slug, each.program.slug, each.good, each.bad) for each in everybody] == [
        ("gold", "course", 1, 2)
    ]
    emea = world.staff(email="e@vendor.example", regions=["EMEA"])
    assert [(each.good, each.bad) for each in voice.likings(emea)[0]] == [(1, 1)]
    bought = {each.segment.slug: each for each in voice.with_words(voice.buy_ins(emea, now)[0], emea, now)}
    assert (bought["gold"].good, bought["gold"].bad, bought["gold"].words) == (2, 1, "Words 1")
    assert bought["gold"].disputed == pytest.approx(1 / 4)
    assert (bought[left.slug].good, bought[left.slug].seen) == (0, None)


def test_needs__by_customer_segment__count_customers_once_and_what_is_new() -> None:
    now = timezone.now()
    company = world.partner("P-1", region="EMEA")
    users = [world.colleague(company, f"u{number}@x.example") for number in range(2)]
    buyers = [Customer.objects.create(external_id=f"C-{n}", name="B", needs=["security"][:n]) for n in range(2)]
    served = world.segment("served", subject="customer")
    world.set_members(served, buyers)  # type: ignore[arg-type]
    for user in users:
        for buyer in buyers:
            needs.say_needs(partner=company, user=user, customer=buyer, needs=["security"])
    needs.say_needs(partner=company, user=users[0], customer=buyers[0], needs=["security", "growth"])
    assert told(Everybody()) == []
    tallying.tally(now=timezone.now())
    assert told(Everybody()) == [("served", "security", 2, 1), ("served", "growth", 1, 0)]
    assert told(world.staff(email="f@vendor.example", regions=["NA"])) == []
    NeedReport.objects.update(said_at=now - timedelta(days=400))
    assert tallying.tally(now=now) == 2
    assert told(Everybody()) == []


def told(viewer: Any) -> list[tuple[str, str, int, int]]:
    return [(each.segment.slug, each.need, each.reported, each.on_record) for each in voice.wanted(viewer)[0]]


def test_needs__told_by_partners_of_several_regions__count_a_customer_once_for_whoever_sees_some() -> None:
    told_by = {region: world.partner(f"P-{region}", region=region) for region in ("EMEA", "NA", "APAC")}
    buyers = [Customer.objects.create(external_id=f"C-{n}", name="B") for n in range(3)]
    world.set_members(world.segment("served", subject="customer"), buyers)  # type: ignore[arg-type]
    for region, customers in (("EMEA", buyers[:2]), ("NA", buyers[1:]), ("APAC", buyers[:1])):
        user = world.colleague(told_by[region], f"{region}@x.example")
        for buyer in customers:
            needs.say_needs(partner=told_by[region], user=user, customer=buyer, needs=["growth"])
    assert tallying.tally(now=timezone.now()) == 3
    assert tallying.tally(now=timezone.now()) == 0
    for number, (regions, count) in enumerate(
        [([], 3), (["EMEA"], 2), (["EMEA", "NA"], 3), (["NA", "APAC"], 3), (["APAC"], 1)]
    ):
        viewer = world.staff(email=f"v{number}@vendor.example", regions=regions)
        assert told(viewer) == [("served", "growth", count, 0)], regions


def test_disputes__by_fact__with_the_middle_time_to_an_answer() -> None:
    now = timezone.now()
    companies = [world.partner(f"P-{number}") for number in range(4)]
    for number, hours in enumerate([2, 10, 30, None]):
        asked = now - timedelta(days=5)
        Dispute.objects.create(
            partner=companies[number], field="tier", label="Tier", claimed="gold", created_at=asked,
            status="open" if hours is None else "accepted" if number else "rejected",
            answered_at=None if hours is None else asked + timedelta(hours=hours),
        )  # fmt: skip
    (found,) = voice.disputed(Everybody(), now)
    assert (found.open, found.accepted, found.rejected, found.median_hours) == (1, 2, 1, pytest.approx(10))
    tally = voice.tally(Everybody(), now)
    assert (tally["open"], tally["hours"], tally["said"], tally["good"]) == (1, pytest.approx(10), 0, None)
    Dispute.objects.filter(partner__in=companies[2:]).delete()
    assert voice.tally(Everybody(), now)["hours"] == pytest.approx(6)


def test_page__all_of_it__reads_and_exports() -> None:
    company = world.partner("P-1")
    gold = world.segment("gold", [company], partner_visible=True, name="=Gold")
    Feedback.objects.create(partner=company, user=world.colleague(company), segment=gold, is_good=False, text="No")
    asked = timezone.now() - timedelta(days=5)
    Dispute.objects.create(
        partner=company, field="tier", label="Tier", claimed="gold", created_at=asked, status="rejected",
        answered_at=asked + timedelta(hours=3),
    )  # fmt: skip
    buyer = Customer.objects.create(external_id="C-1", name="Buyer")
    world.set_members(world.segment("served", subject="customer"), [buyer])  # type: ignore[arg-type]
    needs.say_needs(partner=company, user=Feedback.objects.get().user, customer=buyer, needs=["security"])
    checkups.check_all()
    client = signed_in(world.staff(roles.ANALYST))
    page = client.get("/console/insights/voice/")
    assert page.status_code == 200
    assert "“No”" in page.content.decode()
    lines = b"".join(client.get("/console/insights/voice/?as=csv")).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("Segment,'=Gold,,0,1,")
    about = {line["About"]: line for line in csv.DictReader(lines)}
    assert about["Segment"]["Latest words"] == "No"
    assert about["Fact"] | {"What": "Tier", "Open": "0", "Kept": "1", "Median hours to an answer": "3"} == about["Fact"]
    assert about["Need"] | {"What": "Security", "Customers": "1", "On record": "0", "Good": ""} == about["Need"]
