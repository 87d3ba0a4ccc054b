"""A field changed on many records from a list, and changed back."""

from decimal import Decimal

import pytest

from insights.predictions.models import FACTS
from partners import bulk, undoing
from partners.importing import upsert_rows
from partners.models import Attribute, BulkChange, Journal, Origin, Partner
from partners.vocabulary import Subject

CHANGE = "/console/lists/partner/change/"


def asked(client, **values) -> BulkChange:
    response = client.post(CHANGE, {"step": "apply", **values})
    assert response.status_code == 302, response.content.decode()
    return BulkChange.objects.get(pk=int(response["Location"].rstrip("/").rpartition("/")[2]))


def done(change: BulkChange) -> BulkChange:
    bulk.run(change_id=change.pk)
    change.refresh_from_db()
    return change


def undone(client, change: BulkChange) -> dict:
    assert client.post(f"/console/lists/changes/{change.pk}/undo/").status_code == 302
    undoing.undo(journal_id=change.origin.journal.pk)
    return Journal.objects.get(origin=change.origin).outcome


@pytest.fixture(autouse=True)
def _broker(broker):
    """Where the requests for workers go."""


def test_change__ticked_rows__step_by_step_previews_then_changes_with_provenance(sign_in, records):
    client, home, away = sign_in("channel_manager"), records["home"], records["away"]
    picked = {"id": [home.pk, away.pk]}
    assert "Choose a field" in client.post(CHANGE, picked).content.decode()
    assert "Platinum" in client.post(CHANGE, {**picked, "field": "tier"}).content.decode()
    preview = client.post(CHANGE, {**picked, "field": "tier", "tier": "gold", "step": "preview"})
    assert (preview.context["differ"], preview.context["same"]) == (1, 1)
    change = done(asked(client, **picked, field="tier", tier="gold"))
    assert (change.status, change.changed, change.unchanged, change.rejected) == ("applied", 1, 1, 0)
    away.refresh_from_db()
    assert away.tier == "gold"
    assert Origin.objects.get(pk=away.provenance["tier"]).label.startswith("channel_manager@example.com")
    home.refresh_from_db()
    assert "tier" not in home.provenance
    assert "was changed" in client.get(f"/console/lists/changes/{change.pk}/").content.decode()


def test_change__everything_that_fits__is_what_the_query_says(sign_in, records):
    Partner.objects.create(external_id="P-3", name="Cedar", tier="gold", region="EMEA")
    client = sign_in("channel_manager")
    done(asked(client, everything="1", query="f.tier=gold", field="city", city="Lyon", id=[records["away"].pk]))
    assert set(Partner.objects.filter(city="Lyon").values_list("external_id", flat=True)) == {"P-1", "P-3"}


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("employees", "12.5", Decimal("12.5")),
        ("joined_on", "2026-03-31", None),
        ("verticals", ["energy", "retail"], ["energy", "retail"]),
        ("city", "", ""),
        ("parent", "P-2", None),
        ("channel_manager", "regional@example.com", None),
    ],
)
def test_change__any_kind_of_value__is_kept_and_undone(sign_in, records, field, value, stored):
    client = sign_in("administrator")
    Partner.objects.filter(external_id="P-1").update(city="Rome", verticals=["energy"])
    before = Partner.objects.values().get(external_id="P-1")
    change = done(asked(client, id=[records["home"].pk], field=field, **{field: value}))
    assert (change.changed, change.rejected) == (1, 0)
    if stored is not None:
        assert getattr(Partner.objects.get(external_id="P-1"), field) == stored
    assert undone(client, change)["restored"] == 1
    after = Partner.objects.values().get(external_id="P-1")
    for name in ("provenance", "updated_at"):
        before.pop(name), after.pop(name)
    assert after == before


def test_change__custom_attribute__is_kept_and_undone(sign_in, records):
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number")
    Partner.objects.filter(external_id="P-1").update(custom={"score": "1.5"})
    client = sign_in("administrator")
    change = done(asked(client, everything="1", query="", field="score", score="2"))
    assert {p.external_id: p.custom for p in Partner.objects.all()} == {"P-1": {"score": "2"}, "P-2": {"score": "2"}}
    assert undone(client, change)["restored"] == 2
    assert {p.external_id: p.custom for p in Partner.objects.all()} == {"P-1": {"score": "1.5"}, "P-2": {}}


def test_change__share__is_typed_and_told_in_per_cent_and_kept_as_a_fraction(sign_in, records):
    name = next(iter(FACTS.values()))[0]
    Attribute.objects.create(subject="partner", name=name, label="Chance", type="number")
    Partner.objects.filter(external_id="P-1").update(custom={name: "0.125"})
    client = sign_in("administrator")
    said = {"everything": "1", "query": "", "field": name, name: "12.5 %"}
    preview = client.post(CHANGE, {**said, "step": "preview"})
    assert (preview.context["differ"], preview.context["same"]) == (1, 1)
    assert "12.5 %" in preview.content.decode()
    done(asked(client, **said))
    assert {p.external_id: p.custom for p in Partner.objects.all()} == {"P-1": {name: "0.125"}, "P-2": {name: "0.125"}}


def test_undo__field_changed_since__is_left_and_said(sign_in, records):
    client = sign_in("channel_manager")
    change = done(asked(client, everything="1", query="", field="city", city="Lyon"))
    origin = Origin(kind="form", label="Somebody")
    upsert_rows(subject=Subject.PARTNER, rows=[{"external_id": "P-1", "city": "Porto"}], origin=origin)
    outcome = undone(client, change)
    assert (outcome["restored"], outcome["kept_count"]) == (1, 1)
    assert outcome["kept"] == [{"external_id": "P-1", "fields": ["city"], "reason": "changed since"}]
    assert dict(Partner.objects.values_list("external_id", "city")) == {"P-1": "Porto", "P-2": ""}
    page = client.get(f"/console/lists/changes/{change.pk}/").content.decode()
    assert "changed since" in page
    assert client.post(f"/console/lists/changes/{change.pk}/undo/", follow=True).status_code == 200
    assert undoing.undo(journal_id=change.origin.journal.pk) is None  # once


def test_change__regional_manager__keeps_to_their_regions(sign_in, records):
    client = sign_in("regional")
    both = [records["home"].pk, records["away"].pk]
    change = done(asked(client, id=both, field="city", city="Lyon"))
    assert change.ids == [records["home"].pk]
    assert client.post(CHANGE, {"step": "apply", "id": both, "field": "region", "region": "NA"}).status_code == 400
    assert client.post(CHANGE, {"step": "apply", "id": both, "field": "parent", "parent": "P-2"}).status_code == 400
    everything = done(asked(client, everything="1", query="", field="city", city="Oslo"))
    assert everything.ids == [records["home"].pk]
    assert sign_in("channel_manager").get(f"/console/lists/changes/{change.pk}/").status_code == 404


def test_change__field_that_is_not_theirs__is_not_offered(sign_in, records):
    Attribute.objects.create(subject="partner", name="health", label="Health", type="text", sensitive=True)
    client = sign_in("channel_manager")
    for field in ("external_id", "name", "health", "deals_open", "nothing", "custom"):
        answer = client.post(CHANGE, {"step": "apply", "id": [records["home"].pk], "field": field, field: "x"})
        assert (answer.status_code, "Choose a field" in answer.content.decode()) == (200, True)
    assert not BulkChange.objects.exists()
    assert sign_in("analyst").post(CHANGE, {}).status_code == 403
    assert sign_in("partner_admin").post(CHANGE, {}).status_code == 404


def test_change__worker_cut_off__is_taken_up_where_it_was(sign_in, records, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 1)
    change = asked(sign_in("channel_manager"), everything="1", query="", field="city", city="Lyon")
    bulk._one_chunk(change.pk)
    change.refresh_from_db()
    assert (change.status, change.done, change.changed) == ("running", 1, 1)
    assert (done(change).status, change.changed) == ("applied", 2)
    assert (done(change).changed, change.origin.journal.lines.count()) == (2, 2)


def test_change__nothing_selected_or_words_for_ids__changes_nothing(sign_in, records):
    client = sign_in("channel_manager")
    answer = client.post(CHANGE, {"id": ["x", "-1", "1;2", "9" * 30], "field": "city", "city": "x", "step": "apply"})
    assert answer.status_code == 400
    assert "Nothing is selected" in answer.content.decode()
