"""`segment-sets/`: segments that belong together, in order."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.pages import each, page
from partners.api.schema import PAGING
from partners.api.strict import StrictSerializer, checked
from partners.api.writing import Conflict
from partners.vocabulary import Subject
from segments.api import schema
from segments.models import SegmentSet
from segments.sets import change_set, create_set, delete_set


class SetChange(StrictSerializer):
    """What may change of a set."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)
    mode = serializers.ChoiceField(SegmentSet.Mode.values)
    segments = serializers.ListField(child=serializers.SlugField(max_length=100), min_length=1, max_length=100)
    everyone_else = serializers.SlugField(max_length=100, required=False, allow_blank=True)


class SetWrite(SetChange):
    """A new set."""

    slug = serializers.RegexField(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=100)
    subject = serializers.ChoiceField([Subject.PARTNER.value, Subject.CUSTOMER.value])


def represent(found: SegmentSet) -> dict[str, Any]:
    """A set as JSON, its segments in order."""
    entries = list(found.entries.all())
    return {
        "slug": found.slug,
        "name": found.name,
        "subject": found.subject,
        "mode": found.mode,
        "description": found.description,
        "segments": [
            {"slug": entry.segment.slug, "member_count": entry.segment.member_count, "lost_count": entry.lost_count}
            for entry in entries
            if not entry.is_rest
        ],
        "everyone_else": next((entry.segment.slug for entry in entries if entry.is_rest), ""),
    }


def sets() -> QuerySet[SegmentSet]:
    """All of them, with what is shown of them."""
    return SegmentSet.objects.prefetch_related("entries__segment")


class SetList(APIView):
    """Many: read by page, or make one."""

    @extend_schema(
        operation_id="segment_sets_list",
        tags=["segments"],
        parameters=PAGING,
        responses={200: schema.ref("SegmentSetPage")},
    )
    def get(self, request: Request) -> Response:
        """A page of sets."""
        return page(sets(), request, self, each(represent))

    @extend_schema(
        operation_id="segment_sets_create",
        tags=["segments"],
        request={"application/json": schema.ref("SegmentSetWrite")},
        responses={201: schema.ref("SegmentSet")},
    )
    def post(self, request: Request) -> Response:
        """A new set; in an exclusive one the first segment that matches wins."""
        values = checked(SetWrite, request.data)
        if SegmentSet.objects.filter(slug=values["slug"]).exists():
            raise Conflict(f"There is a set “{values['slug']}” already.", "/slug", "exists")
        made = create_set(author=str(request.user), **values)
        place = reverse("api_segment_set", args=[made.slug])
        return Response(represent(sets().get(pk=made.pk)), status=201, headers={"Location": place})


class SetDetail(APIView):
    """One."""

    @extend_schema(operation_id="segment_sets_read", tags=["segments"], responses={200: schema.ref("SegmentSet")})
    def get(self, request: Request, slug: str) -> Response:
        """The set, with how many each segment has and how many it lost to those before it."""
        return Response(represent(get_object_or_404(sets(), slug=slug)))

    @extend_schema(
        operation_id="segment_sets_change",
        tags=["segments"],
        request={"application/json": schema.ref("SegmentSetChange")},
        responses={200: schema.ref("SegmentSet")},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Changes what is sent; members follow at once."""
        found = get_object_or_404(SegmentSet, slug=slug)
        change_set(segment_set=found, author=str(request.user), **checked(SetChange, request.data, partial=True))
        return Response(represent(sets().get(pk=found.pk)))

    @extend_schema(operation_id="segment_sets_delete", tags=["segments"], responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Takes it apart: each segment goes by its own rule again."""
        delete_set(segment_set=get_object_or_404(SegmentSet, slug=slug), author=str(request.user))
        return Response(status=204)
