"""`fields/`: the vocabulary that rules, imports and records share, and the custom attributes in it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import BadParameter
from partners.api.schema import SUBJECT, ref
from partners.api.strict import StrictSerializer, checked
from partners.api.writing import Conflict
from partners.attributes import archive_attribute, change_attribute, create_attribute
from partners.coverage import coverage
from partners.facts import vocabulary
from partners.models import Attribute
from partners.uses import uses
from partners.vocabulary import Choice, Field, FieldType, Subject
from segments.operators import operators_of


class ChoicesField(serializers.ListField):
    """Choices as {"value", "label"} or as bare values."""

    def to_internal_value(self, data: Any) -> list[Choice]:
        """Choices in order."""
        items = super().to_internal_value(data)
        found = []
        for at, sent in enumerate(items):
            item = {"value": sent} if isinstance(sent, str) else sent
            if not isinstance(item, dict) or not set(item) <= {"value", "label"} or not _is_text(item):
                faults: dict[Any, Any] = {at: [ErrorDetail("A choice is a text, or {value, label}.", "invalid")]}
                raise ValidationError(faults)
            found.append(Choice(item["value"].strip(), (item.get("label") or item["value"]).strip()))
        return found


def _is_text(item: dict[str, Any]) -> bool:
    value, label = item.get("value"), item.get("label", "")
    return isinstance(value, str) and isinstance(label, str) and 0 < len(value.strip()) <= 200 and len(label) <= 200


class FieldChange(StrictSerializer):
    """What may change of an attribute: never its name, subject or type."""

    label = serializers.CharField(max_length=200, required=False)  # type: ignore[assignment]
    choices = ChoicesField(required=False, max_length=10_000)
    sensitive = serializers.BooleanField(required=False)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)


class FieldWrite(FieldChange):
    """A new attribute."""

    subject = serializers.ChoiceField([each.value for each in Subject])
    name = serializers.RegexField(r"^[a-z][a-z0-9_]*\Z", max_length=63)
    label = serializers.CharField(max_length=200)
    type = serializers.ChoiceField([each.value for each in FieldType])


def subject_of(request: Request) -> Subject:
    """`?subject=`; partner when not given."""
    try:
        return Subject(request.query_params.get("subject", Subject.PARTNER))
    except ValueError:
        raise BadParameter("subject", "subject is partner, customer or deal.") from None


def represent_field(field: Field, filled: dict[str, int]) -> dict[str, Any]:
    """A field as JSON."""
    return {
        "subject": field.subject.value,
        "name": field.name,
        "label": field.label,
        "type": field.type.value,
        "kind": field.kind.value,
        "operators": [operator.name for operator in operators_of(field.type)],
        "choices": [{"value": choice.value, "label": choice.label} for choice in field.choices],
        "coverage": filled.get(field.name),
        "description": field.description,
        "sensitive": field.sensitive,
        "refers_to": field.refers_to,
    }


class FieldList(APIView):
    """The vocabulary of a subject."""

    write_scope = "admin"

    @extend_schema(operation_id="fields_list", tags=["fields"], parameters=[SUBJECT], responses={200: ref("FieldList")})
    def get(self, request: Request) -> Response:
        """Every field, with its operators, choices and how many records have a value."""
        subject = subject_of(request)
        filled = coverage(subject, request.user)
        return Response({"results": [represent_field(field, filled) for field in vocabulary(subject).values()]})

    @extend_schema(
        operation_id="fields_create",
        tags=["fields"],
        request={"application/json": ref("FieldWrite")},
        responses={201: ref("Field")},
    )
    def post(self, request: Request) -> Response:
        """A custom attribute: at once in forms, imports, rules and records."""
        values = checked(FieldWrite, request.data)
        subject = Subject(values.pop("subject"))
        with transaction.atomic():
            create_attribute(subject=subject, **values | {"type": FieldType(values["type"])})
        return Response(represent_field(vocabulary(subject)[values["name"]], {values["name"]: 0}), status=201)


class FieldDetail(APIView):
    """One custom attribute."""

    write_scope = "admin"

    @extend_schema(operation_id="fields_read", tags=["fields"], parameters=[SUBJECT], responses={200: ref("Field")})
    def get(self, request: Request, name: str) -> Response:
        """One field of the vocabulary."""
        subject = subject_of(request)
        field = vocabulary(subject).get(name)
        if field is None:
            raise Http404
        return Response(represent_field(field, coverage(subject, request.user)))

    @extend_schema(
        operation_id="fields_change",
        tags=["fields"],
        parameters=[SUBJECT],
        request={"application/json": ref("FieldChange")},
        responses={200: ref("Field")},
    )
    def patch(self, request: Request, name: str) -> Response:
        """Label, choices, description, sensitivity."""
        subject = subject_of(request)
        change_attribute(attribute=_attribute(subject, name), **checked(FieldChange, request.data, partial=True))
        return Response(represent_field(vocabulary(subject)[name], coverage(subject, request.user)))

    @extend_schema(operation_id="fields_delete", tags=["fields"], parameters=[SUBJECT], responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Takes it out of the vocabulary; refused while a rule speaks of it."""
        subject = subject_of(request)
        attribute = _attribute(subject, name)
        with transaction.atomic():
            users = uses(subject, name)
            if users:
                raise Conflict(
                    f"“{name}” is still used by {', '.join(users)}. Change or archive these first.", code="in_use"
                )
            archive_attribute(attribute=attribute)
        return Response(status=204)


def _attribute(subject: Subject, name: str) -> Attribute:
    """The custom attribute; built-in and computed fields are not to be changed."""
    found = Attribute.objects.filter(subject=subject, name=name, built_in=False, archived_at=None).first()
    if found is not None:
        return found
    if name in vocabulary(subject):
        raise PermissionDenied(f"“{name}” is not a custom attribute; it cannot be changed.")
    raise Http404
