"""What the schema says of segments, rules, members, changes and runs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from partners.api.schema import FIELDS, INSTANT, PAGING, page, ref
from segments.api import standing_schema
from segments.models import Change, Recompute, Segment
from segments.operators import OPERATORS, SEGMENT_OPERATORS
from segments.stages import STAGES

Json = dict[str, Any]

AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATETIME, description="An instant of the past; a date is its first moment."
)
FEED_PARAMETERS = [
    OpenApiParameter(
        "after", OpenApiTypes.STR, description="The cursor of the last change seen; without: from the start."
    ),
    OpenApiParameter(
        "wait",
        {"type": "integer", "minimum": 0, "maximum": 30, "default": 0},
        description="Seconds to wait when there is nothing yet.",
    ),
    OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}),
]
SEGMENT_FILTERS = {
    name: [str(value) for value, _ in Segment._meta.get_field(name).choices or ()]
    for name in ("subject", "status", "kind")
}
SEGMENT_PARAMETERS = [
    *PAGING,
    *(OpenApiParameter(name, {"type": "string", "enum": values}) for name, values in SEGMENT_FILTERS.items()),
    OpenApiParameter("search", OpenApiTypes.STR, description="In the name."),
]
MEMBER_PARAMETERS = [*PAGING, FIELDS, AS_OF]
_SLUG: Json = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100}
_SUBJECT: Json = {"type": "string", "enum": ["partner", "customer"]}
_MAYBE: Json = {"type": ["string", "null"], "format": "date-time"}
_ZONE: Json = {
    "type": "string",
    "maxLength": 64,
    "description": "Whose days the rule counts in, such as Europe/Berlin; empty: the organisation's.",
}
_COUNT: Json = {"type": "integer", "minimum": 0}

RULE: Json = {
    "title": "Rule",
    "description": "A group of nodes, a condition on a field or on other segments, or everyone. At most 8 groups deep.",
    "anyOf": [ref("RuleGroup"), ref("RuleCondition"), ref("RuleEveryone")],
    "examples": [
        {
            "combinator": "and",
            "rules": [
                {"field": "region", "operator": "=", "value": "EMEA"},
                {"field": "annual_revenue", "operator": ">=", "value": "1000000.00"},
            ],
        }
    ],
}
RULE_GROUP: Json = {
    "type": "object",
    "required": ["combinator", "rules"],
    "properties": {
        "combinator": {"type": "string", "enum": ["and", "or"]},
        "not": {"type": "boolean"},
        "rules": {"type": "array", "minItems": 1, "items": ref("Rule")},
    },
}
RULE_CONDITION: Json = {
    "type": "object",
    "required": ["field", "operator"],
    "properties": {
        "field": standing_schema.RULE_FIELD,
        "operator": {"type": "string", "enum": sorted({*OPERATORS, *SEGMENT_OPERATORS})},
        "value": {"description": "As the operator needs it: a value, a list, a pair, a span of time, or none."},
        "missing": {"type": "string", "enum": ["match", "no_match"]},
        "case_sensitive": {"type": "boolean"},
        "within": {
            "type": "string",
            "description": "Of a percentile: the field whose values are ranked by themselves.",
        },
    },
}
RULE_EVERYONE: Json = {
    "type": "object",
    "required": ["everyone"],
    "properties": {"everyone": {"type": "boolean", "const": True}},
}

_OWN: Json = {
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": {"type": "string"},
    "objective": {"type": "string", "maxLength": 500},
    "stage": {"type": "string", "enum": ["", *dict(STAGES)], "description": "Of the partner ecosystem."},
    "owner": {"type": ["string", "null"], "description": "E-mail of one of the vendor's people."},
    "partner_visible": {"type": "boolean"},
}
SEGMENT: Json = {
    "type": "object",
    "required": ["slug", "name", "subject", "kind", "status", "rule", "member_count"],
    "properties": {
        "slug": _SLUG,
        **_OWN,
        "subject": _SUBJECT,
        "kind": {"type": "string", "enum": list(Segment.Kind.values)},
        "status": {"type": "string", "enum": list(Segment.Status.values)},
        "rule": {"anyOf": [ref("Rule"), {"type": "null"}], "description": "Of the newest version."},
        "zone": _ZONE,
        "version": {"type": ["integer", "null"], "description": "Number of the newest version."},
        "published_version": {"type": ["integer", "null"], "description": "The one that membership follows."},
        "member_count": _COUNT,
        "computed_at": _MAYBE,
        "invalid_reason": {"type": "string"},
        "created_at": INSTANT,
        "updated_at": INSTANT,
    },
}
SEGMENT_WRITE: Json = {
    "type": "object",
    "required": ["slug", "name", "subject", "rule"],
    "additionalProperties": False,
    "properties": {
        "slug": _SLUG,
        **_OWN,
        "subject": _SUBJECT,
        "kind": {"type": "string", "enum": [Segment.Kind.RULE.value]},
        "rule": ref("Rule"),
        "zone": _ZONE,
        "reason": {"type": "string", "maxLength": 500},
    },
}
SEGMENT_CHANGE: Json = {
    "type": "object",
    "additionalProperties": False,
    "properties": {**_OWN, "rule": ref("Rule"), "zone": _ZONE, "reason": {"type": "string", "maxLength": 500}},
}
VERSION: Json = {
    "type": "object",
    "required": ["number", "rule", "zone", "author", "reason", "created_at"],
    "properties": {
        "number": {"type": "integer"},
        "rule": ref("Rule"),
        "zone": _ZONE,
        "reason": {"type": "string"},
        "author": {"type": "string"},
        "created_at": INSTANT,
    },
}
PREVIEW: Json = {
    "type": "object",
    "required": ["count", "total", "missing", "sentence", "sample"],
    "properties": {
        "count": _COUNT,
        "total": _COUNT,
        "missing": {"type": "object", "additionalProperties": _COUNT, "description": "Without a value, by field."},
        "sentence": {"type": "string"},
        "sample": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
        "enter": {**_COUNT, "description": "With `segment`: who would enter it."},
        "leave": {**_COUNT, "description": "With `segment`: who would leave it."},
        "effects": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
    },
}
PREVIEW_ASKED: Json = {
    "type": "object",
    "required": ["subject", "rule"],
    "additionalProperties": False,
    "properties": {"subject": _SUBJECT, "rule": ref("Rule"), "zone": _ZONE, "segment": _SLUG},
}
EXPLAINED: Json = {
    "type": "object",
    "required": ["member", "since", "why"],
    "properties": {
        "member": {"type": "boolean"},
        "since": _MAYBE,
        "why": {"type": "object", "additionalProperties": True, "description": "The rule, each node with its verdict."},
    },
}
CHANGE: Json = {
    "type": "object",
    "required": ["id", "cursor", "segment", "subject", "external_id", "change", "at", "version"],
    "properties": {
        "id": {"type": "integer"},
        "cursor": {"type": "string", "description": "`after` this one, the feed goes on."},
        "segment": {"type": "string"},
        "subject": _SUBJECT,
        "external_id": {"type": ["string", "null"]},
        "change": {"type": "string", "enum": list(Change.Kind.values)},
        "at": INSTANT,
        "version": {"type": "integer"},
        "recompute": {"type": ["integer", "null"]},
    },
}
RECOMPUTE: Json = {
    "type": "object",
    "required": ["id", "status", "trigger", "as_of", "requested_at"],
    "properties": {
        "id": {"type": "integer"},
        "status": {"type": "string", "enum": list(Recompute.Status.values)},
        "trigger": {"type": "string", "enum": list(Recompute.Trigger.values)},
        "as_of": INSTANT,
        "segments": {"type": "array", "items": {"type": "string"}, "description": "Asked for; empty: all active ones."},
        "requested_by": {"type": "string"},
        "requested_at": INSTANT,
        "started_at": _MAYBE,
        "heartbeat_at": _MAYBE,
        "finished_at": _MAYBE,
        "settled_at": _MAYBE,
        "duration": {"type": ["number", "null"], "description": "Seconds."},
        "counts": {
            "type": "object",
            "required": ["segments", "entered", "left"],
            "properties": {"segments": _COUNT, "entered": _COUNT, "left": _COUNT},
        },
        "details": {"type": "object", "additionalProperties": True},
        "error": {"type": "string"},
    },
}
STAY: Json = {
    "type": "object",
    "required": ["segment", "name", "entered_at", "left_at", "version"],
    "properties": {
        "segment": {"type": "string"},
        "name": {"type": "string"},
        "entered_at": INSTANT,
        "left_at": _MAYBE,
        "version": {"type": "integer"},
    },
}
COMPONENTS: dict[str, Json] = {
    "Rule": RULE,
    "RuleGroup": RULE_GROUP,
    "RuleCondition": RULE_CONDITION,
    "RuleEveryone": RULE_EVERYONE,
    "Segment": SEGMENT,
    "SegmentPage": page(ref("Segment")),
    "SegmentWrite": SEGMENT_WRITE,
    "SegmentChange": SEGMENT_CHANGE,
    "SegmentVersion": VERSION,
    "SegmentVersionPage": page(ref("SegmentVersion")),
    "Reason": {
        "type": "object",
        "additionalProperties": False,
        "properties": {"reason": {"type": "string", "maxLength": 500}},
    },
    "PublishBody": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "reason": {"type": "string", "maxLength": 500},
            "confirm": {
                "type": "boolean",
                "description": "Publish although more than a fifth of the present members would enter or leave.",
            },
        },
    },
    "Published": {"allOf": [ref("Segment")], "properties": {"recompute": {"type": ["integer", "null"]}}},
    "Preview": PREVIEW,
    "PreviewAsked": PREVIEW_ASKED,
    "MemberPage": page({"anyOf": [ref("Partner"), ref("Customer")]}),
    "Explained": EXPLAINED,
    "Change": CHANGE,
    "ChangeFeed": {
        "type": "object",
        "required": ["next", "cursor", "results"],
        "properties": {
            "next": {
                "type": "string",
                "format": "uri",
                "description": "Where the feed goes on, also when it is up to date.",
            },
            "cursor": {"type": "string"},
            "results": {"type": "array", "items": ref("Change")},
        },
    },
    "Recompute": RECOMPUTE,
    "RecomputePage": page(ref("Recompute")),
    "RecomputeAsked": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "segments": {"type": "array", "items": _SLUG, "maxItems": 1000, "description": "Empty: all active ones."},
            "as_of": {**_MAYBE, "description": "An instant of the past; left out: now."},
        },
    },
    "Stay": STAY,
    "StayPage": page(ref("Stay")),
    **standing_schema.COMPONENTS,
}
