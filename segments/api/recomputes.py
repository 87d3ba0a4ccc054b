"""`recomputes/`: the history of runs, and asking for one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.pages import page
from partners.api.schema import PAGING
from partners.api.strict import StrictSerializer, checked
from partners.api.values import rfc3339
from people.roles import Viewer
from segments.api import schema
from segments.dispatch import recompute_soon
from segments.models import Change, Recompute, Segment


class RecomputeAsked(StrictSerializer):
    """Which segments (none named: all active ones), and as of when (not said: now)."""

    segments = serializers.ListField(child=serializers.CharField(max_length=100), required=False, max_length=1000)
    as_of = serializers.DateTimeField(required=False, allow_null=True)

    def validate_as_of(self, instant: datetime | None) -> datetime | None:
        """Not in the future: nobody knows the facts of then."""
        if instant is not None and instant > timezone.now() + timedelta(minutes=1):
            raise serializers.ValidationError("That instant is still to come. Leave it out for now.")
        return instant


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
        return page(
            Recompute.objects.visible_to(request.user), request, self, lambda runs: represent_runs(runs, request.user)
        )

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
            run = recompute_soon(
                trigger=Recompute.Trigger.API, slugs=slugs, as_of=asked.get("as_of"), requested_by=str(request.user)
            )
        place = reverse("api_recompute", args=[run.pk])
        return Response(represent_runs([run], request.user)[0], status=202, headers={"Location": place})


class RecomputeDetail(APIView):
    """One run."""

    @extend_schema(operation_id="recomputes_read", tags=["recomputes"], responses={200: schema.ref("Recompute")})
    def get(self, request: Request, run_id: int) -> Response:
        """How it stands."""
        run = get_object_or_404(Recompute.objects.visible_to(request.user), pk=run_id)
        return Response(represent_runs([run], request.user)[0])


def represent_runs(runs: list[Recompute], viewer: Viewer) -> list[dict[str, Any]]:
    """Runs as JSON. To somebody limited to regions they tell of the records there alone: one query more for all."""
    rows = [_represent(run) for run in runs]
    if viewer.regions:
        moved = movements_within(runs, viewer)
        for row in rows:
            mine = moved.get(row["id"], {})
            for kind in ("entered", "left"):
                row["counts"][kind] = sum(counts.get(kind, 0) for counts in mine.values())
            row["details"] = {
                slug: {name: value for name, value in told.items() if name in ("version", "error")}
                | ({} if "error" in told else {k: mine.get(slug, {}).get(k, 0) for k in ("entered", "left")})
                for slug, told in row["details"].items()
            }
    return rows


def movements_within(runs: list[Recompute], viewer: Viewer) -> dict[int, dict[str, dict[str, int]]]:
    """{run id: {slug: {"entered": n, "left": n}}} of the subjects that the viewer may see."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    lines = Change.objects.visible_to(viewer).filter(recompute__in=[run.pk for run in runs]).order_by()
    for run_id, slug, kind, count in lines.values_list("recompute_id", "segment__slug", "kind").annotate(n=Count("id")):
        found.setdefault(run_id, {}).setdefault(slug, {})[kind] = count
    return found


def _represent(run: Recompute) -> dict[str, Any]:
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
