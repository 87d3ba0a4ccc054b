"""Shapes of overrides and sets in the API's description."""

from __future__ import annotations

from partners.api.schema import Json, page, ref
from segments.operators import SEGMENT_FIELD

_SLUG: Json = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100}
_MAYBE: Json = {"type": ["string", "null"], "format": "date-time"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_DECIDED: Json = {
    "external_id": {"type": "string", "maxLength": 100},
    "kind": {"type": "string", "enum": ["include", "exclude"]},
    "reason": {"type": "string", "minLength": 1, "maxLength": 500},
    "expires_at": _MAYBE,
}
_SET: Json = {
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": {"type": "string"},
    "mode": {"type": "string", "enum": ["exclusive", "overlapping"]},
    "everyone_else": {"type": "string", "description": "The segment of those who are in none of the others; or empty."},
}
_NAMED: Json = {"type": "array", "items": _SLUG, "minItems": 1, "maxItems": 100, "description": "The first goes first."}

WINDOW: Json = {
    "type": "object",
    "required": ["last", "unit"],
    "properties": {
        "last": {"type": "integer", "minimum": 1},
        "unit": {"type": "string", "enum": ["days", "weeks", "months", "quarters", "years"]},
        "calendar": {"type": "boolean", "description": "Whole ones, not counting the one that is running."},
    },
}
RULE_FIELD: Json = {
    "description": f"A field of the vocabulary, “{SEGMENT_FIELD}”, or an aggregate of related records.",
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["aggregate", "of"],
            "additionalProperties": False,
            "properties": {
                "aggregate": {
                    "type": "string",
                    "enum": [
                        *("count", "sum", "average", "minimum", "maximum", "distinct", "share", "latest", "growth"),
                    ],
                },
                "of": {
                    "type": "string",
                    "description": "A relation, or one of its fields.",
                    "examples": ["deals.amount"],
                },
                "where": ref("Rule"),
                "window": WINDOW,
                "date": {"type": "string", "description": "The date that the window goes by."},
            },
        },
    ],
}
COMPONENTS: dict[str, Json] = {
    "Override": {
        "type": "object",
        "required": [*_DECIDED, "author", "created_at"],
        "properties": {
            **_DECIDED,
            "author": {"type": "string"},
            "created_at": {"type": "string", "format": "date-time"},
        },
    },
    "OverridePage": page(ref("Override")),
    "OverrideWrite": {
        "type": "object",
        "additionalProperties": False,
        "required": ["external_id", "kind", "reason"],
        "properties": _DECIDED,
    },
    "SegmentSet": {
        "type": "object",
        "required": ["slug", "name", "subject", "mode", "segments", "everyone_else"],
        "properties": {
            **_SET,
            "slug": _SLUG,
            "subject": {"type": "string", "enum": ["partner", "customer"]},
            "segments": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"slug": _SLUG, "member_count": _COUNT, "lost_count": _COUNT},
                },
            },
        },
    },
    "SegmentSetPage": page(ref("SegmentSet")),
    "SegmentSetWrite": {
        "type": "object",
        "additionalProperties": False,
        "required": ["slug", "name", "subject", "mode", "segments"],
        "properties": {
            **_SET,
            "slug": _SLUG,
            "subject": {"type": "string", "enum": ["partner", "customer"]},
            "segments": _NAMED,
        },
    },
    "SegmentSetChange": {
        "type": "object",
        "additionalProperties": False,
        "properties": {**_SET, "segments": _NAMED},
    },
}
