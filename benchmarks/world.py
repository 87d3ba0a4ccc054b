"""The records and rules that are measured with: made by set-based SQL, the same for the same numbers every time."""

from __future__ import annotations

import random
from typing import Any

from django.db import connection
from django.utils import timezone

from partners.attributes import add_choices
from partners.models import Attribute
from partners.vocabulary import Subject
from segments.models import Segment, SegmentVersion

REGIONS = ["EMEA", "NA", "APAC", "LATAM"]
COUNTRIES = [f"Country {number}" for number in range(40)]
INDUSTRIES = [f"Industry {number}" for number in range(25)]
CITIES = 400
STAGES = ["prospect", "active", "at_risk", "churned"]
LEVELS = ["none", "trial", "growing", "full"]
WORDS = [f"tech-{number}" for number in range(30)]
NUMBERS = [f"score_{number}" for number in range(4)]
CHOICES = [f"group_{number}" for number in range(4)]
DAYS = [f"day_{number}" for number in range(3)]


def _pick(words: list[str], salt: int) -> str:
    """SQL: a word by the row's number, skewed to the first ones, now and then none."""
    array = "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"
    share = f"((hashint8extended(g::bigint, {salt}) & 1048575) / 1048576.0)"
    return f"CASE WHEN {share} > 0.95 THEN '' ELSE ({array})[1 + floor(power({share} / 0.95, 1.5) * {len(words)})::int] END"


def _number(salt: int, most: int) -> str:
    return f"mod(hashint8extended(g::bigint, {salt}) & 1073741823, {most})::int"


def make_choices() -> None:
    """What the rules name must be choices, or a preview would only say that it does not know them."""
    used = {"industry": INDUSTRIES, "region": REGIONS, "adoption_level": LEVELS, "lifecycle_stage": STAGES}
    for name, values in {**used, "technologies": WORDS, "needs": WORDS}.items():
        add_choices(subject=Subject.CUSTOMER, field=name, values=values)


def make_records(*, customers: int, partners: int) -> None:
    """Customers with eleven built-in and eleven custom attributes, partners with deals."""
    make_choices()
    for kind, names in (("number", NUMBERS), ("text", CHOICES), ("date", DAYS)):
        for name in names:
            Attribute.objects.get_or_create(subject="customer", name=name, defaults={"label": name, "type": kind})
    custom = ", ".join(
        [
            *(f"'{name}', ({_number(50 + place, 100000)})::text" for place, name in enumerate(NUMBERS)),
            *(f"'{name}', {_pick([f'g{n}' for n in range(12)], 60 + place)}" for place, name in enumerate(CHOICES)),
            *(f"'{name}', (date '2026-11-01' - {_number(70 + place, 1200)})::text" for place, name in enumerate(DAYS)),
        ]
    )
    words = "ARRAY[" + ", ".join(f"'{word}'" for word in WORDS) + "]::varchar[]"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO partners_customer (external_id, name, industry, employees, annual_revenue, region, country, city,"
            " technologies, needs, adoption_level, lifecycle_stage, competitor, custom, provenance, created_at, updated_at)"
            f" SELECT 'c' || g, 'Customer ' || g, {_pick(INDUSTRIES, 1)}, {_number(2, 5000)}, {_number(3, 90000000)},"
            f" {_pick(REGIONS, 4)}, {_pick(COUNTRIES, 5)}, 'City ' || ({_number(6, CITIES)}),"
            f" ({words})[1 + {_number(7, 20)} : 1 + {_number(7, 20)} + {_number(8, 4)}],"
            f" ({words})[1 + {_number(9, 20)} : 1 + {_number(9, 20)} + {_number(10, 3)}],"
            f" {_pick(LEVELS, 11)}, {_pick(STAGES, 12)}, '', jsonb_build_object({custom}), '{{}}', now(), now()"
            " FROM generate_series(1, %s) g",
            [customers],
        )
        cursor.execute(
            "INSERT INTO partners_partner (external_id, name, partner_type, tier, employees, annual_revenue, region,"
            " country, city, verticals, specialisations, certifications, lifecycle_stage, joined_on, alignment, custom,"
            " provenance, created_at, updated_at)"
            f" SELECT 'p' || g, 'Partner ' || g, {_pick(['reseller', 'msp', 'isv'], 21)},"
            f" {_pick(['registered', 'silver', 'gold', 'platinum'], 22)}, {_number(23, 800)}, {_number(24, 9000000)},"
            f" {_pick(REGIONS, 25)}, {_pick(COUNTRIES, 26)}, 'City ' || ({_number(27, CITIES)}), '{{}}', '{{}}', '{{}}',"
            f" {_pick(STAGES, 28)}, date '2026-11-01' - ({_number(29, 2500)})::int, '', '{{}}', '{{}}', now(), now()"
            " FROM generate_series(1, %s) g",
            [partners],
        )
        cursor.execute(
            "INSERT INTO partners_deal (external_id, name, partner_id, stage, amount, currency, product_line,"
            " registered_on, closed_on, custom, provenance, created_at, updated_at)"
            f" SELECT 'd' || g, '', p.id, (ARRAY['won', 'lost', 'open'])[1 + {_number(31, 3)}], {_number(32, 90000)}, 'EUR',"
            f" '', date '2024-11-01', date '2026-11-01' - ({_number(33, 900)})::int, '{{}}', '{{}}', now(), now()"
            " FROM generate_series(1, %s) g JOIN partners_partner p ON p.external_id = 'p' || (1 + g %% %s)",
            [partners * 2, partners],
        )
    vacuum()


def vacuum(*tables: str) -> None:
    """Statistics and visibility as after a quiet hour, for everybody alike."""
    with connection.cursor() as cursor:
        for table in tables or ("partners_customer", "partners_partner", "partners_deal"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _leaf(random: random.Random) -> dict[str, Any]:
    kind = random.randrange(9)
    if kind == 0:
        return {"field": "industry", "operator": "in", "value": random.sample(INDUSTRIES, random.randint(1, 5))}
    if kind == 1:
        return {"field": "region", "operator": random.choice(["=", "!="]), "value": random.choice(REGIONS)}
    if kind == 2:
        return {"field": "country", "operator": "in", "value": random.sample(COUNTRIES, random.randint(1, 8))}
    if kind == 3:
        low = random.randrange(0, 4000, 100)
        return {"field": "employees", "operator": "between", "value": [low, low + random.randrange(100, 1000, 100)]}
    if kind == 4:
        return {"field": "annual_revenue", "operator": ">=", "value": random.randrange(0, 90_000_000, 1_000_000)}
    if kind == 5:
        return {"field": "technologies", "operator": "containsAny", "value": random.sample(WORDS, random.randint(1, 3))}
    if kind == 6:
        return {"field": random.choice(NUMBERS), "operator": "<", "value": random.randrange(0, 100_000, 5_000)}
    if kind == 7:
        return {"field": random.choice(CHOICES), "operator": "=", "value": f"g{random.randrange(12)}"}
    window = {"last": random.choice([7, 30, 90, 180, 365]), "unit": "days"}
    return {"field": random.choice(DAYS), "operator": "inLast", "value": window}


def make_rules(count: int) -> list[dict[str, Any]]:
    """Nested rules of two to six conditions; two in a hundred members on average."""
    chance = random.Random(count)  # noqa: S311 - the same rules every time
    rules = []
    for _ in range(count):
        leaves = [_leaf(chance) for _ in range(chance.randint(2, 6))]
        if len(leaves) > 3:
            inner = {"combinator": "or", "not": False, "rules": leaves[:2]}
            rules.append({"combinator": "and", "not": False, "rules": [inner, *leaves[2:]]})
        else:
            rules.append({"combinator": "and", "not": False, "rules": leaves})
    return rules


def make_segments(count: int) -> None:
    """That many active segments of customers; six in a hundred refer to another one."""
    now = timezone.now()
    rules = make_rules(count)
    for number in range(count // 10, count, 17):
        other = {"field": "segment", "operator": "in", "value": [f"s{number % (count // 10 or 1)}"]}
        rules[number] = {"combinator": "and", "not": False, "rules": [other, *rules[number]["rules"]]}
    made = Segment.objects.bulk_create(
        Segment(slug=f"s{number}", name=f"Segment {number}", subject="customer", created_at=now, updated_at=now)
        for number in range(count)
    )
    versions = SegmentVersion.objects.bulk_create(
        SegmentVersion(segment=segment, number=1, rule=rule) for segment, rule in zip(made, rules, strict=True)
    )
    for segment, version in zip(made, versions, strict=True):
        segment.status, segment.draft, segment.published = Segment.Status.ACTIVE, version, version
    Segment.objects.bulk_update(made, ["status", "draft", "published"], batch_size=500)


def change_some(share: float, salt: int) -> int:
    """Change a share of the customers in several attributes, as a nightly feed does; how many."""
    modulus = max(1, round(1 / share))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE partners_customer t SET industry = {_pick(INDUSTRIES, 100 + salt)}, region = {_pick(REGIONS, 101 + salt)},"
            f" employees = {_number(102 + salt, 5000)}, custom = custom || jsonb_build_object('score_1',"
            f" ({_number(103 + salt, 100000)})::text), updated_at = now()"
            " FROM (SELECT id, id AS g FROM partners_customer) s WHERE s.id = t.id AND t.id %% %s = %s",
            [modulus, salt % modulus],
        )
        return int(cursor.rowcount)


def some_ids(count: int) -> list[int]:
    """Ids of customers, spread over all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM partners_customer")
        first, last = cursor.fetchone()
    return [first + (last - first) * number // count for number in range(count)]
