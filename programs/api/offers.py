"""`partners/{external_id}/offers/`: what is on offer to a partner, and why."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import flag
from partners.api.pages import page
from partners.api.schema import PAGING, ref
from partners.models import Partner
from programs.api.values import MODES, represent_offer
from programs.models import Offer
from segments.models import Segment


class PartnerOffers(APIView):
    """One partner's offers, newest first."""

    page_ordering = ("-offered_at", "id")

    @extend_schema(
        operation_id="partners_offers",
        tags=["partners"],
        parameters=[*PAGING, OpenApiParameter("history", OpenApiTypes.BOOL, description="Withdrawn ones too.")],
        responses={200: ref("OfferPage")},
    )
    def get(self, request: Request, external_id: str) -> Response:
        """What is on offer now; with `history=1` also what was."""
        partner = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
        offers = Offer.objects.visible_to(request.user).filter(partner=partner).select_related("program")
        if not flag(request, "history"):
            offers = offers.on()
        return page(offers, request, self, _described)


def _described(offers: list[Offer]) -> list[dict[str, Any]]:
    """Offers as JSON, with the names of the segments that decided them: one query for all."""
    slugs = {slug for offer in offers for mode in MODES for slug in offer.reason.get(mode, [])}
    names = dict(Segment.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}
    return [represent_offer(offer, names) for offer in offers]
