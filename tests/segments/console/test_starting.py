"""Starting a new segment from another one, from a company, from a list."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from partners.models import Partner
from segments.console.starting import read_ids
from segments.models import Segment
from tests.segments.console.conftest import GOLD

NEW, LIST = "console_segment_new", "console_segment_from_list"


def begun(page: Any) -> dict[str, Any]:
    values = page.context["form"].initial
    return {**values, "rule": json.loads(values["rule"]) if "rule" in values else None}


def test_new__from_another_segment__its_rule_under_a_new_name(as_: Any) -> None:
    found = begun(as_("channel_manager").get(reverse(NEW), {"from": "gold"}))
    assert (found["name"], found["subject"], found["rule"]) == ("Gold partners (copy)", "partner", GOLD)
    assert Segment.objects.count() == 1, "nothing is saved yet"


def test_new__like_a_partner__rule_of_what_is_known_about_it(as_: Any) -> None:
    Partner.objects.filter(external_id="P1").update(employees="100", specialisations=["cloud"])
    client = as_("channel_manager")
    found = begun(client.get(reverse(NEW), {"like": "P1"}))
    assert found["name"] == "Like Alder"
    assert found["rule"]["rules"] == [
        {"field": "partner_type", "operator": "=", "value": "var"},
        {"field": "tier", "operator": "=", "value": "gold"},
        {"field": "region", "operator": "=", "value": "EMEA"},
        {"field": "specialisations", "operator": "containsAny", "value": ["cloud"]},
        {"field": "employees", "operator": "between", "value": ["50", "200"]},
    ]
    answer = client.post(reverse(NEW), {"name": "Alike", "subject": "partner", "rule": json.dumps(found["rule"])})
    assert answer.status_code == 302, "the rule is one that can be saved"


def test_new__like_one_out_of_scope__as_if_it_were_not_there(as_: Any) -> None:
    page = as_("regional").get(reverse(NEW), {"like": "P3"})
    assert "Nobody is called" in page.content.decode()
    assert begun(page)["rule"] is None


def test_new__like_a_name_of_several__asks_for_the_id(as_: Any) -> None:
    Partner.objects.create(external_id="P9", name="Alder North")
    assert "Several are called" in as_("channel_manager").get(reverse(NEW), {"like": "alder"}).content.decode()


def test_from_list__file_with_unknown_ids__those_known_and_the_rest_named(as_: Any) -> None:
    file = SimpleUploadedFile("ids.csv", b"\xef\xbb\xbfname;external_id\nAlder;P1\nNobody;P99\nAlder;P1\nCedar;P3\n")
    client = as_("channel_manager")
    page = client.post(reverse(LIST), {"file": file, "subject": "partner"})
    assert begun(page)["rule"]["rules"] == [{"field": "external_id", "operator": "in", "value": ["P1", "P3"]}]
    assert "2 of 3 ids are known. Left out: P99." in page.content.decode()
    assert Segment.objects.count() == 1


def test_from_list__regional_manager__only_theirs(as_: Any) -> None:
    page = as_("regional").post(reverse(LIST), {"ids": "P1\nP3"})
    assert begun(page)["rule"]["rules"][0]["value"] == ["P1"]


def test_from_list__nothing_in_it__says_what_is_wanted(as_: Any) -> None:
    assert "There was no id in it" in as_("channel_manager").post(reverse(LIST), {"ids": " "}).content.decode()


def test_read_ids__forms_people_send__first_column_without_its_head() -> None:
    assert read_ids(b"P1\n\n P2 \n") == ["P1", "P2"]
    assert read_ids(b"ID,x\n007,1\n") == ["007"]
    assert read_ids(b"a\tb\n") == ["a"]
    assert read_ids(b"Name;Partner ID\nAlder;P1\n") == ["P1"]
    assert read_ids(b"") == []


def test_read_ids__as_spreadsheets_save_them__read_alike() -> None:
    assert read_ids("external_id\tname\nP1\tÄ\n".encode("utf-16")) == ["P1"]
    assert read_ids("name;id\nÜ;P2\n".encode("cp1252")) == ["P2"]
    book, out = Workbook(), BytesIO()
    for cells in (["Name", "External ID"], ["Alder", "P1"], ["Cedar", 3]):
        book.active.append(cells)
    book.save(out)
    assert read_ids(out.getvalue()) == ["P1", "3"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (bytes(range(256)) * 9, "Save it as CSV in UTF-8 and choose it again."),
        (b"P1\x00\n", "not a text file"),
        (b"PK\x03\x04 no workbook", "The workbook cannot be read"),
        (b"P1\n" * 700_000, "Leave only the column of ids in it"),
        (b'id,name\nP1,"Alder\nP2,Birch\n', "is never closed"),
    ],
)
def test_from_list__file_that_cannot_be_read__says_why(as_: Any, sent: bytes, words: str) -> None:
    page = as_("channel_manager").post(reverse(LIST), {"file": SimpleUploadedFile("ids.csv", sent)})
    assert page.status_code == 200
    assert words in page.content.decode()
    assert begun(page)["rule"] is None
