"""That somebody of a company saw which segments it is in."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from partners.models import Partner
from segments.models import Segment

_NOTE = """
    INSERT INTO programs_sighting (partner_id, segment_id, first_seen_at)
    SELECT %(partner)s, seen.id, now() FROM unnest(%(segments)s::bigint[]) AS seen (id)
    WHERE NOT EXISTS (
        SELECT 1 FROM programs_sighting k WHERE k.partner_id = %(partner)s AND k.segment_id = seen.id
    )
    ON CONFLICT DO NOTHING
"""


def note_seen(*, partner: Partner, segments: Iterable[Segment]) -> None:
    """Note it, the first time alone. One statement, whatever was seen before."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {"partner": partner.pk, "segments": [segment.pk for segment in segments]})
