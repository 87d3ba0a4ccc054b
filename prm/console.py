"""The console's first page: it looks into every app, so it stands above them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from partners.models import Customer, Deal, Import, Partner
from people.guards import vendor_required
from programs.models import Offer
from segments.models import Recompute, Segment
from segments.movements import recent_changes

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person: what it is, why, and where to mend it."""

    title: str
    detail: str
    address: str
    serious: bool = False


@require_safe
@vendor_required
def home(request: HttpRequest) -> HttpResponse:
    """What needs me, how large everything is, who moved."""
    viewer = request.user
    segments = Segment.objects.visible_to(viewer)
    words: dict[str, Any] = {
        "partner_count": Partner.objects.visible_to(viewer).count(),
        "customer_count": Customer.objects.visible_to(viewer).count(),
        "open_deal_count": Deal.objects.visible_to(viewer).filter(stage="open").count(),
        "offer_count": Offer.objects.visible_to(viewer).on().count(),
        "segment_counts": segments.aggregate(
            active=Count("pk", filter=Q(status="active")),
            drafts=Count("pk", filter=Q(status__in=["draft", "in_review"])),
        ),
        "last_run": Recompute.objects.visible_to(viewer).exclude(finished_at=None).first(),
        "needs": needs(request),
        "changes": recent_changes(viewer=viewer, limit=12),
    }
    return render(request, "console/home.html", words)


def needs(request: HttpRequest) -> list[Need]:
    """The list of what waits, most serious first; three queries, however much there is."""
    found: list[Need] = []
    for segment in Segment.objects.visible_to(request.user).exclude(invalid_reason="").filter(status="active")[:20]:
        found.append(
            Need(
                segment.name,
                segment.invalid_reason,
                reverse("console_segment", args=[segment.slug]),
                serious=True,
            )
        )
    for run in Recompute.objects.visible_to(request.user).filter(
        status="failed", finished_at__gt=timezone.now() - RECENT
    )[:3]:
        found.append(
            Need(
                f"Recompute {run.pk} failed",
                run.error,
                reverse("console_recomputes"),
                serious=True,
            )
        )
    imports = Import.objects.visible_to(request.user).filter(created_at__gt=timezone.now() - 7 * RECENT)
    for item in imports.filter(Q(status="failed") | Q(result__rejected__gt=0))[:5]:
        rejected = item.result.get("rejected", 0)
        detail = item.error or f"{rejected} row{'' if rejected == 1 else 's'} came back with a reason"
        found.append(
            Need(
                f"Import of {item.filename}",
                detail,
                reverse("console_import", args=[item.pk]),
            )
        )
    return found
