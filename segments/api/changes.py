"""`changes/` and `segments/{slug}/changes/`: who entered and left, in commit order, each exactly once on a walk."""

from __future__ import annotations

import base64
import binascii
import time
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import BadParameter
from partners.api.values import rfc3339
from partners.models import Customer, Partner
from partners.vocabulary import Subject
from segments.api import schema
from segments.models import Change, Segment

LONGEST_WAIT = 30
"""Seconds."""
PAUSE = 0.5
"""Seconds between two looks while waiting."""


def write_cursor(change_id: int) -> str:
    """The place behind a change, as callers keep it. What is in it is ours to alter."""
    return base64.urlsafe_b64encode(f"change:{change_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """The id of the last change seen."""
    try:
        kind, _, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").partition(":")
        if kind == "change" and number.isdigit() and len(number) < 19:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise BadParameter("after", "This cursor is not one of this feed. Use the `cursor` of the last answer.")


def _whole(request: Request, name: str, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not low <= int(text[:9]) <= high:
        raise BadParameter(name, f"{name} is a whole number from {low} to {high}.")
    return int(text)


class ChangeFeed(APIView):
    """All segments' changes, or one's."""

    @extend_schema(
        operation_id="changes_read",
        tags=["changes"],
        parameters=schema.FEED_PARAMETERS,
        responses={200: schema.ref("ChangeFeed")},
    )
    def get(self, request: Request) -> Response:
        """What came after the cursor; with `wait`, as soon as there is something."""
        return self.answer(request, Change.objects.visible_to(request.user))

    def answer(self, request: Request, changes: QuerySet[Any]) -> Response:
        """The next changes of a feed."""
        after = request.query_params.get("after", "")
        seen = read_cursor(after) if after else 0
        size = _whole(request, "page_size", 100, 1, 1000)
        until = time.monotonic() + _whole(request, "wait", 0, 0, LONGEST_WAIT)
        coming = changes.filter(pk__gt=seen).select_related("segment").order_by("pk")
        found = list(coming[:size])
        while not found and time.monotonic() < until:
            time.sleep(min(PAUSE, max(0.0, until - time.monotonic())))
            found = list(coming[:size])
        cursor = write_cursor(found[-1].pk if found else seen)
        query = request.query_params.copy()
        query["after"] = cursor
        link = f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"
        return Response({"next": link, "cursor": cursor, "results": _described(found)})


class SegmentChanges(ChangeFeed):
    """One segment's."""

    @extend_schema(
        operation_id="segments_changes",
        tags=["changes"],
        parameters=schema.FEED_PARAMETERS,
        responses={200: schema.ref("ChangeFeed")},
    )
    def get(self, request: Request, slug: str) -> Response:  # type: ignore[override]
        """What came after the cursor."""
        segment = get_object_or_404(Segment.objects.visible_to(request.user), slug=slug)
        return self.answer(request, Change.objects.visible_to(request.user).filter(segment=segment))


def _described(changes: list[Any]) -> list[dict[str, Any]]:
    """As callers read them: external ids for our own, one query for each subject."""
    ids: dict[str, set[int]] = {Subject.PARTNER: set(), Subject.CUSTOMER: set()}
    for change in changes:
        ids[change.segment.subject].add(change.subject_id)
    names: dict[str, dict[int, str]] = {}
    for subject, model in ((Subject.PARTNER, Partner), (Subject.CUSTOMER, Customer)):
        wanted = model.objects.filter(pk__in=ids[subject]) if ids[subject] else model.objects.none()
        names[subject] = dict(wanted.values_list("pk", "external_id"))
    return [
        {
            "id": change.pk,
            "cursor": write_cursor(change.pk),
            "segment": change.segment.slug,
            "subject": change.segment.subject,
            "external_id": names[change.segment.subject].get(change.subject_id),
            "change": change.kind,
            "at": rfc3339(change.at),
            "version": change.version,
            "recompute": change.recompute_id,
        }
        for change in changes
    ]
