"""What partners say, for the product team."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
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
from people.roles import Viewer
from programs.voices.needs import need_words

MOST, MOST_SEGMENTS = 16, 50
HEADS = (
    "About", "Segment", "What", "Good", "Not good", "Seen", "Agreed", "Disputed", "Latest words", "Customers",
    "On record", "Open", "They were right", "Kept", "Median hours to an answer",
)  # fmt: skip


@require_safe
@vendor_required
def partner_voice(request: HttpRequest) -> HttpResponseBase:
    """Buy-in by segment, content by segment, needs by customer segment, disputes by fact."""
    now, viewer = timezone.now(), request.user
    labels = dict(need_words())
    if request.GET.get("as") == "csv":
        return csv_file("partner-voice", HEADS, _lines(viewer, now, labels))
    bought, segments = voice.buy_ins(viewer, now, MOST_SEGMENTS)
    liked, likings = voice.likings(viewer, MOST)
    needed, needy = voice.wanted(viewer, MOST)
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
            for each in voice.with_words(bought, viewer, now)
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


def _lines(viewer: Viewer, now: datetime, labels: dict[str, str]) -> Iterator[list[Any]]:
    """The file's lines; each part is read when those before it are on their way."""
    bought = voice.buy_ins(viewer, now)[0]
    for start in range(0, len(bought), MOST_SEGMENTS):
        for each in voice.with_words(bought[start : start + MOST_SEGMENTS], viewer, now):
            shares = (each.seen, each.agreed, each.disputed)
            yield _line("Segment", each.segment.name, "", each.good, each.bad, *shares, each.words)
    for liked in voice.likings(viewer)[0]:
        yield _line("Programme", liked.segment.name, liked.program.name, liked.good, liked.bad)
    for needed in voice.wanted(viewer)[0]:
        need = labels.get(needed.need, needed.need)
        yield _line("Need", needed.segment.name, need, *[""] * 6, needed.reported, needed.on_record)
    for fact in voice.disputed(viewer, now):
        answers = (fact.open, fact.accepted, fact.rejected, fact.median_hours)
        yield _line("Fact", "", fact.label, *[""] * 8, *answers)


def _line(*values: Any) -> list[Any]:
    """A line of the file, as wide as its head."""
    return [*values, *[""] * (len(HEADS) - len(values))]
