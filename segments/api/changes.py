"""`changes/` and `segments/{slug}/changes/`: who entered and left, in commit order, each exactly once on a walk."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import BadParameter
from segments.api import schema
from segments.feed import described, read_cursor, write_cursor
from segments.models import Change, Segment

LONGEST_WAIT = 30
"""Seconds."""
PAUSE = 0.5
"""Seconds between two looks while waiting."""


def place_of(cursor: str) -> int:
    """The id of the last change seen, from the cursor that the caller kept."""
    try:
        return read_cursor(cursor)
    except ValueError:
        raise BadParameter(
            "after", "This cursor is not one of this feed. Use the `cursor` of the last answer."
        ) from None


def _whole(request: Request, name: str, default: int, low: int, high: int) -> int:
    if name not in request.query_params:
        return default
    text = request.query_params[name]
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
        seen = place_of(after) if after else 0
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
        return Response({"next": link, "cursor": cursor, "results": described(found)})


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
