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
    invalid = Segment.objects.visible_to(request.user).exclude(invalid_reason="").filter(status="active")
    failed = Recompute.objects.visible_to(request.user).filter(status="failed", finished_at__gt=timezone.now() - RECENT)
    imports = Import.objects.visible_to(request.user).filter(created_at__gt=timezone.now() - 7 * RECENT)
    rejected = imports.filter(Q(status="failed") | Q(result__rejected__gt=0))
    return [
        *(
            Need(s.name, s.invalid_reason, reverse("console_segment", args=[s.slug]), serious=True)
            for s in invalid[:20]
        ),
        *(Need(f"Recompute {r.pk} failed", r.error, reverse("console_recomputes"), serious=True) for r in failed[:3]),
        *(Need(f"Import of {i.filename}", said_of(i), reverse("console_import", args=[i.pk])) for i in rejected[:5]),
    ]


def said_of(item: Import) -> str:
    """What is wrong with an import, in a line."""
    count = item.result.get("rejected", 0)
    return item.error or f"{count} row{'' if count == 1 else 's'} came back with a reason"
