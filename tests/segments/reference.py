"""An evaluator that shares nothing with the product's: one record, one rule as JSON, plain Python, written from the
language's description alone. Slow and obvious; the vectorised one has to agree with it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
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


def holds(rule: Any, record: Mapping[str, Any], types: Mapping[str, str], choices: Mapping[str, list[str]],
          now: datetime, zone: ZoneInfo) -> bool:  # fmt: skip
    """The rule is true of the record (typed values, None where missing)."""
    if "everyone" in rule:
        return True
    if "rules" in rule:
        verdicts = [holds(child, record, types, choices, now, zone) for child in rule["rules"]]
        verdict = all(verdicts) if rule["combinator"] == "and" else any(verdicts)
        return not verdict if rule.get("not") else verdict
    name, operator = rule["field"], rule["operator"]
    found = record.get(name)
    if found is None and rule.get("missing"):
        return bool(rule["missing"] == "match")
    positive = POSITIVE.get(operator, operator)
    verdict = found is not None and _true(
        positive,
        found,
        rule.get("value"),
        types[name],
        choices.get(name, []),
        bool(rule.get("case_sensitive")),
        now,
        zone,
    )
    return not verdict if operator in POSITIVE else verdict


def _true(operator: str, found: Any, operand: Any, kind: str, choices: list[str], exact: bool,
          now: datetime, zone: ZoneInfo) -> bool:  # fmt: skip
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
        return _in_window(operator, found, operand, now, zone)
    values = operand if isinstance(operand, list) else [operand]
    if kind == "datetime":
        return _instant(operator, found, values, zone)
    if kind == "ordered_choice":
        mine, others = choices.index(found), [choices.index(value) for value in values]
    elif kind in ("number", "money"):
        mine, others = found, [Decimal(str(value)) for value in values]
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


def _in_window(operator: str, found: Any, window: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> bool:
    """Rolling days and weeks only: what needs a calendar is pinned by cases."""
    assert window["unit"] in ("days", "weeks")
    assert not window.get("calendar")
    length = timedelta(days=(window.get("last") or window.get("next")) * (7 if window["unit"] == "weeks" else 1))
    start, end = (now - length, now) if operator == "inLast" else (now, now + length)
    if isinstance(found, datetime):
        return start <= found < end
    opens = datetime(found.year, found.month, found.day, tzinfo=zone).astimezone(UTC)
    tomorrow = found + timedelta(days=1)
    closes = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
    return opens < end and closes > start
