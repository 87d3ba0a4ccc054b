"""`recomputes/`: the history of runs, and asking for one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
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
from segments.dispatch import recompute_soon
from segments.models import Recompute, Segment


class RecomputeAsked(StrictSerializer):
    """Which segments; none named: all active ones."""

    segments = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=1000)


class RecomputeList(APIView):
    """Runs, newest first."""

    page_ordering = ("-id",)

    @extend_schema(
        operation_id="recomputes_list",
        tags=["recomputes"],
        parameters=PAGING,
        responses={200: schema.ref("RecomputePage")},
    )
    def get(self, request: Request) -> Response:
        """A page of runs."""
        return page(Recompute.objects.visible_to(request.user), request, self, each(represent_run))

    @extend_schema(
        operation_id="recomputes_create",
        tags=["recomputes"],
        request={"application/json": schema.ref("RecomputeAsked")},
        responses={202: schema.ref("Recompute")},
    )
    def post(self, request: Request) -> Response:
        """Asks for a run; a worker takes it up at once. Follow it at its address."""
        asked = checked(RecomputeAsked, request.data)
        slugs = list(dict.fromkeys(asked.get("segments", [])))
        active = set(
            Segment.objects.visible_to(request.user).active().filter(slug__in=slugs).values_list("slug", flat=True)
        )
        faults: Any = {
            at: [ErrorDetail(f"There is no active segment “{slug}”.", "unknown_segment")]
            for at, slug in enumerate(slugs)
            if slug not in active
        }
        if faults:
            raise ValidationError({"segments": faults})
        with transaction.atomic():
            run = recompute_soon(trigger=Recompute.Trigger.API, slugs=slugs, requested_by=str(request.user))
        place = reverse("api_recompute", args=[run.pk])
        return Response(represent_run(run), status=202, headers={"Location": place})


class RecomputeDetail(APIView):
    """One run."""

    @extend_schema(operation_id="recomputes_read", tags=["recomputes"], responses={200: schema.ref("Recompute")})
    def get(self, request: Request, run_id: int) -> Response:
        """How it stands."""
        run = get_object_or_404(Recompute.objects.visible_to(request.user), pk=run_id)
        return Response(represent_run(run))


def represent_run(run: Recompute) -> dict[str, Any]:
    """A run as JSON."""
    ended = run.finished_at and run.started_at
    return {
        "id": run.pk,
        "status": run.status,
        "trigger": run.trigger,
        "as_of": rfc3339(run.as_of),
        "segments": run.slugs,
        "requested_by": run.requested_by,
        **{
            name: rfc3339(getattr(run, name)) if getattr(run, name) else None
            for name in ("requested_at", "started_at", "heartbeat_at", "finished_at", "settled_at")
        },
        "duration": (run.finished_at - run.started_at).total_seconds() if ended else None,  # type: ignore[operator]
        "counts": {"segments": run.segment_count, "entered": run.entered_count, "left": run.left_count},
        "details": run.details,
        "error": run.error,
    }
