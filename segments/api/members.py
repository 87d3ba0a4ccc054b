"""`segments/{slug}/members/`: who is in, now or then; and why one is, or is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import BadParameter, chosen
from partners.api.pages import page
from partners.api.values import MODELS, joined, represent, rfc3339, shown, stored_only
from partners.disclosing import note_disclosure
from partners.facts import vocabulary
from partners.vocabulary import Field, Subject
from people.roles import Viewer
from segments.api import schema
from segments.api.copying import can_copy, copied_lines
from segments.api.instants import as_of
from segments.api.streams import CsvRenderer, NdjsonRenderer, csv_file, header, stream, wants_stream
from segments.explaining import Explained, NoSuchSubject, explain
from segments.members import member_ids, members
from segments.models import Segment

BATCH = 1000
"""Records read at a time while streaming."""


class MemberList(APIView):
    """The members, by page or as a stream of all of them."""

    renderer_classes = (JSONRenderer, CsvRenderer, NdjsonRenderer)

    @extend_schema(
        operation_id="segments_members",
        tags=["members"],
        parameters=schema.MEMBER_PARAMETERS,
        responses={
            (200, "application/json"): schema.ref("MemberPage"),
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/x-ndjson"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """The members that the caller may see, ordered by when they were first known."""
        segment = get_object_or_404(Segment.objects.visible_to(request.user), slug=slug)
        subject = Subject(segment.subject)
        chosen(request, "format", ("json", "csv", "ndjson"))
        fields = _fields(request, subject)
        instant = as_of(request)
        if request.accepted_renderer.format == "csv" and can_copy(fields):
            lines = copied_lines(member_ids(segment, request.user, instant), subject, fields)
            return csv_file(chain([header(list(fields)).encode()], lines), segment.slug)
        found = joined(members(segment, request.user, as_of=instant), subject)
        if wants_stream(request):
            return stream(request, _all(found, subject, fields), list(fields), segment.slug)
        return page(found, request, self, lambda records: represent(records, subject, fields, stamps=False))


def _fields(request: Request, subject: Subject) -> Mapping[str, Field]:
    """What is told of each member: `?fields=`, else all that is stored."""
    known = shown(vocabulary(subject), request.user)
    text = request.query_params.get("fields", "")
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise BadParameter("fields", f"There is no field “{name}”. See fields/.", "unknown_field")
    told = {name: known[name] for name in dict.fromkeys(["external_id", *names])} if names else stored_only(known)
    note_disclosure(viewer=request.user, fields=told.values(), of="a segment's members by the API")
    return told


def _all(found: QuerySet[Any], subject: Subject, fields: Mapping[str, Field]) -> Iterator[dict[str, Any]]:
    """Every member, read in batches by id: as many as there are, in the memory of one batch."""
    last = 0
    while batch := list(found.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from represent(batch, subject, fields, stamps=False)
        last = batch[-1].pk


class MemberDetail(APIView):
    """One subject and the segment: member or not, since when, why."""

    @extend_schema(operation_id="segments_explain", tags=["members"], responses={200: schema.ref("Explained")})
    def get(self, request: Request, slug: str, external_id: str) -> Response:
        """Each condition with the value found and its verdict; for a non-member, the nearest miss."""
        segment = get_object_or_404(Segment.objects.visible_to(request.user), slug=slug)
        subject = Subject(segment.subject)
        visible = MODELS[subject].objects.visible_to(request.user)
        pk = visible.filter(external_id=external_id).values_list("pk", flat=True).first()
        if pk is None:
            raise Http404
        found, why = _explained(segment, pk, request.user)
        return Response({"member": found.member, "since": rfc3339(found.since) if found.since else None, "why": why})


def _explained(segment: Segment, subject_id: int, viewer: Viewer) -> tuple[Explained, dict[str, Any]]:
    """The explanation, and the same as JSON."""
    try:
        found = explain(segment=segment, subject_id=subject_id, viewer=viewer)
    except NoSuchSubject:
        raise Http404 from None
    return found, {**found.to_json(), "as_of": rfc3339(found.as_of)}
