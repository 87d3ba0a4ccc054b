"""Loads the demo data, step by step.

Each step finds what is there and adds what is missing, so a load that was cut off anywhere is completed by the next, and
one that was finished is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from insights import checkups, measuring
from insights.recruiting import fitting
from partners.models import Activity, Customer, Deal, Partner
from people.models import User
from prm import loop
from prm.demo import aims, history, partners, people, programs, records, requests, segments, taking, telling, voices
from prm.demo.channel import SHOWCASES, draw
from prm.demo.marks import Marks, Wish, alone, reference
from prm.demo.records import Say
from programs import uptake
from programs.models import Offer, Program
from segments import membership
from segments.models import Recompute, Segment

RECORDS, ACTIVITY, ALL = "records", "activity", "complete"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is there now, and how much of it this load wrote."""

    today: date
    """The day that the data is laid around."""
    changed: int
    """Rows written by this load: 0 when all was in already."""
    counts: dict[str, int]


def load(wish: Wish, *, say: Say, today: date | None = None) -> Loaded:
    """Bring the demo data in; `say` hears of progress, `today` counts on the very first load alone.

    Raises OtherVendor when the database holds the demo data of another industry.
    """
    with alone():
        marks = Marks(wish.label)
        day = reference(wish, today=today)
        changed = people.make()
        if not marks.has(ALL):
            changed += _load(wish, marks, day, say)
            marks.put(ALL)
        return Loaded(day, changed, _counts())


def _load(wish: Wish, marks: Marks, day: date, say: Say) -> int:
    channel = draw(wish.profile, wish.partners, seed=wish.seed, today=day)
    changed = 0
    if not marks.has(RECORDS):
        changed += records.load_records(wish, channel, marks.origin, say=say)
        marks.put(RECORDS)
    if not marks.has(ACTIVITY):
        changed += records.load_activity(wish, channel)
        marks.put(ACTIVITY)
        say("A year of activity is in")
    changed += people.seat([partners.external_id(i) for i in range(SHOWCASES)])
    owner = User.objects.get(email=people.OWNER)
    changed += segments.make(wish.profile, owner=owner)
    changed += history.live_through(day)
    changed += programs.make(wish.profile, today=max(day, timezone.localdate()))
    changed += aims.make(wish.profile, today=max(day, timezone.localdate()))
    changed += telling.make_journeys(owner=owner)
    say("Segments, programmes and journeys are written")
    turn = loop.run_recompute(
        run=membership.request_recompute(trigger=Recompute.Trigger.MANUAL, requested_by="demo data")
    )
    if turn is None or turn.recomputed.failed:
        raise RuntimeError(f"The segments could not be computed: {turn and turn.recomputed.failed}")
    taking.take_up()
    changed += taking.open_what_was_read()
    changed += telling.announce(owner=owner)
    requests.file_requests(owner=owner)
    voices.speak()
    uptake.tally()
    measuring.measure()
    checkups.check_all()
    fitting.work_out()
    say("Members are computed and programmes on offer")
    return changed + turn.recomputed.entered + turn.recomputed.left + turn.settled.offered + turn.settled.withdrawn


def _counts() -> dict[str, int]:
    return {
        "partners": Partner.objects.present().count(),
        "customers": Customer.objects.present().count(),
        "deals": Deal.objects.present().count(),
        "activities": Activity.objects.count(),
        "segments": Segment.objects.active().count(),
        "programs": Program.objects.filter(status=Program.Status.ACTIVE).count(),
        "offers": Offer.objects.on().count(),
    }
