"""Targeting and reasons in plain words. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from programs.targeting import Targeting

SELECTED = "Selected for your company"
"""What a partner reads when none of the deciding segments may be named."""


def listing(words: Iterable[str], joint: str = "and") -> str:
    """One word by itself; "a and b"; "a, b and c"."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {joint} {items[-1]}"


def because(reason: Mapping[str, list[str]], names: Mapping[str, str]) -> str:
    """Why a partner has an offer. `names` holds the segments that may be named, by slug; others stay unsaid."""
    slugs = [*reason.get("any", []), *reason.get("all", [])]
    known = list(dict.fromkeys(names[slug] for slug in slugs if slug in names))
    return f"Because you are in {listing(known)}" if known else SELECTED


def membership(reason: Mapping[str, list[str]], names: Mapping[str, str]) -> str:
    """The same for staff: "In Gold partners and EMEA, not in Competing"."""

    def named(mode: str) -> list[str]:
        return [names.get(slug, slug) for slug in reason.get(mode, [])]

    inside = listing([*named("any"), *named("all")])
    outside = listing(named("none"), "or")
    return f"In {inside}{f', not in {outside}' if outside else ''}" if inside else ""


def sentence(targeting: Targeting, names: Mapping[str, str]) -> str:
    """For staff: whom a programme is for. `names` holds every segment's name by slug."""

    def named(slugs: Iterable[str]) -> list[str]:
        return [names.get(slug, slug) for slug in slugs]

    if not targeting.names_somebody:
        return "For nobody yet: no segment is chosen."
    parts = []
    if targeting.any:
        parts.append(f"in {listing(named(targeting.any), 'or')}")
    if targeting.all:
        parts.append(f"in {'both ' if len(targeting.all) == 2 else ''}{listing(named(targeting.all))}")
    if targeting.none:
        parts.append(f"not in {listing(named(targeting.none), 'or')}")
    return f"Partners who are {listing(parts)}."


def earning(*, rate: Decimal | None, amount: Decimal | None, currency: str, is_discount: bool = False) -> str:
    """What an incentive earns: "5 % of the deal" or "EUR 1,500"; of a discount, "5 % off the deal" or "EUR 1,500 off"."""
    if rate is not None:
        return f"{rate.normalize():f} % {'off' if is_discount else 'of'} the deal"
    return f"{currency} {_plain(amount or Decimal())}{' off' if is_discount else ''}"


def _plain(value: Decimal) -> str:
    """Grouped by thousands, without idle zeros behind the point (cents are kept whole)."""
    text = f"{value:,}"
    if "." not in text:
        return text
    text = text.rstrip("0").rstrip(".")
    whole, point, places = text.partition(".")
    return f"{whole}.{places.ljust(2, '0')}" if point and len(places) == 1 else text


def tiers_in_words(tiers: Iterable[Mapping[str, str]], currency: str) -> list[str]:
    """The tiers of a rate: "5 % of what goes beyond EUR 100,000"."""
    return [
        f"{_plain(Decimal(tier['rate']))} % of what goes beyond {currency} {_plain(Decimal(tier['from']))}"
        for tier in tiers
    ]
