"""Writing single records for machines: the same path as a bulk call or an import, with one row."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request

from partners.api.values import MODELS
from partners.importing import RowResult, upsert_rows
from partners.models import Origin
from partners.rows import Invalid, clean
from partners.vocabulary import Field, FieldKind, Subject


class Conflict(APIException):
    """409, naming what stands in the way."""

    status_code = 409
    default_code = "conflict"

    def __init__(self, detail: str, pointer: str = "", code: str = "conflict") -> None:
        super().__init__(detail)
        self.errors: list[dict[str, Any]] = [{"pointer": pointer, "code": code, "detail": detail}]


def origin_of(request: Request) -> Origin:
    """Who sets values in this request. Not stored yet: the verbs do so when something changes."""
    person: Any = request.user if request.auth is None else None
    return Origin(kind=Origin.Kind.API, label=str(request.user)[:300], user=person)


def check_names(values: Any, vocabulary: dict[str, Field]) -> dict[str, Any]:
    """The body as an object whose every member is a field that can be set; ValidationError by field."""
    if not isinstance(values, dict):
        raise ValidationError("Send one JSON object: {field: value, …}.")
    faults = {}
    for name in values:
        if name not in vocabulary:
            faults[name] = ValidationError(f"There is no field “{name}”. fields/ lists them.", "unknown_field").detail
        elif vocabulary[name].kind is FieldKind.COMPUTED:
            faults[name] = ValidationError(f"{vocabulary[name].label} is worked out; leave it out.", "read_only").detail
    if faults:
        raise ValidationError(faults)
    return values


def write(*, request: Request, subject: Subject, values: dict[str, Any], create_only: bool = False) -> RowResult:
    """Upserts one record, and takes it back when the caller would not see the outcome (a region not theirs)."""
    model = MODELS[subject]
    with transaction.atomic():
        known = model.objects.present().filter(external_id=_id(values))
        if known.exists():
            if create_only:
                raise Conflict(
                    f"There is a {subject} “{values['external_id']}” already. PUT or PATCH changes it.",
                    "/external_id",
                    "exists",
                )
            if not known.visible_to(request.user).exists():
                raise Conflict(f"“{values['external_id']}” is not yours to change.", "/external_id", "out_of_scope")
        outcome = upsert_rows(subject=subject, rows=[values], origin=origin_of(request), partial=True)
        result = outcome.rows[0]
        if result.errors:
            raise Invalid({error.field: error.reason for error in result.errors})
        if not model.objects.visible_to(request.user).filter(external_id=result.external_id).exists():
            field = "partner" if subject is Subject.DEAL else "region"
            detail = ErrorDetail("You may only keep records of your own regions.", "out_of_scope")
            raise ValidationError({field: [detail]})
    return result


def _id(values: dict[str, Any]) -> str:
    """The external id as it is kept; "" when it is no text, which the upsert then refuses."""
    given = values["external_id"]
    return clean(given) if isinstance(given, str) else ""
