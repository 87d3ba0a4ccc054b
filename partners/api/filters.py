"""`filter[field]=`, `search=` and `ordering=` of the lists of records."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import DateTimeField, DecimalField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, IExact
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from partners.instants import in_utc
from partners.models import Customer
from partners.vocabulary import Field, FieldKind, FieldType

ORDERS = ("external_id", "name", "created_at", "updated_at", "id")
"""Besides the built-in columns that hold one value."""
_PATTERN = re.compile(r"filter\[([^\]]*)\]")
_TRUTH = {"true": True, "false": False, "1": True, "0": False}
_REFERENCE = {
    "parent": "parent__external_id",
    "channel_manager": "channel_manager__email",
    "partner": "partner__external_id",
    "customer": "customer__external_id",
    "partners": "partners__external_id",
}


class BadParameter(APIException):
    """A query parameter that cannot be used; says which and why."""

    status_code = 400
    default_code = "invalid"

    def __init__(self, parameter: str, detail: str, code: str = "invalid") -> None:
        super().__init__(detail)
        self.errors = [{"pointer": "", "parameter": parameter, "code": code, "detail": detail}]


def narrowed(queryset: QuerySet[Any], request: Request, vocabulary: Mapping[str, Field]) -> QuerySet[Any]:
    """The records that all the filters and the search let through. A repeated filter means any of its values."""
    for parameter in request.query_params:
        found = _PATTERN.fullmatch(parameter)
        if not found:
            continue
        field = vocabulary.get(found[1])
        if field is None:
            raise BadParameter(parameter, f"There is no field “{found[1]}” to filter by. See fields/.", "unknown_field")
        if field.kind is FieldKind.COMPUTED:
            raise BadParameter(parameter, f"{field.label} is worked out. Use a segment to select by it.", "computed")
        condition = Q()
        for text in request.query_params.getlist(parameter):
            condition |= _condition(field, text, parameter)
        queryset = queryset.filter(condition)
    words = request.query_params.get("search", "")
    if not words:
        return queryset
    if hasattr(queryset, "search"):
        return queryset.search(words)
    return queryset.filter(Q(name__icontains=words) | Q(external_id__icontains=words))


def ordering(request: Request, vocabulary: Mapping[str, Field]) -> tuple[str, ...]:
    """The columns to sort by, from `ordering=name,-joined_on`. Without: as entered."""
    text = request.query_params.get("ordering", "")
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        field = vocabulary.get(name.removeprefix("-"))
        plain = (
            field is not None
            and field.kind is FieldKind.BUILT_IN
            and not field.refers_to
            and field.type is not FieldType.MULTI_CHOICE
        )
        if name.removeprefix("-") not in ORDERS and not plain:
            raise BadParameter("ordering", f"The list cannot be sorted by “{name}”.")
    if len(names) != len({name.removeprefix("-") for name in names}) or len(names) > 3:
        raise BadParameter("ordering", "Sort by up to three different fields.")
    return names or ("id",)


def _condition(field: Field, text: str, parameter: str) -> Q:
    """Equality as people mean it: text in whatever case, an empty value for what is not set."""
    text = text.strip()
    column = _REFERENCE[field.name] if field.refers_to else field.name
    if field.kind is FieldKind.CUSTOM:
        return _custom(field, text, parameter)
    if field.name == "partners" and text:  # a subquery: a join would show a customer once for each partner
        served = Customer.objects.filter(partners__external_id=text, partners__deleted_at=None)
        return Q(pk__in=served.values("pk"))
    if field.type is FieldType.MULTI_CHOICE and not field.refers_to:
        return Q(**{f"{column}__contains": [text]} if text else {f"{column}__len": 0})
    if field.type in _READ:
        return Q(**{column: _typed(field, text, parameter)} if text else {f"{column}__isnull": True})
    if not text:
        return Q(**{f"{column}__isnull": True}) if field.refers_to else Q(**{column: ""})
    return Q(**{column if field.refers_to else f"{column}__iexact": text})


def _custom(field: Field, text: str, parameter: str) -> Q:
    value = KeyTextTransform(field.name, "custom")
    if not text:
        return ~Q(custom__has_key=field.name)
    if field.type is FieldType.MULTI_CHOICE:
        return Q(custom__contains={field.name: [text]})
    if field.type is FieldType.BOOLEAN:
        return Q(custom__contains={field.name: _typed(field, text, parameter)})
    if field.type in (FieldType.NUMBER, FieldType.MONEY):
        exact = Cast(value, DecimalField(max_digits=24, decimal_places=6))
        return Q(Exact(exact, _typed(field, text, parameter)))
    if field.type is FieldType.DATETIME:
        return Q(Exact(Cast(value, DateTimeField()), _typed(field, text, parameter)))
    if field.type is FieldType.DATE:
        return Q(Exact(value, _typed(field, text, parameter).isoformat()))
    return Q(IExact(value, text))


def _typed(field: Field, text: str, parameter: str) -> Any:
    try:
        return _READ[field.type](text)
    except (ValueError, KeyError, InvalidOperation) as error:
        raise BadParameter(parameter, f"“{text}” is not a {field.type.replace('_', ' ')}.") from error


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or abs(value) >= 10**12:
        raise ValueError(text)
    return value


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return in_utc(value if value.tzinfo else value.replace(tzinfo=UTC))


_READ = {
    FieldType.NUMBER: _decimal,
    FieldType.MONEY: _decimal,
    FieldType.BOOLEAN: lambda text: _TRUTH[text.lower()],
    FieldType.DATE: date.fromisoformat,
    FieldType.DATETIME: _instant,
}


def flag(request: Request, name: str) -> bool:
    """A parameter that is on or off; off when it is not there."""
    if name not in request.query_params:
        return False
    said = request.query_params[name].lower()
    if said not in ("1", "true", "0", "false"):
        raise BadParameter(name, f"{name} is true or false.")
    return said in ("1", "true")


def chosen(request: Request, name: str, values: Collection[str]) -> str:
    """A parameter that names one of a few values; "" when it is not there."""
    if name not in request.query_params:
        return ""
    said = request.query_params[name]
    if said not in values:
        raise BadParameter(name, f"{name} is one of {', '.join(values)}.")
    return said
