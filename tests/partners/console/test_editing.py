"""Records made and changed by hand."""

import html
import re
from decimal import Decimal

import pytest

from insights.predictions.models import FACTS
from partners.models import Attribute, Customer, Partner

EDIT = "/console/partners/P-1/edit/"


def form_data(client, path=EDIT, **changes) -> dict[str, object]:
    """What the browser would send for the form at `path`, with some of it changed."""
    form = client.get(path).context["form"]
    present = {}
    for bound in form:
        value = bound.value()
        if value is not None:
            present[bound.name] = bound.field.widget.format_value(value) if not isinstance(value, list) else value
    return {name: "" if value is None else value for name, value in {**present, **changes}.items()}


def test_edit__one_field__changes_it_and_says_who(sign_in, records, people):
    client = sign_in("channel_manager")
    before = Partner.objects.get(external_id="P-1")
    response = client.post(EDIT, form_data(client, tier="platinum"))
    assert (response.status_code, response["Location"]) == (302, "/console/partners/P-1/")
    partner = Partner.objects.get(external_id="P-1")
    assert (partner.tier, partner.employees, partner.name) == ("platinum", before.employees, before.name)
    assert set(partner.provenance) == {"tier"}
    assert "channel_manager@example.com" in client.get("/console/partners/P-1/").content.decode()


def test_edit__nothing_changed__writes_nothing(sign_in, records):
    Attribute.objects.create(subject="partner", name="seen_at", label="Seen at", type="datetime")
    Attribute.objects.create(subject="partner", name="showroom", label="Showroom", type="boolean")
    custom = {"seen_at": "2026-03-05T09:07:41Z", "showroom": False}
    Partner.objects.filter(external_id="P-1").update(
        custom=custom, verticals=["energy"], annual_revenue="1200.50", employees="12.5", joined_on="2020-02-29"
    )
    before = Partner.objects.values().get(external_id="P-1")
    client = sign_in("administrator")
    assert client.post(EDIT, form_data(client)).status_code == 302
    assert Partner.objects.values().get(external_id="P-1") == before


def test_edit__two_people_at_once__keep_each_others_changes(sign_in, records):
    one, other = sign_in("administrator"), sign_in("channel_manager")
    first, second = form_data(one, tier="platinum"), form_data(other, city="Lyon")
    one.post(EDIT, first)
    other.post(EDIT, {**second, "tier": "platinum"})
    partner = Partner.objects.get(external_id="P-1")
    assert (partner.tier, partner.city) == ("platinum", "Lyon")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("employees", "many", "Enter a number."),
        ("joined_on", "31.31.2020", "Enter a valid date."),
        ("tier", "tin", "Select a valid choice"),
        ("name", "", "This field is required."),
        ("parent", "nobody", "There is no partner with the id nobody"),
        ("parent", "P-1", ""),
    ],
)
def test_edit__wrong_value__is_refused_at_its_field(sign_in, records, field, value, said):
    client = sign_in("channel_manager")
    before = Partner.objects.values().get(external_id="P-1")
    response = client.post(EDIT, form_data(client, **{field: value}))
    assert response.status_code == 400
    assert said in " ".join(response.context["form"].errors[field])
    assert Partner.objects.values().get(external_id="P-1") == before


@pytest.mark.parametrize("words", ["P-2", "Beacon", " beacon "])
def test_edit__parent__is_named_by_id_or_by_name(sign_in, records, words):
    client = sign_in("channel_manager")
    assert client.post(EDIT, form_data(client, parent=words)).status_code == 302
    assert Partner.objects.get(external_id="P-1").parent == records["away"]
    assert "At present: Beacon." in client.get(EDIT).content.decode()


def test_edit__several_are_called_like_the_parent__asks_for_the_id(sign_in, records):
    Partner.objects.create(external_id="P-9", name="Beacon", region="NA")
    client = sign_in("channel_manager")
    response = client.post(EDIT, form_data(client, parent="Beacon"))
    assert "Several partners are called Beacon. Give the id: P-2, P-9." in response.content.decode()
    assert client.post(EDIT, form_data(client, parent="P-9")).status_code == 302


def test_find__partners_typed__are_offered_within_the_regions(sign_in, records):
    path = "/console/find/partners/?parent=Bea"
    assert '<option value="P-2">Beacon</option>' in sign_in("channel_manager").get(path).content.decode()
    assert "option" not in sign_in("regional").get(path).content.decode()
    assert "option" not in sign_in("channel_manager").get("/console/find/partners/?parent=%00").content.decode()
    assert sign_in("analyst").get(path).status_code == 403


CUSTOMER = "/console/customers/C-1/edit/"


def partners_of_customer() -> list[str]:
    return sorted(Customer.objects.get(external_id="C-1").partners.values_list("external_id", flat=True))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["P-1", "P-2", ""], ["P-1", "P-2"]),  # left alone
        (["P-2", ""], ["P-2"]),  # one unticked
        (["P-1", "P-3"], ["P-1", "P-3"]),  # an id typed
        (["P-1", " cedar works "], ["P-1", "P-3"]),  # a name typed
        (["P-1, P-3; P-4"], ["P-1", "P-3", "P-4"]),  # ids set apart
        (["P-1", "With a blank"], ["P-1", "With a blank"]),
        ([""], []),
    ],
)
def test_edit_customer__partners_ticked_and_typed__are_kept(sign_in, records, said, kept):
    for key, name in (("P-3", "Cedar Works"), ("P-4", "Dogwood"), ("With a blank", "Elm")):
        Partner.objects.create(external_id=key, name=name, region="NA")
    client = sign_in("channel_manager")
    assert client.post(CUSTOMER, form_data(client, CUSTOMER, partners=said)).status_code == 302
    assert partners_of_customer() == kept


def test_edit_customer__partners_left_alone__are_those_a_colleague_saved_meanwhile(sign_in, records):
    client = sign_in("channel_manager")
    page = client.get(CUSTOMER).content.decode()
    opened = html.unescape(re.search(r'name="opened" value="([^"]*)"', page)[1])
    data = {**form_data(client, CUSTOMER), "opened": opened, "city": "Porto"}
    Customer.objects.get(external_id="C-1").partners.set([records["home"]])
    refused = client.post(CUSTOMER, data)
    assert refused.status_code == 400
    assert 'value="P-1" checked' in refused.content.decode() and 'value="P-2" checked' not in refused.content.decode()
    assert partners_of_customer() == ["P-1"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nobody", "There is no partner with the id nobody, or of that name."),
        ("P-2, P-77", "There is no partner with the id P-77, or of that name."),
        ("Beacon", "Several partners are called Beacon. Give the id: P-2, P-9."),
    ],
)
def test_edit_customer__partner_that_cannot_be_told__is_refused_and_stays_typed(sign_in, records, typed, said):
    Partner.objects.create(external_id="P-9", name="Beacon", region="NA")
    client = sign_in("channel_manager")
    response = client.post(CUSTOMER, form_data(client, CUSTOMER, partners=["P-1", typed]))
    page = response.content.decode()
    assert response.status_code == 400
    assert said in page and f'value="{typed}"' in page and 'value="P-1" checked' in page
    assert partners_of_customer() == ["P-1", "P-2"]


def test_pick__partners_typed__are_shown_ticked_within_the_regions(sign_in, records):
    path = "/console/find/partners/picked/?partners=P-1&partners=Beacon"
    page = sign_in("channel_manager").get(path).content.decode()
    assert 'value="P-1" checked' in page and 'value="P-2" checked' in page and "alert" not in page
    page = sign_in("regional").get(path).content.decode()
    assert 'value="P-2"' not in page and "There is no partner with the id Beacon" in page
    assert sign_in("analyst").get(path).status_code == 403
    offered = sign_in("channel_manager").get("/console/find/partners/?partners=Bea").content.decode()
    assert '<option value="P-2">Beacon</option>' in offered


@pytest.fixture
def share(records) -> Attribute:
    """An attribute that people read and type in per cent; P-1 has 12.5 %."""
    made = Attribute.objects.create(
        subject="partner", name=next(iter(FACTS.values()))[0], label="Chance", type="number"
    )
    Partner.objects.filter(external_id="P-1").update(custom={made.name: 0.125})
    return made


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("12.5 %", 0.125), ("20", 0.2), ("20%", 0.2), (" 7.25 % ", 0.0725), ("100 %", 1), ("0", 0), ("", None)],
)
def test_edit__share__is_shown_and_typed_in_per_cent_and_kept_as_a_fraction(sign_in, share, typed, kept):
    client = sign_in("channel_manager")
    data = form_data(client)
    assert data[share.name] == "12.5 %"
    assert client.post(EDIT, {**data, share.name: typed}).status_code == 302
    now = Partner.objects.get(external_id="P-1").custom.get(share.name)
    assert now == kept or float(now) == kept


@pytest.mark.parametrize(
    ("typed", "said"), [("some", "Enter a number."), ("33.33333", "Give it with at most 4 decimals.")]
)
def test_edit__share_that_is_none__is_refused_and_stays_typed(sign_in, share, typed, said):
    client = sign_in("channel_manager")
    response = client.post(EDIT, form_data(client, **{share.name: typed}))
    assert response.status_code == 400
    assert said in response.context["form"].errors[share.name]
    assert f'value="{typed}"' in response.content.decode()


def test_edit__regional_manager__keeps_records_in_the_regions(sign_in, records):
    client = sign_in("regional")
    response = client.post(EDIT, form_data(client, region="NA"))
    assert response.status_code == 400
    assert "You look after EMEA" in response.content.decode()
    assert client.post(EDIT, form_data(client, parent="P-2")).status_code == 400  # not theirs to see


def test_edit_customer__regional_manager__leaves_partners_they_cannot_see(sign_in, records):
    client = sign_in("regional")
    path = "/console/customers/C-1/edit/"
    data = form_data(client, path)
    assert data["partners"] == ["P-1"]
    assert client.post(path, {**data, "partners": "", "city": "Porto"}).status_code == 302
    customer = Customer.objects.get(external_id="C-1")
    assert customer.city == "Porto"
    assert [partner.external_id for partner in customer.partners.all()] == ["P-2"]


def test_new__partner__is_made_and_shown(sign_in, records):
    client = sign_in("channel_manager")
    values = {"external_id": "N-1", "name": "New", "region": "EMEA", "annual_revenue": "0.10", "verticals": ["energy"]}
    response = client.post("/console/new/partner/", values)
    assert response["Location"] == "/console/partners/N-1/"
    made = Partner.objects.get(external_id="N-1")
    assert (made.annual_revenue, made.verticals, made.employees) == (Decimal("0.10"), ["energy"], None)


@pytest.mark.parametrize("key", ["P-1", "a/b"])
def test_new__id_taken_or_impossible__is_refused(sign_in, records, key):
    response = sign_in("channel_manager").post("/console/new/partner/", {"external_id": key, "name": "New"})
    assert response.status_code == 400
    assert "external_id" in response.context["form"].errors


def test_edit__analyst__is_refused_and_nothing_changes(sign_in, records):
    assert sign_in("analyst").post(EDIT, {"name": "Mine"}).status_code == 403
    assert sign_in("partner_admin").post(EDIT, {"name": "Mine"}).status_code == 404
    assert Partner.objects.get(external_id="P-1").name == "Alder & Sons"
