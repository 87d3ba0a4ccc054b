"""Aggregates as fields: what they are made of, what they come to, and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from partners.vocabulary import Field, FieldKind, FieldType, Subject
from segments.instants import Window
from segments.rules.errors import Noted, Refused, either, nearest, shown
from segments.rules.nodes import Aggregate, Related, aggregate_to_json, is_sensitive, zones_of
from segments.rules.values import read_window

if TYPE_CHECKING:
    from segments.rules.parsing import Parser

_T = FieldType
_AMOUNTS = frozenset({_T.NUMBER, _T.MONEY})
_ORDERED = _AMOUNTS | {_T.DATE, _T.DATETIME, _T.ORDERED_CHOICE}
_DATES = frozenset({_T.DATE, _T.DATETIME})
_ANY = frozenset(FieldType)
_KEYS = ("aggregate", "of", "where", "window", "date")

FUNCTIONS: dict[str, tuple[frozenset[FieldType], str]] = {
    "count": (_ANY, "number of {many}"),
    "sum": (_AMOUNTS, "total {field} of {many}"),
    "average": (_AMOUNTS, "average {field} of {many}"),
    "minimum": (_ORDERED, "lowest {field} of {many}"),
    "maximum": (_ORDERED, "highest {field} of {many}"),
    "distinct": (_ANY, "number of different {field} of {many}"),
    "share": (frozenset(), "share of {many}"),
    "latest": (_ANY - {_T.MULTI_CHOICE}, "latest {field} of {many}"),
    "growth": (_AMOUNTS, "growth of {what} of {many}"),
}
"""Types of the field that each folds, and how it reads."""
_ROWS_ALONE = frozenset({"count", "share", "growth"})
"""Those that can do without a field."""
_SAME_TYPE = frozenset({"sum", "average", "minimum", "maximum", "latest"})
"""Their result is of the field's type; of the others it is a number."""
SHARES = frozenset({"share", "growth"})
"""Their result is stored as a fraction and said in per cent."""


def read_aggregate(parser: Parser, value: Mapping[str, Any], pointer: str, depth: int) -> Aggregate:
    """The aggregate that stands in a leaf's `field`. Raises Refused; what is wrong inside `where` is noted there."""
    parser.keys(value, _KEYS, pointer)
    function = value.get("aggregate")
    if not isinstance(function, str) or function not in FUNCTIONS:
        detail = f"There is no aggregate {shown(function)}."
        raise Refused("unknown_aggregate", f"{detail} It can be {either(FUNCTIONS)}.")
    related, folded = _related(parser, function, value.get("of"))
    where = None
    if value.get("where") is not None:
        if depth > parser.deepest:
            detail = f"Aggregates are nested more than {parser.deepest} deep. Make a segment of the inner part and refer to it."
            raise Refused("too_deep", detail)
        inner = replace(parser, vocabulary=related.vocabulary, subject=related.subject)
        before = len(parser.errors)
        where = inner.node(value["where"], f"{pointer}/field/where", depth + 1)
        if where is None or len(parser.errors) > before:
            raise Noted
    elif function == "share":
        raise Refused("no_where", "“share” takes “where”: which of the related records it is the share of.")
    window = None
    if value.get("window") is not None:
        window = read_window(value["window"], "last", "an aggregate")
    elif function == "growth":
        raise Refused(
            "no_window", '“growth” takes a “window” to compare with the one before: {"last": 1, "unit": "years"}.'
        )
    date = _date(value.get("date"), related, is_needed=window is not None or function == "latest")
    zone = parser.zone if date or (where is not None and zones_of(where)) else ""
    return build(function, parser.subject, related, folded, where=where, window=window, date=date, zone=zone)


def build(
    function: str,
    owner: str,
    related: Related,
    folded: Field | None,
    *,
    where: Any,
    window: Window | None,
    date: str,
    zone: str = "",
) -> Aggregate:
    """The aggregate with its result as a field, and its key."""
    many = related.name
    what = f"total {folded.label}" if folded else "the number"
    words = FUNCTIONS[function][1].format(many=many, field=folded.label if folded else "", what=what)
    if function == "count" and folded:
        words += f" with {folded.label}"
    same = folded if folded and function in _SAME_TYPE else None
    about = Field(
        folded.subject if folded else Subject.PARTNER,
        f"{function} of {many}.{folded.name}" if folded else f"{function} of {many}",
        words[0].upper() + words[1:],
        same.type if same else FieldType.NUMBER,
        FieldKind.COMPUTED,
        choices=same.choices if same else (),
        sensitive=bool(folded and folded.sensitive) or bool(where and is_sensitive(where, related.vocabulary)),
        refers_to=same.refers_to if same else "",
        is_share=function in SHARES or bool(same and same.is_share),
    )
    made = Aggregate(
        function,
        owner,
        many,
        folded.name if folded else "",
        where,
        window,
        date,
        zone,
        related=related,
        about=about,
        key="",
    )
    whose = {"owner": owner, "zone": zone} if zone else {"owner": owner}
    key = json.dumps({**whose, **aggregate_to_json(made)}, sort_keys=True, ensure_ascii=False)
    return replace(made, key=key)


def _related(parser: Parser, function: str, of: Any) -> tuple[Related, Field | None]:
    known = parser.relations.get(parser.subject, {})
    if not isinstance(of, str) or not of:
        raise Refused(
            "wrong_type", f'“of” says what is counted or added up, such as "deals.amount"; this is {shown(of)}.'
        )
    name, _, field = of.partition(".")
    if name not in known:
        whose = f"A {parser.subject or 'subject'} has no {shown(name)}."
        raise Refused("unknown_relation", whose + nearest(name, known))
    related = known[name]
    if not field:
        if function not in _ROWS_ALONE:
            raise Refused(
                "wrong_type", f"“{function}” takes a field of {name}, such as “{name}.{_example(function, related)}”."
            )
        return related, None
    types = FUNCTIONS[function][0]
    if not types:
        raise Refused("wrong_type", f"“{function}” goes over whole records: write “{name}”.")
    if field not in related.vocabulary:
        raise Refused(
            "unknown_field", f"{name.capitalize()} have no field {shown(field)}.{nearest(field, related.vocabulary)}"
        )
    about = related.vocabulary[field]
    if about.type not in types:
        kind = about.type.value.replace("_", " ")
        fitting = [entry.name for entry in related.vocabulary.values() if entry.type in types]
        hint = nearest("", fitting) if len(fitting) <= 12 else ""
        raise Refused("wrong_type", f"“{function}” does not go with “{of}”, which is {kind}.{hint}")
    return related, about


def _example(function: str, related: Related) -> str:
    types = FUNCTIONS[function][0]
    return next((entry.name for entry in related.vocabulary.values() if entry.type in types), "…")


def _date(name: Any, related: Related, *, is_needed: bool) -> str:
    """The field of the record that the window goes by."""
    dates = [entry.name for entry in related.vocabulary.values() if entry.type in _DATES]
    if name in (None, ""):
        if is_needed and not related.date:
            raise Refused("no_date", f"“date” says which date of {related.name} counts.{nearest('', dates)}")
        return related.date if is_needed else ""
    if not isinstance(name, str) or name not in dates:
        raise Refused("unknown_field", f"{shown(name)} is not a date of {related.name}.{nearest(str(name), dates)}")
    if not is_needed:
        raise Refused("wrong_type", "“date” goes with a “window” or with “latest”; leave it out.")
    return name
