"""The console's first page: it looks into every app, so it stands above them all."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.console.people import region_choices
from partners.estimating import About, estimated, records
from partners.vocabulary import Subject
from people import roles
from people.guards import vendor_required
from prm.needs import needs_of
from prm.scheduling import nightly
from programs.models import Offer
from segments.models import Guide, Recompute, Segment
from segments.movements import recent_changes


@require_safe
@vendor_required
def home(request: HttpRequest) -> HttpResponse:
    """What needs me, how large everything is, who moved."""
    viewer = request.user
    segments = Segment.objects.visible_to(viewer)
    words: dict[str, Any] = {
        "partner_count": records(Subject.PARTNER, viewer),
        "customer_count": records(Subject.CUSTOMER, viewer),
        "offer_count": About(*estimated(Offer.objects.visible_to(viewer).on())),
        "segment_counts": segments.aggregate(
            active=Count("pk", filter=Q(status="active")),
            drafts=Count("pk", filter=Q(status__in=["draft", "in_review"])),
        ),
        "last_run": Recompute.objects.visible_to(viewer).exclude(finished_at=None).first(),
        "needs": needs_of(viewer),
        "nightly": nightly(),
        "last_nightly": Recompute.objects.visible_to(viewer).filter(trigger="nightly").first(),
        "changes": recent_changes(viewer=viewer, limit=12),
        "sees": _regions(viewer),
        **_guiding(request),
    }
    return render(request, "console/home.html", words)


def _regions(viewer: Any) -> str:
    """The names of the regions that the viewer is limited to."""
    if not viewer.regions:
        return ""
    names = dict(region_choices())
    return ", ".join(names.get(region, region) for region in viewer.regions)


def _guiding(request: HttpRequest) -> dict[str, Any]:
    """The guided set-up to carry on with; whether to offer one first of all, since there is no segment yet."""
    viewer = request.user
    if not roles.may_edit(viewer):
        return {"new_kind": "primary"}
    guide = Guide.objects.visible_to(viewer).under_way().filter(created_by_id=viewer.pk).first()
    is_new = not Segment.objects.visible_to(viewer).exists()
    is_first = is_new or guide is not None
    return {"guide": guide, "is_new": is_new, "guide_kind": "primary", "new_kind": "" if is_first else "primary"}
