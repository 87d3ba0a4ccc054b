"""A list of records narrowed by any field of the vocabulary: conditions as an address writes them, and as the database reads.

A condition is `f.FIELD=VALUE` (repeated: any of them), with `f.FIELD.op=` for what else than "is": `not`, `contains`,
`starts`, `between` (`f.FIELD.from=`, `f.FIELD.to=`, both ends included), `set` and `unset`. As in rules, what has no value
fits no condition but `unset` and the negative ones. Of a share the ends are fractions, or per cent with `f.FIELD.in=percent`,
which is how a form sends what people type; a `Condition` always holds fractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import BooleanField, DateField, DateTimeField, DecimalField, F, Q, TextField, Value
from django.db.models.expressions import BaseExpression, RawSQL
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf
from django.http import QueryDict
from django.utils import timezone

from partners.facts import fact, folded, instants
from partners.instants import in_utc
from partners.models import Customer
from partners.percent import from_percent, to_percent
from partners.vocabulary import Field, FieldKind, FieldType, Vocabulary

PREFIX = "f."
PERCENT = "percent"
"""The unit that an address names where its numbers are per cent."""
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LONGEST = 200
MOST_VALUES = 50
_T = FieldType
CHOICES = frozenset({_T.CHOICE, _T.ORDERED_CHOICE, _T.MULTI_CHOICE, _T.BOOLEAN})
RANGES = frozenset({_T.NUMBER, _T.MONEY, _T.DATE, _T.DATETIME})
OPERATORS: dict[str, str] = {
    "is": "is",
    "not": "is not",
    "contains": "contains",
    "starts": "begins with",
    "between": "is between",
    "set": "is set",
    "unset": "is not set",
}
REFERENCES = {
    "parent": "parent__external_id",
    "channel_manager": "channel_manager__email",
    "partner": "partner__external_id",
    "customer": "customer__external_id",
    "partners": "partners__external_id",
}
"""Where the value stands that names another record."""


def operators(field: Field) -> list[tuple[str, str]]:
    """What can be asked of a field: codes and words, the usual one first."""
    if field.type in RANGES:
        codes = ["between", "set", "unset"]
    elif field.type in CHOICES and not field.refers_to:
        codes = ["is", "not", "set", "unset"]
    elif field.refers_to:
        codes = ["is", "set", "unset"]
    else:
        codes = ["contains", "starts", "is", "not", "set", "unset"]
    return [(code, OPERATORS[code]) for code in codes]


@dataclass(frozen=True, slots=True)
class Condition:
    """One field and what is asked of it."""

    field: Field
    operator: str
    values: tuple[str, ...] = ()
    """Of `between`: both ends, "" for an open one."""
    problem: str = ""
    """What is wrong with the values; then the condition narrows nothing."""

    @property
    def is_empty(self) -> bool:
        """Nothing is asked yet."""
        return self.operator not in {"set", "unset"} and not any(self.values)

    @property
    def words(self) -> str:
        """As people say it: "Tier is Gold or Platinum"."""
        said = OPERATORS[self.operator]
        if self.operator in {"set", "unset"} or self.is_empty:
            return f"{self.field.label} {said if not self.is_empty else ''}".strip()
        if self.operator == "between":
            low, high = (f"{to_percent(v)} %" if v and self.field.is_share else v for v in self.values)
            said = f"from {low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
            return f"{self.field.label} {said}"
        values = [dict(options(self.field)).get(value, value) for value in self.values]
        return f"{self.field.label} {said} {' or '.join(values)}"

    @property
    def q(self) -> Q:
        """As the database reads it."""
        if self.is_empty or self.problem:
            return Q()
        return _q(self.field, self.operator, self.values)

    def parameters(self) -> list[tuple[str, str]]:
        """As an address writes it."""
        name = PREFIX + self.field.name
        said = [] if self.operator == "is" else [(f"{name}.op", self.operator)]
        if self.operator == "between":
            return [*said, *((f"{name}.{end}", v) for end, v in zip(("from", "to"), self.values, strict=True) if v)]
        return said + [(name, value) for value in self.values]


def options(field: Field) -> list[tuple[str, str]]:
    """The values to choose from; none for a field that takes any."""
    if field.type is _T.BOOLEAN:
        return [("true", "Yes"), ("false", "No")]
    return [(choice.value, choice.label) for choice in field.choices]


def read(query: QueryDict, vocabulary: Vocabulary) -> list[Condition]:
    """The conditions in an address, in its order; fields that do not exist are passed over."""
    names = dict.fromkeys(key.removeprefix(PREFIX).partition(".")[0] for key in query if key.startswith(PREFIX))
    return [_condition(query, vocabulary[name]) for name in names if name in vocabulary]


def _condition(query: QueryDict, field: Field) -> Condition:
    name, allowed = PREFIX + field.name, [code for code, _ in operators(field)]
    values = tuple(_clean(value) for value in query.getlist(name)[:MOST_VALUES])
    values = tuple(dict.fromkeys(value for value in values if value))
    said = query.get(f"{name}.op", "is" if values and "is" in allowed else allowed[0])
    operator = said if said in allowed else allowed[0]
    if operator in {"set", "unset"}:
        values = ()
    elif operator == "between":
        low, high = (_clean(query.get(f"{name}.{end}", "")) for end in ("from", "to"))
        values = (low or (values[0] if values else ""), high or (values[0] if values and not low else ""))
        if field.is_share and query.get(f"{name}.in") == PERCENT:
            values = (from_percent(values[0]), from_percent(values[1]))
    found = Condition(field, operator, values)
    try:
        _ = [typed(field, value) for value in values if value]
    except ValueError as error:
        return replace(found, problem=str(error))
    return found


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()[:LONGEST]


def typed(field: Field, text: str) -> Any:
    """A value of a condition as the database compares it. ValueError says what would be right."""
    try:
        match field.type:
            case _T.NUMBER | _T.MONEY:
                number = Decimal(text.replace(",", "").replace(" ", ""))
                if not number.is_finite() or abs(number) >= 10**15:
                    raise ValueError
                return number
            case _T.DATE:
                return date.fromisoformat(text)
            case _T.DATETIME:
                instant = datetime.fromisoformat(text)
                return in_utc(instant if instant.tzinfo else timezone.make_aware(instant))
            case _T.BOOLEAN:
                return {"true": True, "false": False}[text.lower()]
    except (ValueError, InvalidOperation, KeyError, OverflowError) as error:
        kind = {_T.DATE: "a date such as 2026-03-31", _T.DATETIME: "a date such as 2026-03-31"}
        raise ValueError(f"“{text}” is not {kind.get(field.type, 'a number')}.") from error
    return text


def ends(field: Field, texts: tuple[str, ...]) -> tuple[Any, Any]:
    """Both ends of a range, None for an open one; a day as the last instant's means all of it."""
    low, high = (typed(field, text) if text else None for text in texts)
    if field.type is _T.DATETIME and high is not None and len(texts[1]) == len("2026-03-31"):
        high += timedelta(days=1, microseconds=-1)
    return low, high


def value_of(field: Field) -> BaseExpression | F:
    """The expression of a field that holds one value and is stored; null where it is missing."""
    if field.kind is FieldKind.CUSTOM:
        text = NullIf(KeyTextTransform(field.name, "custom"), Value(""), output_field=TextField())
        kind: Any = {
            _T.NUMBER: DecimalField(max_digits=30, decimal_places=6),
            _T.MONEY: DecimalField(max_digits=30, decimal_places=2),
            _T.DATE: DateField(),
            _T.DATETIME: DateTimeField(),
            _T.BOOLEAN: BooleanField(),
        }.get(field.type)
        return Cast(text, kind) if kind else text
    if field.refers_to:
        return F(REFERENCES[field.name])
    return F(field.name) if field.type in RANGES else NullIf(F(field.name), Value(""))


def _q(field: Field, operator: str, texts: tuple[str, ...]) -> Q:
    if operator == "not":
        return ~_q(field, "is", texts)
    if operator == "unset":
        return ~_q(field, "set", ())
    if field.kind is FieldKind.COMPUTED:
        return _computed(field, operator, texts)
    if field.name == "partners":
        served = Q(partners__deleted_at=None)
        served &= Q(partners__external_id__in=texts) if operator == "is" else Q(partners__isnull=False)
        # a subquery: a join would show a customer once for each partner
        return Q(pk__in=Customer.objects.filter(served).values("pk"))
    if field.type is _T.MULTI_CHOICE:
        return _many(field, operator, texts)
    return _single(field, operator, texts)


def _many(field: Field, operator: str, texts: tuple[str, ...]) -> Q:
    if field.kind is FieldKind.CUSTOM:
        if operator == "set":
            return Q(custom__has_key=field.name) & ~Q(**{f"custom__{field.name}": []})
        found = Q()
        for text in texts:
            found |= Q(custom__contains={field.name: [text]})
        return found
    return Q(**{f"{field.name}__len__gt": 0}) if operator == "set" else Q(**{f"{field.name}__overlap": list(texts)})


def _single(field: Field, operator: str, texts: tuple[str, ...]) -> Q:
    """By a lookup on the plain column where there is one (an index may help), else on the expression."""
    values = list(ends(field, texts)) if operator == "between" else [typed(field, text) for text in texts]
    is_plain = field.kind is FieldKind.BUILT_IN
    path = REFERENCES.get(field.name, field.name)
    if not is_plain:
        return _compared(value_of(field), operator, values, exact=field.type in CHOICES)
    if operator == "set":
        return Q(**{f"{path}__isnull": False}) & (Q() if field.type in RANGES else ~Q(**{path: ""}))
    if operator == "between":
        low, high = values
        found = Q(**{f"{path}__isnull": False})
        found &= Q(**{f"{path}__gte": low}) if low is not None else Q()
        return found & (Q(**{f"{path}__lte": high}) if high is not None else Q())
    if operator == "is" and field.is_choice:
        return Q(**{f"{path}__in": values})
    lookup = {"is": "iexact", "contains": "icontains", "starts": "istartswith"}[operator]
    return _any(Q(**{f"{path}__{lookup}": value}) for value in values)


def _compared(expression: Any, operator: str, values: list[Any], *, exact: bool) -> Q:
    """Conditions on an expression, as `Q`s that hold the lookups themselves."""

    def lookup(name: str, value: Any) -> Q:
        kind: Any = getattr(expression, "output_field", TextField())
        return Q(kind.get_lookup(name)(expression, value))

    if operator == "set":
        return lookup("isnull", False)
    if operator == "between":
        low, high = values
        found = lookup("isnull", False)
        found &= lookup("gte", low) if low is not None else Q()
        return found & (lookup("lte", high) if high is not None else Q())
    name = {"is": "exact" if exact else "iexact", "contains": "icontains", "starts": "istartswith"}[operator]
    return lookup("isnull", False) & _any(lookup(name, value) for value in values)


def _any(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


@dataclass(frozen=True, slots=True)
class Keys:
    """A statement that gives the ids of subjects, in one pass over what a fact is folded from."""

    statement: str
    given: dict[str, Any]
    """Its named placeholders."""
    is_all_but: bool
    """It gives those that do not fit: subjects without any row fit as well."""


def keys(field: Field, operator: str, texts: tuple[str, ...]) -> Keys | None:
    """Who fits a condition on a computed field, "between" or "set"; None: everybody."""
    rule = fact(field.subject, field.name)
    if operator == "set" and rule.empty == "0":
        return None
    low, high = ends(field, texts) if operator == "between" else (None, None)
    condition, given = f"found.{field.name} IS NOT NULL", dict(instants(timezone.now()))
    if low is not None:
        condition, given = f"{condition} AND found.{field.name} >= %(low)s", {**given, "low": low}
    if high is not None:
        condition, given = f"{condition} AND found.{field.name} <= %(high)s", {**given, "high": high}
    is_all_but = rule.empty == "0" and (low is None or low <= 0) and (high is None or high >= 0)
    rows = folded(rule.source, f"{rule.sql} AS {field.name}", rows=rule.rows)
    fits = f"NOT ({condition})" if is_all_but else condition
    return Keys(f"SELECT found.key FROM ({rows}) found WHERE {fits}", given, is_all_but)


def _computed(field: Field, operator: str, texts: tuple[str, ...]) -> Q:
    found = keys(field, operator, texts)
    if found is None:
        return ~Q(pk__in=[])
    listed = Q(pk__in=_raw(found.statement, found.given))
    return ~listed if found.is_all_but else listed


def _raw(statement: str, given: dict[str, Any]) -> RawSQL:
    """The statement with its named placeholders by position."""
    names = PLACEHOLDER.findall(statement)
    return RawSQL(PLACEHOLDER.sub("%s", statement), [given[name] for name in names])  # noqa: S611 — our own names
