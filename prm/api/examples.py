"""An example of every body the API reads and writes, by component; pages and lists follow from what they hold."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
AT = "2026-11-21T02:00:07.250000Z"
RULE: Json = {
    "combinator": "and",
    "rules": [
        {"field": "region", "operator": "=", "value": "EMEA"},
        {"field": "annual_revenue", "operator": ">=", "value": "1000000.00"},
    ],
}
PARTNER: Json = {
    "external_id": "P-1001",
    "name": "Alpine Networks",
    "partner_type": "var",
    "tier": "gold",
    "employees": 140,
    "annual_revenue": "12500000.00",
    "region": "EMEA",
    "country": "CH",
    "city": "Zug",
    "verticals": ["healthcare", "retail"],
    "joined_on": "2021-04-01",
}
CUSTOMER: Json = {
    "external_id": "C-2001",
    "name": "Lakeside Clinic",
    "industry": "healthcare",
    "employees": 420,
    "region": "EMEA",
    "country": "CH",
    "partners": ["P-1001"],
}
DEAL: Json = {
    "external_id": "D-3001",
    "name": "Backup for Lakeside Clinic",
    "partner": "P-1001",
    "customer": "C-2001",
    "stage": "won",
    "amount": "48000.00",
    "currency": "EUR",
    "product_line": "Guard",
    "registered_on": "2026-09-02",
    "closed_on": "2026-10-30",
}
_STAMPS: Json = {"created_at": "2026-01-05T08:00:00Z", "updated_at": AT}
_SEGMENT_OWN: Json = {"slug": "large-emea", "name": "Large partners in EMEA", "subject": "partner"}
SEGMENT: Json = {
    **_SEGMENT_OWN,
    "description": "",
    "objective": "Grow co-marketing with the largest.",
    "owner": "robin@vendor.example",
    "partner_visible": True,
    "kind": "rule",
    "status": "active",
    "rule": RULE,
    "version": 3,
    "zone": "Europe/Berlin",
    "published_version": 3,
    "member_count": 42,
    "computed_at": AT,
    "invalid_reason": "",
    **_STAMPS,
}
_PROGRAM: Json = {
    "name": "Tender kit",
    "summary": "What wins public tenders.",
    "priority": 0,
    "status": "active",
    "targeting": {
        "any": ["large-emea"],
        "all": [],
        "none": [],
        "starts": None,
        "ends": None,
        "new_members_only": False,
    },
}
_CONTENT: Json = {"slug": "tender-kit", **_PROGRAM, "body": "# How to win", "url": "", "language": "en"}
_COURSE: Json = {"slug": "guard-essentials", **_PROGRAM, "name": "Guard essentials"}
_INCENTIVE: Json = {"slug": "guard-rebate", **_PROGRAM, "name": "Guard rebate", "type": "rebate", "rate": "5"}
_OVERRIDE: Json = {"external_id": "P-1001", "kind": "include", "reason": "A strategic account", "expires_at": None}
_SET: Json = {"slug": "tiers", "name": "Tiers", "subject": "partner", "description": "", "mode": "exclusive"}
_FIELD: Json = {"subject": "partner", "name": "fleet", "label": "Fleet", "type": "number", "description": ""}
RECOMPUTE: Json = {
    "id": 812,
    "status": "succeeded",
    "trigger": "nightly",
    "as_of": "2026-11-21T02:00:00Z",
    "segments": [],
    "requested_by": "schedule",
    "requested_at": "2026-11-21T02:00:00Z",
    "started_at": "2026-11-21T02:00:00.120000Z",
    "heartbeat_at": AT,
    "finished_at": AT,
    "settled_at": AT,
    "duration": 7.13,
    "counts": {"segments": 40, "entered": 12, "left": 7},
    "details": {"large-emea": {"version": 3, "members": 42, "entered": 2, "left": 1}},
    "error": "",
}
CHANGE: Json = {
    "id": 90211,
    "cursor": "Y2hhbmdlOjkwMjEx",
    "segment": "large-emea",
    "subject": "partner",
    "external_id": "P-1001",
    "change": "entered",
    "at": "2026-11-21T02:00:00Z",
    "version": 3,
    "recompute": 812,
}
_HOOK: Json = {
    "name": "CRM",
    "url": "https://crm.example.com/hooks",
    "event_types": ["segment.entered", "segment.left"],
}
WEBHOOK: Json = {
    "id": 3,
    **_HOOK,
    "segments": [],
    "enabled": True,
    "status": "active",
    "failing_since": None,
    "failure": "",
    "last_delivered_at": AT,
    "old_secret_until": None,
    "created_at": "2026-01-05T08:00:00Z",
    "created_by": "robin@vendor.example",
}
EXAMPLES: dict[str, Any] = {
    "Partner": {**PARTNER, **_STAMPS},
    "Customer": {**CUSTOMER, **_STAMPS},
    "Deal": {**DEAL, **_STAMPS},
    "PartnerWrite": PARTNER,
    "CustomerWrite": CUSTOMER,
    "DealWrite": DEAL,
    "BulkResult": {
        "rows": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "results": [
            {"row": 0, "external_id": "P-1001", "status": "created"},
            {
                "row": 1,
                "external_id": None,
                "status": "rejected",
                "errors": [{"pointer": "/1/external_id", "code": "invalid", "detail": "external_id is missing."}],
            },
        ],
    },
    "Field": {**_FIELD, "kind": "custom", "operators": ["=", ">="], "choices": [], "coverage": 310, "sensitive": False},
    "FieldWrite": _FIELD,
    "FieldChange": {"label": "Vehicles"},
    "Segment": SEGMENT,
    "SegmentWrite": {**_SEGMENT_OWN, "rule": RULE},
    "SegmentChange": {"rule": RULE, "reason": "Revenue matters more than size"},
    "SegmentVersion": {"number": 3, "rule": RULE, "zone": "", "reason": "", "author": "CRM", "created_at": AT},
    "Published": {**SEGMENT, "recompute": 813},
    "PublishBody": {"reason": "Agreed with sales", "confirm": True},
    "Reason": {"reason": "Replaced by another"},
    "Preview": {
        "count": 42,
        "total": 310,
        "missing": {"annual_revenue": 4},
        "sentence": "Region is EMEA and annual revenue is at least 1,000,000.00",
        "sample": [{"external_id": "P-1001", "name": "Alpine Networks"}],
    },
    "PreviewAsked": {"subject": "partner", "rule": RULE},
    "Explained": {
        "member": True,
        "since": AT,
        "why": {"verdict": True, "version": 3, "sentence": "Region is EMEA", "nearest_miss": []},
    },
    "Override": {**_OVERRIDE, "author": "CRM", "created_at": AT},
    "OverrideWrite": _OVERRIDE,
    "SegmentSet": {
        **_SET,
        "segments": [{"slug": "large-emea", "member_count": 42, "lost_count": 0}],
        "everyone_else": "",
    },
    "SegmentSetWrite": {**_SET, "segments": ["large-emea"]},
    "SegmentSetChange": {"name": "Tiers of partners"},
    "Change": CHANGE,
    "ChangeFeed": {
        "next": "https://partners.example.com/api/v1/changes/?after=Y2hhbmdlOjkwMjEx",
        "cursor": CHANGE["cursor"],
        "results": [CHANGE],
    },
    "Recompute": RECOMPUTE,
    "RecomputeAsked": {"segments": ["large-emea"], "as_of": None},
    "Stay": {
        "segment": "large-emea",
        "name": "Large partners in EMEA",
        "entered_at": AT,
        "left_at": None,
        "version": 3,
    },
    "Program": {**_CONTENT, "kind": "content"},
    "ContentWrite": _CONTENT,
    "ContentChange": {"summary": "What wins tenders."},
    "CourseWrite": _COURSE,
    "CourseChange": {"summary": "The first hour."},
    "IncentiveWrite": _INCENTIVE,
    "IncentiveChange": {"summary": "Five per cent back."},
    "ProgramWrite": {**_CONTENT, "kind": "content"},
    "ProgramChange": {"priority": 5},
    "Offer": {
        "id": 77,
        "program": "tender-kit",
        "name": "Tender kit",
        "kind": "content",
        "why": {"any": ["large-emea"], "all": [], "none": [], "names": {"large-emea": "Large partners in EMEA"}},
        "offered_at": AT,
        "opened_at": None,
        "started_at": None,
        "completed_at": None,
        "lapsed_at": None,
        "withdrawn_at": None,
    },
    "Claim": {
        "id": 5,
        "partner": "P-1001",
        "incentive": "guard-rebate",
        "status": "approved",
        "amount": "2400.00",
        "currency": "EUR",
        "note": "October",
        "reason": "",
        "filed_at": AT,
        "decided_at": AT,
        "paid_at": None,
        "reference": "",
        "request": None,
    },
    "FundRequest": {
        "id": 3,
        "partner": "P-1001",
        "incentive": "market-development-funds",
        "status": "approved",
        "title": "Breakfast for twenty customers",
        "plan": "A breakfast with a talk at our place",
        "outcome": "Five first meetings",
        "amount": "1250.00",
        "granted": "1000.00",
        "currency": "EUR",
        "starts_on": "2026-11-30",
        "ends_on": "2026-11-30",
        "claim_by": "2027-01-29",
        "asked_at": AT,
        "decided_at": AT,
        "reason": "",
    },
    "LedgerEntry": {
        "id": 14,
        "partner": "P-1001",
        "incentive": "guard-rebate",
        "kind": "accrual",
        "amount": "2400.00",
        "currency": "EUR",
        "on": "2026-10-30",
        "at": AT,
        "deal": "D-3001",
        "claim": None,
        "reason": "",
    },
    "Webhook": WEBHOOK,
    "WebhookWrite": _HOOK,
    "WebhookChange": {"enabled": False},
    "WebhookWithSecret": {**WEBHOOK, "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"},
    "WebhookRotation": {"overlap_hours": 24},
    "WebhookDelivery": {
        "id": 51,
        "message_id": "msg_0f8fad5bd9cb469fa16570867728950e",
        "type": "segment.entered",
        "state": "delivered",
        "created_at": AT,
        "due_at": AT,
        "finished_at": AT,
        "failure_count": 0,
    },
    "Nothing": {},
}
_PAGES = {"MemberPage": "Partner", "LedgerPage": "LedgerEntry", "FieldList": "Field"}
_LINES = {
    "application/x-ndjson": '{"external_id": "P-1001", "name": "Alpine Networks"}\n',
    "text/csv": "external_id,name\nP-1001,Alpine Networks\n",
}


def example_of(media_type: str, schema: Json) -> Any:
    """An example of a body; None when there is none."""
    if media_type in _LINES:
        return _LINES[media_type]
    if schema.get("type") == "array":
        return [example_of(media_type, schema["items"])]
    if "additionalProperties" in schema and schema["additionalProperties"].get("format") == "uri":
        return {"partners": "https://partners.example.com/api/v1/partners/"}
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in EXAMPLES:
        return json.loads(json.dumps(EXAMPLES[name]))
    held = _PAGES.get(name, name.removesuffix("Page"))
    if held not in EXAMPLES or held == name:
        return None
    return {**({} if name == "FieldList" else {"next": None}), "results": [EXAMPLES[held]]}
