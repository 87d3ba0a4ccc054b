"""What partners say, for the product team."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, groupby
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import measures, voice
from insights.console.showing import csv_file
from insights.models import Checkup
from insights.principles import percent
from people.guards import vendor_required
from programs.voices.needs import need_words

MOST, MOST_SEGMENTS = 16, 50


@require_safe
@vendor_required
def partner_voice(request: HttpRequest) -> HttpResponseBase:
    """Buy-in by segment, content by segment, needs by customer segment, disputes by fact."""
    now, viewer = timezone.now(), request.user
    labels = dict(need_words())
    is_file = request.GET.get("as") == "csv"
    bought, segments = voice.buy_ins(viewer, now, None if is_file else MOST_SEGMENTS)
    liked, likings = voice.likings(viewer, None if is_file else MOST)
    needed, needy = voice.wanted(viewer, None if is_file else MOST)
    if is_file:
        return _file(bought, liked, needed, labels)
    tally = voice.tally(viewer, now)
    words = {
        "tally": tally,
        "good": percent(tally["good"]),
        "hours": hours(tally["hours"]),
        "buy_ins": [
            {
                "each": each,
                "seen": percent(each.seen),
                "agreed": percent(each.agreed),
                "disputed": percent(each.disputed),
            }
            for each in bought
        ],
        "more_segments": max(0, segments - MOST_SEGMENTS),
        "likings": liked,
        "more": max(0, likings - MOST),
        "needs": [
            {"segment": segment, "rows": [_need(each, labels) for each in rows][:6]}
            for segment, rows in groupby(needed, key=lambda each: each.segment)
        ],
        "more_needs": max(0, needy - MOST),
        "checked_at": Checkup.objects.aggregate(at=Max("checked_at"))["at"],
        "disputes": [{"each": each, "hours": hours(each.median_hours)} for each in voice.disputed(viewer, now)],
    }
    return render(request, "console/insights/voice.html", words)


def _need(each: voice.Wanted, labels: dict[str, str]) -> dict[str, Any]:
    return {"each": each, "label": labels.get(each.need, each.need), "fresh": each.reported - each.on_record}


def hours(value: float | None) -> str:
    """A length of time in words."""
    if value is None:
        return "–"
    return f"{measures.words('number', value)} h" if value < 48 else f"{measures.words('number', value / 24)} days"


Lines = Iterable[list[Any]]


def _file(
    bought: list[voice.BuyIn], liked: list[voice.Liked], needed: list[voice.Wanted], labels: dict[str, str]
) -> HttpResponseBase:
    segments: Lines = (
        ["Segment", each.segment.name, "", each.good, each.bad, each.seen, each.agreed, each.disputed]
        for each in bought
    )
    programs: Lines = (
        ["Programme", each.segment.name, each.program.name, each.good, each.bad, "", "", ""] for each in liked
    )
    needs: Lines = (
        ["Need", each.segment.name, labels.get(each.need, each.need), each.reported, "", "", "", ""] for each in needed
    )
    heads = ["About", "Segment", "What", "Good, or customers", "Not good", "Seen", "Agreed", "Disputed"]
    return csv_file("partner-voice", heads, chain(segments, programs, needs))
