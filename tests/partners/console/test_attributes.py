"""An administrator's own attributes."""

import pytest

from partners import uses
from partners.models import Attribute
from segments.models import Segment, SegmentVersion


@pytest.fixture
def client(sign_in):
    return sign_in("administrator")


def test_attribute__made__is_in_the_form_of_partners(client, records):
    data = {"subject": "partner", "label": "Fleet size", "name": "fleet", "type": "ordered_choice"}
    response = client.post("/console/attributes/new/", {**data, "choices": "s = Small\nl\n\n"})
    assert response.status_code == 302
    assert Attribute.objects.get().choices == [{"value": "s", "label": "Small"}, {"value": "l", "label": "l"}]
    assert "Fleet size" in client.get("/console/partners/P-1/edit/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Fleet Size"}, "name"),
        ({"name": "tier"}, "name"),
        ({"choices": "a"}, "choices"),
        ({"label": ""}, "label"),
    ],
)
def test_attribute__impossible__is_refused_at_its_field(client, records, changes, field):
    data = {"subject": "partner", "label": "Fleet", "name": "fleet", "type": "number", **changes}
    response = client.post("/console/attributes/new/", data)
    assert response.status_code == 400
    assert response.context["form"].errors[field]
    assert not Attribute.objects.exists()


def test_attribute__changed__keeps_name_and_type(client, records):
    made = Attribute.objects.create(subject="partner", name="fleet", label="Fleet", type="number")
    path = f"/console/attributes/{made.pk}/"
    assert client.post(path, {"label": "Cars", "name": "cars", "type": "text", "sensitive": "on"}).status_code == 302
    made.refresh_from_db()
    assert (made.label, made.name, made.type, made.sensitive) == ("Cars", "fleet", "number", True)


def test_attribute__archived__leaves_the_forms(client, records):
    made = Attribute.objects.create(subject="partner", name="fleet", label="Fleet", type="number")
    assert "fleet" in client.get("/console/partners/P-1/edit/").context["form"].fields
    client.post(f"/console/attributes/{made.pk}/archive/")
    made.refresh_from_db()
    assert made.archived_at is not None
    assert "fleet" not in client.get("/console/partners/P-1/edit/").context["form"].fields


def test_attribute__still_used__is_not_archived_and_says_by_what(client, records, monkeypatch):
    made = Attribute.objects.create(subject="partner", name="fleet", label="Fleet", type="number")
    monkeypatch.setattr(uses, "_finders", [lambda subject, name: [f"segment Large {subject}s by {name}"]])
    response = client.post(f"/console/attributes/{made.pk}/archive/", follow=True)
    assert "is still used by segment Large partners by fleet" in response.content.decode()
    made.refresh_from_db()
    assert made.archived_at is None


def test_attribute__built_in_choices__are_not_among_them(client, records):
    made = Attribute.objects.create(subject="partner", name="tier", label="Tier", type="ordered_choice", built_in=True)
    assert client.get(f"/console/attributes/{made.pk}/").status_code == 404


def test_attribute__named_by_a_rule__is_not_archived_and_names_the_segment(client, records):
    made = Attribute.objects.create(subject="partner", name="fleet", label="Fleet", type="number")
    segment = Segment.objects.create(slug="large-fleets", name="Large fleets", subject="partner")
    rule = {"combinator": "and", "rules": [{"field": "fleet", "operator": ">", "value": 10}]}
    segment.draft = SegmentVersion.objects.create(segment=segment, number=1, rule=rule)
    segment.save()
    response = client.post(f"/console/attributes/{made.pk}/archive/", follow=True)
    assert "is still used by the segment “Large fleets”" in response.content.decode()
    made.refresh_from_db()
    assert made.archived_at is None
    assert "the segment “Large fleets”" in client.get(f"/console/attributes/{made.pk}/").content.decode()
