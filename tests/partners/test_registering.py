"""Deal registration: duplicates by likeness, one holder at a time, and nobody learns of another's business."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners import registering
from partners.likeness import company_key, product_key
from partners.models import Customer, Deal, Registration
from partners.registering import Refused, Wish, approve, conflicts, expire, expire_overdue, reject, submit, today
from people import roles
from tests.programs.world import colleague, partner, staff

pytestmark = pytest.mark.django_db
WISH = Wish(customer_name="Acme Cloud GmbH", product_line="Firewall", amount=Decimal("1200.50"))


@pytest.fixture
def one() -> Any:
    return partner("P1", name="Harbour", region="EMEA")


@pytest.fixture
def two() -> Any:
    return partner("P2", name="Vertex", region="EMEA")


@pytest.fixture
def manager() -> Any:
    return staff()


@pytest.mark.parametrize(
    ("one_name", "other", "same"),
    [
        ("ACME Cloud, Inc.", "Acme-Cloud", True),
        ("Zürich Energie AG", "zurich energie", True),
        ("Müller & Söhne GmbH", "Muller and Sohne", True),
        ("S.A. Dupont S.A.", "SA Dupont", True),
        ("Acme Cloud", "Acme Clouds", False),
        ("Limited", "Ltd", False),
    ],
)
def test_company_key__spellings__are_one_company_or_two(one_name: str, other: str, same: bool) -> None:
    assert (company_key(one_name) == company_key(other)) is same


def test_product_key__spelling__does_not_matter() -> None:
    assert product_key(" Fire-Wall  PRO ") == product_key("fire wall pro")


def test_submit__approved__makes_an_open_deal_with_provenance(one: Any, manager: Any) -> None:
    customer = Customer.objects.create(external_id="C1", name="ACME Cloud")
    made = submit(user=colleague(one), wish=WISH)
    assert made.customer == customer
    done = approve(registration_id=made.pk, user=manager)
    deal = Deal.objects.get()
    assert (done.deal, deal.partner, deal.customer, deal.stage) == (deal, one, customer, "open")
    assert (deal.amount, deal.registered_on, done.expires_on) == (
        Decimal("1200.50"),
        today(),
        today() + timedelta(days=90),
    )
    assert deal.provenance["amount"]
    with pytest.raises(Refused, match="approved already"):
        approve(registration_id=made.pk, user=manager)


def test_submit__again_by_the_same_company__is_refused(one: Any) -> None:
    user = colleague(one)
    submit(user=user, wish=WISH)
    with pytest.raises(Refused, match="registered this already"):
        submit(user=user, wish=Wish(customer_name="acme-cloud", product_line="FIREWALL"))
    submit(user=user, wish=Wish(customer_name="Acme Cloud", product_line="Switch"))


def test_submit__of_what_another_has__is_a_conflict_and_one_alone_can_hold_it(one: Any, two: Any, manager: Any) -> None:
    first = submit(user=colleague(one), wish=WISH)
    second = submit(user=colleague(two), wish=Wish(customer_name="ACME CLOUD", product_line="firewall"))
    assert [each.partner for each in conflicts(second)] == [one]
    approve(registration_id=first.pk, user=manager)
    with pytest.raises(Refused, match="Harbour holds this deal until"):
        approve(registration_id=second.pk, user=manager)
    expire(registration_id=first.pk, user=manager)
    assert approve(registration_id=second.pk, user=manager).status == "approved"


def test_conflicts__open_deal_with_the_customer__counts_unless_for_another_product(one: Any, two: Any) -> None:
    customer = Customer.objects.create(external_id="C1", name="Acme Cloud")
    for number, (product, stage) in enumerate([("FIREWALL", "open"), ("Switch", "open"), ("Firewall", "lost")]):
        Deal.objects.create(external_id=f"D{number}", partner=two, customer=customer, product_line=product, stage=stage)
    made = submit(user=colleague(one), wish=WISH)
    assert [(each.partner, each.what, each.name) for each in conflicts(made)] == [(two, "deal", "D0")]


def test_reject__with_a_reason__frees_the_way(one: Any, manager: Any) -> None:
    user = colleague(one)
    made = submit(user=user, wish=WISH)
    with pytest.raises(Refused, match="Say why"):
        reject(registration_id=made.pk, user=manager, reason="")
    reject(registration_id=made.pk, user=manager, reason="Not a customer for us")
    assert submit(user=user, wish=WISH).status == "submitted"
    assert not Deal.objects.exists()


def test_expire_overdue__past_its_days_with_the_deal_still_open__alone_expires(one: Any, manager: Any) -> None:
    user = colleague(one)
    made = [
        approve(registration_id=submit(user=user, wish=Wish(f"Customer {number}", "Box")).pk, user=manager)
        for number in range(3)
    ]
    Registration.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(expires_on=today() - timedelta(days=1))
    Deal.objects.filter(pk=made[1].deal_id).update(stage="won")
    assert (expire_overdue(), expire_overdue()) == (1, 0)
    assert [Registration.objects.get(pk=each.pk).status for each in made] == ["expired", "approved", "approved"]


@pytest.mark.parametrize("who", [{"role": roles.ANALYST}, {"regions": ["APAC"]}])
def test_approve__by_who_may_not__finds_none(one: Any, who: dict[str, Any]) -> None:
    made = submit(user=colleague(one), wish=WISH)
    with pytest.raises(Refused, match="no such registration"):
        approve(registration_id=made.pk, user=staff(**who))


@pytest.mark.django_db(transaction=True)
def test_approve__two_partners_at_once__one_holds_it() -> None:
    made = [submit(user=colleague(partner(f"P{number}")), wish=WISH) for number in range(6)]
    manager = staff()
    gate, answers = threading.Barrier(6), []

    def run(pk: int) -> None:
        try:
            gate.wait(timeout=60)
            registering.approve(registration_id=pk, user=manager)
            answers.append("approved")
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each.pk,)) for each in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(answers), answers.count("approved"), Deal.objects.count()) == (6, 1, 1)


def asked(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_pages__from_registering_to_the_deal__each_sees_its_part(one: Any, two: Any, manager: Any) -> None:
    mine, theirs, office = asked(colleague(one)), asked(colleague(two)), asked(manager)
    body = {"customer_name": "Acme Cloud", "product_line": "Firewall", "currency": "eur", "amount": "100"}
    theirs.post("/portal/deals/register/", body)
    answer = mine.post("/portal/deals/register/", body)
    made = Registration.objects.get(partner=one)
    assert answer.url == f"/portal/registrations/{made.pk}/"
    html = mine.get(answer.url).content.decode()
    assert "Somebody else works on the same" in html
    assert "Vertex" not in html
    assert "Vertex" in office.get(f"/console/registrations/{made.pk}/").content.decode()
    office.post(f"/console/registrations/{made.pk}/decide/", {"action": "approve"})
    deal = Deal.objects.get()
    assert mine.get(f"/portal/deals/{deal.pk}/").status_code == 200
    for address in (f"/portal/deals/{deal.pk}/", f"/portal/registrations/{made.pk}/"):
        assert theirs.get(address).status_code == 404
    assert f"REG-{made.pk}" not in theirs.get("/portal/deals/").content.decode()
    assert mine.post("/portal/deals/register/", body).status_code == 422


def test_portal_deals__many__stay_within_the_queries(one: Any) -> None:
    user = colleague(one)
    for number in range(30):
        customer = Customer.objects.create(external_id=f"C{number}", name=f"Customer {number}")
        Deal.objects.create(external_id=f"D{number}", partner=one, customer=customer)
        submit(user=user, wish=Wish(f"Customer {number}", "Box"))
    client, made = asked(user), Registration.objects.first()
    assert made
    for address in ("/portal/deals/", f"/portal/registrations/{made.pk}/", f"/portal/deals/{Deal.objects.first().pk}/"):
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 12, (address, len(queries))
