"""The drawn records: they repeat by seed, fit the vocabulary and look like a channel."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from partners.vocabulary import BUILT_IN, Subject
from prm.demo import activity, customers, deals, partners
from prm.demo.channel import draw
from prm.demo.industries import DEFAULT, PROFILES, Profile
from prm.demo.names import Namer

TODAY = date(2026, 11, 21)
IT = PROFILES[DEFAULT]
Rows = list[dict[str, Any]]


def drawn(profile: Profile = IT, *, seed: int = 1, count: int = 300, today: date = TODAY) -> tuple[Rows, Rows, Rows]:
    channel = draw(profile, count, seed=seed, today=today)
    rows = list(partners.rows(channel, Namer(seed), {"EMEA": "emma@vendor.example"}, 0, count))
    namer, book, bought = Namer(seed), [], []
    for part in customers.parts(channel, 10 * count, seed=seed):
        bought += customers.rows(channel, part, namer)
        book.append(deals.buyers(part))
    sold = [row for part in deals.rows(channel, deals.served(channel, book), 20 * count, seed=seed) for row in part]
    return rows, bought, sold


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[Rows, Rows, Rows]]:
    yield drawn()


def won(rows: Rows, first: date, last: date) -> Counter[str]:
    """Won amounts in cents by partner, closed from `first` up to `last`."""
    total: Counter[str] = Counter()
    for row in rows:
        if row["stage"] == "won" and first <= date.fromisoformat(row["closed_on"]) < last:
            total[row["partner"]] += int(Decimal(row["amount"]) * 100)
    return total


def test_draw__same_seed_and_day__same_rows(demo: tuple[Rows, Rows, Rows]) -> None:
    assert drawn() == demo


def test_draw__another_seed__other_rows(demo: tuple[Rows, Rows, Rows]) -> None:
    for rows, others in zip(demo, drawn(seed=2), strict=True):
        same = sum(row == other for row, other in zip(rows, others, strict=True))
        assert same < len(rows) / 100


def test_draw__another_day__same_companies_and_moved_dates(demo: tuple[Rows, Rows, Rows]) -> None:
    rows, _, sold = drawn(today=date(2027, 2, 3))
    assert [row["name"] for row in rows] == [row["name"] for row in demo[0]]
    assert max(row["registered_on"] for row in sold) > TODAY.isoformat()


def test_draw__more_partners__first_ones_stay() -> None:
    few = draw(IT, 100, seed=1, today=TODAY)
    many = draw(IT, 400, seed=1, today=TODAY)
    few_rows, many_rows = (list(partners.rows(channel, Namer(1), {}, 0, 100)) for channel in (few, many))
    assert few_rows == many_rows


@pytest.mark.parametrize("key", PROFILES)
def test_rows__any_industry__every_choice_is_in_the_vocabulary(key: str) -> None:
    profile = PROFILES[key]
    added = profile.added_choices()
    for subject, rows in zip((Subject.PARTNER, Subject.CUSTOMER, Subject.DEAL), drawn(profile, count=60), strict=True):
        for field in BUILT_IN[subject]:
            if field.choices:
                known = {choice.value for choice in (*field.choices, *added.get((subject.value, field.name), ()))}
                said = [row[field.name] for row in rows]
                used = {value for each in said for value in (each if isinstance(each, list) else [each]) if value}
                assert used <= known, (key, field.name, used - known)
                assert used, (key, field.name)


def test_partners__default_size__look_like_a_channel(demo: tuple[Rows, Rows, Rows]) -> None:
    rows = demo[0]
    names = [row["name"] for row in rows]
    assert len(set(names)) == len(names)
    assert {row["region"] for row in rows} == {"EMEA", "NA", "LATAM", "APAC"}
    tiers = Counter(row["tier"] for row in rows)
    assert tiers["registered"] > tiers["silver"] > tiers["gold"] > tiers["platinum"] > 0
    for name in ("employees", "annual_revenue", "alignment", "verticals", "survey_score"):
        blank = sum(not row[name] for row in rows)
        assert 0.02 * len(rows) < blank < 0.3 * len(rows), name
    assert all(row["employees"] is None or row["employees"] >= 1 for row in rows)
    assert all(row["annual_revenue"] is None or Decimal(row["annual_revenue"]) > 0 for row in rows)
    assert all(row["joined_on"] is None or row["joined_on"] < TODAY.isoformat() for row in rows)
    positions = {row["external_id"]: place for place, row in enumerate(rows)}
    children = [row for row in rows if row["parent"]]
    assert children
    for row in children:
        assert positions[row["parent"]] < positions[row["external_id"]]
        assert rows[positions[row["parent"]]]["country"] == row["country"]


def test_partners__higher_tier__more_revenue_and_certificates(demo: tuple[Rows, Rows, Rows]) -> None:
    rows = demo[0]

    def average(tier: str, value: Any) -> float:
        values = [value(row) for row in rows if row["tier"] == tier and row["annual_revenue"]]
        return sum(values) / len(values)

    for lower, higher in (("registered", "gold"), ("silver", "platinum")):
        assert average(lower, lambda row: float(row["annual_revenue"])) < average(
            higher, lambda row: float(row["annual_revenue"])
        )
        assert average(lower, lambda row: len(row["certifications"])) < average(
            higher, lambda row: len(row["certifications"])
        )


def test_customers__default_size__mostly_served_in_their_region(demo: tuple[Rows, Rows, Rows]) -> None:
    region = {row["external_id"]: row["region"] for row in demo[0]}
    served = [row for row in demo[1] if row["partners"]]
    assert len(served) > 0.85 * len(demo[1])
    assert all(1 <= len(row["partners"]) == len(set(row["partners"])) <= 3 for row in served)
    near = sum(region[row["partners"][0]] == row["region"] for row in served)
    assert 0.9 * len(served) < near < len(served)


def test_deals__default_size__amounts_dates_and_stages_fit(demo: tuple[Rows, Rows, Rows]) -> None:
    sold = demo[2]
    serves = {row["external_id"]: set(row["partners"]) for row in demo[1]}
    stages = Counter(row["stage"] for row in sold)
    assert min(stages["won"], stages["lost"]) > 0.3 * len(sold)
    assert stages["open"] > 0.03 * len(sold)
    for row in sold:
        assert row["amount"] is None or (
            Decimal(row["amount"]) > 0 and Decimal(row["amount"]).as_tuple().exponent == -2
        )
        assert row["registered_on"] <= TODAY.isoformat()
        if row["stage"] == "open":
            assert row["closed_on"] is None
        else:
            assert row["registered_on"] < row["closed_on"] <= TODAY.isoformat()
            assert row["amount"] is not None
        assert not row["customer"] or row["partner"] in serves[row["customer"]]


def test_deals__default_size__some_partners_grow_and_some_fall_silent(demo: tuple[Rows, Rows, Rows]) -> None:
    rows, _, sold = demo
    now, before = won(sold, date(2025, 11, 21), date(2026, 11, 22)), won(sold, date(2024, 11, 21), date(2025, 11, 21))
    growing = [p for p in before if now[p] >= 1.2 * before[p]]
    silent = [p for p in before if now[p] == 0]
    assert len(rows) * 0.1 < len(growing) < len(rows) * 0.5
    assert len(rows) * 0.05 < len(silent) < len(rows) * 0.4
    assert "PRT-000001" in growing
    stage = {row["external_id"]: row["lifecycle_stage"] for row in rows}
    assert not {"prospect", "recruited"} & {stage[row["partner"]] for row in sold}


def test_activity__default_size__within_the_year_and_the_partnership() -> None:
    channel = draw(IT, 300, seed=1, today=TODAY)
    now = datetime(2026, 11, 21, 6, tzinfo=UTC)
    rows = list(activity.rows(channel, 0, 300, seed=1, pages=["page"], courses=["one", "two", "three"], now=now))
    assert {kind for _, kind, _, _ in rows} == {"sign_in", "content_opened", "course_completed"}
    assert all(datetime(2025, 11, 20, tzinfo=UTC) < at <= now for _, _, _, at in rows)
    learned = Counter((partner, about) for partner, kind, about, _ in rows if kind == "course_completed")
    assert max(learned.values()) == 1
    for partner, _, _, at in rows:
        joined = channel.joined[partner]
        assert joined < 0 or (now - at).days <= joined
