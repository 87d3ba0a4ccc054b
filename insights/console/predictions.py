"""Predictions: which versions there are, how each was judged, and what the one in use says of whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from insights.console.showing import csv_file, in_words
from insights.predictions import training
from insights.predictions.models import FACTS, Prediction, PredictionScore
from insights.templatetags.shares import percent
from partners.models import Partner
from partners.wording import day
from people.guards import unlimited_editor_required, vendor_required

PAGE = 50


@require_safe
@vendor_required
def predictions(request: HttpRequest) -> HttpResponse:
    """Every kind with its latest version and the one in use."""
    versions: dict[str, list[Prediction]] = {kind: [] for kind in Prediction.Kind.values}
    for each in Prediction.objects.all():
        versions[each.kind].append(each)
    rows = [_row(Prediction.Kind(kind), found) for kind, found in versions.items()]
    return render(request, "console/insights/predictions.html", {"place": "predictions", "rows": rows})


def _row(kind: Prediction.Kind, versions: list[Prediction]) -> dict[str, Any]:
    used = next((each for each in versions if each.status == Prediction.Status.PUBLISHED), None)
    shown = used or next((each for each in versions if each.judgement), None)
    name, label, about = FACTS[kind]
    return {
        "kind": kind,
        "fact": name,
        "fact_label": label,
        "about": about,
        "used": used,
        "shown": shown,
        "latest": versions[0] if versions else None,
        "versions": versions,
        "bins": _bins(shown) if shown else [],
        "learned_on": _between(shown.judgement["learned_on"]) if shown else "",
        "tested_on": _between(shown.judgement["tested_on"]) if shown else "",
    }


def _bins(shown: Prediction) -> list[dict[str, Any]]:
    return [
        each | {"said_percent": percent(each["said"]), "came_percent": percent(each["came"])}
        for each in shown.judgement["bins"]
    ]


def _between(days: Sequence[str]) -> str:
    return " to ".join(day(date.fromisoformat(each)) for each in days)


@require_POST
@unlimited_editor_required
def learn(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask for the next version."""
    if kind not in Prediction.Kind.values:
        raise Http404
    training.request(kind=kind, by=str(request.user))
    messages.success(request, "It is being learned. It takes a minute or so; come back then.")
    return redirect("console_predictions")


@require_safe
@vendor_required
def scores(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The partners the viewer may see, the highest score first, with what moves it."""
    if kind not in Prediction.Kind.values:
        raise Http404
    used = get_object_or_404(Prediction, kind=kind, status=Prediction.Status.PUBLISHED)
    rows = PredictionScore.objects.filter(prediction=used, partner__in=Partner.objects.visible_to(request.user))
    rows = rows.select_related("partner").order_by("-score", "partner_id")
    if request.GET.get("as") == "csv":
        lines = (
            [each.partner.external_id, each.partner.name, float(each.score), in_words(each.reasons)]
            for each in rows.iterator(chunk_size=2_000)
        )
        return csv_file(f"predictions-{kind}", ["External id", "Partner", "Chance", "What moves it most"], lines)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    words = {"place": "predictions", "prediction": used, "page": page, "fact": FACTS[Prediction.Kind(kind)][1]}
    return render(request, "console/insights/scores.html", words)
