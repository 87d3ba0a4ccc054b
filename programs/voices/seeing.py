"""That somebody of a company saw which segments it is in."""

from __future__ import annotations

from collections.abc import Iterable

from partners.models import Partner
from programs.voices.models import Sighting
from segments.models import Segment


def note_seen(*, partner: Partner, segments: Iterable[Segment]) -> None:
    """Note it, the first time alone. Two queries, one when all were seen before."""
    wanted = {segment.pk for segment in segments}
    known = Sighting.objects.filter(partner=partner, segment__in=wanted).values_list("segment_id", flat=True)
    missing = wanted - set(known)
    if missing:
        rows = [Sighting(partner=partner, segment_id=pk) for pk in sorted(missing)]
        Sighting.objects.bulk_create(rows, ignore_conflicts=True)
