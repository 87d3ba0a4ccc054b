"""An evaluator that shares nothing with the product's: one record, one rule as JSON, plain Python, written from the
language's description alone. Slow and obvious; the vectorised one has to agree with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

POSITIVE = {
    "!=": "=",
    "notIn": "in",
    "doesNotContain": "contains",
    "doesNotBeginWith": "beginsWith",
    "doesNotEndWith": "endsWith",
    "notBetween": "between",
    "notInLast": "inLast",
    "notInNext": "inNext",
    "containsNone": "containsAny",
    "null": "notNull",
}


@dataclass
class Told:
    """All that a rule is about: types and choices by field, related records, the instant, and everybody there is."""

    types: Mapping[str, str]
    choices: Mapping[str, list[str]]
    now: datetime
    zone: ZoneInfo
    population: Sequence[Mapping[str, Any]] = ()
    related: Mapping[str, Told] = field(default_factory=dict)
    """What a relation's records are like; they stand in a record under the relation's name."""
    date: str = ""
    year_start: int = 1


def holds(rule: Any, record: Mapping[str, Any], told: Told) -> bool:
    """The rule is true of the record (typed values, None where missing)."""
    if "everyone" in rule:
        return True
    if "rules" in rule:
        verdicts = [holds(child, record, told) for child in rule["rules"]]
        verdict = all(verdicts) if rule["combinator"] == "and" else any(verdicts)
        return not verdict if rule.get("not") else verdict
    operator = rule["operator"]
    found, kind, choices = value_of(rule["field"], record, told)
    positive = POSITIVE.get(operator, operator)
    within = rule.get("within")
    absent = found is None or (within is not None and record.get(within) is None)
    if absent and rule.get("missing"):
        return bool(rule["missing"] == "match")
    if absent:
        verdict = False
    elif positive in ("topPercent", "bottomPercent"):
        verdict = _ranked(rule, found, record, told)
    else:
        exact = bool(rule.get("case_sensitive"))
        verdict = _true(positive, found, rule.get("value"), kind, choices, exact, told)
    return not verdict if operator in POSITIVE else verdict


def value_of(name: Any, record: Mapping[str, Any], told: Told) -> tuple[Any, str, list[str]]:
    """What stands in a field, or what an aggregate comes to; None where missing. With its type and choices."""
    if isinstance(name, str):
        return record.get(name), told.types[name], told.choices.get(name, [])
    relation, _, folded = name["of"].partition(".")
    inner = told.related[relation]
    rows = list(record.get(relation, ()))
    date_name = name.get("date") or inner.date
    kind = inner.types[folded] if folded else ""
    choices = inner.choices.get(folded, [])
    matching = [row for row in rows if "where" not in name or holds(name["where"], row, inner)]
    if "window" in name:
        recent = [row for row in rows if _in_window("inLast", row.get(date_name), name["window"], told)]
        double = {**name["window"], "last": name["window"]["last"] * 2}
        both = [row for row in rows if _in_window("inLast", row.get(date_name), double, told)]
    else:
        recent = both = rows
    counted = [row for row in matching if any(row is other for other in recent)]
    before = [
        row for row in matching if any(row is other for other in both) and not any(row is other for other in recent)
    ]
    values = [row[folded] for row in counted if folded and row.get(folded) is not None]
    function = name["aggregate"]
    if function == "count":
        return Decimal(len(values) if folded else len(counted)), "number", []
    if function == "sum":
        return sum(values, Decimal(0)), kind, []
    if function == "average":
        return (sum(map(Fraction, values), Fraction(0)) / len(values) if values else None), kind, []
    if function == "share":
        return (Fraction(len(counted), len(recent)) if recent else None), "number", []
    if function == "growth":
        earlier = [row[folded] for row in before if folded and row.get(folded) is not None]
        new, old = (sum(map(Fraction, values)), sum(map(Fraction, earlier))) if folded else (len(counted), len(before))
        return (Fraction(new - old) / old if old else None), "number", []
    if function == "distinct":
        flat = [word for value in values for word in (value if isinstance(value, list) else [value])]
        return Decimal(len({_folded(word) if kind == "text" else word for word in flat})), "number", []
    if function in ("minimum", "maximum"):
        rank = choices.index if kind == "ordered_choice" else lambda value: value
        return ((min if function == "minimum" else max)(values, key=rank) if values else None), kind, choices
    today = told.now.astimezone(told.zone).date()
    latest, on = None, None
    for row in counted:
        day = row.get(date_name)
        if row.get(folded) is None or day is None:
            continue
        past = day < told.now if isinstance(day, datetime) else day <= today
        if past and (on is None or day >= on):
            latest, on = row[folded], day
    return latest, kind, choices


def _ranked(rule: Any, found: Any, record: Mapping[str, Any], told: Told) -> bool:
    within = rule.get("within")
    group = lambda other: _folded(str(other)) if isinstance(other, str) and told.types[within] == "text" else other
    peers = []
    for other in told.population:
        value = value_of(rule["field"], other, told)[0]
        if value is None:
            continue
        if within and (other.get(within) is None or group(other[within]) != group(record[within])):
            continue
        peers.append(value)
    if rule["operator"] == "topPercent":
        beyond = sum(value > found for value in peers)
    else:
        beyond = sum(value < found for value in peers)
    return Fraction(beyond, len(peers)) < Fraction(str(rule["value"])) / 100


def _true(operator: str, found: Any, operand: Any, kind: str, choices: list[str], exact: bool, told: Told) -> bool:
    if operator == "notNull":
        return True
    if kind == "multi_choice":
        have, named = set(found), set(operand)
        return {"containsAny": bool(have & named), "containsAll": named <= have, "equalsSet": have == named}[operator]
    if kind == "text":
        fold = (lambda text: unicodedata.normalize("NFC", text).strip()) if exact else _folded
        words = [fold(word) for word in (operand if isinstance(operand, list) else [operand])]
        mine = fold(found)
        return {
            "=": mine in words,
            "in": mine in words,
            "contains": words[0] in mine,
            "beginsWith": mine[: len(words[0])] == words[0],
            "endsWith": mine[-len(words[0]) :] == words[0],
        }[operator]
    if operator in ("inLast", "inNext"):
        return _in_window(operator, found, operand, told)
    if operator == "anniversaryInNext":
        day = found.astimezone(told.zone).date() if isinstance(found, datetime) else found
        return any(
            _in_window("inNext", _anniversary(day, year), operand, told) for year in range(day.year + 1, day.year + 130)
        )
    values = operand if isinstance(operand, list) else [operand]
    if kind == "datetime":
        return _instant(operator, found, values, told.zone)
    if kind == "ordered_choice":
        mine, others = choices.index(found), [choices.index(value) for value in values]
    elif kind in ("number", "money"):
        mine, others = Fraction(found), [Fraction(str(value)) for value in values]
    elif kind == "date":
        mine, others = found, [date.fromisoformat(value) for value in values]
    else:
        mine, others = found, values
    if operator in ("=", "in"):
        return mine in others
    if operator == "between":
        return bool(others[0] <= mine <= others[1])
    low = others[0]
    return bool({"<": mine < low, "<=": mine <= low, ">": mine > low, ">=": mine >= low}[operator])


def _folded(text: str) -> str:
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return plain.casefold().strip()


def _instant(operator: str, found: datetime, values: list[str], zone: ZoneInfo) -> bool:
    """A day among the operands stands for all of its local day."""
    day = found.astimezone(zone).date()
    pairs: list[tuple[Any, Any]] = [
        (day, date.fromisoformat(value)) if len(value) == 10 else (found, datetime.fromisoformat(value))
        for value in values
    ]
    if operator in ("=", "in"):
        return any(mine == other for mine, other in pairs)
    if operator == "between":
        return bool(pairs[0][0] >= pairs[0][1] and pairs[1][0] <= pairs[1][1])
    mine, other = pairs[0]
    return bool({"<": mine < other, "<=": mine <= other, ">": mine > other, ">=": mine >= other}[operator])


def _anniversary(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def _in_window(operator: str, found: Any, window: Mapping[str, Any], told: Told) -> bool:
    """Instants: start <= found < end. Days: those that the window touches."""
    if found is None:
        return False
    start, end = _window(operator, window, told)
    if isinstance(found, datetime):
        return start <= found < end
    return _midnight(found, told.zone) < end and _midnight(found + timedelta(days=1), told.zone) > start


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _months_on(day: date, months: int) -> date:
    """So many months on or back; the 31st becomes the last where there is none."""
    number = day.year * 12 + (day.month - 1) + months
    for last in (day.day, 30, 29, 28):
        try:
            return date(number // 12, number % 12 + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


def _window(operator: str, window: Mapping[str, Any], told: Told) -> tuple[datetime, datetime]:
    unit, count = window["unit"], window.get("last") or window.get("next")
    back = operator == "inLast"
    months = {"months": 1, "quarters": 3, "years": 12}.get(unit)
    local = told.now.astimezone(told.zone)
    if not window.get("calendar"):
        if months:
            day = _months_on(local.date(), (-1 if back else 1) * count * months)
            far = datetime.combine(
                day,
                local.time(),
                tzinfo=told.zone,
            ).astimezone(UTC)
        else:
            length = timedelta(days=count * (7 if unit == "weeks" else 1))
            far = told.now - length if back else told.now + length
        return (far, told.now) if back else (told.now, far)
    today = local.date()
    if months:
        first = today.replace(day=1)
        while (first.month - told.year_start) % months:
            first = _months_on(first, -1)
        step = lambda times: _months_on(first, times * months)
    else:
        first = today if unit == "days" else today - timedelta(days=today.weekday())
        step = lambda times: first + timedelta(days=times * (7 if unit == "weeks" else 1))
    days = (step(-count), first) if back else (step(1), step(1 + count))
    return _midnight(days[0], told.zone), _midnight(days[1], told.zone)
