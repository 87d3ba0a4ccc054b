"""The lists of records: narrowed by any field, sorted, paged by keyset, kept as views, taken away as a file."""

import csv
import io
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.estimating import estimated
from partners.models import Attribute, Customer, Deal, Partner, SavedView
from partners.narrowing import Condition
from partners.vocabulary import Field, FieldType, Subject
from segments.models import Membership, Segment, SegmentVersion

LIST = "/console/partners/"
CUSTOM = [
    ("score", "number"),
    ("budget", "money"),
    ("since", "date"),
    ("seen", "datetime"),
    ("showroom", "boolean"),
    ("colour", "choice"),
    ("rank", "ordered_choice"),
    ("brands", "multi_choice"),
    ("motto", "text"),
]


def ids(response) -> list[str]:
    assert response.status_code == 200
    return [record.external_id for record in response.context["page"]]


def walk(client, path: str, *, back: bool = False) -> list[str]:
    """Every id of a list, page by page; then (when asked) all the way back."""
    response, found = client.get(path), []
    while True:
        found += ids(response)
        cursor = response.context["page"].next
        if not cursor:
            break
        response = client.get(f"{path}&cursor={cursor}")
    if not back:
        return found
    returned = ids(response)
    while cursor := response.context["page"].previous:
        response = client.get(f"{path}&cursor={cursor}")
        returned = ids(response) + returned
    assert returned == found
    return found


@pytest.fixture
def vocabulary(db):
    choices = [{"value": v, "label": v.title()} for v in ("red", "green")]
    for name, kind in CUSTOM:
        options = {"choices": choices} if "choice" in kind else {}
        Attribute.objects.create(subject="partner", name=name, label=name.title(), type=kind, **options)


@pytest.fixture
def custom(records, vocabulary):
    """P-1 has a value for every custom attribute, P-2 for none."""
    values = {"score": "7.5", "budget": "100.00", "since": "2026-03-05", "seen": "2026-03-05T09:00:00Z"}
    values |= {"showroom": False, "colour": "red", "rank": "green", "brands": ["red", "green"], "motto": "Zażółć 50%"}
    Partner.objects.filter(external_id="P-1").update(custom=values, verticals=["energy"], joined_on=date(2020, 2, 29))
    return records


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("f.tier=gold", ["P-1"]),
        ("f.tier=gold&f.tier=silver", ["P-1", "P-2"]),
        ("f.tier=gold&f.tier.op=not", ["P-2"]),
        ("f.employees.from=12&f.employees.to=12", ["P-1"]),
        ("f.employees.from=13", []),
        ("f.employees.op=unset", ["P-2"]),
        ("f.employees.op=set", ["P-1"]),
        ("f.employees.from=many", ["P-1", "P-2"]),
        ("f.joined_on.to=2020-02-29", ["P-1"]),
        ("f.joined_on.op=unset", ["P-2"]),
        ("f.verticals=energy&f.verticals=retail", ["P-1"]),
        ("f.verticals=energy&f.verticals.op=not", ["P-2"]),
        ("f.verticals.op=set", ["P-1"]),
        ("f.name=lder&f.name.op=contains", ["P-1"]),
        ("f.name=ALD&f.name.op=starts", ["P-1"]),
        ("f.name=%25&f.name.op=contains", []),
        ("f.country.op=unset", ["P-1", "P-2"]),
        ("f.channel_manager=nobody@example.com", []),
        ("f.parent.op=unset", ["P-1", "P-2"]),
        ("f.score.from=7.5&f.score.to=7.5", ["P-1"]),
        ("f.score.op=unset", ["P-2"]),
        ("f.budget.to=99", []),
        ("f.since.from=2026-03-05", ["P-1"]),
        ("f.seen.from=2026-03-05&f.seen.to=2026-03-05", ["P-1"]),
        ("f.seen.to=2026-03-04", []),
        ("f.showroom=false", ["P-1"]),
        ("f.showroom=true&f.showroom.op=not", ["P-1", "P-2"]),
        ("f.colour=red", ["P-1"]),
        ("f.colour=red&f.colour.op=not", ["P-2"]),
        ("f.brands=green", ["P-1"]),
        ("f.brands.op=unset", ["P-2"]),
        ("f.motto=50%25&f.motto.op=contains", ["P-1"]),
        ("f.motto=ZAŻ&f.motto.op=starts", ["P-1"]),
        ("f.motto=x&f.motto.op=not", ["P-1", "P-2"]),
        ("f.customers_count.from=1", ["P-1", "P-2"]),
        ("f.deals_open.from=1", ["P-1"]),
        ("f.deals_open.to=0", ["P-2"]),
        ("f.win_rate.op=unset", ["P-1", "P-2"]),
        ("f.nothing=1", ["P-1", "P-2"]),
        ("f.tier=gold'); DROP TABLE partners_partner; --", []),
        ("f.tier=%00gold", ["P-1"]),
        ("segment=nothing", []),
        ("q=%00", ["P-1", "P-2"]),
        ("q=!&|():*'", []),
        ("q=sons ald", ["P-1"]),
        ("q=p-2", ["P-2"]),
    ],
)
def test_partners__any_condition__gives_those_it_fits(sign_in, custom, query, wanted):
    assert ids(sign_in("administrator").get(f"{LIST}?{query}")) == wanted


@pytest.mark.parametrize(
    ("query", "wanted", "shown"),
    [
        ("f.win_rate.from=37.5&f.win_rate.to=37.5&f.win_rate.in=percent", ["P-1"], ("37.5", "37.5")),
        ("f.win_rate.from=37.4 %&f.win_rate.in=percent", ["P-1"], ("37.4", "")),
        ("f.win_rate.from=38&f.win_rate.in=percent", [], ("38", "")),
        ("f.win_rate.from=0.375&f.win_rate.to=1", ["P-1"], ("37.5", "100")),
        ("f.win_rate.from=many&f.win_rate.in=percent", ["P-1", "P-2"], ("many", "")),
        ("add=win_rate", ["P-1", "P-2"], ("", "")),
    ],
)
def test_partners__by_a_share__are_asked_in_per_cent(sign_in, records, query, wanted, shown):
    one = Partner.objects.get(external_id="P-1")
    for number, stage in enumerate(["won"] * 3 + ["lost"] * 5):
        Deal.objects.create(external_id=f"X-{number}", partner=one, stage=stage, closed_on="2026-01-05")
    page = sign_in("administrator").get(LIST, dict(parse_qsl(query)))
    assert ids(page) == wanted
    (asked,) = page.context["listing"].filters
    assert asked.ends == shown
    html = page.content.decode()
    assert 'aria-label="Win rate from, per cent"' in html
    assert '<input type="hidden" name="f.win_rate.in" value="percent">' in html


def test_partners__a_share_in_a_condition__is_said_in_per_cent():
    field = Field(Subject.PARTNER, "win_rate", "Win rate", FieldType.NUMBER, is_share=True)
    assert Condition(field, "between", ("0.4", "")).words == f"{field.label} from 40 %"


def test_customers__by_who_serves_them__are_shown_once(sign_in, records):
    client = sign_in("administrator")
    assert ids(client.get("/console/customers/?f.partners=P-1&f.partners=P-2")) == ["C-1"]
    assert ids(client.get("/console/customers/?f.partners.op=unset")) == ["C-2"]
    shown = client.get("/console/customers/?column=partners&column=partners_count").content.decode()
    assert "Alder &amp; Sons, Beacon" in shown


def test_customers__regional_manager__cannot_ask_or_see_who_serves_them_elsewhere(sign_in, records):
    client = sign_in("regional")
    assert ids(client.get("/console/customers/?f.partners=P-404")) == ["C-1"]  # passed over
    assert "Beacon" not in client.get("/console/customers/?column=partners").content.decode()


def test_deals__of_a_partner__are_its_own(sign_in, records):
    Deal.objects.create(external_id="D-2", name="Other", partner=records["away"])
    client = sign_in("analyst")
    assert ids(client.get("/console/deals/?f.partner=P-2")) == ["D-2"]
    assert ids(sign_in("regional").get("/console/deals/?f.partner=P-2")) == []
    assert client.get("/console/deals/D-1/").status_code == 200
    assert sign_in("regional").get("/console/deals/D-2/").status_code == 404


def test_partners__by_segment__are_its_present_members(sign_in, records):
    segment = Segment.objects.create(slug="few", name="Few", subject="partner", status="active")
    segment.published = SegmentVersion.objects.create(segment=segment, number=1, rule={"everyone": True})
    segment.save()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    Membership.objects.create(segment=segment, subject_id=records["home"].pk, entered_at=at, version=1)
    Membership.objects.create(segment=segment, subject_id=records["away"].pk, entered_at=at, left_at=at, version=1)
    client = sign_in("analyst")
    assert ids(client.get(f"{LIST}?segment=few")) == ["P-1"]
    assert ids(client.get("/console/customers/?segment=few")) == []
    assert "Few" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    "sort", ["name", "external_id", "tier", "region", "employees", "joined_on", *[n for n, _ in CUSTOM]]
)
@pytest.mark.parametrize("way", ["", "-"])
def test_partners__paged_by_any_sort__each_appears_once_in_order_both_ways(
    sign_in, vocabulary, people, monkeypatch, sort, way
):
    monkeypatch.setattr("partners.console.keyset.page.__kwdefaults__", {"size": 4, "some": None})
    for n in range(13):
        some = {"score": str(n % 3), "budget": "5.00", "since": f"2026-03-0{n % 3 + 1}", "motto": "AbC"[n % 3]}
        some |= {"seen": f"2026-03-05T09:00:0{n % 3}.5Z", "showroom": n % 2 == 0, "colour": "red", "rank": "green"}
        some |= {"brands": ["red"]}
        Partner.objects.create(
            external_id=f"P-{n}",
            name=f"Same {n % 2}",
            tier=["gold", "", "silver"][n % 3],
            region=["EMEA", ""][n % 2],
            employees=[None, 3, 4][n % 3],
            joined_on=[date(2020, 1, 1), None][n % 2],
            custom=some if n % 4 else {},
        )
    found = walk(sign_in("administrator"), f"{LIST}?sort={way}{sort}", back=True)
    assert len(found) == 13
    assert set(found) == {f"P-{n}" for n in range(13)}
    if sort in {"tier", "employees"}:
        missing = {p.external_id for p in Partner.objects.all() if not getattr(p, sort)}
        assert set(found[-len(missing) :]) == missing


def test_partners__changed_cursor__shows_the_first_page(sign_in, records):
    client = sign_in("analyst")
    for cursor in (
        "x",
        "e30",
        "W10",
        "WyJuYW1lIiwiYWZ0ZXIiLCJcdTAwMDAiLDFd",
        "%00",
        "bnVsbA",
        "OTk5OTk5OTk5OTk5OTk5OTk5OTk",
    ):
        assert ids(client.get(f"{LIST}?cursor={cursor}")) == ["P-1", "P-2"]


def test_partners__deep_page__reads_no_more_than_a_page(sign_in, records):
    Partner.objects.bulk_create([Partner(external_id=f"S-{n:04}", name=f"S {n:04}") for n in range(2000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE partners_partner")
    client = sign_in("analyst")
    response, path = client.get(f"{LIST}?sort=name"), LIST
    for _ in range(10):
        path = f"{LIST}?sort=name&cursor={response.context['page'].next}"
        with CaptureQueriesContext(connection) as captured:
            response = client.get(path)
    (statement,) = [q["sql"] for q in captured if "LIMIT 51" in q["sql"]]
    assert "OFFSET" not in " ".join(q["sql"] for q in captured)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "partner_by_name" in plan
    assert "Sort" not in plan.replace("Incremental Sort", "")


def test_count__beyond_the_limit__is_an_estimate(records, monkeypatch):
    monkeypatch.setattr("partners.estimating.COUNTED", 1)
    Partner.objects.bulk_create([Partner(external_id=f"S-{n}", name="S") for n in range(50)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE partners_partner")
    count, is_estimate = estimated(Partner.objects.present())
    assert is_estimate
    assert 20 <= count <= 100


def test_sensitive__for_others_than_administrators__is_neither_shown_nor_filtered_nor_sorted_nor_exported(
    sign_in, records
):
    Attribute.objects.create(subject="partner", name="health", label="Wellness", type="number", sensitive=True)
    Partner.objects.filter(external_id="P-1").update(custom={"health": "41.5"})
    query = "?column=health&f.health.from=1&sort=-health"
    administrator, manager = sign_in("administrator"), sign_in("channel_manager")
    assert "41.5" not in administrator.get(LIST + query).content.decode()
    assert "••••••" in administrator.get(LIST + query).content.decode()
    assert ids(administrator.get(LIST + query)) == ["P-1"]
    assert ids(manager.get(LIST + query)) == ["P-1", "P-2"]
    assert "41.5" not in manager.get(LIST + query).content.decode()
    assert "Wellness" not in manager.get(LIST).content.decode()
    assert "41.5" in b"".join(administrator.get("/console/lists/partner/export/" + query)).decode()
    exported = b"".join(manager.get("/console/lists/partner/export/" + query)).decode()
    assert "41.5" not in exported
    assert "health" not in exported


def test_lists__many_rows_and_columns__ask_as_many_queries_as_few(sign_in, records):
    client = sign_in("administrator")
    path = LIST + "?column=parent&column=channel_manager&column=deals_won&column=verticals&f.deals_open.from=0"

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    count()
    before = count()
    home = records["home"]
    for n in range(40):
        Partner.objects.create(external_id=f"X-{n}", name=f"X {n}", parent=home, channel_manager_id=None)
    assert count() == before


def test_export__formulas_and_special_characters__are_harmless_and_read_back(sign_in, records):
    names = ['=1+1, "x"', "-2+3", "@cmd", "line\nbreak", "Zażółć"]
    for n, name in enumerate(names):
        Partner.objects.create(external_id=f"E-{n}", name=name, verticals=["energy", "retail"], employees="0.5")
    answer = sign_in("analyst").get("/console/lists/partner/export/?column=verticals&column=employees&q=E-")
    assert answer["Content-Disposition"].startswith("attachment")
    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in sorted(rows, key=lambda row: row["external_id"])] == [
        '\'=1+1, "x"',
        "'-2+3",
        "'@cmd",
        "line\nbreak",
        "Zażółć",
    ]
    assert {row["verticals"] for row in rows} == {"energy; retail"}
    assert {row["employees"] for row in rows} == {"0.5"}


def test_export__regional_manager__holds_their_regions_alone(sign_in, records):
    text = b"".join(sign_in("regional").get("/console/lists/partner/export/")).decode()
    assert "P-1" in text
    assert "P-2" not in text
    text = b"".join(sign_in("regional").get("/console/lists/deal/export/")).decode()
    assert "D-1" in text


def test_export__more_than_one_read__holds_every_row_once(sign_in, records, monkeypatch):
    monkeypatch.setattr("partners.console.lists.AT_ONCE", 7)
    Partner.objects.bulk_create([Partner(external_id=f"S-{n:03}", name="Same") for n in range(50)])
    text = b"".join(sign_in("analyst").get("/console/lists/partner/export/?column=tier")).decode("utf-8-sig")
    found = [row["external_id"] for row in csv.DictReader(io.StringIO(text))]
    assert len(found) == len(set(found)) == 52


def test_views__saved_shared_and_deleted__are_their_owners(sign_in, records, people):
    manager, analyst = sign_in("channel_manager"), sign_in("analyst")
    save = "/console/lists/partner/views/"
    query = "f.tier=gold&column=tier&cursor=abc&page=3"
    response = manager.post(save, {"name": "  Gold   ones ", "query": query})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.is_shared) == ("Gold ones", "f.tier=gold&column=tier", False)
    assert ids(manager.get(response["Location"])) == ["P-1"]
    assert "Gold ones" in manager.get(LIST).content.decode()
    assert "Gold ones" not in analyst.get(LIST).content.decode()
    manager.post(save, {"name": "Gold ones", "query": "f.tier=silver", "is_shared": "on"})
    view.refresh_from_db()
    assert (SavedView.objects.count(), view.is_shared, view.query) == (1, True, "f.tier=silver")
    assert "Gold ones" in analyst.get(LIST).content.decode()
    assert analyst.post(f"/console/lists/views/{view.pk}/delete/").status_code == 404
    assert sign_in("partner_admin").post(save, {"name": "x"}).status_code == 404
    assert manager.post(f"/console/lists/views/{view.pk}/delete/").status_code == 302
    assert not SavedView.objects.exists()
    manager.post(save, {"name": " ", "query": ""})
    assert not SavedView.objects.exists()


def test_views__name_with_markup__is_shown_as_written(sign_in, records):
    client = sign_in("analyst")
    client.post("/console/lists/partner/views/", {"name": "<script>x</script>", "query": 'q="><script>y</script>'})
    text = client.get(LIST).content.decode()
    assert "<script>x" not in text
    assert "<script>y" not in text


def test_search__word_in_a_great_many__finds_the_few_by_index(sign_in, records):
    Customer.objects.bulk_create([Customer(external_id=f"S-{n:04}", name=f"Same {n}") for n in range(3000)])
    client = sign_in("analyst")
    assert ids(client.get("/console/customers/?q=cobalt")) == ["C-1"]
    assert len(ids(client.get("/console/customers/?q=same"))) == 50
