"""Lists out of the kept columns say the same as lists out of the database, page by page, however they are narrowed and sorted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.http import QueryDict

from partners import facts, picking, querysets, snapshot, walking
from partners.console import keyset, listing, sourcing
from partners.models import Activity, Attribute, Customer, Deal, Origin, Partner
from partners.records import change_record
from partners.vocabulary import Subject
from people import roles
from people.models import User
from segments import seniority
from segments.console import members
from tests.programs import world

QUERIES = {
    Subject.PARTNER: [
        "", "f.tier=gold", "f.tier=gold&f.tier=silver", "f.tier=gold&f.tier.op=not", "f.tier.op=unset", "f.city=ältdorf",
        "f.city=TDO&f.city.op=contains", "f.city=b&f.city.op=starts", "f.employees.from=3&f.employees.to=7.5",
        "f.employees.op=unset", "f.joined_on.from=2020-01-04", "f.verticals=energy", "f.verticals=energy&f.verticals.op=not",
        "f.score.from=2", "f.colour=red&f.colour=green", "f.flag=true", "f.flag=false&f.flag.op=not", "f.brands=x",
        "f.brands.op=set", "f.parent=M-1", "f.parent.op=unset", "f.deals_won.from=1", "f.deals_won.to=0",
        "f.won_revenue_12m.op=set", "f.win_rate.op=unset", "f.last_deal_on.op=set", "segment=few", "segment=gone",
        "q=company", "q=M-1&f.tier=gold", "f.tier=gold&f.employees.from=2&segment=few", "f.trainings_completed.from=0",
        "f.trainings_completed.from=1", "f.trainings_completed.to=1&f.tier=gold", "f.courses_started.op=set",
        "f.courses_started.op=unset", "f.courses_started.to=0", "f.last_training_on.op=unset", "f.last_training_on.op=set",
        "f.last_sign_in_at.from=2026-01-02", "f.last_sign_in_at.op=unset", "f.certificates_valid.from=0&f.certificates_valid.to=0",
    ],
    Subject.CUSTOMER: ["", "f.partners=M-1", "f.partners.op=unset", "f.partners_count.from=1", "f.technologies.op=unset"],
    Subject.DEAL: ["", "f.partner=M-2", "f.customer.op=unset", "f.amount.from=4", "f.stage=won", "q=O-1"],
}  # fmt: skip


COURSES = ("course_started", "course_completed", "certificate_earned")


def populate() -> None:
    """Small numbers of many kinds: ties, missing values, letters that fold, related records."""
    for name, kind in (("score", "number"), ("flag", "boolean"), ("colour", "choice"), ("brands", "multi_choice")):
        choices = [{"value": value, "label": value} for value in ("red", "green", "x")] if "choice" in kind else []
        Attribute.objects.create(subject="partner", name=name, label=name, type=kind, choices=choices)
    for number in range(12):
        world.partner(
            f"M-{number}",
            region=("EMEA", "NA", "")[number % 3],
            tier=("gold", "silver", "", "other")[number % 4],
            city=("Altdorf", "Ältdorf", "bern", "", "Bern")[number % 5],
            employees=number % 5 or None,
            joined_on=f"2020-01-0{1 + number % 6}" if number % 4 else None,
            verticals=["energy"] if number % 3 == 0 else [],
            parent=Partner.objects.filter(external_id="M-1").first() if number % 2 else None,
            custom={"score": f"{number % 4}.5", "flag": number % 2 == 0, "colour": "red", "brands": ["x"]}
            if number % 5
            else {},
        )
        customer = Customer.objects.create(external_id=f"C-{number}", name="C", region="NA", employees=number % 3)
        if number % 4:
            customer.partners.add(Partner.objects.get(external_id=f"M-{number // 2}"))
        Deal.objects.create(
            external_id=f"O-{number}",
            partner=Partner.objects.get(external_id=f"M-{number // 2}"),
            customer=customer if number % 2 else None,
            stage=("won", "lost", "open")[number % 3],
            amount=number % 6 or None,
            closed_on="2026-01-05",
        )
    for number, (kind, day) in enumerate((k, d) for k in ("sign_in", *COURSES) for d in (1, 2, 3) for _ in range(2)):
        Activity.objects.create(
            partner=Partner.objects.get(external_id=f"M-{number % 7}"),
            kind=kind,
            about=f"a{number % 3}",
            at=f"2026-01-0{day}T09:00Z",
        )
    world.segment("few", list(Partner.objects.filter(external_id__in=["M-1", "M-2", "M-3", "M-9"])))


@pytest.fixture
def kept(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    """Columns are kept of all three, and a little has changed since."""
    settings.SNAPSHOT_ABOVE, settings.SNAPSHOT_DIR = 1, str(tmp_path)
    populate()
    for subject in Subject:
        snapshot.write(subject)
    origin = Origin.objects.create(kind="form", label="later")
    change_record(record=Partner.objects.get(external_id="M-5"), values={"tier": "gold", "city": "Zug"}, origin=origin)
    world.partner("M-99", tier="silver", region="EMEA", city="Zurich")
    yield


def in_2026(month: int) -> datetime:
    """The first of a month."""
    return datetime(2026, month, 1, 12, tzinfo=UTC)


def walk(
    found: listing.Narrowed, order: keyset.Order, *, by_columns: bool, monkeypatch: Any
) -> tuple[list[list[str]], int]:
    """Every page there and back again, and the count."""
    pages, cursor = [], ""
    with monkeypatch.context() as patched:
        patched.setattr(keyset, "SIZE", 3)
        patched.setattr(keyset.page, "__kwdefaults__", {"size": 3, "some": None})
        if not by_columns:
            patched.setattr(sourcing, "Columns", sourcing.Source)
            patched.setattr(sourcing, "Sifted", sourcing.Source)
        patched.setattr(sourcing, "FEW", 4)
        patched.setattr(sourcing, "STRIDE", 2)
        while True:
            page, count, is_estimate = sourcing.paged(found, order, cursor)
            assert not is_estimate
            pages.append([row.external_id for row in page])
            if not page.next:
                break
            cursor = page.next
        while page.previous:
            page, _, _ = sourcing.paged(found, order, page.previous)
            pages.append([row.external_id for row in page])
    return pages, count


@pytest.mark.parametrize("regions", [[], ["EMEA"]])
@pytest.mark.parametrize("subject", list(Subject))
def test_list__narrowed_and_sorted_by_anything__columns_say_what_the_database_says(
    subject: Subject, regions: list[str], kept: None, monkeypatch: Any
) -> None:
    viewer = User.objects.create_user("m@vendor.example", role=roles.CHANNEL_MANAGER, regions=regions)
    words = facts.vocabulary(subject)
    sorts = [sign + name for name, field in words.items() if keyset.sortable(field) for sign in ("", "-")]
    assert len(sorts) > 10
    for number, query in enumerate(QUERIES[subject]):
        found = listing.narrowed(subject, QueryDict(query), viewer, words)
        for sort in sorts if number < 2 else sorts[number % 5 :: 5]:
            order = keyset.order_of(sort, words, "name")
            columns = walk(found, order, by_columns=True, monkeypatch=monkeypatch)
            assert columns == walk(found, order, by_columns=False, monkeypatch=monkeypatch), (query, sort)


SEARCHES = [
    (Subject.PARTNER, "q=company", ("name", "-external_id", "-employees")),
    (Subject.PARTNER, "q=m-1", ("name", "city")),
    (Subject.PARTNER, "q=company&f.tier=gold&segment=few", ("name", "employees")),
    (Subject.CUSTOMER, "q=c", ("name", "-employees")),
    (Subject.DEAL, "q=o", ("name", "-partner", "-amount")),
    (Subject.DEAL, "q=company 1", ("customer", "-customer", "amount")),
    (Subject.DEAL, "q=c&f.stage=won", ("-name", "amount")),
]


@pytest.mark.parametrize("regions", [[], ["EMEA"]])
@pytest.mark.parametrize("stride", [1, 100])
def test_search__very_many_match__pages_of_those_met_on_the_way_are_the_same(
    stride: int, regions: list[str], kept: None, monkeypatch: Any
) -> None:
    viewer = User.objects.create_user("m@vendor.example", role=roles.CHANNEL_MANAGER, regions=regions)
    for subject, query, sorts in SEARCHES:
        words = facts.vocabulary(subject)
        for sort in sorts:
            order = keyset.order_of(sort, words, "name")
            found = listing.narrowed(subject, QueryDict(query), viewer, words)
            wanted, count = walk(found, order, by_columns=False, monkeypatch=monkeypatch)
            with monkeypatch.context() as patched:
                patched.setattr(querysets, "FOUND", 0)
                for name, value in {"MANY": 1, "SAMPLE": 1, "LEAST": 0, "STRIDE": stride}.items():
                    patched.setattr(sourcing, name, value)
                patched.setattr(keyset.page, "__kwdefaults__", {"size": 3, "some": None})
                pages, cursor = [], ""
                while True:
                    page, shown, is_estimate = sourcing.paged(found, order, cursor)
                    pages.append([row.external_id for row in page])
                    assert is_estimate or shown == count
                    if not page.next:
                        break
                    cursor = page.next
                while page.previous:
                    page, _, _ = sourcing.paged(found, order, page.previous)
                    pages.append([row.external_id for row in page])
            assert pages == wanted, (query, sort)


def test_pick__columns_are_kept__no_row_is_looked_at_by_the_database(
    kept: None, django_assert_max_num_queries: Any
) -> None:
    viewer = User.objects.create_user("m@vendor.example", role=roles.CHANNEL_MANAGER)
    words = facts.vocabulary(Subject.PARTNER)
    found = listing.narrowed(Subject.PARTNER, QueryDict("f.tier=gold"), viewer, words)
    with django_assert_max_num_queries(20):
        picked = picking.pick(
            Subject.PARTNER, viewer=viewer, conditions=found.conditions, sorting=picking.Sorting(words["city"]), size=9
        )
    assert picked is not None
    wanted = Partner.objects.filter(tier="gold", deleted_at=None)
    assert set(picked.ids) == set(wanted.values_list("pk", flat=True))


def test_pick__fact_that_moves_with_the_instant__folded_once_for_everybody(
    kept: None, django_assert_max_num_queries: Any
) -> None:
    viewer = User.objects.create_user("m@vendor.example", role=roles.CHANNEL_MANAGER)
    words = facts.vocabulary(Subject.PARTNER)
    found = listing.narrowed(Subject.PARTNER, QueryDict("f.trainings_completed.from=1"), viewer, words)
    asked: dict[str, Any] = {"viewer": viewer, "sorting": picking.Sorting(words["city"]), "size": 9}
    with django_assert_max_num_queries(20) as asked_of_it:
        picked = picking.pick(Subject.PARTNER, conditions=found.conditions, **asked)
    assert picked is not None
    assert set(picked.ids) == set(
        Partner.objects.filter(activities__kind="course_completed").values_list("pk", flat=True)
    )
    assert sum("partners_activity" in query["sql"] for query in asked_of_it.captured_queries) <= 1


def test_pick__nothing_kept__left_to_the_database(kept: None, settings: Any) -> None:
    viewer = User.objects.create_user("m@vendor.example", role=roles.CHANNEL_MANAGER)
    sorting = picking.Sorting(facts.vocabulary(Subject.PARTNER)["city"])
    asked: dict[str, Any] = {"viewer": viewer, "sorting": sorting, "size": 9}
    assert picking.pick(Subject.PARTNER, **asked) is not None
    settings.SNAPSHOT_ABOVE = 0
    assert picking.pick(Subject.PARTNER, **asked) is None


@pytest.mark.parametrize("few", [None, 1])
@pytest.mark.parametrize("regions", [[], ["EMEA"]])
def test_members__searched_sorted_filtered_and_paged__columns_say_what_the_database_says(
    regions: list[str], few: int | None, kept: None, client: Any, monkeypatch: Any
) -> None:
    viewer = User.objects.create_user("m@vendor.example", role=roles.CHANNEL_MANAGER, regions=regions)
    client.force_login(viewer, backend="allauth.account.auth_backends.AuthenticationBackend")
    monkeypatch.setattr(members, "PAGE_SIZE", 2)
    if few is not None:  # as with very many of them: the indexes are walked
        monkeypatch.setattr(walking, "FEW", few)
        monkeypatch.setattr(walking, "DEARER", 1_000)
        monkeypatch.setattr(seniority, "LATER", few)
    many = world.segment("many", list(Partner.objects.filter(external_id__in=["M-3", "M-4", "M-5", "M-6", "M-8"])))
    world.set_members(many, list(Partner.objects.exclude(external_id__in=["M-3", "M-4"])), at=in_2026(3))
    world.set_members(many, list(Partner.objects.exclude(external_id__in=["M-4", "M-7"])), at=in_2026(5))
    sorts = [sign + name for name in sorted(members.sortable(facts.vocabulary(Subject.PARTNER))) for sign in ("", "-")]
    by_name = [sort for sort in sorts if sort.strip("-") in {"name", "external_id", "since"}]
    plain = ("", "tier=gold&", "page=2&", "page=3&tier=gold&") if few is None else ("", "page=2&", "page=3&tier=gold&")
    for query in (*plain, "q=m-1&", "q=co&page=2&", "on=2026-04-01&page=2&", "on=2026-02-01&", "q=co&on=2026-05-01&"):
        for sort in sorts if few is None and query in plain else by_name:
            address = f"/console/segments/many/members/?{query}sort={sort}"
            by_columns = client.get(address).context
            with monkeypatch.context() as patched:
                patched.setattr(members.Members, "of", lambda *given: None)
                by_query = client.get(address).context
            shown = [[(row.member.external_id, row.since) for row in each["rows"]] for each in (by_columns, by_query)]
            assert shown[0] == shown[1], address
            assert by_columns["page"].paginator.count == by_query["page"].paginator.count
