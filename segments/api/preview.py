"""`segments/preview/`: what a rule would give, without keeping anything."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.strict import StrictSerializer, checked
from partners.vocabulary import Subject
from segments.api import schema
from segments.api.segments import ZoneField
from segments.models import Segment
from segments.previewing import Difference, difference, preview
from segments.rules import RuleInvalid


class PreviewAsked(StrictSerializer):
    """A rule, and perhaps the segment whose members it is compared with."""

    subject = serializers.ChoiceField([Subject.PARTNER.value, Subject.CUSTOMER.value])
    rule = serializers.JSONField()
    zone = ZoneField(max_length=64, required=False, allow_blank=True)
    segment = serializers.SlugField(max_length=100, required=False)


class Preview(APIView):
    """Reads only, so a key that reads may ask."""

    reading_posts = True

    @extend_schema(
        operation_id="segments_preview",
        tags=["segments"],
        request={"application/json": schema.ref("PreviewAsked")},
        responses={200: schema.ref("Preview")},
    )
    def post(self, request: Request) -> Response:
        """The exact count, a sample and the rule in plain words."""
        asked = checked(PreviewAsked, request.data)
        return Response(self.answer(request, asked))

    def answer(self, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
        """The preview as JSON."""
        segment = self.segment(request, asked)
        rule, zone = asked["rule"], asked.get("zone")
        seen = preview(subject=asked["subject"], rule=rule, viewer=request.user, segment=segment, zone=zone)
        if seen.errors:
            raise RuleInvalid(seen.errors)
        answer = {
            "count": seen.count,
            "total": seen.total,
            "missing": seen.missing,
            "sentence": seen.sentence,
            "sample": seen.sample,
        }
        if segment is not None:
            moved = difference(segment, request.user, rule=rule, zone=zone)
            answer |= {"enter": moved.enter.count, "leave": moved.leave.count, **self.effects(segment, moved)}
        return answer

    def segment(self, request: Request, asked: dict[str, Any]) -> Segment | None:
        """The segment to compare with, or None."""
        if "segment" not in asked:
            return None
        found: Segment | None = Segment.objects.visible_to(request.user).filter(slug=asked["segment"]).first()
        if found is None:
            raise ValidationError({"segment": [ErrorDetail("There is no such segment.", "unknown_segment")]})
        if found.subject != asked["subject"]:
            raise ValidationError({"subject": [ErrorDetail(f"The segment is of {found.subject}s.", "mismatch")]})
        return found

    def effects(self, segment: Segment, moved: Difference) -> dict[str, Any]:
        """What the difference would do to programmes: known above this app, so nothing here."""
        return {}
