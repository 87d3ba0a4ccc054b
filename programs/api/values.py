"""Programmes and offers as JSON, and programmes from JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from partners.api.strict import StrictSerializer
from partners.api.values import rfc3339
from programs.drafts import ContentDraft, CourseDraft, IncentiveDraft, ProgramDraft
from programs.lessons import KINDS
from programs.models import Content, Incentive, Offer, Program
from programs.targeting import Targeting
from segments.stages import STAGES

DRAFTS: dict[str, Callable[..., ContentDraft | CourseDraft | IncentiveDraft]] = {
    Program.Kind.CONTENT: ContentDraft,
    Program.Kind.COURSE: CourseDraft,
    Program.Kind.INCENTIVE: IncentiveDraft,
}
DETAIL = {
    Program.Kind.CONTENT: (
        *("body", "url", "language", "translates"),
        *("form", "expires_on", "needs_approval", "items", "customer_segments"),
    ),
    Program.Kind.COURSE: (
        *("lessons", "minutes", "due_days", "gives_certificate", "certificate_months"),
        *("language", "translates"),
    ),
    Program.Kind.INCENTIVE: (
        "type",
        "rate",
        "amount",
        "currency",
        "budget",
        "cap",
        "tiers",
        "period",
        "terms",
        "asks_first",
    ),
}
"""What each kind has besides the common members."""


class TargetingBody(StrictSerializer):
    """Whom a programme is for, and when."""

    any = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=1000)
    all = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=1000)
    none = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=1000)
    starts = serializers.DateField(required=False, allow_null=True)
    ends = serializers.DateField(required=False, allow_null=True)
    new_members_only = serializers.BooleanField(required=False)


class LessonBody(StrictSerializer):
    """One lesson of a course."""

    title = serializers.CharField(max_length=300)
    body = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    key = serializers.CharField(required=False, max_length=20)
    kind = serializers.ChoiceField(list(KINDS.items()), required=False)
    url = serializers.CharField(required=False, max_length=2000)
    file = serializers.IntegerField(required=False, min_value=1)
    quiz = serializers.DictField(required=False)


class ProgramBody(StrictSerializer):
    """What all kinds share."""

    slug = serializers.CharField(max_length=100)
    name = serializers.CharField(max_length=200)
    summary = serializers.CharField(max_length=500, required=False, allow_blank=True)
    stage = serializers.ChoiceField(STAGES, required=False, allow_blank=True)
    priority = serializers.IntegerField(required=False, min_value=-1_000_000, max_value=1_000_000)
    status = serializers.ChoiceField(Program.Status.choices, required=False)
    targeting = TargetingBody(required=False)


class ItemBody(StrictSerializer):
    """What a kit holds."""

    content = serializers.CharField(max_length=100)
    message = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ContentBody(ProgramBody):
    """Content."""

    body = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    url = serializers.CharField(required=False, allow_blank=True, max_length=200)
    language = serializers.CharField(required=False, max_length=10)
    translates = serializers.CharField(required=False, allow_blank=True, max_length=100)
    form = serializers.ChoiceField(Content.Form.choices, required=False)
    expires_on = serializers.DateField(required=False, allow_null=True)
    needs_approval = serializers.BooleanField(required=False)
    items = ItemBody(many=True, required=False)
    customer_segments = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=1000
    )


class CourseBody(ProgramBody):
    """A course."""

    lessons = LessonBody(many=True, required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=100_000)
    due_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=3650)
    gives_certificate = serializers.BooleanField(required=False)
    certificate_months = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=240)
    language = serializers.CharField(required=False, max_length=10)
    translates = serializers.CharField(required=False, allow_blank=True, max_length=100)


class TierBody(StrictSerializer):
    """A rate for revenue beyond a sum."""

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of the language, so it cannot be declared as a name."""
        return {
            "from": serializers.DecimalField(max_digits=18, decimal_places=2),
            "rate": serializers.DecimalField(max_digits=6, decimal_places=3),
        }


class IncentiveBody(ProgramBody):
    """An incentive."""

    type = serializers.ChoiceField(Incentive.Type.choices)
    rate = serializers.DecimalField(max_digits=6, decimal_places=3, required=False, allow_null=True)
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, required=False, allow_null=True)
    currency = serializers.CharField(required=False, max_length=3)
    budget = serializers.DecimalField(max_digits=18, decimal_places=2, required=False, allow_null=True)
    cap = serializers.DecimalField(max_digits=18, decimal_places=2, required=False, allow_null=True)
    tiers = TierBody(many=True, required=False)
    period = serializers.ChoiceField(Incentive.Period.choices, required=False)
    terms = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    asks_first = serializers.BooleanField(required=False)


BODIES: dict[str, type[ProgramBody]] = {
    Program.Kind.CONTENT: ContentBody,
    Program.Kind.COURSE: CourseBody,
    Program.Kind.INCENTIVE: IncentiveBody,
}


def drafted(kind: str, values: Mapping[str, Any], base: ProgramDraft | None = None) -> ProgramDraft:
    """A draft of checked values; what they leave out is as in `base`."""
    own = {} if base is None else {name: getattr(base, name) for name in _OWN}
    detail = {} if base is None else {name: getattr(base.detail, name) for name in DETAIL[Program.Kind(kind)]}
    detail |= {name: values[name] for name in DETAIL[Program.Kind(kind)] if name in values}
    for name in ("items", "customer_segments"):
        if name in detail:
            detail[name] = tuple(dict(each) if isinstance(each, Mapping) else each for each in detail[name])
    if "lessons" in detail:
        detail["lessons"] = tuple(dict(lesson) for lesson in detail["lessons"])
    if "tiers" in detail:
        detail["tiers"] = tuple({name: str(value) for name, value in tier.items()} for tier in detail["tiers"])
    own |= {name: values[name] for name in _OWN if name in values}
    aim = values.get("targeting", {})
    own |= {ours: aim[theirs] for theirs, ours in DATES.items() if theirs in aim}
    before = asdict(base.targeting) if base else {}
    targeting = Targeting(**before | {mode: tuple(aim[mode]) for mode in MODES if mode in aim})
    return ProgramDraft(**own, detail=DRAFTS[Program.Kind(kind)](**detail), targeting=targeting)


_OWN = ("slug", "name", "summary", "starts_on", "ends_on", "new_members_only", "priority", "stage")
MODES = ("any", "all", "none")
DATES = {"starts": "starts_on", "ends": "ends_on", "new_members_only": "new_members_only"}
"""As the API calls them, and as programmes do."""


def represent_program(program: Program) -> dict[str, Any]:
    """A programme as JSON. Reads targets and the detail row: prefetch them for a list."""
    targets = sorted(program.targets.all(), key=lambda target: target.pk)
    detail = getattr(program, program.kind)
    return {
        "slug": program.slug,
        "name": program.name,
        "kind": program.kind,
        "status": program.status,
        "summary": program.summary,
        "stage": program.stage,
        "priority": program.priority,
        "targeting": {
            **{mode: [target.segment.slug for target in targets if target.mode == mode] for mode in MODES},
            "starts": program.starts_on.isoformat() if program.starts_on else None,
            "ends": program.ends_on.isoformat() if program.ends_on else None,
            "new_members_only": program.new_members_only,
        },
        **{name: _plain(_of_detail(detail, name)) for name in DETAIL[Program.Kind(program.kind)]},
        "created_at": rfc3339(program.created_at),
        "updated_at": rfc3339(program.updated_at),
    }


def _of_detail(detail: Any, name: str) -> Any:
    """A member of the detail row; of a kit what it holds, of a play whom it is for."""
    if name == "items":
        rows = sorted(detail.items.all(), key=lambda item: item.position)
        return [{"content": row.item.program.slug, "message": row.message} for row in rows]
    if name == "customer_segments":
        return sorted(row.segment.slug for row in detail.customer_segments.all())
    if name == "translates":
        return detail.program.translates.slug if detail.program.translates else ""
    return getattr(detail, name)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def represent_offer(offer: Offer, names: Mapping[str, str]) -> dict[str, Any]:
    """An offer as JSON, with the segments that decided it by slug and name."""
    reason = {mode: offer.reason.get(mode, []) for mode in MODES}
    steps = ("offered_at", "opened_at", "started_at", "completed_at", "lapsed_at", "withdrawn_at")
    return {
        "id": offer.pk,
        "program": offer.program.slug,
        "name": offer.program.name,
        "kind": offer.program.kind,
        "why": {
            **reason,
            "names": {slug: names[slug] for slugs in reason.values() for slug in slugs if slug in names},
        },
        **{step: rfc3339(getattr(offer, step)) if getattr(offer, step) else None for step in steps},
    }
