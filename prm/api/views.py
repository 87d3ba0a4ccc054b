"""The API's own addresses: what there is, the docs, and the answer to what there is not."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.vocabulary import Subject
from programs.effects import effects_of_members
from segments.api.preview import Preview as SegmentPreview
from segments.members import current_member_ids
from segments.models import Segment
from segments.previewing import Difference

LISTS = (
    "partners",
    "customers",
    "deals",
    "fields",
    "segments",
    "changes",
    "recomputes",
    "content",
    "courses",
    "incentives",
    "programs",
    "claims",
    "ledger",
    "webhooks",
    "schema",
    "docs",
)


class Index(APIView):
    """Where everything is."""

    @extend_schema(
        operation_id="index",
        tags=["index"],
        responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}},
    )
    def get(self, request: Request) -> Response:
        """The addresses of the lists, by name."""
        return Response({name: request.build_absolute_uri(reverse(f"api_{name}")) for name in LISTS})


class Preview(SegmentPreview):
    """What a rule would give, and what that would do to programmes."""

    def effects(self, segment: Segment, moved: Difference) -> dict[str, Any]:
        """What would be offered and withdrawn if the segment had these members."""
        members = (current_member_ids(segment) - moved.leave.ids) | moved.enter.ids
        changes = effects_of_members(members={segment.slug: members}) if segment.subject == Subject.PARTNER else []
        return {
            "effects": [
                {"program": each.program, "name": each.name, "offered": each.enter, "withdrawn": each.leave}
                for each in changes
            ]
        }


class Unknown(APIView):
    """Any other address under the API: 404 for everybody, as a problem."""

    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(exclude=True)
    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whatever the method."""
        self.http_method_not_allowed = self._refuse  # type: ignore[method-assign]
        return super().dispatch(request, *args, **kwargs)

    def _refuse(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise NotFound("There is nothing at this address. Addresses of the API end with a slash; see /api/v1/.")


@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    """The schema for people. Its script comes from an address of its own; its widgets style themselves inline."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = ()
    url_name = "api_schema"
