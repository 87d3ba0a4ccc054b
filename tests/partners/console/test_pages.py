"""The lists and pages of records: who sees what, safely, with as many queries for many rows as for few."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.models import Activity, Attribute, Customer, Deal, Origin, Partner

READ = [
    "partners/",
    "partners/P-1/",
    "customers/",
    "customers/C-1/",
    "deals/",
    "deals/D-1/",
    "partners/P-1/notes/",
    "partners/P-1/timeline/",
    "customers/C-1/timeline/",
    "parts/",
]
EDIT = ["partners/P-1/edit/", "customers/C-1/edit/", "new/partner/", "new/customer/", "imports/", "imports/new/"]
ADMINISTER = ["attributes/", "attributes/new/", "people/", "people/invite/"]


@pytest.mark.parametrize(
    ("who", "read", "edit", "administer"),
    [
        ("administrator", 200, 200, 200),
        ("channel_manager", 200, 200, 403),
        ("analyst", 200, 403, 403),
        ("partner_admin", 404, 404, 404),
        ("partner_member", 404, 404, 404),
    ],
)
def test_pages__each_role__gets_its_status(sign_in, records, who, read, edit, administer):
    client = sign_in(who)
    for paths, status in ((READ, read), (EDIT, edit), (ADMINISTER, administer)):
        assert {path: client.get(f"/console/{path}").status_code for path in paths} == dict.fromkeys(paths, status)


def test_pages__signed_out__go_to_sign_in(records):
    for path in READ + EDIT + ADMINISTER:
        response = Client().get(f"/console/{path}")
        assert (response.status_code, response["Location"]) == (302, f"/account/login/?next=/console/{path}")


def test_pages__outside_the_regions__are_not_there(sign_in, records):
    client = sign_in("regional")
    assert client.get("/console/partners/P-1/").status_code == 200
    for path in ("partners/P-2/", "partners/P-2/edit/", "customers/C-2/", "customers/C-2/edit/", "partners/nobody/"):
        assert client.get(f"/console/{path}").status_code == 404
    assert "Beacon" not in client.get("/console/partners/").content.decode()
    assert "Beacon" not in client.get("/console/customers/C-1/").content.decode()
    assert client.get("/console/imports/new/").status_code == 403


def test_deal__with_a_customer_of_another_region__names_it_without_a_way_to_a_page_that_is_not_there(sign_in, records):
    Deal.objects.filter(external_id="D-1").update(customer=records["other"])
    for who, leads in (("regional", False), ("analyst", True)):
        client = sign_in(who)
        for path in ("deals/", "deals/D-1/"):
            page = client.get(f"/console/{path}").content.decode()
            assert "Delta Bank" in page
            assert ("/console/customers/C-2/" in page) == leads, (who, path)


def test_pages__any__come_with_the_strict_policy(sign_in, records):
    policy = sign_in("analyst").get("/console/partners/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_pages__many_rows__ask_no_more_queries_than_few(sign_in, records, people):
    client = sign_in("administrator")
    paths = [f"/console/{path}" for path in (*READ, "attributes/", "people/", "imports/")]
    client.get("/console/partners/")  # whatever is read once per process
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number")
    home, buyer = records["home"], records["buyer"]
    origins = [Origin.objects.create(kind="form", label=f"{n}") for n in range(3)]
    home.provenance = {"tier": origins[0].pk}
    home.save()
    before = {path: queries(client, path) for path in paths}
    home.provenance = {"tier": origins[0].pk, "region": origins[1].pk, "employees": origins[2].pk}
    home.save()
    for n in range(30):
        partner = Partner.objects.create(external_id=f"X-{n}", name=f"X {n}", region="EMEA", parent=home)
        customer = Customer.objects.create(external_id=f"Y-{n}", name=f"Y {n}", region="EMEA")
        customer.partners.add(home)
        buyer.partners.add(partner)
        Deal.objects.create(external_id=f"E-{n}", partner=home, customer=buyer, amount=n)
        Deal.objects.create(external_id=f"F-{n}", partner=partner, customer=customer)
        Activity.objects.create(partner=home, kind="sign_in", user=people["partner_admin"])
        Attribute.objects.create(subject="partner", name=f"extra_{n}", label=f"Extra {n}", type="text")
        type(people["analyst"]).objects.create_user(f"many{n}@example.com", role="partner_member")
    assert {path: queries(client, path) for path in paths} == before


def test_pages__names_with_markup__are_shown_as_written(sign_in, records):
    evil = "<script>alert(1)</script>"
    for model in (Partner, Customer, Deal):
        model.objects.update(name=evil)
    Origin.objects.create(pk=77, kind="import", label=evil)
    Partner.objects.update(provenance={"name": 77, "tier": 77}, city=evil)
    client = sign_in("administrator")
    for path in READ[:5]:
        text = client.get(f"/console/{path}").content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


def test_partner_page__value_with_origin__says_who_set_it(sign_in, records):
    origin = Origin.objects.create(kind="import", label="spring.csv")
    Partner.objects.filter(external_id="P-1").update(provenance={"tier": origin.pk})
    text = sign_in("analyst").get("/console/partners/P-1/").content.decode()
    assert "Gold" in text
    assert "spring.csv" in text
    assert "Alder &amp; Sons" in text


def test_partner_page__sensitive_value__is_for_administrators_alone(sign_in, records):
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number", sensitive=True)
    Partner.objects.filter(external_id="P-1").update(custom={"score": "71.25"})
    page = sign_in("administrator").get("/console/partners/P-1/").content.decode()
    assert "71.25" not in page and "/console/reveal/partner/P-1/score/" in page
    seen = sign_in("channel_manager").get("/console/partners/P-1/").content.decode()
    assert "71.25" not in seen
    assert "Sensitive" in seen
    assert "71.25" not in sign_in("channel_manager").get("/console/partners/P-1/edit/").content.decode()


def names(response) -> list[str]:
    return [record.external_id for record in response.context["page"]]


def test_partners__searched_filtered_sorted__are_those(sign_in, records):
    Partner.objects.create(external_id="P-3", name="Cedar", region="EMEA")
    client = sign_in("analyst")
    assert names(client.get("/console/partners/")) == ["P-1", "P-2", "P-3"]
    assert names(client.get("/console/partners/?sort=-name")) == ["P-3", "P-2", "P-1"]
    assert names(client.get("/console/partners/?sort=tier")) == ["P-2", "P-1", "P-3"]  # silver < gold, missing last
    assert names(client.get("/console/partners/?sort=-tier")) == ["P-1", "P-2", "P-3"]
    assert names(client.get("/console/partners/?f.region=EMEA")) == ["P-1", "P-3"]
    assert names(client.get("/console/partners/?q=bea")) == ["P-2"]
    assert names(client.get("/console/partners/?sort=password&cursor=x&f.password=x")) == ["P-1", "P-2", "P-3"]
    assert "No partner fits" in client.get("/console/partners/?q=zzz").content.decode()


def test_lists__nothing_yet__say_what_to_do(sign_in, people):
    for path in ("partners/", "customers/", "deals/"):
        assert " yet" in sign_in("channel_manager").get(f"/console/{path}").content.decode()
