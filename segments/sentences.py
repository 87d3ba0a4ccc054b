"""A rule in plain English. Pure values: the same words in the builder, the preview, the explanation and the portal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from partners.vocabulary import Field, FieldType, Vocabulary
from partners.wording import day
from segments import instants
from segments.instants import Clock, Window
from segments.operators import OPERATORS, PERCENTILES, SEGMENT_OPERATORS
from segments.rules.nodes import Aggregate, Everyone, Group, Leaf, Node, SegmentLeaf, about_of, zones_of

MANY = 12
"""Longer lists are cut off, with the number of those left out."""
_PLURAL = {"partner": "partners", "customer": "customers", "deal": "deals"}


def sentence(
    node: Node,
    vocabulary: Vocabulary,
    *,
    subject: str = "partner",
    segments: Mapping[str, str] | None = None,
    clock: Clock | None = None,
) -> str:
    """One sentence, such as `Partners where Region is EMEA and Tier is at least Gold.`

    `segments`: names by slug. `clock`: relative windows are followed by today's dates.
    """
    plural = _PLURAL.get(subject, "subjects")
    if isinstance(node, Everyone):
        return f"All {plural}."
    said = f"{plural.capitalize()} where {phrase(node, vocabulary, segments=segments, clock=clock)}."
    zones = sorted(zones_of(node))
    return f"{said} Days are those of {_listed(zones, 'and')}." if zones else said


def phrase(
    node: Node, vocabulary: Vocabulary, *, segments: Mapping[str, str] | None = None, clock: Clock | None = None
) -> str:
    """The node as a clause, without capital or full stop. Nested groups stand in brackets."""
    if isinstance(node, Everyone):
        return "it is anyone"
    if isinstance(node, SegmentLeaf):
        names = _listed(
            [(segments or {}).get(slug) or slug for slug in node.slugs], "and" if node.operator == "inAll" else "or"
        )
        words = "is in" if node.operator != "notIn" else "is not in"
        return f"it {words} {names}" if len(node.slugs) == 1 else f"it {SEGMENT_OPERATORS[node.operator]} {names}"
    if isinstance(node, Leaf):
        about, within = about_of(node, vocabulary), vocabulary.get(node.within)
        said = aggregate_phrase(node.aggregate, segments, clock) if node.aggregate else ""
        return leaf_phrase(node, about, clock, within, said)
    parts = []
    for child in node.rules:
        text = phrase(child, vocabulary, segments=segments, clock=clock)
        nested = isinstance(child, Group) and not child.negated and len(child.rules) > 1 and len(node.rules) > 1
        parts.append(f"({text})" if nested else text)
    joined = f" {node.combinator} ".join(parts)
    return f"not ({joined})" if node.negated else joined


def leaf_phrase(
    leaf: Leaf, about: Field, clock: Clock | None = None, within: Field | None = None, said: str = ""
) -> str:
    """One condition: `Region is not EMEA (or not set)`. `said`: the words for what is compared, if not its label."""
    operator = OPERATORS[leaf.operator]
    words = operator.words_for(about.type)
    text = f"{said or about.label} {words}"
    if leaf.value is not None:
        text += f" {operand_words(leaf, about)}"
    if leaf.operator in PERCENTILES:
        text += f" of its {within.label}" if within else " of all"
    if leaf.case_sensitive:
        text += " (exact case)"
    dates = resolved(leaf, about, clock, plain=True) if clock and isinstance(leaf.value, Window) else ""
    if dates:
        text += f" ({dates})"
    if leaf.missing == "match" or (operator.is_negative and leaf.missing is None and operator.positive != "notNull"):
        text += " (or not set)"
    elif leaf.missing == "no_match" and operator.is_negative:
        text += " (and set)"
    return text


def aggregate_phrase(aggregate: Aggregate, segments: Mapping[str, str] | None, clock: Clock | None) -> str:
    """What is compared: `Number of deals (Stage is Won; Closed on in the last 90 days)`."""
    words = aggregate.related.vocabulary
    parts = []
    if aggregate.where is not None:
        parts.append(phrase(aggregate.where, words, segments=segments, clock=clock))
    if aggregate.window is not None:
        label = words[aggregate.date].label
        within = f"{label} in the last {window_words(aggregate.window)}"
        here = clock.at(aggregate.zone) if clock else None
        dates = window_days(aggregate.window, words[aggregate.date], here, plain=True) if here else ""
        parts.append(f"{within} ({dates})" if dates else within)
    elif aggregate.date:
        parts.append(f"by {words[aggregate.date].label}")
    return f"{aggregate.about.label} ({'; '.join(parts)})" if parts else aggregate.about.label


def window_words(window: Window) -> str:
    """`90 days`, `1 whole quarter`."""
    unit = window.unit.value if window.count != 1 else window.unit.value[:-1]
    return f"{window.count} {'whole ' if window.calendar else ''}{unit}"


def operand_words(leaf: Leaf, about: Field) -> str:
    """The operand alone: "EMEA or NA", "10,000", "90 days"."""
    value = leaf.value
    if isinstance(value, Window):
        return window_words(value)
    if not isinstance(value, tuple):
        return _number(value) + " %" if leaf.operator in PERCENTILES else value_words(value, about)
    parts = [value_words(entry, about) for entry in value]
    if OPERATORS[leaf.operator].positive == "between":
        return f"{parts[0]} and {parts[1]}"
    return _listed(parts, "and" if leaf.operator in ("containsAll", "equalsSet") else "or")


def value_words(value: Any, about: Field) -> str:
    """A value as people read it: a choice by its label, text in quotation marks."""
    if isinstance(value, tuple):
        return _listed([value_words(entry, about) for entry in value], "and")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{_number(value * 100)} %" if about.is_share else _number(value)
    if isinstance(value, datetime):
        return f"{instant_words(value.astimezone(UTC))} UTC"
    if isinstance(value, date):
        return day(value)
    if about.is_choice:
        return next((choice.label for choice in about.choices if choice.value == value), str(value))
    return f"“{value}”"


def _number(value: Any) -> str:
    return f"{value.normalize():,f}" if abs(value.adjusted()) < 30 else str(value)


def instant_words(at: datetime) -> str:
    """`23 August 2026, 14:05`."""
    return f"{day(at)}, {at:%H:%M}"


def resolved(leaf: Leaf, about: Field, clock: Clock, *, plain: bool = False) -> str:
    """The days a relative window means at this instant, both included; else nothing.

    "2026-08-23 … 2026-11-21", or for people (`plain`) "23 August 2026 to 21 November 2026".
    """
    if isinstance(leaf.value, Window):
        here = clock.at(leaf.zone)
        if leaf.operator == "anniversaryInNext":  # of local days, whatever the field
            return window_days(leaf.value, replace(about, type=FieldType.DATE), here, plain=plain)
        return window_days(leaf.value, about, here, plain=plain)
    if leaf.aggregate and leaf.aggregate.window:
        dated = leaf.aggregate.related.vocabulary[leaf.aggregate.date]
        return window_days(leaf.aggregate.window, dated, clock.at(leaf.aggregate.zone), plain=plain)
    return ""


def window_days(window: Window, about: Field, clock: Clock, *, plain: bool = False) -> str:
    """First and last day of a window for values of a field; instants where the window does not begin with a day."""
    start, end = instants.span(window, clock)
    between = " to " if plain else " … "
    if about.type is FieldType.DATETIME and not window.calendar:
        edges = [edge.astimezone(clock.zone) for edge in (start, end)]
        return between.join(instant_words(edge) if plain else f"{edge:%Y-%m-%d %H:%M}" for edge in edges)
    days = instants.days(start, end, clock.zone)
    if plain:
        return between.join(dict.fromkeys(map(day, days)))  # one day is said once
    return between.join(each.isoformat() for each in days)


def _listed(parts: list[str], conjunction: str) -> str:
    if len(parts) > MANY:
        return f"{', '.join(parts[:MANY])} {conjunction} {len(parts) - MANY} more"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"
