"""The company's tier, and how far it is to the segments it is not in yet."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from partners import facts
from partners.models import Partner
from partners.reading import one_snapshot
from partners.vocabulary import Subject
from people.guards import partner_required
from programs.models import Program, Target
from programs.portal.why import reasons_of
from segments.gaps import gaps
from segments.models import Membership, Segment

MOST = 5
"""Segments shown, the nearest first."""
LOOKED_AT = 20
OPINIONS = frozenset({"lifecycle_stage", "alignment"})
"""What the vendor thinks of a company: nothing it could aim at, and not for it to read."""


@require_safe
@partner_required
def gap(request: HttpRequest) -> HttpResponse:
    """A part: the tier and the next one; of the segments that partners may see, those nearest, and what is missing."""
    company = get_object_or_404(Partner.objects.visible_to(request.user))
    with one_snapshot(), facts.one_vocabulary():
        words = _words(company)
    return render(request, "portal/gap.html", words)


def _words(company: Partner) -> dict[str, Any]:
    tiers = facts.vocabulary(Subject.PARTNER)["tier"].choices
    place = next((number for number, tier in enumerate(tiers) if tier.value == company.tier), None)
    mine = Membership.objects.current().filter(subject_id=company.pk)
    shown = Segment.objects.active().filter(subject="partner", partner_visible=True, kind=Segment.Kind.RULE)
    shown = shown.annotate(is_inside=Exists(mine.filter(segment=OuterRef("pk"))))
    everything = list(shown.select_related("published").order_by("name"))
    told = reasons_of(everything)
    others = [each for each in everything if not each.is_inside and each.slug in told][:LOOKED_AT]
    order = {tier.value: number for number, tier in enumerate(tiers)}
    found = [
        each
        for each in gaps(segments=others, subject=Subject.PARTNER, subject_id=company.pk)
        if all(_is_an_aim(missing.rule, order, place) for missing in each.missing)
    ][:MOST]
    brings = _brings([each.segment.pk for each in found])
    return {
        "tier": tiers[place].label if place is not None else "",
        "next_tier": tiers[place + 1].label if place is not None and place + 1 < len(tiers) else "",
        "gaps": [{"gap": each, "brings": brings.get(each.segment.pk, [])} for each in found],
    }


def _is_an_aim(rule: dict[str, Any], order: dict[str, int], place: int | None) -> bool:
    """A company could want that condition to come true: it is no opinion of the vendor, and no lower tier than its own."""
    field = rule.get("field")
    if isinstance(field, str) and field in OPINIONS:
        return False
    if field != "tier" or place is None:
        return True
    if rule.get("operator") in ("<", "<="):
        return False
    if rule.get("operator") not in ("=", "in"):
        return True
    wanted = rule["value"] if isinstance(rule["value"], list) else [rule["value"]]
    return any(order.get(tier, -1) > place for tier in wanted)


def _brings(segments: list[int]) -> dict[int, list[Any]]:
    """By segment, the active programmes that being in it is enough for. One query."""
    found: dict[int, list[Any]] = {}
    targets = Target.objects.filter(segment__in=segments, mode="any", program__status=Program.Status.ACTIVE)
    for target in targets.select_related("program").order_by("-program__priority", "program__name"):
        found.setdefault(target.segment_id, []).append(target.program.name)
    return found
