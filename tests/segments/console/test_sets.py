"""Segment sets: the board, making one, putting it in order."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Partner
from segments import drafting, publishing, sets
from segments.models import SegmentSet
from tests.segments.console.conftest import EMEA, compute


@pytest.fixture
def tiers(channel: Any) -> SegmentSet:
    """Gold before EMEA, exclusive: Alder is both, Birch and Elm are neither."""
    emea = drafting.create_segment(slug="emea", name="EMEA", subject="partner", rule=EMEA, author="Ada")
    publishing.publish(segment=emea, author="Ada", queue=False)
    made = sets.create_set(
        slug="tiers", name="Tiers", subject="partner", mode="exclusive", segments=["gold", "emea"], author="Ada"
    )
    compute()
    return made


def columns(page: Any) -> dict[str, tuple[list[str], int]]:
    return {
        column["entry"].segment.slug: ([named.name for named in column["side"]["names"]], column["lost"])
        for column in page.context["columns"]
    }


def test_board__exclusive__each_in_the_first_and_the_rest_in_none(as_: Any, tiers: SegmentSet) -> None:
    page = as_("analyst").get(reverse("console_set", args=["tiers"]))
    assert columns(page) == {"gold": (["Alder", "Cedar"], 0), "emea": (["Dogwood"], 1)}
    assert ([named.name for named in page.context["none"]["names"]], page.context["none"]["count"]) == (
        ["Birch", "Elm"],
        2,
    )
    assert [named.name for named in page.context["several"]["names"]] == ["Alder"]


def test_board__more_than_a_column_names__counted_and_led_to(as_: Any, tiers: SegmentSet) -> None:
    for number in range(9):
        Partner.objects.create(external_id=f"G{number}", name=f"Gold {number}", tier="gold")
    compute()
    page = as_("analyst").get(reverse("console_set", args=["tiers"]))
    gold = page.context["columns"][0]["side"]
    assert (gold["count"], len(gold["names"]), gold["more"]) == (11, 5, "6")
    more = f'<a href="{reverse("console_segment_members", args=["gold"])}">and 6 more</a>'
    assert more in page.content.decode()


def test_board__overlapping__those_in_several(as_: Any, tiers: SegmentSet) -> None:
    sets.change_set(segment_set=tiers, mode="overlapping", author="Ada")
    compute()
    page = as_("analyst").get(reverse("console_set", args=["tiers"]))
    assert columns(page) == {"gold": (["Alder", "Cedar"], 0), "emea": (["Alder", "Dogwood"], 0)}
    assert [named.name for named in page.context["several"]["names"]] == ["Alder"]


@pytest.mark.parametrize(("name", "count"), [("The others", 1), ("Partners: everyone else", 0)])
def test_sets__everyone_else__is_said_once(as_: Any, tiers: SegmentSet, name: str, count: int) -> None:
    drafting.create_segment(slug="rest", name=name, subject="partner", rule={"everyone": True}, author="Ada")
    sets.change_set(segment_set=tiers, segments=["gold", "emea"], everyone_else="rest", author="Ada")
    client = as_("analyst")
    assert client.get(reverse("console_sets")).content.decode().count("(everyone else)") == count
    assert client.get(reverse("console_set", args=["tiers"])).content.decode().count("Everyone else<") == count


def test_board__regional_manager__only_theirs(as_: Any, tiers: SegmentSet) -> None:
    page = as_("regional").get(reverse("console_set", args=["tiers"]))
    assert columns(page) == {"gold": (["Alder"], 0), "emea": (["Dogwood"], 1)}
    assert (page.context["total"], page.context["none"]["count"]) == (2, 0)
    assert b"Cedar" not in page.content


def test_new_and_edit__places__order_as_given(as_: Any, tiers: SegmentSet) -> None:
    client = as_("channel_manager")
    answer = client.post(
        reverse("console_set_edit", args=["tiers"]),
        {"name": "Tiers", "mode": "exclusive", "place-gold": "2", "place-emea": "1"},
    )
    assert answer.url == reverse("console_set", args=["tiers"])
    assert list(tiers.entries.values_list("segment__slug", flat=True)) == ["emea", "gold"]
    made = client.post(reverse("console_set_new"), {"name": "New", "mode": "overlapping", "place-gold": "1"})
    assert made.url == reverse("console_set", args=["new-2"])
    refused = client.post(reverse("console_set_new"), {"name": "None", "mode": "overlapping"})
    assert refused.status_code == 400
    assert "Name at least one segment" in refused.content.decode()


def test_delete__editor__segments_stay(as_: Any, tiers: SegmentSet) -> None:
    assert as_("analyst").post(reverse("console_set_delete", args=["tiers"])).status_code == 403
    as_("channel_manager").post(reverse("console_set_delete", args=["tiers"]))
    assert not SegmentSet.objects.exists()
    assert as_("analyst").get(reverse("console_segment", args=["emea"])).status_code == 200


@pytest.mark.parametrize("name", ["console_set", "console_sets"])
def test_page__many_more_segments__as_many_queries(name: str, as_: Any, tiers: SegmentSet) -> None:
    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    client, address = as_("analyst"), reverse(name, args=["tiers"] if name == "console_set" else [])
    before = queries()
    slugs = ["gold", "emea"]
    for number in range(8):
        made = drafting.create_segment(slug=f"s{number}", name=f"S {number}", subject="partner", rule=EMEA, author="A")
        publishing.publish(segment=made, author="Ada", queue=False)
        slugs.append(made.slug)
    sets.change_set(segment_set=tiers, segments=slugs, author="Ada")
    compute()
    assert queries() == before
