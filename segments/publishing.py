"""Put a segment's draft to work, or take a segment out of service."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from pyroaring import BitMap64

from partners.outbox import announce
from segments import ledger
from segments.dispatch import recompute_soon
from segments.drafting import SegmentInUse, refuse_if_referred_to
from segments.ledger import Outcome
from segments.locks import lock_members, lock_rules
from segments.models import Recompute, Segment, SegmentVersion
from segments.previewing import Moves, moves
from segments.reconcile import reconcile
from segments.rulebook import rulebook, slugs_named
from segments.rules import RuleError, RuleInvalid

__all__ = ["LARGE_SHARE", "Archived", "Published", "SegmentInUse", "TooManyMove", "archive", "publish"]


@dataclass(frozen=True, slots=True)
class Published:
    """The version that members will follow, and the run that makes them."""

    segment: Segment
    version: SegmentVersion
    run: Recompute | None


@dataclass(frozen=True, slots=True)
class Archived:
    """How many left, and the run after which programmes settle."""

    segment: Segment
    left: int
    run: Recompute | None


LARGE_SHARE = 0.2
"""When more than this share of the present members would move, publishing asks to be sure."""


class TooManyMove(Exception):
    """More members than allowed would enter or leave; nothing was published."""

    def __init__(self, moves: Moves) -> None:
        self.moves = moves
        super().__init__(
            f"{len(moves.enter):,} would enter and {len(moves.leave):,} leave, of {moves.present:,} members now."
        )


@transaction.atomic
def publish(*, segment: Segment, author: str, queue: bool = True, most_share: float | None = None) -> Published:
    """Make the draft the version that members follow, and ask for a run of it.

    RuleInvalid when it does not hold (any more), or refers to segments that are not active. `queue=False`: the caller
    runs a recompute of its own afterwards. `most_share`: TooManyMove when more than this share of the present members
    would enter or leave.
    """
    lock_rules()
    if most_share is not None:
        found = moves(segment)
        if found.present and len(found.enter) + len(found.leave) > most_share * found.present:
            raise TooManyMove(found)
    fresh = Segment.objects.select_for_update(of=("self",)).select_related("draft").get(pk=segment.pk)
    version = fresh.draft
    if version is None:
        raise RuleInvalid([RuleError("", "no_rule", "The segment has no rule yet. Save one first.")])
    rulebook(fresh.subject, version.rule).parse(version.rule, own_slug=fresh.slug, zone=version.zone)
    named = slugs_named(version.rule)
    active = set(Segment.objects.active().filter(slug__in=named).values_list("slug", flat=True))
    if named - active:
        detail = (
            f"It refers to segments that are not active yet: {', '.join(sorted(named - active))}. Publish them first."
        )
        raise RuleInvalid([RuleError("", "not_active", detail)])
    fresh.published = version
    fresh.status = Segment.Status.ACTIVE
    fresh.invalid_reason = ""
    fresh.updated_at = timezone.now()
    fresh.save(update_fields=["published", "status", "invalid_reason", "updated_at"])
    run = None
    if queue:
        run = recompute_soon(trigger=Recompute.Trigger.PUBLISH, slugs=[fresh.slug], requested_by=author)
    about = {"segment": fresh.slug, "name": fresh.name, "subject": fresh.subject, "version": version.number}
    announce(type="segment.published", payload={**about, "published_by": author})
    for name in ("published", "status", "invalid_reason", "updated_at"):
        setattr(segment, name, getattr(fresh, name))
    return Published(segment, version, run)


@transaction.atomic
def archive(*, segment: Segment, author: str, queue: bool = True) -> Archived:
    """Take a segment out of service: its members leave, with an entry each in the ledger. Publishing brings it back.

    SegmentInUse while other segments refer to it. The run asked for lets programmes settle.
    """
    lock_rules()
    refuse_if_referred_to(segment, "archived")
    lock_members()
    fresh = Segment.objects.select_for_update(of=("self",)).select_related("published").get(pk=segment.pk)
    have = ledger.open_stays([fresh.pk])[fresh.pk]
    at = max(timezone.now(), fresh.computed_at or fresh.created_at)
    nobody = BitMap64()
    number = fresh.published.number if fresh.published else 0
    ledger.write([Outcome(fresh.pk, number, at, nobody, reconcile(wanted=nobody, have=have))])
    fresh.refresh_from_db()
    fresh.status = Segment.Status.ARCHIVED
    fresh.updated_at = timezone.now()
    fresh.save(update_fields=["status", "updated_at"])
    run = None
    if queue and have:
        run = recompute_soon(trigger=Recompute.Trigger.PUBLISH, slugs=[fresh.slug], requested_by=author)
    segment.refresh_from_db()
    return Archived(segment, len(have), run)
