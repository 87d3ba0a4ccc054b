"""`segments/{slug}/overrides/`: who is in or out whatever the rule says."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.pages import each, page
from partners.api.schema import PAGING
from partners.api.strict import StrictSerializer, checked
from partners.api.values import rfc3339
from segments.api import schema
from segments.api.segments import one
from segments.members import MODELS
from segments.models import Override, Segment
from segments.overriding import remove_override, set_override


class OverrideWrite(StrictSerializer):
    """A decision about one subject."""

    external_id = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(Override.Kind.values)
    reason = serializers.CharField(max_length=500)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


def subjects(request: Request, segment: Segment) -> QuerySet[Any]:
    """The records that the segment is about and the caller may see."""
    found: QuerySet[Any] = MODELS[segment.subject].objects.visible_to(request.user)
    return found


def represent(override: Override, external_id: str) -> dict[str, Any]:
    """An override as JSON."""
    return {
        "external_id": external_id,
        "kind": override.kind,
        "author": override.author,
        "reason": override.reason,
        "expires_at": rfc3339(override.expires_at) if override.expires_at else None,
        "created_at": rfc3339(override.created_at),
    }


class Overrides(APIView):
    """Those of a segment."""

    @extend_schema(
        operation_id="segments_overrides",
        tags=["members"],
        parameters=PAGING,
        responses={200: schema.ref("OverridePage")},
    )
    def get(self, request: Request, slug: str) -> Response:
        """A page of overrides, of the subjects the caller may see; expired ones too."""
        segment = one(request, slug)
        names = dict(
            subjects(request, segment)
            .filter(pk__in=segment.overrides.values("subject_id"))
            .values_list("pk", "external_id")
        )
        found = Override.objects.filter(segment=segment, subject_id__in=list(names))
        return page(found, request, self, each(lambda override: represent(override, names[override.subject_id])))

    @extend_schema(
        operation_id="segments_override",
        tags=["members"],
        request={"application/json": schema.ref("OverrideWrite")},
        responses={201: schema.ref("Override")},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Decides about one subject, in place of what was decided before; members follow at once."""
        segment = one(request, slug)
        values = checked(OverrideWrite, request.data)
        external_id = values.pop("external_id")
        pk = subjects(request, segment).filter(external_id=external_id).values_list("pk", flat=True).first()
        if pk is None:
            detail = f"There is no {segment.subject} “{external_id}”."
            raise ValidationError({"external_id": [ErrorDetail(detail, "unknown_subject")]})
        made = set_override(segment=segment, subject_id=pk, author=str(request.user), **values)
        return Response(represent(made, external_id), status=201)


class OverrideDetail(APIView):
    """That of one subject."""

    @extend_schema(operation_id="segments_override_remove", tags=["members"], responses={204: None})
    def delete(self, request: Request, slug: str, external_id: str) -> Response:
        """The rule decides again; members follow at once. 404 when it does already."""
        segment = one(request, slug)
        pk = subjects(request, segment).filter(external_id=external_id).values_list("pk", flat=True).first()
        if pk is None or not remove_override(segment=segment, subject_id=pk, author=str(request.user)):
            raise Http404
        return Response(status=204)
