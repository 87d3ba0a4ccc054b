"""Rows of JSON values in, and one record at a time: the API's and the forms' way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from partners.attributes import create_attribute
from partners.importing import UpsertResult, upsert_rows
from partners.models import Customer, Deal, Origin, Partner
from partners.records import change_record, create_record, delete_record
from partners.rows import Invalid
from partners.vocabulary import FieldType, Subject
from people.models import User

pytestmark = pytest.mark.django_db


def api() -> Origin:
    return Origin(kind=Origin.Kind.API, label="key")


def put(*rows: dict[str, Any], subject: Subject = Subject.PARTNER, partial: bool = True) -> UpsertResult:
    return upsert_rows(subject=subject, rows=rows, origin=api(), partial=partial)


def test_upsert_rows__mixed__each_row_told_and_good_ones_land() -> None:
    put({"external_id": "1", "name": "A", "tier": "gold"}, {"external_id": "2", "name": "B"})
    result = put(
        {"external_id": "1", "tier": "Silver"},
        {"external_id": "2", "name": "B"},
        {"external_id": "3", "name": "C", "verticals": ["retail", "Energy"], "employees": 12.5},
        {"external_id": "4"},
        {"external_id": "5", "name": "E", "shoe_size": 4, "deals_won": 1, "tier": "tin"},
        {"external_id": "1", "name": "again"},
        {"name": "no id"},
        {"external_id": "a/b", "name": "x"},
        {"external_id": 7, "name": "x"},
    )
    assert [(row.external_id, row.status) for row in result.rows] == [
        ("1", "updated"),
        ("2", "unchanged"),
        ("3", "created"),
        ("4", "rejected"),
        ("5", "rejected"),
        ("1", "rejected"),
        ("", "rejected"),
        ("a/b", "rejected"),
        ("", "rejected"),
    ]
    assert (result.created, result.updated, result.unchanged, result.rejected) == (1, 1, 1, 6)
    assert {error.field for error in result.rows[4].errors} == {"shoe_size", "deals_won", "tier"}
    assert result.rows[3].errors[0].field == "name"
    third = Partner.objects.get(external_id="3")
    assert (third.verticals, third.employees) == (["energy", "retail"], Decimal("12.5"))
    assert Partner.objects.get(external_id="1").tier == "silver"


def test_upsert_rows__absent_fields__stay_or_go() -> None:
    create_attribute(subject=Subject.PARTNER, name="colour", type=FieldType.TEXT)
    full = {"external_id": "1", "name": "A", "city": "Rome", "colour": "red", "verticals": ["retail"]}
    put(full)
    put({"external_id": "1", "name": "B"})
    kept = Partner.objects.get()
    assert (kept.name, kept.city, kept.custom, kept.verticals) == ("B", "Rome", {"colour": "red"}, ["retail"])
    put({"external_id": "1", "name": "B"}, partial=False)
    gone = Partner.objects.get()
    assert (gone.name, gone.city, gone.custom, gone.verticals) == ("B", "", {}, [])
    assert put({"external_id": "1", "name": "B"}, partial=False).unchanged == 1
    assert put({"external_id": "1"}, partial=False).rows[0].errors[0].field == "name"


def test_upsert_rows__null_and_empty__mean_missing() -> None:
    put({"external_id": "1", "name": "A", "city": "Rome", "employees": 5, "tier": "gold", "verticals": ["retail"]})
    put({"external_id": "1", "city": None, "employees": "", "tier": " ", "verticals": []})
    partner = Partner.objects.get()
    assert (partner.city, partner.employees, partner.tier, partner.verticals) == ("", None, "", [])


def test_upsert_rows__deals_and_customers__links_by_external_id() -> None:
    manager = User.objects.create_user("ann@example.com", role="channel_manager")
    put({"external_id": "P", "name": "A", "channel_manager": "Ann@Example.com"}, {"external_id": "Q", "name": "B"})
    put({"external_id": "K", "name": "K", "partners": ["Q", "P"]}, subject=Subject.CUSTOMER)
    deal = {"external_id": "D", "partner": "P", "customer": "K", "amount": "10.50"}
    assert put(deal, subject=Subject.DEAL).created == 1
    assert put(deal, subject=Subject.DEAL, partial=False).unchanged == 1
    kept = Deal.objects.select_related("partner", "customer").get()
    assert (kept.partner.channel_manager, kept.customer.external_id, kept.stage) == (manager, "K", "open")
    assert put({"external_id": "K", "partners": ["P"]}, subject=Subject.CUSTOMER).updated == 1
    assert [p.external_id for p in Customer.objects.get().partners.all()] == ["P"]
    result = put(
        {"external_id": "E", "partner": "nobody"}, {"external_id": "F"}, {"external_id": "D", "customer": None},
        subject=Subject.DEAL,
    )  # fmt: skip
    assert [row.status for row in result.rows] == ["rejected", "rejected", "updated"]
    assert put({"external_id": "P", "channel_manager": "x@example.com"}).rows[0].errors[0].field == "channel_manager"


def test_upsert_rows__parent_in_the_same_call__linked() -> None:
    result = put({"external_id": "1", "name": "A", "parent": "2"}, {"external_id": "2", "name": "B"})
    assert result.created == 2
    assert Partner.objects.get(external_id="1").parent.external_id == "2"
    assert put({"external_id": "1", "parent": None}).updated == 1


def test_upsert_rows__awkward_characters__kept_exactly() -> None:
    name = 'Tab\there \\N \\. "q" {a,b} 😀\nline'
    create_attribute(subject=Subject.PARTNER, name="note", type=FieldType.TEXT)
    put({"external_id": "\\N".replace("\\", "-"), "name": name, "note": name})
    partner = Partner.objects.get()
    assert (partner.name, partner.custom["note"]) == (name, name)
    assert put({"external_id": "-N", "name": name, "note": name}).unchanged == 1


def test_upsert_rows__nothing__no_rows() -> None:
    assert put().rows == []


def test_change_record__one_field__stamped_with_its_origin() -> None:
    put({"external_id": "1", "name": "A", "tier": "gold"})
    before = Partner.objects.get()
    origin = Origin(kind=Origin.Kind.FORM, label="Ann")
    after = change_record(record=before, values={"tier": "silver", "name": "A"}, origin=origin)
    assert (after.tier, after.provenance["tier"]) == ("silver", origin.pk)
    assert after.provenance["name"] == before.provenance["name"] != origin.pk
    again = change_record(record=after, values={"tier": "silver"}, origin=Origin(kind="form", label="Ann"))
    assert again.updated_at == after.updated_at
    assert Origin.objects.count() == 2


def test_change_record__bad_values__every_field_named_and_nothing_changed() -> None:
    put({"external_id": "1", "name": "A"})
    with pytest.raises(Invalid) as refused:
        change_record(record=Partner.objects.get(), values={"name": "", "tier": "tin", "city": "Rome"}, origin=api())
    assert set(refused.value.errors) == {"name", "tier"}
    assert Partner.objects.get().city == ""
    with pytest.raises(Invalid, match="stays “1”"):
        change_record(record=Partner.objects.get(), values={"external_id": "2"}, origin=api())


def test_create_record__id_taken__refused_and_free_again_once_deleted() -> None:
    partner = create_record(subject=Subject.PARTNER, values={"external_id": "1", "name": "A"}, origin=api())
    with pytest.raises(Invalid, match="taken"):
        create_record(subject=Subject.PARTNER, values={"external_id": "1", "name": "B"}, origin=api())
    delete_record(record=partner, origin=api())
    delete_record(record=partner, origin=api())
    assert Partner.objects.present().count() == 0
    with pytest.raises(Invalid, match="was deleted"):
        change_record(record=partner, values={"name": "C"}, origin=api())
    create_record(subject=Subject.PARTNER, values={"external_id": "1", "name": "B"}, origin=api())
    assert Partner.objects.present().get().name == "B"


def test_upsert_rows__many_new_rows__are_counted_for_whoever_reads_next() -> None:
    """A plan for an empty table would read a full one row by row."""
    put(*({"external_id": f"N{number}", "name": f"N{number}"} for number in range(600)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'partners_partner'::regclass")
        assert cursor.fetchone()[0] >= 600
