"""`partners/{external_id}/segments/`: what a partner is in, was in at an instant, or has been in."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import flag
from partners.api.pages import each, page
from partners.api.schema import PAGING
from partners.api.values import MODELS, rfc3339
from partners.vocabulary import Subject
from segments.api import schema
from segments.api.instants import as_of
from segments.models import Membership, Segment

_PARAMETERS = [
    *PAGING,
    schema.AS_OF,
    OpenApiParameter("history", OpenApiTypes.BOOL, description="Every stay, ended ones too."),
]


class Stays(APIView):
    """One subject's stays."""

    subject: Subject

    def get(self, request: Request, external_id: str) -> Response:
        """The segments it is in now; `as_of`, then; `history=1`, ever."""
        record = get_object_or_404(MODELS[self.subject].objects.visible_to(request.user), external_id=external_id)
        segments = Segment.objects.visible_to(request.user).filter(subject=self.subject)
        stays = Membership.objects.of(record.pk).filter(segment__in=segments).select_related("segment")
        instant, everything = as_of(request), flag(request, "history")
        if instant is not None:
            stays = stays.as_of(instant)
        elif not everything:
            stays = stays.current()
        return page(stays, request, self, each(_stay))


def _documented(subject: Subject, plural: str) -> type[Stays]:
    """The view of a subject, described for the schema."""
    described = extend_schema(
        operation_id=f"{plural}_segments",
        tags=[plural],
        parameters=_PARAMETERS,
        responses={200: schema.ref("StayPage")},
    )
    return extend_schema_view(get=described)(
        type(f"{subject.title()}Stays", (Stays,), {"subject": subject, "__doc__": f"One {subject}'s stays."})
    )


def _stay(stay: Any) -> dict[str, Any]:
    return {
        "segment": stay.segment.slug,
        "name": stay.segment.name,
        "entered_at": rfc3339(stay.entered_at),
        "left_at": rfc3339(stay.left_at) if stay.left_at else None,
        "version": stay.version,
    }


PartnerStays = _documented(Subject.PARTNER, "partners")
CustomerStays = _documented(Subject.CUSTOMER, "customers")
