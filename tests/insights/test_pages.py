"""Pages of insights: what the screen says is what the file has and what pandas finds; scope; the members behind a month."""

from __future__ import annotations

import csv
import html
import io
import re
from collections import defaultdict
from datetime import date
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from insights import checkups, measures, measuring, periods
from insights.console import ecosystem
from insights.contributors import Contributor, contributors, every_contributor
from insights.gathering import Everybody
from insights.models import SegmentMonth
from partners.models import Customer, Deal, Partner
from people import roles
from segments import profiling
from segments.models import Segment, SegmentSet, SetEntry
from tests.insights import worlds
from tests.programs import world

pytestmark = pytest.mark.django_db
RECORDS: dict[str, Any] = {"partner": Partner, "customer": Customer}


@pytest.fixture
def then(time_machine_at_now: None) -> None:
    """The random channel, measured, at its own present."""


@pytest.fixture
def time_machine_at_now() -> Any:
    import time_machine

    with time_machine.travel(worlds.NOW, tick=False):
        worlds.channel(8, partners=30, segments=4)
        measuring.measure(now=worlds.NOW)
        checkups.check_all(now=worlds.NOW)
        yield


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    return client


def table(client: Client, address: str) -> list[dict[str, str]]:
    text = b"".join(client.get(address)).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text)))


def by_hand(
    segment: Segment | None, subject: str, length: int, regions: tuple[str, ...] = ()
) -> dict[str, float | None]:
    """The figures of a period from the plain sums of `worlds.expected`."""
    want = worlds.expected()
    months = periods.Period(length, periods.month_of(worlds.NOW.date()))

    def sums(days: list[Any]) -> dict[str, float]:
        total: dict[str, float] = defaultdict(float)
        for month in days:
            cells = [
                row for (pk, of, at, region), row in want.items()
                if pk == (segment.pk if segment else None) and of == subject and at == month
                and (not regions or region in regions)
            ]  # fmt: skip
            for row in cells:
                for name, value in row.items():
                    total[name] += value
            total["months"] += any(row["present"] for row in cells)
            total["end"] = sum(row["members"] for row in cells)
        return total

    now = sums(months.months)
    # Months that are over, oldest first: what growth is taken of, and what it is held against.
    over = [periods.month_of(worlds.NOW.date(), back) for back in range(2 * length, 0, -1)]
    before, last = sums(over[:length]), sums(over[length:])
    mean = now["members"] / now["months"] if now["months"] else 0
    whole = last["months"] == before["months"] == length
    return {
        "Members": now["end"],
        "Won revenue": now["revenue"],
        "Revenue per member": now["revenue"] / mean if mean else None,
        "Growth": (last["revenue"] - before["revenue"]) / before["revenue"] if whole and before["revenue"] else None,
        "Win rate": now["won"] / (now["won"] + now["lost"]) if now["won"] + now["lost"] else None,
        "Courses per member": now["courses"] / mean if mean else None,
        "Active a month": now["active"] / now["present"] if now["present"] else None,
        "Incentive cost": now["cost"],
        "Return on incentives": (now["revenue"] - now["cost"]) / now["cost"] if now["cost"] > 0 else None,
    }


@pytest.mark.parametrize("length", [3, 12])
def test_overview__every_figure__is_as_worked_out_by_hand(length: int, then: None) -> None:
    client = client_of(world.staff(roles.ANALYST))
    rows = {row["Segment"]: row for row in table(client, f"/console/insights/?months={length}&as=csv")}
    assert set(rows) == {"Everybody", "S-0", "S-1", "S-2", "S-3"}
    for name, row in rows.items():
        segment = None if name == "Everybody" else Segment.objects.get(slug=name.lower())
        for figure, value in by_hand(segment, "partner", length).items():
            found = float(row[figure]) if row[figure] else None
            assert found == (None if value is None else pytest.approx(value, abs=1e-5)), (name, figure)


def test_overview__customers_and_scope__count_only_what_is_seen(then: None) -> None:
    client = client_of(world.staff(email="emea@vendor.example", regions=["EMEA"]))
    rows = {row["Segment"]: row for row in table(client, "/console/insights/?subject=customer&months=6&as=csv")}
    assert set(rows) == {"Everybody", "C-0", "C-1"}
    assert "Courses per member" not in rows["C-0"]
    for name, row in rows.items():
        segment = None if name == "Everybody" else Segment.objects.get(slug=name.lower())
        want = by_hand(segment, "customer", 6, ("EMEA",))
        for figure in ("Members", "Won revenue", "Active a month", "Incentive cost"):
            found = float(row[figure]) if row[figure] else None
            assert found == (None if want[figure] is None else pytest.approx(want[figure], abs=1e-5)), (name, figure)


def cells_of(page: str) -> list[list[str]]:
    """The rows of the last table of a page, as words."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.rpartition("<tbody>")[2], re.S)
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S)]
        for row in rows
    ]


def test_segment_page__table__is_what_the_file_has(then: None) -> None:
    client = client_of(world.staff())
    page = client.get("/console/insights/segments/s-1/?months=6").content.decode()
    lines = table(client, "/console/insights/segments/s-1/?months=6&as=csv")
    shown = cells_of(page)
    assert len(lines) == len(shown) == 6
    units = {measure.label: measure.unit for measure in measures.MEASURES}
    for line, cells in zip(lines, shown, strict=True):
        month = line.pop("Month")
        assert cells[0] == f"{periods.date.fromisoformat(month + '-01'):%b %Y}"
        said = [measures.words(units[label], float(value) if value else None) for label, value in line.items()]
        assert said == cells[1:]


def test_segment_page__target__is_of_a_year_and_reached_as_far_as_it_is(then: None) -> None:
    segment = Segment.objects.get(slug="s-0")
    profiling.change_profile(segment=segment, measure="win_rate", target_value=80)
    rate = by_hand(segment, "partner", 12)["Win rate"]
    assert rate is not None
    page = client_of(world.staff()).get("/console/insights/segments/s-0/?months=3").content.decode()
    assert f"{measures.words('share', rate)} of 80 %" in page
    assert f"· {measures.words('share', rate * 100 / 80)}" in page


def test_members_of_a_month__each_part__adds_up_to_the_month(then: None) -> None:
    viewers: list[Any] = [Everybody(), world.staff(email="emea@vendor.example", regions=["EMEA"])]
    seen = 0
    for segment in Segment.objects.all():
        for viewer in viewers:
            for row in SegmentMonth.objects.visible_to(viewer).filter(segment=segment).values("month").distinct():
                month = row["month"]
                found = list(every_contributor(segment, viewer, month))
                count = len(found)
                rows = SegmentMonth.objects.visible_to(viewer).filter(segment=segment, month=month)
                for name in ("registered", "won", "lost", "revenue", "courses", "active", "cost"):
                    assert sum(getattr(each, name) for each in found) == sum(rows.values_list(name, flat=True))
                assert count == sum(rows.values_list("present", flat=True))
                seen += count
    assert seen > 500


def test_members_of_a_month__in_pages__are_in_the_order_of_what_they_brought(then: None) -> None:
    def rank(each: Contributor) -> Any:
        return each.revenue, each.won, each.active

    kinds: set[tuple[bool, bool, bool]] = set()
    taken_back = Deal.objects.filter(stage="won", closed_on__month=10).latest("closed_on")
    taken_back.amount = -5
    taken_back.save()
    for segment in Segment.objects.all():
        whole = list(every_contributor(segment, Everybody(), date(2026, 10, 1)))
        on_record = dict(RECORDS[segment.subject].objects.values_list("external_id", "pk"))
        assert whole == sorted(whole, key=lambda each: (*(-part for part in rank(each)), on_record[each.external_id]))
        pages = [
            contributors(segment, Everybody(), date(2026, 10, 1), limit=7, offset=offset)
            for offset in range(0, len(whole) + 7, 7)
        ]
        assert [each for page, _ in pages for each in page] == whole
        assert {count for _, count in pages} <= {len(whole)}
        kinds |= {(each.revenue > 0, each.active > 0, each.revenue < 0) for each in whole}
    assert kinds >= {(True, True, False), (True, False, False), (False, True, False), (False, False, False)}
    assert any(negative for _, _, negative in kinds)


def test_members_page__pages_and_file__hold_the_same(then: None) -> None:
    client = client_of(world.staff())
    page = client.get("/console/insights/segments/s-0/months/2026-10/").content.decode()
    lines = table(client, "/console/insights/segments/s-0/months/2026-10/?as=csv")
    assert len(lines) == len(cells_of(page)) > 5
    assert [line["Name"] for line in lines] == [cells[0] for cells in cells_of(page)]
    for address in ("2026-13", "2019-01", "2026-12", "x"):
        assert client.get(f"/console/insights/segments/s-0/months/{address}/").status_code == 404


def test_set_page__segments_in_order__with_everybody(then: None) -> None:
    made = SegmentSet.objects.create(slug="tiers", name="Tiers", subject="partner")
    for place, slug in enumerate(("s-2", "s-0")):
        SetEntry.objects.create(set=made, segment=Segment.objects.get(slug=slug), position=place)
    client = client_of(world.staff())
    rows = table(client, "/console/insights/sets/tiers/?as=csv")
    assert [row["Segment"] for row in rows] == ["Everybody", "S-2", "S-0"]
    assert "S-2" in client.get("/console/insights/sets/tiers/").content.decode()


def test_stages__own_stage_without_programme__is_named_as_a_gap(then: None) -> None:
    one, two = Segment.objects.get(slug="s-0"), Segment.objects.get(slug="s-1")
    Segment.objects.filter(pk__in=[one.pk, two.pk]).update(stage="enable")
    world.program("course", kind="course", any=[one], stage="enable")
    world.program("idle", kind="course", any=[two], stage="enable", status="draft")
    page = client_of(world.staff()).get("/console/insights/stages/").content.decode()
    assert "Empty where it matters" in page
    gaps = page.partition("Empty where it matters")[2].partition("</section>")[0]
    assert "S-1" in gaps
    assert "S-0" not in gaps
    filtered = client_of(world.staff(email="b@vendor.example")).get("/console/segments/?stage=enable").content.decode()
    assert "s-0/" in filtered
    assert "s-2/" not in filtered


def test_mistakes_and_health__as_found__lead_to_where_they_are_mended(then: None) -> None:
    client = client_of(world.staff())
    page = client.get("/console/insights/mistakes/").content.decode()
    assert "Never reviewed" in page
    assert 'href="/console/segments/s-0/profile/"' in page
    only = client.get("/console/insights/mistakes/?kind=unreviewed").content.decode()
    assert "Nothing is bound to it</strong>" not in only
    health = client.get("/console/insights/segments/s-1/health/").content.decode()
    assert health.count("How it is measured") == 11
    for address in re.findall(r'class="button button-small" href="([^"]+)"', health):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_segment_page__each_drawing__has_the_table_behind_it(then: None) -> None:
    page = client_of(world.staff()).get("/console/insights/segments/s-1/?months=6").content.decode()
    lines = table(client_of(world.staff(email="b@vendor.example")), "/console/insights/segments/s-1/?months=6&as=csv")
    drawn = page.partition('id="plot-win_rate"')[2].partition("</section>")[0]
    shown = cells_of(drawn)
    assert [row[0] for row in shown] == [f"{date.fromisoformat(line['Month'] + '-01'):%b %Y}" for line in lines]
    assert [row[1] for row in shown] == [
        measures.words("share", float(line["Win rate"]) if line["Win rate"] else None) for line in lines
    ]
    assert {len(row) for row in shown} == {3}
    assert "Everybody" in drawn
    assert page.count("<summary>Its figures") == 6


def test_entering__file__is_what_the_page_shows(then: None) -> None:
    client = client_of(world.staff())
    page = client.get("/console/insights/segments/s-1/").content.decode()
    lines = table(client, "/console/insights/segments/s-1/?as=csv&part=entering")
    shown = cells_of(page.partition('id="entering-title"')[2].partition("</section>")[0])
    assert [[line["When"], measures.words("money", float(line["Revenue an entry"]))] for line in lines] == [
        [row[0], row[2]] for row in shown
    ]
    assert len(lines) == 6


def test_stages__file_and_pages__hold_every_segment(then: None, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Segment.objects.get(slug="s-0")
    Segment.objects.filter(pk=one.pk).update(stage="enable")
    world.program("course", kind="course", any=[one], stage="enable")
    client = client_of(world.staff())
    lines = {line["Segment"]: line for line in table(client, "/console/insights/stages/?as=csv")}
    assert set(lines) == {"S-0", "S-1", "S-2", "S-3"}
    assert (lines["S-0"]["Meant for"], lines["S-0"]["Enable"], lines["S-1"]["Enable"]) == ("Enable", "1", "0")
    monkeypatch.setattr(ecosystem, "PAGE", 3)
    assert "1–3 of 4 segments" in re.sub(r"<[^>]+>", "", client.get("/console/insights/stages/").content.decode())


def test_mistakes__file__is_what_the_page_shows(then: None) -> None:
    client = client_of(world.staff(roles.ANALYST))
    page = client.get("/console/insights/mistakes/?kind=unbound").content.decode()
    lines = table(client, "/console/insights/mistakes/?kind=unbound&as=csv")
    assert len(lines) == page.count("Nothing is bound to it</strong>") > 3
    assert {line["How grave"] for line in lines} == {"Fix"}


def small_links(page: str) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'class="button button-small" href="([^"]+)"', page)]


def test_fixes__nothing_bound_to_a_segment__begin_a_programme_that_is_for_it(then: None) -> None:
    client = client_of(world.staff())
    mistakes = small_links(client.get("/console/insights/mistakes/?kind=unbound").content.decode())
    assert "/console/programs/new/?any=s-1" in mistakes
    assert "/console/programs/new/content/?form=play&customer_segments=c-0" in mistakes
    Segment.objects.filter(slug="s-1").update(stage="enable")
    gaps = small_links(client.get("/console/insights/stages/").content.decode())
    assert gaps == ["/console/programs/new/?any=s-1&stage=enable"]
    kinds = client.get(gaps[0]).content.decode()
    (course,) = re.findall(r'href="(/console/programs/new/course/[^"]*)"', kinds)
    form = client.get(html.unescape(course)).context["form"]
    assert (form["any"].value(), form["stage"].value()) == (["s-1"], "enable")
    health = small_links(client.get("/console/insights/segments/s-1/health/").content.decode())
    assert "/console/programs/new/?any=s-1" in health


def test_fixes__set_leaves_some_out__lead_to_the_weakest_set_and_else_to_all(then: None) -> None:
    for slug, members in (("wide", ["s-0", "s-1", "s-2"]), ("narrow", ["s-0"])):
        made = SegmentSet.objects.create(slug=slug, name=slug, subject="partner")
        for place, each in enumerate(members):
            SetEntry.objects.create(set=made, segment=Segment.objects.get(slug=each), position=place)
    checkups.check_all(now=worlds.NOW)
    client = client_of(world.staff())
    found = small_links(client.get("/console/insights/segments/s-0/health/").content.decode())
    assert "/console/segments/sets/narrow/" in found
    alone = small_links(client.get("/console/insights/segments/s-3/health/").content.decode())
    assert "/console/segments/sets/" in alone


def test_fixes__somebody_who_only_reads__is_offered_none_that_is_closed(then: None) -> None:
    client = client_of(world.staff(roles.ANALYST))
    pages = ["/console/insights/mistakes/", "/console/insights/stages/"]
    pages += [f"/console/insights/segments/{slug}/health/" for slug in ("s-0", "s-1", "c-0")]
    offered = [href for page in pages for href in small_links(client.get(page).content.decode())]
    assert offered
    assert {href: client.get(href).status_code for href in offered} == dict.fromkeys(offered, 200)
    assert "Never reviewed" in client.get(pages[0]).content.decode()


def test_resources__suggestion__has_its_reason_and_keeps_the_total(then: None) -> None:
    client = client_of(world.staff())
    rows = table(client, "/console/insights/resources/?as=csv")
    assert len(rows) == 4
    assert sum(float(row["Suggested change of spend"]) for row in rows) == pytest.approx(0, abs=1e-3)
    assert all("of what could still be won" in row["Why"] for row in rows)
    assert "It gets" in client.get("/console/insights/resources/").content.decode()
