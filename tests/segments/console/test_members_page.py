"""The members' page: filters, sorting, columns, a past day, the file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Attribute, Partner
from segments.models import Membership
from tests.segments.console.conftest import compute

MEMBERS = "console_segment_members"


def shown(page: Any) -> list[str]:
    return [row.member.name for row in page.context["rows"]]


def asked(client: Any, **query: Any) -> Any:
    return client.get(reverse(MEMBERS, args=["gold"]), query)


def test_members__sorted_both_ways__in_order(as_: Any) -> None:
    client = as_("analyst")
    assert shown(asked(client)) == ["Alder", "Cedar"]
    assert shown(asked(client, sort="-name")) == ["Cedar", "Alder"]
    assert shown(asked(client, sort="-region")) == ["Cedar", "Alder"]
    assert shown(asked(client, sort="nonsense")) == ["Alder", "Cedar"]


def test_members__longest_first__by_when_they_came(as_: Any, channel: Any) -> None:
    Membership.objects.filter(subject_id=channel.partners["P3"].pk).update(entered_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert shown(asked(as_("analyst"), sort="since")) == ["Cedar", "Alder"]
    assert shown(asked(as_("analyst"), sort="-since")) == ["Alder", "Cedar"]


def test_members__filtered_and_searched__narrowed(as_: Any) -> None:
    client = as_("analyst")
    assert shown(asked(client, region="NA")) == ["Cedar"]
    assert shown(asked(client, q="ald")) == ["Alder"]
    assert "No member fits" in asked(client, q="nobody").content.decode()


def test_members__columns_chosen__computed_and_custom_ones_too(as_: Any, channel: Any) -> None:
    Attribute.objects.create(subject="partner", name="fleet", label="Fleet", type="number")
    Partner.objects.filter(external_id="P1").update(custom={"fleet": "1200"})
    page = asked(as_("analyst"), columns=["fleet", "deals_open", "nonsense"])
    cells = [{field.name: text for field, text in row.cells} for row in page.context["rows"]]
    assert cells == [{"fleet": "1,200", "deals_open": "0"}, {"fleet": "", "deals_open": "0"}]
    assert "1,200" in page.content.decode()


def test_members__sensitive_column__only_for_administrators(as_: Any, channel: Any) -> None:
    Attribute.objects.create(subject="partner", name="rating", label="Rating", type="text", sensitive=True)
    Partner.objects.filter(external_id="P1").update(custom={"rating": "doubtful"})
    page = asked(as_("administrator"), columns="rating").content.decode()
    assert "doubtful" not in page and "••••••" in page
    answer = as_("administrator").get(reverse("console_segment_export", args=["gold"]), {"columns": "rating"})
    assert b"doubtful" in answer.getvalue()
    for who in ("analyst", "channel_manager"):
        assert "doubtful" not in asked(as_(who), columns="rating").content.decode()
        answer = as_(who).get(reverse("console_segment_export", args=["gold"]), {"columns": "rating"})
        assert b"doubtful" not in answer.getvalue()


def test_members__as_of_a_past_day__those_of_that_day(as_: Any, channel: Any) -> None:
    past = datetime(2026, 1, 1, 12, tzinfo=UTC)
    Membership.objects.filter(subject_id=channel.partners["P1"].pk).update(entered_at=past)
    Membership.objects.create(
        segment=channel.gold,
        subject_id=channel.partners["P2"].pk,
        entered_at=past,
        left_at=past + timedelta(days=9),
        version=1,
    )
    client = as_("analyst")
    assert shown(asked(client, on="2026-01-05")) == ["Alder", "Birch"]
    assert shown(asked(client, on="2026-01-20")) == ["Alder"]
    assert shown(asked(client, on="2025-12-31")) == []
    page = client.get(reverse("console_segment", args=["gold"]), {"on": "2026-01-05"})
    assert page.context["page_total"] == 2
    assert "is not a day" in asked(client, on="soon").content.decode()


def test_export__filtered_with_columns__the_same_rows_whole(as_: Any, channel: Any) -> None:
    Partner.objects.filter(external_id="P1").update(name="=Alder", employees="1200")
    answer = as_("analyst").get(
        reverse("console_segment_export", args=["gold"]), {"columns": ["tier", "employees"], "sort": "-name"}
    )
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="gold-members.csv"'
    assert [(row["external_id"], row["name"], row["tier"], row["employees"]) for row in rows] == [
        ("P3", "Cedar", "Gold", ""),
        ("P1", "'=Alder", "Gold", "1200"),
    ]


@pytest.mark.parametrize("who", ["channel_manager", "regional"])
@pytest.mark.parametrize(
    "name", [MEMBERS, "console_segment_changes", "console_segment_trend", "console_segment_overlap"]
)
def test_page__many_more_members__as_many_queries(name: str, who: str, as_: Any, channel: Any) -> None:
    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    client, address = as_(who), reverse(name, args=["gold"])
    before = queries()
    for number in range(20):
        Partner.objects.create(external_id=f"X{number}", name=f"X {number}", tier="gold", region="EMEA")
    compute()
    assert queries() == before
