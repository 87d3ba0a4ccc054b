"""What holds for every rule and every population, and agreement with the plain evaluator of `reference`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from partners.vocabulary import Field, Subject
from segments.boundaries import Boundaries
from segments.evaluate import Evaluator, blocks, evaluate
from segments.explain import nearest_miss, reasons
from segments.instants import Clock, Window
from segments.operators import OPERATORS, PERCENTILES, operators_of
from segments.ranges import inside
from segments.rules import Group, Leaf, Node, RuleInvalid, nodes, parse, to_json
from segments.rules.aggregating import FUNCTIONS
from segments.sentences import sentence
from tests.segments import reference
from tests.segments.worlds import fields, table_of, typed, world_of

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 29, 14, 30, tzinfo=UTC)  # the day the clocks go forward there
SPEC = {
    "name": "text",
    "region": "choice: EMEA, NA, APAC",
    "tier": "ordered_choice: silver, gold, platinum",
    "employees": "number",
    "revenue": "money",
    "vip": "boolean",
    "joined_on": "date",
    "seen_at": "datetime",
    "skills": "multi_choice: cloud, data, security",
}
DEALS = {
    "stage": "choice: open, won, lost",
    "size": "ordered_choice: small, medium, large",
    "amount": "money",
    "margin": "number",
    "line": "text",
    "tags": "multi_choice: cloud, data, security",
    "closed_on": "date",
    "seen_at": "datetime",
}
WORLD = world_of({"fields": SPEC, "related": {"deals": {"fields": DEALS, "date": "closed_on"}}})
DEAL_WORDS = WORLD.related["deals"].vocabulary
WORDS = WORLD.words
TYPES = {name: field.type.value for name, field in WORDS.items()}
CHOICES = {name: [choice.value for choice in field.choices] for name, field in WORDS.items()}
CLOCK = Clock(NOW, ZONE, 4)

texts = st.sampled_from(
    ["Zürich", "zurich", "ZÜRICH ", "Oslo", "os", "null", "%", "0123", "123", "Große", "GROSSE", "é", "E"]
)
numbers = st.sampled_from(["-1", "0", "0.1", "0.3", "0.3000001", "5", "1000000", "99999999999999999999", "-1e30"])
kept_numbers = st.sampled_from(["-1", "0", "0.1", "0.3", "5", "1000000", "0.000001"])
amounts = st.sampled_from(["-0.01", "0", "0.01", "10.10", "9999999999999999.99"])
days = st.dates(NOW.date() - timedelta(days=12), NOW.date() + timedelta(days=12)).map(date.isoformat)
instants = st.datetimes(datetime(2026, 3, 17), datetime(2026, 4, 10), timezones=st.just(UTC)).map(datetime.isoformat)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": texts,
    "number": numbers,
    "money": amounts | numbers,
    "boolean": st.booleans(),
    "date": days,
    "datetime": instants | days,
    "multi_choice": st.sampled_from(CHOICES["skills"]),
}
KEPT = {**VALUES, "number": kept_numbers, "money": amounts, "datetime": instants}


DAYS = st.builds(
    lambda count, unit, calendar: {"last": count, "unit": unit} | ({"calendar": True} if calendar else {}),
    st.integers(1, 20),
    st.sampled_from(["days", "weeks", "months", "quarters", "years"]),
    st.booleans(),
)


def values_for(about: Field) -> st.SearchStrategy[Any]:
    """Operands of a field's type."""
    if about.is_choice:
        return st.sampled_from([choice.value for choice in about.choices])
    return VALUES[about.type.value]


def aggregates() -> st.SearchStrategy[dict[str, Any]]:
    """Aggregates of deals that the parser takes."""
    folds = [
        (function, name)
        for function, (types, _) in FUNCTIONS.items()
        for name in ("", *DEAL_WORDS)
        if (DEAL_WORDS[name].type in types if name else function in ("count", "share", "growth"))
    ]

    @st.composite
    def aggregate(draw: st.DrawFn) -> dict[str, Any]:
        function, name = draw(st.sampled_from(folds))
        made: dict[str, Any] = {"aggregate": function, "of": f"deals.{name}" if name else "deals"}
        if function == "share" or draw(st.booleans()):
            inner = st.lists(leaf_rules(DEAL_WORDS, deep=False), min_size=1, max_size=2)
            made["where"] = {"combinator": draw(st.sampled_from(["and", "or"])), "rules": draw(inner)}
        if function == "growth" or draw(st.booleans()):
            made["window"] = draw(DAYS)
        if ("window" in made or function == "latest") and draw(st.booleans()):
            made["date"] = draw(st.sampled_from(["closed_on", "seen_at"]))
        return made

    return aggregate()


@st.composite
def leaf_rules(draw: st.DrawFn, words: Any = None, *, deep: bool = True, ranked: bool = False) -> dict[str, Any]:
    words = WORDS if words is None else words
    name: Any = draw(st.sampled_from(sorted(words)))
    field = words[name]
    if deep and draw(st.integers(0, 3)) == 0:
        name = draw(aggregates())
        found = parse({"field": name, "operator": "notNull"}, WORDS, relations=WORLD.relations, subject="partner")
        field = found.aggregate.about
    rankings = PERCENTILES if not ranked else ()
    operator = draw(st.sampled_from([entry.name for entry in operators_of(field.type) if entry.name not in rankings]))
    rule: dict[str, Any] = {"field": name, "operator": operator}
    values = values_for(field)
    match OPERATORS[operator].operand.value:
        case "one":
            rule["value"] = draw(values)
        case "many":
            rule["value"] = draw(st.lists(values, min_size=1, max_size=4))
        case "pair":
            rule["value"] = sorted(
                draw(st.lists(values, min_size=2, max_size=2)), key=lambda value: order(value, field)
            )
        case "last" | "next" as word:
            window = draw(DAYS)
            rule["value"] = {word: window.pop("last"), **window}
        case "percent":
            rule["value"] = draw(st.sampled_from([1, 10, "33.3", 50, "66.666667", 100]))
            if draw(st.booleans()):
                rule["within"] = draw(st.sampled_from(["region", "tier", "name", "vip"]))
    if OPERATORS[operator].positive != "notNull":
        missing = draw(st.sampled_from([None, None, "match", "no_match"]))
        if missing:
            rule["missing"] = missing
        if field.type.value == "text" and draw(st.booleans()):
            rule["case_sensitive"] = True
    return rule


def order(value: Any, about: Field) -> Any:
    kind = about.type.value
    if kind in ("number", "money"):
        return Decimal(value)
    if kind == "ordered_choice":
        return [choice.value for choice in about.choices].index(value)
    return datetime.fromisoformat(value).replace(tzinfo=None) if kind == "datetime" else value


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Groups of them in each other."""
    return st.recursive(leaves | st.just({"everyone": True}), groups, max_leaves=8).filter(
        lambda rule: depth(rule) <= 6
    )


def groups(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        lambda inner: st.fixed_dictionaries(
            {
                "combinator": st.sampled_from(["and", "or"]),
                "not": st.booleans(),
                "rules": st.lists(inner, min_size=1, max_size=4),
            }
        )
    )(inner)


def kept(words: Any) -> dict[str, st.SearchStrategy[Any]]:
    """Values as records have them."""
    found = {}
    for name, about in words.items():
        if about.type.value == "multi_choice":
            found[name] = st.lists(values_for(about), max_size=3, unique=True)
        else:
            found[name] = (values_for(about) if about.is_choice else KEPT[about.type.value]) | st.none()
    return found


rules = trees(leaf_rules())
ranking_rules = trees(leaf_rules(ranked=True))
deals = st.lists(st.fixed_dictionaries({}, optional=kept(DEAL_WORDS)), max_size=4)
records = st.fixed_dictionaries({}, optional={**kept(WORDS), "deals": deals})
populations = st.lists(records, min_size=1, max_size=8)
ZONES = ["", "Asia/Tokyo", "America/New_York", "America/St_Johns", "Pacific/Apia", "Pacific/Niue", "Asia/Kathmandu"]
"""Of segments; the first is the organisation's. One is a day ahead of another, some are not of whole hours."""
moments = st.datetimes(datetime(2026, 3, 21), datetime(2026, 4, 5, 23), timezones=st.just(UTC))
often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def depth(rule: Any) -> int:
    return 1 + max(map(depth, rule["rules"])) if "rules" in rule else 0


def true_of(rule: Any, people: list[Any], zone: str = "", now: datetime = NOW) -> list[bool]:
    return WORLD.true_of(WORLD.parse(rule, zone), people, replace(CLOCK, as_of=now))


def plain_of(records: list[Any], words: Any) -> list[dict[str, Any]]:
    """Records with values in their fields' types, deals too."""
    made = []
    for record in records:
        values = {name: typed(value, words[name]) for name, value in record.items() if name != "deals"}
        made.append({**values, "deals": plain_of(record.get("deals", []), DEAL_WORDS)})
    return made


def reference_says(rule: Any, people: list[Any], zone: str = "", now: datetime = NOW) -> list[bool]:
    where = ZoneInfo(zone) if zone else ZONE
    plain = plain_of(people, WORDS)
    choices = {name: [choice.value for choice in about.choices] for name, about in DEAL_WORDS.items()}
    types = {name: about.type.value for name, about in DEAL_WORDS.items()}
    theirs = reference.Told(types, choices, now, where, date="closed_on", year_start=4)
    told = reference.Told(TYPES, CHOICES, now, where, plain, {"deals": theirs}, year_start=4)
    return [reference.holds(rule, record, told) for record in plain]


def test_evaluate__any_rule_and_population__as_the_plain_evaluator_says(request: pytest.FixtureRequest) -> None:
    """A few hundred pairs; `pytest --reference-pairs 20000` for a longer run."""
    pairs: int = request.config.getoption("--reference-pairs")
    compared = []

    @settings(often, max_examples=pairs)
    @given(ranking_rules, populations, st.sampled_from(ZONES), st.just(NOW) | moments, st.sampled_from([1, 1, 5]))
    def agree(rule: Any, people: list[Any], zone: str, now: datetime, times: int) -> None:
        people = people * times  # large tables are read in another way than small ones
        assert true_of(rule, people, zone, now) == reference_says(rule, people, zone, now)
        compared.append(len(people))

    agree()
    print(f"{len(compared):,} pairs of a rule and a set of records agree, {sum(compared):,} verdicts.")


@often
@given(ranking_rules, ranking_rules, populations)
def test_evaluate__one_more_condition__never_more_members(rule: Any, more: Any, people: list[Any]) -> None:
    both = true_of({"combinator": "and", "rules": [rule, more]}, people)
    assert all(one >= two for one, two in zip(true_of(rule, people), both, strict=True))


@often
@given(ranking_rules, populations)
def test_evaluate__not_not__the_rule_itself(rule: Any, people: list[Any]) -> None:
    inside = {"combinator": "and", "not": True, "rules": [rule]}
    assert true_of({"combinator": "or", "not": True, "rules": [inside]}, people) == true_of(rule, people)


@often
@given(ranking_rules, populations)
def test_rule_01__a_rule_and_its_not__partition_the_population(rule: Any, people: list[Any]) -> None:
    mine = true_of(rule, people)
    others = true_of({"combinator": "or", "not": True, "rules": [rule]}, people)
    assert all(a != b for a, b in zip(mine, others, strict=True))


@often
@given(st.lists(rules, min_size=1, max_size=3), populations)
def test_evaluate__de_morgan(inner: list[Any], people: list[Any]) -> None:
    neither = {"combinator": "or", "not": True, "rules": inner}
    all_not = {"combinator": "and", "rules": [{"combinator": "and", "not": True, "rules": [rule]} for rule in inner]}
    assert true_of(neither, people) == true_of(all_not, people)


@often
@given(st.lists(rules, min_size=2, max_size=4), st.sampled_from(["and", "or"]), populations, st.randoms())
def test_evaluate__siblings_in_any_order__same(inner: list[Any], combinator: str, people: list[Any], dice: Any) -> None:
    shuffled = dice.sample(inner, len(inner))
    assert true_of({"combinator": combinator, "rules": inner}, people) == true_of(
        {"combinator": combinator, "rules": shuffled}, people
    )


@often
@given(rules, populations)
def test_evaluate__one_alone__as_among_all(rule: Any, people: list[Any]) -> None:
    assert true_of(rule, people) == [true_of(rule, [record])[0] for record in people]


def looks_through(node: Node) -> bool:
    """The instants of related records are not looked through for the next boundary: such rules are looked at every hour."""
    for _, leaf in nodes(node):
        if isinstance(leaf, Leaf) and leaf.aggregate is not None:
            inner = [found for _, found in nodes(leaf.aggregate.where)] if leaf.aggregate.where else []
            fields_ = [found.field for found in inner if isinstance(found, Leaf) and isinstance(found.value, Window)]
            if "seen_at" in (leaf.aggregate.date, *fields_):
                return False
            if isinstance(leaf.value, Window) and leaf.aggregate.name == "seen_at":
                return False
    return True


@often
@given(ranking_rules, populations, st.sampled_from(ZONES), st.just(NOW) | moments, st.floats(0, 1))
def test_rule_07__any_rule__the_answer_stays_until_the_next_boundary(
    rule: Any, people: list[Any], zone: str, now: datetime, part: float
) -> None:
    node, clock = WORLD.parse(rule, zone), replace(CLOCK, as_of=now)
    assume(looks_through(node))
    found = Boundaries(Subject.PARTNER, WORLD.table(node, people, clock), WORDS, clock).of(node)
    assert found is None or found > now
    reach = timedelta(days=400) if found is None else found - now - timedelta(microseconds=1)
    later = now + min(part * reach, reach)
    assert true_of(rule, people, zone, later) == true_of(rule, people, zone, now), found


@pytest.mark.parametrize(
    "start", ["2026-04-27T23:30:00+00:00", "2026-10-24T22:15:00+00:00", "2026-11-23T22:30:00+00:00"]
)
def test_rule_08__growth__both_ends_of_both_windows_are_boundaries(start: str) -> None:
    """On a day within a month or two of which the clocks were changed, the two windows do not begin at the same hour."""
    rule = {
        "field": {"aggregate": "growth", "of": "deals", "window": {"last": 30, "unit": "days"}},
        "operator": ">",
        "value": 0,
    }
    node, now = WORLD.parse(rule), datetime.fromisoformat(start)
    days_ = [(now - timedelta(days=number)).date().isoformat() for number in range(-2, 64)]
    people = [{"deals": [{"closed_on": day} for day in (one, another)]} for one in days_ for another in days_[::4]]
    people += [{"deals": [{"closed_on": one}] * 2 + [{"closed_on": two}]} for one in days_ for two in days_[::4]]
    clock = replace(CLOCK, as_of=now)
    while clock.as_of < now + timedelta(days=2):
        table = WORLD.table(node, people, clock)
        found = Boundaries(Subject.PARTNER, table, WORDS, clock).of(node)
        assert found is not None
        before = replace(clock, as_of=found - timedelta(microseconds=1))
        assert WORLD.true_of(node, people, before) == WORLD.true_of(node, people, clock), found
        clock = replace(clock, as_of=found)


@often
@given(st.lists(rules, min_size=1, max_size=4), populations, st.integers(1, 3))
def test_evaluator__many_rules_in_blocks__as_each_alone(many: list[Any], people: list[Any], size: int) -> None:
    nodes_ = [WORLD.parse(rule) for rule in many]
    whole = {"combinator": "and", "rules": many}
    lookups: dict[Any, Any] = {}
    found: list[list[bool]] = [[] for _ in many]
    for block in blocks(WORLD.table(WORLD.parse(whole), people, CLOCK), size):
        evaluator = Evaluator(block, vocabulary=WORDS, clock=CLOCK, lookups=lookups)
        for place, tree in enumerate(nodes_):
            found[place] += evaluator.mask(tree).tolist()
    assert found == [true_of(rule, people) for rule in many]


@often
@given(rules)
def test_to_json__any_rule__reads_back_as_itself_and_has_a_sentence(rule: Any) -> None:
    node = WORLD.parse(rule)
    assert WORLD.parse(to_json(node)) == node
    assert to_json(WORLD.parse(to_json(node))) == to_json(node)
    assert sentence(node, WORDS, clock=CLOCK).endswith(".")


@often
@given(rules, records)
def test_explain__any_rule__verdicts_are_the_evaluators_and_the_nearest_miss_would_do(rule: Any, record: Any) -> None:
    node = WORLD.parse(rule)
    why = reasons(node, WORLD.table(node, [record], CLOCK), vocabulary=WORDS, clock=CLOCK)
    assert why.verdict == true_of(rule, [record])[0]
    turned = {reason.pointer for reason in nearest_miss(node, why)}
    verdicts = {reason.pointer: reason.verdict for reason in why.conditions()}

    def after(at: Any, pointer: str) -> bool:
        if not isinstance(at, Group):
            return verdicts[pointer] != (pointer in turned)
        inner = [after(child, f"{pointer}/rules/{place}") for place, child in enumerate(at.rules)]
        verdict = all(inner) if at.combinator == "and" else any(inner)
        return verdict != at.negated

    assert after(node, "") or not turned
    assert bool(turned) <= (not why.verdict)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from([*SPEC, *OPERATORS]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["combinator", "not", "rules", "field", "operator", "value", "missing", "everyone", "last"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)
broken_leaves = st.fixed_dictionaries(
    {
        "field": st.sampled_from([*SPEC, "segment"]) | anything,
        "operator": st.sampled_from([*OPERATORS, "inAll"]) | anything,
    },
    optional={"value": anything, "missing": anything, "case_sensitive": anything},
)


@settings(often, max_examples=600)
@given(
    anything | broken_leaves | st.fixed_dictionaries({"combinator": st.just("and"), "rules": st.lists(broken_leaves)})
)
def test_parse__whatever_is_sent__a_rule_or_reasons_never_a_crash(sent: Any) -> None:
    try:
        node = parse(sent, WORDS)
    except RuleInvalid as refusal:
        assert refusal.errors
        assert all(error.code and error.detail.encode() for error in refusal.errors)
    else:
        assert parse(to_json(node), WORDS) == node
        evaluate(node, table_of([{}], WORDS), vocabulary=WORDS, clock=Clock(NOW, ZONE))


def test_nearest_miss__two_ways__the_shorter_one() -> None:
    region, tier = (
        {"field": "region", "operator": "=", "value": "EMEA"},
        {"field": "tier", "operator": "=", "value": "gold"},
    )
    both = {"combinator": "and", "rules": [region, tier]}
    rule = {"combinator": "or", "rules": [both, {"field": "vip", "operator": "=", "value": True}]}
    node, table = parse(rule, WORDS), table_of([{}], WORDS)
    why = reasons(node, table, vocabulary=WORDS, clock=Clock(NOW, ZONE))
    assert [reason.pointer for reason in nearest_miss(node, why)] == ["/rules/1"]
    assert why.children[1].found_words == "not set"
    assert why.children[1].missing is True


def test_evaluator__the_same_condition_in_many_rules__worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def counted(leaf: Leaf, *rest: Any) -> Any:
        asked.append(leaf)
        return real(leaf, *rest)

    from segments import evaluate as module

    real = module.ranges_of
    monkeypatch.setattr(module, "ranges_of", counted)
    evaluator = Evaluator(table_of([{"employees": 5}], WORDS), vocabulary=WORDS, clock=Clock(NOW, ZONE))
    leaf = {"field": "employees", "operator": "between", "value": [1, 9]}
    for operator, value in (("between", [1, 9]), ("notBetween", ["1", 9.0]), ("between", [1, "9.00"])):
        evaluator.mask(parse({"combinator": "and", "rules": [{**leaf, "operator": operator, "value": value}]}, WORDS))
    assert len(asked) == 1


def test_evaluate__no_subjects__nobody() -> None:
    for name in SPEC:
        for operator in operators_of(WORDS[name].type):
            if operator.operand.value == "none":
                rule = {"field": name, "operator": operator.name}
                assert true_of(rule, []) == []
    assert true_of({"field": "skills", "operator": "containsAll", "value": ["cloud", "data"]}, []) == []


def test_evaluate__column_that_was_not_read__an_error_never_an_answer() -> None:
    table = table_of([{}], fields({"name": "text"}))
    node = parse({"field": "vip", "operator": "!=", "value": True}, WORDS)
    with pytest.raises(KeyError):
        evaluate(node, table, vocabulary=WORDS, clock=Clock(NOW, ZONE))


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=20),
    st.lists(st.tuples(*[st.none() | st.integers(-(2**64), 2**64)] * 2), max_size=6),
)
def test_inside__any_ranges_of_any_size__as_plain_integers_say(values: list[int], ranges: list[Any]) -> None:
    wanted = [
        any((low is None or value >= low) and (high is None or value < high) for low, high in ranges)
        for value in values
    ]
    assert inside(np.array(values, dtype=np.int64), ranges).tolist() == wanted


def test_operators__every_negative__has_a_positive_of_the_same_types() -> None:
    for operator in OPERATORS.values():
        positive = OPERATORS[operator.positive]
        assert not positive.is_negative
        assert positive.types == operator.types
        assert positive.operand == operator.operand


def test_nodes__pointers__lead_to_the_nodes() -> None:
    rule = {"combinator": "and", "rules": [{"everyone": True}, {"combinator": "or", "rules": [{"everyone": True}]}]}
    assert [pointer for pointer, _ in nodes(parse(rule, {}))] == ["", "/rules/0", "/rules/1", "/rules/1/rules/0"]
