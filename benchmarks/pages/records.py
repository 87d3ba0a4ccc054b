"""The records of the pages' world: everything that `benchmarks.world` makes, and what stands around it. All set-based SQL."""

# ruff: noqa: S608 — our own names and numbers
from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from benchmarks import world
from benchmarks.world import _number, _pick
from partners.attributes import add_choices
from partners.models import Attribute
from partners.vocabulary import Subject
from people import roles
from people.models import User

RICH = 5_000
"""So many customers, deals and twice as many activities the first partner has, as a large distributor does."""
TEAM = 20
KINDS = ["sign_in", "content_opened", "content_downloaded", "course_started", "course_completed", "incentive_claimed"]
TYPES = ["reseller", "msp", "isv"]
TIERS = ["registered", "silver", "gold", "platinum"]
VERTICALS = [f"Vertical {number}" for number in range(12)]
PRODUCTS = ["Cloud", "Security", "Storage", "Network", "Services"]


@dataclass(frozen=True)
class Sizes:
    """How large the world is."""

    partners: int
    customers: int
    segments: int
    programs: int

    @property
    def deals(self) -> int:
        """As many as there are customers."""
        return self.customers

    @property
    def people(self) -> int:
        """Partners' people."""
        return self.partners // 2


def run(statement: str) -> int:
    """One statement; how many rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.rowcount)


def first_of(table: str) -> int:
    """The id from which a table's ids run on without a gap."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(min(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def make_records(sizes: Sizes) -> None:
    """Partners, customers, who serves whom, deals, activity, people, and where values came from."""
    world.make_records(customers=sizes.customers, partners=sizes.partners)
    make_people(sizes)
    describe_partners(sizes)
    serve(sizes)
    make_deals(sizes)
    make_activity(sizes)
    make_papers(sizes)


def make_people(sizes: Sizes) -> None:
    """Vendor staff of each role, and the partners' people; nobody can sign in by a password."""
    User.objects.create_user("admin@vendor.example", role=roles.ADMINISTRATOR, name="Ada Admin")
    User.objects.create_user("analyst@vendor.example", role=roles.ANALYST, name="Ann Analyst")
    User.objects.create_user("region@vendor.example", role=roles.CHANNEL_MANAGER, name="Reg", regions=["EMEA"])
    for number in range(20):
        User.objects.create_user(f"m{number}@vendor.example", role=roles.CHANNEL_MANAGER, name=f"Manager {number}")
    run(
        "INSERT INTO people_user (password, email, name, role, regions, time_zone, is_active, joined_at)"
        " SELECT '!', 'u' || g || '@partner.example', 'Person ' || g,"
        f" CASE WHEN mod(g, 3) = 1 THEN 'partner_admin' ELSE 'partner_member' END, '{{}}', '', true, now()"
        f" FROM generate_series(1, {sizes.people}) g"
    )
    partner = first_of("partners_partner")
    run(
        "INSERT INTO partners_teammember (user_id, partner_id)"
        f" SELECT u.id, {partner} + CASE WHEN g <= {TEAM} THEN 0 ELSE mod(g, {sizes.partners}) END"
        f" FROM generate_series(1, {sizes.people}) g JOIN people_user u ON u.email = 'u' || g || '@partner.example'"
    )


def describe_partners(sizes: Sizes) -> None:
    """Choices, attributes of one's own, provenance, parents, managers."""
    used = {"partner_type": TYPES, "tier": TIERS, "region": world.REGIONS, "lifecycle_stage": world.STAGES}
    for name, values in {**used, "verticals": VERTICALS}.items():
        add_choices(subject=Subject.PARTNER, field=name, values=values)
    for name, kind in (("score", "number"), ("group", "text"), ("renewal", "date")):
        Attribute.objects.create(subject="partner", name=name, label=name.title(), type=kind)
    run(
        "INSERT INTO partners_origin (kind, label, at)"
        " SELECT 'import', 'file ' || g || '.csv', now() - g * interval '1 day' FROM generate_series(1, 200) g"
    )
    origin, partner, manager = first_of("partners_origin"), first_of("partners_partner"), first_of("people_user") + 3
    words = "ARRAY[" + ", ".join(f"'{word}'" for word in VERTICALS) + "]::varchar[]"
    names = ("name", "tier", "region", "employees", "partner_type", "city")
    said = ", ".join(f"'{name}', {origin} + mod(g + {place} * 31, 200)" for place, name in enumerate(names))
    run(
        f"UPDATE partners_partner SET verticals = ({words})[1 + {_number(41, 6)} : 1 + {_number(41, 6)} + {_number(42, 4)}],"
        f" custom = jsonb_build_object('score', ({_number(43, 1000)})::text, 'group', {_pick(TYPES, 44)},"
        f" 'renewal', (date '2026-11-01' + {_number(45, 400)})::text),"
        f" provenance = jsonb_build_object({said}),"
        f" channel_manager_id = {manager} + mod(g, 20),"
        f" parent_id = CASE WHEN mod(g, 9) = 0 THEN {partner} + mod(g, 50) END"
        " FROM (SELECT id AS own, id AS g FROM partners_partner) s WHERE own = id"
    )


def serve(sizes: Sizes) -> None:
    """Each customer is served by one or two partners; the first partner serves thousands."""
    partner, customer = first_of("partners_partner"), first_of("partners_customer")
    rich = min(RICH, sizes.customers // 4)
    run(
        "INSERT INTO partners_customer_partners (customer_id, partner_id)"
        f" SELECT {customer} + g, {partner} + {_number(51, sizes.partners)} FROM generate_series(0, {sizes.customers - 1}) g"
        f" UNION SELECT {customer} + g, {partner} + {_number(52, sizes.partners)}"
        f" FROM generate_series(0, {sizes.customers - 1}) g WHERE mod(g, 3) = 0"
        f" UNION SELECT {customer} + g * 4, {partner} FROM generate_series(0, {rich - 1}) g"
    )


def make_deals(sizes: Sizes) -> None:
    """Deals between partners and customers, beside the two of each partner that there are already."""
    partner, customer = first_of("partners_partner"), first_of("partners_customer")
    rich = min(RICH, sizes.customers // 4)
    columns = (
        "INSERT INTO partners_deal (external_id, name, partner_id, customer_id, stage, amount, currency, product_line,"
        " registered_on, closed_on, custom, provenance, created_at, updated_at)"
    )
    for letter, count, whose in (
        ("e", max(0, sizes.deals - sizes.partners * 2), f"{_number(53, sizes.partners)}"),
        ("r", rich, "0"),
    ):
        run(
            f"{columns} SELECT '{letter}' || g, 'Deal ' || g, {partner} + {whose}, {customer} + {_number(54, sizes.customers)},"
            f" stage, {_number(55, 90000)}, 'EUR', (ARRAY{PRODUCTS})[1 + {_number(56, 5)}], began,"
            " CASE WHEN stage <> 'open' THEN began + 60 END, '{}', '{}', now(), now()"
            f" FROM (SELECT g, (ARRAY['won', 'lost', 'open'])[1 + {_number(57, 3)}] AS stage,"
            f" date '2026-11-01' - {_number(58, 1000)} AS began FROM generate_series(1, {count}) g) s"
        )


def make_activity(sizes: Sizes) -> None:
    """What partners' people did, most of it by the first partner's."""
    partner, user = first_of("partners_partner"), first_of("people_user")
    columns = "INSERT INTO partners_activity (partner_id, user_id, kind, about, at)"
    for count, whose in ((sizes.partners * 8, f"{_number(61, sizes.partners)}"), (RICH * 2, "0")):
        run(
            f"{columns} SELECT {partner} + {whose}, {user} + 23 + {_number(62, sizes.people)},"
            f" (ARRAY{KINDS})[1 + {_number(63, len(KINDS))}], 'program-' || {_number(64, sizes.programs)},"
            f" now() - {_number(65, 700)} * interval '1 day' FROM generate_series(1, {count}) g"
        )


def make_papers(sizes: Sizes) -> None:
    """Notes, registrations, imports, views, changes in bulk."""
    partner, customer, user = first_of("partners_partner"), first_of("partners_customer"), first_of("people_user")
    run(
        "INSERT INTO partners_note (partner_id, author_id, text, at)"
        f" SELECT {partner} + CASE WHEN mod(g, 50) = 0 THEN 0 ELSE {_number(71, sizes.partners)} END, {user},"
        " 'We spoke about ' || g, now() - g * interval '1 minute'"
        f" FROM generate_series(1, {sizes.partners // 2}) g"
    )
    run(
        "INSERT INTO partners_registration (partner_id, customer_name, product_line, name, currency, note, customer_key,"
        " product_key, status, submitted_at, reason, amount)"
        f" SELECT {partner} + CASE WHEN mod(g, 50) = 0 THEN 0 ELSE {_number(72, sizes.partners)} END, 'Customer ' || g,"
        " 'Cloud', 'Project ' || g, 'EUR', '', 'customer ' || g, 'cloud',"
        f" (ARRAY['submitted', 'rejected', 'expired'])[1 + {_number(73, 3)}], now() - g * interval '1 minute', '', g"
        f" FROM generate_series(1, {sizes.partners // 2}) g"
    )
    run(
        "INSERT INTO partners_import (subject, file, filename, status, options, result, rejects, rejects_file, rows_done,"
        " rows_total, error, created_by_id, created_at, finished_at)"
        " SELECT 'partner', '', 'file ' || g || '.csv', 'applied', '{}', '{\"rows\": 9, \"rejected\": 1}',"
        ' \'[{"line": 2, "column": "tier", "value": "x", "reason": "is no choice"}]\', \'\', 9, 9, \'\','
        f" {user}, now() - g * interval '1 hour', now() FROM generate_series(1, 2000) g"
    )
    run(
        "INSERT INTO partners_savedview (subject, name, query, owner_id, is_shared, created_at)"
        f" SELECT 'partner', 'View ' || g, 'f.region=EMEA', {user}, true, now() FROM generate_series(1, 30) g"
    )
    run(
        "INSERT INTO partners_bulkchange (subject, field, value, ids, status, done, changed, unchanged, rejected, rejects,"
        " error, origin_id, created_by_id, created_at)"
        f" SELECT 'partner', 'city', '\"X\"', (SELECT array_agg(n) FROM generate_series({partner}, {partner} + 5000) n),"
        f" 'applied', 5000, 5000, 0, 0, '[]', '', {first_of('partners_origin')} + g, {user}, now() FROM generate_series(1, 20) g"
    )
    del customer
