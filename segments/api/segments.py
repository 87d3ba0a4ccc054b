"""`segments/`: made, changed, published, archived; their versions."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import chosen
from partners.api.pages import each, page
from partners.api.schema import PAGING
from partners.api.strict import StrictSerializer, checked
from partners.api.values import rfc3339
from partners.api.writing import Conflict
from partners.vocabulary import Subject
from people import roles
from people.models import User
from people.roles import Viewer
from segments.api import schema
from segments.drafting import change_details, change_rule, create_segment, delete_segment
from segments.instants import is_zone
from segments.members import member_counts
from segments.models import Segment, SegmentVersion
from segments.publishing import LARGE_SHARE, TooManyMove, archive, publish
from segments.stages import STAGES


class OwnerField(serializers.Field):
    """One of the vendor's people, by e-mail."""

    def to_internal_value(self, data: Any) -> User:
        """The person."""
        found = User.objects.filter(email=str(data).strip().lower(), role__in=roles.VENDOR, is_active=True).first()
        if found is None:
            raise ValidationError([ErrorDetail("None of the vendor's people has this e-mail address.", "unknown_user")])
        return found


class ZoneField(serializers.CharField):
    """The name of a time zone, or nothing."""

    def to_internal_value(self, data: Any) -> str:
        """The name."""
        zone: str = super().to_internal_value(data)
        if zone and not is_zone(zone):
            raise ValidationError(
                [ErrorDetail("There is no such time zone. Write one such as Europe/Berlin.", "unknown_zone")]
            )
        return zone


class SegmentChange(StrictSerializer):
    """What may change of a segment."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)
    objective = serializers.CharField(max_length=500, required=False, allow_blank=True)
    stage = serializers.ChoiceField(STAGES, required=False, allow_blank=True)
    owner = OwnerField(required=False, allow_null=True)
    partner_visible = serializers.BooleanField(required=False)
    rule = serializers.JSONField()
    zone = ZoneField(max_length=64, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class SegmentWrite(SegmentChange):
    """A new segment."""

    slug = serializers.RegexField(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=100)
    subject = serializers.ChoiceField([Subject.PARTNER.value, Subject.CUSTOMER.value])
    kind = serializers.ChoiceField([Segment.Kind.RULE.value], required=False)


class ReasonBody(StrictSerializer):
    """Why something is done."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class PublishBody(ReasonBody):
    """How sure the caller is."""

    confirm = serializers.BooleanField(required=False)


class ManyWouldMove(Conflict):
    """409 with the difference that publishing would make."""

    def __init__(self, many: TooManyMove) -> None:
        super().__init__(f"{many} Send “confirm”: true to publish it.", "/confirm", "many_would_move")
        counts = {"enter": len(many.moves.enter), "leave": len(many.moves.leave), "present": many.moves.present}
        self.errors = [{**self.errors[0], **counts}]


def visible(request: Request) -> QuerySet[Any]:
    """Segments the caller may see, with all that is shown of them."""
    return Segment.objects.visible_to(request.user).select_related("draft", "published", "owner")


def one(request: Request, slug: str) -> Segment:
    """The segment, or 404."""
    segment: Segment = get_object_or_404(visible(request), slug=slug)
    return segment


def described(request: Request, slug: str) -> dict[str, Any]:
    """The segment as JSON, or 404."""
    return represent_segments([one(request, slug)], request.user)[0]


def represent_segments(segments: list[Segment], viewer: Viewer) -> list[dict[str, Any]]:
    """Segments as JSON, with their members as the viewer may count them."""
    counts = member_counts(segments, viewer)
    return [_represented(segment, counts[segment.pk]) for segment in segments]


def _represented(segment: Segment, member_count: int) -> dict[str, Any]:
    return {
        "slug": segment.slug,
        "name": segment.name,
        "subject": segment.subject,
        "kind": segment.kind,
        "status": segment.status,
        "description": segment.description,
        "objective": segment.objective,
        "stage": segment.stage,
        "owner": segment.owner.email if segment.owner else None,
        "partner_visible": segment.partner_visible,
        "rule": segment.draft.rule if segment.draft else None,
        "zone": segment.draft.zone if segment.draft else "",
        "version": segment.draft.number if segment.draft else None,
        "published_version": segment.published.number if segment.published else None,
        "member_count": member_count,
        "computed_at": rfc3339(segment.computed_at) if segment.computed_at else None,
        "invalid_reason": segment.invalid_reason,
        "created_at": rfc3339(segment.created_at),
        "updated_at": rfc3339(segment.updated_at),
    }


class SegmentList(APIView):
    """Many: read by page, or make one."""

    @extend_schema(
        operation_id="segments_list",
        tags=["segments"],
        parameters=schema.SEGMENT_PARAMETERS,
        responses={200: schema.ref("SegmentPage")},
    )
    def get(self, request: Request) -> Response:
        """A page of segments."""
        found = visible(request)
        for name, values in schema.SEGMENT_FILTERS.items():
            value = chosen(request, name, values)
            found = found.filter(**{name: value}) if value else found
        found = found.filter(name__icontains=request.query_params.get("search", "").strip())
        return page(found, request, self, lambda rows: represent_segments(rows, request.user))

    @extend_schema(
        operation_id="segments_create",
        tags=["segments"],
        request={"application/json": schema.ref("SegmentWrite")},
        responses={201: schema.ref("Segment")},
    )
    def post(self, request: Request) -> Response:
        """A new segment, as a draft: it has no members until it is published."""
        values = checked(SegmentWrite, request.data)
        if Segment.objects.filter(slug=values["slug"]).exists():
            raise Conflict(f"There is a segment “{values['slug']}” already.", "/slug", "exists")
        segment = create_segment(author=str(request.user), viewer=request.user, **values)
        place = reverse("api_segment", args=[segment.slug])
        return Response(described(request, segment.slug), status=201, headers={"Location": place})


class SegmentDetail(APIView):
    """One."""

    @extend_schema(operation_id="segments_read", tags=["segments"], responses={200: schema.ref("Segment")})
    def get(self, request: Request, slug: str) -> Response:
        """The segment, with its newest rule."""
        return Response(described(request, slug))

    @extend_schema(
        operation_id="segments_change",
        tags=["segments"],
        request={"application/json": schema.ref("SegmentChange")},
        responses={200: schema.ref("Segment")},
    )
    def patch(self, request: Request, slug: str) -> Response:
        """Changes what is sent. Another rule or time zone makes a new version, which membership follows once it is published."""
        segment = one(request, slug)
        values = checked(SegmentChange, request.data, partial=True)
        rule, zone, reason = values.pop("rule", None), values.pop("zone", None), values.pop("reason", "")
        if rule is None and zone is not None and segment.draft is not None:
            rule = segment.draft.rule
        with transaction.atomic():
            if values:
                change_details(segment=segment, **values)
            if rule is not None:
                change_rule(
                    segment=segment,
                    rule=rule,
                    zone=zone,
                    author=str(request.user),
                    reason=reason,
                    viewer=request.user,
                )
        return Response(described(request, slug))

    @extend_schema(operation_id="segments_delete", tags=["segments"], responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Removes it; refused while another segment or a programme refers to it."""
        delete_segment(segment=one(request, slug))
        return Response(status=204)


class Publish(APIView):
    """The newest version becomes the one that membership follows."""

    @extend_schema(
        operation_id="segments_publish",
        tags=["segments"],
        request={"application/json": schema.ref("PublishBody")},
        responses={200: schema.ref("Published")},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Publishes; the members are worked out at once by the run that the answer names.

        When more than a fifth of the present members would enter or leave: 409 with the numbers, unless `confirm` is true.
        """
        values = checked(PublishBody, request.data)
        try:
            published = publish(
                segment=one(request, slug),
                author=str(request.user),
                most_share=None if values.get("confirm") else LARGE_SHARE,
            )
        except TooManyMove as many:
            raise ManyWouldMove(many) from many
        return Response(
            {**described(request, slug), "recompute": published.run.pk if published.run else None},
        )


class Archive(APIView):
    """Out of use."""

    @extend_schema(
        operation_id="segments_archive",
        tags=["segments"],
        request={"application/json": schema.ref("Reason")},
        responses={200: schema.ref("Segment")},
    )
    def post(self, request: Request, slug: str) -> Response:
        """Archives; its members leave, its history stays."""
        checked(ReasonBody, request.data)
        archive(segment=one(request, slug), author=str(request.user))
        return Response(described(request, slug))


class Versions(APIView):
    """Every state its rule has had."""

    page_ordering = ("-number", "id")

    @extend_schema(
        operation_id="segments_versions",
        tags=["segments"],
        parameters=PAGING,
        responses={200: schema.ref("SegmentVersionPage")},
    )
    def get(self, request: Request, slug: str) -> Response:
        """A page of versions, newest first."""
        versions = SegmentVersion.objects.filter(segment=one(request, slug))
        return page(versions, request, self, each(represent_version))


def represent_version(version: SegmentVersion) -> dict[str, Any]:
    """A version as JSON."""
    return {
        "number": version.number,
        "rule": version.rule,
        "zone": version.zone,
        "reason": version.reason,
        "author": version.author,
        "created_at": rfc3339(version.created_at),
    }
