"""What the schema says of webhooks."""

from __future__ import annotations

from typing import Any

from integrations.webhooks.models import EVENTS, TEST_EVENT, Webhook, WebhookDelivery
from partners.api.schema import INSTANT, page, ref

Json = dict[str, Any]
_MAYBE: Json = {"type": ["string", "null"], "format": "date-time"}
_OWN: Json = {
    "name": {"type": "string", "minLength": 1, "maxLength": 100},
    "url": {
        "type": "string",
        "maxLength": 1000,
        "description": "A public https:// address, without user name or # part.",
        "examples": ["https://crm.example.com/hooks"],
    },
    "event_types": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(EVENTS)}},
    "segments": {
        "type": "array",
        "items": {"type": "string", "maxLength": 100},
        "description": "Slugs: only these segments' changes are told; empty: every segment's.",
    },
}
WEBHOOK: Json = {
    "type": "object",
    "required": ["id", "name", "url", "event_types", "segments", "enabled", "status"],
    "properties": {
        "id": {"type": "integer"},
        **_OWN,
        "enabled": {"type": "boolean"},
        "status": {"type": "string", "enum": list(Webhook.Status.values)},
        "failing_since": _MAYBE,
        "failure": {"type": "string", "description": "The last failure, in words."},
        "last_delivered_at": _MAYBE,
        "old_secret_until": {**_MAYBE, "description": "Until then messages are signed with the old secret as well."},
        "created_at": INSTANT,
        "created_by": {"type": "string"},
    },
}
DELIVERY: Json = {
    "type": "object",
    "required": ["id", "message_id", "type", "state", "created_at", "failure_count"],
    "properties": {
        "id": {"type": "integer"},
        "message_id": {"type": "string", "description": "As the header webhook-id has it."},
        "type": {"type": "string", "enum": [*EVENTS, TEST_EVENT]},
        "state": {"type": "string", "enum": list(WebhookDelivery.State.values)},
        "created_at": INSTANT,
        "due_at": INSTANT,
        "finished_at": _MAYBE,
        "failure_count": {"type": "integer", "minimum": 0},
        "body": {"type": "string", "description": "What is sent and signed; of one delivery alone."},
        "attempts": {"type": "array", "items": ref("WebhookAttempt"), "description": "Of one delivery alone."},
    },
}
ATTEMPT: Json = {
    "type": "object",
    "required": ["at", "url", "headers", "status", "error", "excerpt", "duration"],
    "properties": {
        "at": INSTANT,
        "url": {"type": "string"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "status": {"type": ["integer", "null"]},
        "error": {"type": "string"},
        "excerpt": {"type": "string", "description": "How the body of the answer begins."},
        "duration": {"type": "number", "description": "Seconds."},
    },
}
COMPONENTS: dict[str, Json] = {
    "Webhook": WEBHOOK,
    "WebhookPage": page(ref("Webhook")),
    "WebhookWrite": {
        "type": "object",
        "required": ["name", "url", "event_types"],
        "additionalProperties": False,
        "properties": _OWN,
    },
    "WebhookChange": {
        "type": "object",
        "additionalProperties": False,
        "properties": {**_OWN, "enabled": {"type": "boolean", "description": "true: goes on where it stood."}},
    },
    "WebhookWithSecret": {
        "allOf": [ref("Webhook")],
        "required": ["secret"],
        "properties": {"secret": {"type": "string", "description": "Shown this once.", "examples": ["whsec_c2VjcmV0"]}},
    },
    "WebhookRotation": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "overlap_hours": {
                "type": "integer",
                "minimum": 0,
                "maximum": 168,
                "default": 24,
                "description": "For so long messages bear the old signature as well.",
            }
        },
    },
    "WebhookDelivery": DELIVERY,
    "WebhookDeliveryPage": page(ref("WebhookDelivery")),
    "WebhookAttempt": ATTEMPT,
    "Nothing": {"type": "object", "additionalProperties": False, "properties": {}},
}
