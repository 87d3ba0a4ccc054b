"""The portal as a partner sees it, on any day: for staff, and only to look at."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from partners.models import Partner
from people.guards import vendor_required
from programs.audience import entitlements, reason_to_json, targeted_programs
from programs.models import Content, Incentive, Offer, Program
from programs.portal.shelf import ICONS, noun_of, visible_names
from programs.precedence import outranked
from programs.wording import because
from segments.models import Membership

TITLES = {Program.Kind.CONTENT: "Resources", Program.Kind.COURSE: "Training", Program.Kind.INCENTIVE: "Incentives"}


def today() -> date:
    """The organisation's local day."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def end_of(day: date) -> datetime:
    """The last moment of the organisation's local day."""
    midnight = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min), timezone.get_default_timezone())
    return midnight - timedelta(microseconds=1)


def offers_on(partner: Partner, day: date) -> list[Offer]:
    """What was on offer at the end of a past day, is now, or will be on a coming day if segments stay as they are."""
    at = min(end_of(day), timezone.now()) if day <= today() else timezone.now()
    rows = Offer.objects.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at), partner=partner, offered_at__lte=at)
    rows = rows.select_related("program", "program__incentive", "program__course")
    have = list(rows.order_by("-program__priority", "-offered_at", "-id"))
    if day <= today():
        for offer in have:
            offer.withdrawn_at = None
            offer.lapsed_at = offer.lapsed_at if offer.lapsed_at and offer.lapsed_at <= at else None
        return have
    kept = {offer.program_id: offer for offer in have if offer.started_at}
    coming = dict(kept)
    for targeted, groups in entitlements(targeted_programs(), end_of(day)):
        for reason, partners in groups:
            if partner.pk in partners:
                coming[targeted.program.pk] = Offer(
                    pk=-targeted.program.pk,
                    program=targeted.program,
                    partner=partner,
                    reason=reason_to_json(reason),
                    offered_at=at,
                )
    for pk, offer in kept.items():
        if coming[pk] is offer and offer.lapsed_at is None:
            offer.lapsed_at = end_of(day)
    return sorted(coming.values(), key=lambda offer: (-offer.program.priority, offer.program.name))


def groups_on(partner: Partner, day: date) -> list[dict[str, Any]]:
    """The offers as cards, by kind."""
    offers = offers_on(partner, day)
    names, instead = visible_names(offers), outranked(offers)
    groups: dict[str, list[dict[str, Any]]] = {kind: [] for kind in TITLES}
    incentives = Incentive.objects.in_bulk([each.program_id for each in offers if each.program.kind == "incentive"])
    contents = Content.objects.in_bulk([each.program_id for each in offers if each.program.kind == "content"])
    for offer in offers:
        incentive = incentives.get(offer.program_id)
        groups[offer.program.kind].append(
            {
                "offer": offer,
                "noun": noun_of(incentive or contents.get(offer.program_id)),
                "icon": ICONS[Program.Kind(offer.program.kind)],
                "why": because(offer.reason, names),
                "earns": incentive.earns if incentive else "",
                "instead": instead.get(offer.pk),
            }
        )
    return [{"title": title, "cards": groups[kind]} for kind, title in TITLES.items() if groups[kind]]


@require_safe
@vendor_required
def portal_preview(request: HttpRequest, external_id: str) -> HttpResponse:
    """The portal's home as the partner's people see it on a day."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
    try:
        day = parse_date(request.GET.get("on", "")) or today()
    except ValueError:
        day = today()
    stays = Membership.objects.as_of(min(end_of(day), timezone.now())).filter(
        subject_id=partner.pk, segment__subject="partner", segment__partner_visible=True
    )
    words = {
        "partner": partner,
        "day": day,
        "is_today": day == today(),
        "is_coming": day > today(),
        "groups": groups_on(partner, day),
        "stays": stays.select_related("segment").order_by("segment__name"),
    }
    return render(request, "portal/preview.html", words)
