"""What the schema says of records, fields and pages. Plain OpenAPI 3.1 values; `prm.api.schema` puts them together."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from partners.vocabulary import BUILT_IN, Field, FieldType, Subject

Json = dict[str, Any]
NAMES = {Subject.PARTNER: "Partner", Subject.CUSTOMER: "Customer", Subject.DEAL: "Deal"}
MONEY: Json = {"type": "string", "pattern": r"^-?\d+\.\d{2}$", "examples": ["1250.00"]}
INSTANT: Json = {"type": "string", "format": "date-time"}

FIELDS = OpenApiParameter(
    "fields", OpenApiTypes.STR, description="Only these fields, with commas between; computed facts too."
)
PAGING = [
    OpenApiParameter("cursor", OpenApiTypes.STR, description="From the `next` link of the page before."),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
]
LIST_PARAMETERS = [
    *PAGING,
    FIELDS,
    OpenApiParameter("search", OpenApiTypes.STR, description="In name and external id (and city and country)."),
    OpenApiParameter(
        "ordering", OpenApiTypes.STR, description="Up to three fields, `-` before one to sort it downwards."
    ),
    OpenApiParameter(
        "filter",
        {"type": "object", "additionalProperties": {"type": "string"}},
        style="deepObject",
        description="`filter[region]=EMEA`. Equal, in whatever case; empty: not set; repeated: any of these.",
    ),
]
SUBJECT = OpenApiParameter(
    "subject", {"type": "string", "enum": [each.value for each in Subject], "default": "partner"}
)


def ref(name: str) -> Json:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def page(of: Json) -> Json:
    """A page of a list."""
    return {
        "type": "object",
        "required": ["next", "results"],
        "properties": {
            "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
            "results": {"type": "array", "items": of},
        },
    }


_READ: dict[FieldType, Json] = {
    FieldType.TEXT: {"type": ["string", "null"]},
    FieldType.NUMBER: {"type": ["number", "null"]},
    FieldType.MONEY: {**MONEY, "type": ["string", "null"]},
    FieldType.BOOLEAN: {"type": ["boolean", "null"]},
    FieldType.DATE: {"type": ["string", "null"], "format": "date"},
    FieldType.DATETIME: {"type": ["string", "null"], "format": "date-time"},
    FieldType.CHOICE: {"type": ["string", "null"]},
    FieldType.ORDERED_CHOICE: {"type": ["string", "null"]},
    FieldType.MULTI_CHOICE: {"type": "array", "items": {"type": "string"}},
}
_WRITTEN: dict[FieldType, Json] = {
    **_READ,
    FieldType.NUMBER: {"type": ["number", "string", "null"]},
    FieldType.MONEY: {"type": ["number", "string", "null"], "description": "A decimal, best as a string."},
    FieldType.MULTI_CHOICE: {"type": ["array", "null"], "items": {"type": "string"}},
}


def _property(field: Field, forms: dict[FieldType, Json]) -> Json:
    about = ". ".join(part for part in (field.description, forms[field.type].get("description", "")) if part)
    known = f" One of: {', '.join(choice.value for choice in field.choices)}." if field.choices else ""
    return {**forms[field.type], "title": field.label, "description": about + known}


def _record(subject: Subject) -> Json:
    properties = {field.name: _property(field, _READ) for field in BUILT_IN[subject]}
    properties["external_id"]["type"] = "string"
    return {
        "type": "object",
        "description": "With `?fields=`, only those; custom attributes stand beside the built-in fields.",
        "required": ["external_id"],
        "properties": properties | {"created_at": INSTANT, "updated_at": INSTANT},
        "additionalProperties": True,
    }


def _write(subject: Subject) -> Json:
    return {
        "type": "object",
        "description": "Fields left out keep their values; null empties one. Custom attributes by their names.",
        "properties": {field.name: _property(field, _WRITTEN) for field in BUILT_IN[subject]},
        "additionalProperties": True,
    }


CHOICE: Json = {
    "type": "object",
    "required": ["value", "label"],
    "properties": {"value": {"type": "string", "minLength": 1}, "label": {"type": "string"}},
}
_TYPE: Json = {"type": "string", "enum": [each.value for each in FieldType]}
FIELD: Json = {
    "type": "object",
    "required": ["subject", "name", "label", "type", "kind", "operators", "choices", "coverage", "description"],
    "properties": {
        "subject": {"type": "string", "enum": [each.value for each in Subject]},
        "name": {"type": "string"},
        "label": {"type": "string"},
        "type": _TYPE,
        "kind": {"type": "string", "enum": ["built_in", "custom", "computed"]},
        "operators": {"type": "array", "items": {"type": "string"}},
        "choices": {"type": "array", "items": CHOICE},
        "coverage": {"type": ["integer", "null"], "description": "Records with a value; null where it is worked out."},
        "description": {"type": "string"},
        "sensitive": {"type": "boolean"},
        "refers_to": {"type": "string", "description": "What the value names: partner, customer, user or nothing."},
    },
}
FIELD_WRITE: Json = {
    "type": "object",
    "required": ["subject", "name", "label", "type"],
    "additionalProperties": False,
    "properties": {
        "subject": {"type": "string", "enum": [each.value for each in Subject]},
        "name": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 63},
        "label": {"type": "string", "minLength": 1, "maxLength": 200},
        "type": _TYPE,
        "choices": {"type": "array", "items": {"anyOf": [CHOICE, {"type": "string", "minLength": 1}]}},
        "sensitive": {"type": "boolean"},
        "description": {"type": "string", "maxLength": 500},
    },
}
FIELD_CHANGE: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {name: FIELD_WRITE["properties"][name] for name in ("label", "choices", "sensitive", "description")},
}
BULK_RESULT: Json = {
    "type": "object",
    "required": ["rows", "created", "updated", "unchanged", "rejected", "results"],
    "properties": {
        **{name: {"type": "integer"} for name in ("rows", "created", "updated", "unchanged", "rejected")},
        "results": {
            "type": "array",
            "description": "One for each row, in the order sent.",
            "items": {
                "type": "object",
                "required": ["row", "external_id", "status"],
                "properties": {
                    "row": {"type": "integer", "description": "Counted from 0."},
                    "external_id": {"type": ["string", "null"]},
                    "status": {"type": "string", "enum": ["created", "updated", "unchanged", "rejected"]},
                    "errors": {"type": "array", "items": ref("ProblemError")},
                },
            },
        },
    },
}
COMPONENTS: dict[str, Json] = {
    **{name: _record(subject) for subject, name in NAMES.items()},
    **{f"{name}Write": _write(subject) for subject, name in NAMES.items()},
    **{f"{name}Page": page(ref(name)) for name in NAMES.values()},
    "Field": FIELD,
    "FieldWrite": FIELD_WRITE,
    "FieldChange": FIELD_CHANGE,
    "FieldList": {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": ref("Field")}},
    },
    "BulkResult": BULK_RESULT,
}
