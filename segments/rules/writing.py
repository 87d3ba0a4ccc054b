"""Write rules in code as they are read aloud: `every(leaf("region", "=", "EMEA"), leaf("tier", ">=", "gold"))`. Pure."""

from __future__ import annotations

from typing import Any

Rule = dict[str, Any]


def leaf(field: str | Rule, operator: str, value: object = None) -> Rule:
    """One condition; without a value for the operators that take none."""
    return {"field": field, "operator": operator} | ({} if value is None else {"value": value})


def every(*rules: Rule) -> Rule:
    """All of them hold."""
    return {"combinator": "and", "not": False, "rules": list(rules)}


def some(*rules: Rule) -> Rule:
    """At least one of them holds."""
    return {"combinator": "or", "not": False, "rules": list(rules)}


def never(*rules: Rule) -> Rule:
    """None of them holds."""
    return {"combinator": "or", "not": True, "rules": list(rules)}


def last(count: int, unit: str = "days") -> Rule:
    """The stretch of time up to now."""
    return {"last": count, "unit": unit}


def following(count: int, unit: str = "days") -> Rule:
    """The stretch of time from now on."""
    return {"next": count, "unit": unit}


def members(*slugs: str) -> Rule:
    """In any of these segments."""
    return leaf("segment", "in", list(slugs))


def share(of: str, *, where: Rule) -> Rule:
    """The share, from 0 to 1, of the related records that fulfil the rule; to be used as a field."""
    return {"aggregate": "share", "of": of, "where": where}


EVERYONE: Rule = {"everyone": True}
"""The rule of whoever is left over in a set."""
