"""Lines of the console's tables, each with what it needs: the number of queries does not grow with the lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from people.roles import Viewer
from programs.audience import in_order
from programs.models import Offer, Program, Target
from programs.uptake import uptake_of
from programs.wording import membership
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A programme in the list."""

    program: Program
    targets: list[Target]
    on_count: int = 0
    opened_count: int = 0
    started_count: int = 0
    completed_count: int = 0


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer in a list."""

    offer: Offer
    why: str

    @property
    def state(self) -> tuple[str, str]:
        """How it stands, as (code, words)."""
        offer = self.offer
        if offer.withdrawn_at:
            return "withdrawn", "Withdrawn"
        if offer.completed_at:
            return "completed", "Completed"
        if offer.lapsed_at:
            return "lapsed", "Lapsed"
        if offer.started_at:
            return "started", "Started"
        return ("opened", "Opened") if offer.opened_at else ("new", "Not opened")


def program_rows(programs: list[Program], viewer: Viewer) -> tuple[list[ProgramRow], datetime | None]:
    """The programmes (targets prefetched) with how they are taken up by the partners whom the viewer may see, and as of
    when. One query."""
    counts, at = uptake_of([program.pk for program in programs], viewer)
    rows = [ProgramRow(program, in_order(program.targets.all()), **counts.get(program.pk, {})) for program in programs]
    return rows, at


def offer_rows(offers: list[Offer]) -> list[OfferRow]:
    """The offers with their reason in words, every segment by its name. One query."""
    slugs = {slug for offer in offers for slugs in offer.reason.values() for slug in slugs}
    names = dict(Segment.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return [OfferRow(offer, membership(offer.reason, names)) for offer in offers]
