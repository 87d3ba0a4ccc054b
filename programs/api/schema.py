"""What the schema says of programmes and offers."""

from __future__ import annotations

from typing import Any

from partners.api.schema import INSTANT, MONEY, page, ref
from programs.accounts import Claim, LedgerEntry
from programs.funding.models import FundRequest
from programs.lessons import KINDS
from programs.models import Incentive, Program
from programs.quizzes import TYPES
from segments.stages import STAGES

Json = dict[str, Any]
_SLUGS: Json = {"type": "array", "items": {"type": "string", "maxLength": 100}}
_DAY: Json = {"type": ["string", "null"], "format": "date"}
_MONEY: Json = {"type": ["string", "number", "null"]}
TARGETING: Json = {
    "type": "object",
    "additionalProperties": False,
    "description": "Partners in any of, in all of, and in none of these segments, from the first to the last day.",
    "properties": {
        "any": _SLUGS,
        "all": _SLUGS,
        "none": _SLUGS,
        "starts": _DAY,
        "ends": _DAY,
        "new_members_only": {"type": "boolean"},
    },
}
_COMMON: Json = {
    "slug": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 100},
    "name": {"type": "string", "minLength": 1, "maxLength": 200},
    "summary": {"type": "string", "maxLength": 500},
    "stage": {"type": "string", "enum": ["", *dict(STAGES)], "description": "Of the partner ecosystem."},
    "priority": {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000},
    "status": {"type": "string", "enum": list(Program.Status.values)},
    "targeting": ref("Targeting"),
}
_DETAIL: dict[str, Json] = {
    "content": {
        "body": {"type": "string", "description": "Markdown."},
        "url": {"type": "string", "maxLength": 200},
        "language": {"type": "string", "maxLength": 10},
        "translates": {
            "type": "string",
            "maxLength": 100,
            "description": "Slug of the content it translates, or empty.",
        },
        "form": {"type": "string", "enum": ["piece", "kit", "play"]},
        "expires_on": {**_DAY, "description": "The last day it may be seen."},
        "needs_approval": {"type": "boolean", "description": "Partners see a version once another person approved it."},
        "items": {
            "type": "array",
            "description": "What a kit or play holds, in order.",
            "items": {
                "type": "object",
                "required": ["content"],
                "additionalProperties": False,
                "properties": {
                    "content": {"type": "string", "maxLength": 100},
                    "message": {"type": "string", "maxLength": 500},
                },
            },
        },
        "customer_segments": {**_SLUGS, "description": "Segments of customers that a play is for."},
    },
    "course": {
        "lessons": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["title"],
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "minLength": 1, "maxLength": 300},
                    "body": {"type": "string", "description": "Markdown."},
                    "key": {"type": "string", "description": "Stays with the lesson; made when left out."},
                    "kind": {"type": "string", "enum": list(KINDS), "default": "page"},
                    "url": {"type": "string", "description": "Of a video."},
                    "file": {"type": "integer", "description": "Of a file: the id of one added in the console."},
                    "quiz": ref("Quiz"),
                },
            },
        },
        "minutes": {"type": "integer", "minimum": 1, "maximum": 100_000},
        "due_days": {"type": ["integer", "null"], "description": "Days from being offered to being due."},
        "gives_certificate": {"type": "boolean"},
        "certificate_months": {"type": ["integer", "null"], "description": "How long it is valid; null: for good."},
        "language": {"type": "string", "maxLength": 10},
        "translates": {
            "type": "string",
            "maxLength": 100,
            "description": "Slug of the course it translates, or empty.",
        },
    },
    "incentive": {
        "type": {"type": "string", "enum": list(Incentive.Type.values)},
        "rate": {**_MONEY, "description": "Per cent of the deal; either this or an amount."},
        "amount": _MONEY,
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "budget": _MONEY,
        "cap": {**_MONEY, "description": "The most one partner earns."},
        "tiers": {
            "type": "array",
            "maxItems": 20,
            "description": "Rates for revenue beyond a sum in the period, ascending; `rate` holds below the first.",
            "items": {
                "type": "object",
                "required": ["from", "rate"],
                "additionalProperties": False,
                "properties": {"from": {"type": ["string", "number"]}, "rate": {"type": ["string", "number"]}},
            },
        },
        "period": {"type": "string", "enum": list(Incentive.Period.values)},
        "terms": {"type": "string", "description": "Markdown."},
        "asks_first": {"type": "boolean", "description": "Of funds: agreed on before they are spent."},
    },
}
_KIND: Json = {"type": "string", "enum": list(Program.Kind.values)}


def _write(kind: str, *, required: list[str]) -> Json:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {**_COMMON, **_DETAIL[kind]},
    }


def _named(kind: str) -> Json:
    """As for `programs/`, where the body says the kind."""
    plain = _write(kind, required=["slug", "name", "kind", *(["type"] if kind == "incentive" else [])])
    return {**plain, "properties": {"kind": {"type": "string", "const": kind}, **plain["properties"]}}


_CHOICES: Json = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "text"],
        "properties": {"id": {"type": "string"}, "text": {"type": "string"}},
    },
}
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
QUIZ: Json = {
    "type": "object",
    "required": ["pass_mark", "attempts", "questions"],
    "properties": {
        "pass_mark": {"type": "integer", "minimum": 1, "maximum": 100, "description": "Per cent."},
        "attempts": {"type": "integer", "minimum": 0, "maximum": 100, "description": "0: no limit."},
        "questions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "type", "text"],
                "properties": {
                    "id": {"type": "string", "maxLength": 20},
                    "type": {"type": "string", "enum": list(TYPES)},
                    "text": {"type": "string"},
                    "explanation": {"type": "string"},
                    "choices": {**_CHOICES, "description": "Of single and multiple."},
                    "correct": {**_TEXTS, "description": "Ids of the right choices."},
                    "value": {"type": "string", "description": "Of number: the right one."},
                    "tolerance": {"type": "string"},
                    "accepted": {**_TEXTS, "description": "Of text: the right ones."},
                },
            },
        },
    },
}

_MAYBE_AT: Json = {"type": ["string", "null"], "format": "date-time"}
_ACCOUNT: Json = {
    "id": {"type": "integer"},
    "partner": {"type": "string", "description": "External id."},
    "incentive": {"type": "string", "description": "Slug."},
    "amount": MONEY,
    "currency": {"type": "string"},
    "reason": {"type": "string"},
}
CLAIM: Json = {
    "type": "object",
    "required": ["id", "partner", "incentive", "status", "amount", "currency", "filed_at"],
    "properties": {
        **_ACCOUNT,
        "status": {"type": "string", "enum": list(Claim.Status.values)},
        "note": {"type": "string"},
        "filed_at": INSTANT,
        "decided_at": _MAYBE_AT,
        "paid_at": _MAYBE_AT,
        "reference": {"type": "string", "description": "Of the payment."},
        "request": {"type": ["integer", "null"], "description": "The request for funds that it is under."},
    },
}
FUND_REQUEST: Json = {
    "type": "object",
    "required": [
        "id",
        "partner",
        "incentive",
        "status",
        "title",
        "amount",
        "currency",
        "starts_on",
        "ends_on",
        "asked_at",
    ],
    "properties": {
        **_ACCOUNT,
        "status": {"type": "string", "enum": list(FundRequest.Status.values)},
        "title": {"type": "string"},
        "plan": {"type": "string"},
        "outcome": {"type": "string"},
        "granted": {**MONEY, "type": ["string", "null"], "description": "Null: not granted."},
        "starts_on": {"type": "string", "format": "date"},
        "ends_on": {"type": "string", "format": "date"},
        "claim_by": {**_DAY, "description": "The last day on which it may be claimed."},
        "asked_at": INSTANT,
        "decided_at": _MAYBE_AT,
    },
}
LEDGER_ENTRY: Json = {
    "type": "object",
    "required": ["id", "partner", "incentive", "kind", "amount", "currency", "on", "at"],
    "properties": {
        **_ACCOUNT,
        "kind": {"type": "string", "enum": list(LedgerEntry.Kind.values)},
        "on": {"type": "string", "format": "date", "description": "The transaction date."},
        "at": INSTANT,
        "deal": {"type": ["string", "null"]},
        "claim": {"type": ["integer", "null"]},
    },
}
COMPONENTS: dict[str, Json] = {
    "Quiz": QUIZ,
    "Targeting": TARGETING,
    "ContentWrite": _write("content", required=["slug", "name"]),
    "CourseWrite": _write("course", required=["slug", "name"]),
    "IncentiveWrite": _write("incentive", required=["slug", "name", "type"]),
    "ContentChange": _write("content", required=[]),
    "CourseChange": _write("course", required=[]),
    "IncentiveChange": _write("incentive", required=[]),
    "ProgramWrite": {"oneOf": [_named(kind) for kind in _DETAIL]},
    "ProgramChange": {"anyOf": [ref("ContentChange"), ref("CourseChange"), ref("IncentiveChange")]},
    "Program": {
        "type": "object",
        "description": "The members every kind has, and those of its own kind.",
        "required": ["slug", "name", "kind", "status", "targeting"],
        "properties": {
            **_COMMON,
            "kind": _KIND,
            **{name: form for detail in _DETAIL.values() for name, form in detail.items()},
            "created_at": INSTANT,
            "updated_at": INSTANT,
        },
    },
    "ProgramPage": page(ref("Program")),
    "Offer": {
        "type": "object",
        "required": ["id", "program", "name", "kind", "why", "offered_at"],
        "properties": {
            "id": {"type": "integer"},
            "program": {"type": "string"},
            "name": {"type": "string"},
            "kind": _KIND,
            "why": {
                "type": "object",
                "description": "The segments that decided it, by slug, and what they are called.",
                "properties": {
                    "any": _SLUGS,
                    "all": _SLUGS,
                    "none": _SLUGS,
                    "names": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
            **{
                step: {"type": ["string", "null"], "format": "date-time"}
                for step in ("offered_at", "opened_at", "started_at", "completed_at", "lapsed_at", "withdrawn_at")
            },
        },
    },
    "OfferPage": page(ref("Offer")),
    "Claim": CLAIM,
    "ClaimPage": page(ref("Claim")),
    "FundRequest": FUND_REQUEST,
    "FundRequestPage": page(ref("FundRequest")),
    "LedgerEntry": LEDGER_ENTRY,
    "LedgerPage": page(ref("LedgerEntry")),
}
