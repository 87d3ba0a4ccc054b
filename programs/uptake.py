"""How programmes are taken up, tallied by workers every few minutes: lists show it for many programmes at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Self

from django.db import connection, models, transaction
from django.db.models import Min, Sum
from django.utils import timezone

from people import roles
from people.roles import Viewer

COUNTS = ("on_count", "opened_count", "started_count", "completed_count")


class UptakeQuerySet(models.QuerySet[Any]):
    """Tallies, region by region, so that whoever sees some regions adds up those alone."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the regions they may see."""
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(region__in=viewer.regions) if viewer.regions else self.all()


class Uptake(models.Model):
    """One programme among the partners of one region: on offer now, and partners who ever opened, started, completed it."""

    program = models.ForeignKey("programs.Program", on_delete=models.CASCADE, related_name="uptakes", db_index=False)
    region = models.CharField(max_length=200, blank=True)
    on_count = models.PositiveIntegerField()
    opened_count = models.PositiveIntegerField()
    started_count = models.PositiveIntegerField()
    completed_count = models.PositiveIntegerField()
    tallied_at = models.DateTimeField()

    objects = UptakeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "region"], name="uptake_once_per_region")]

    def __str__(self) -> str:
        return f"Uptake of {self.program_id} in {self.region}"


_TALLY = """
    WITH written AS (
        INSERT INTO programs_uptake (program_id, region, on_count, opened_count, started_count, completed_count, tallied_at)
        SELECT o.program_id, p.region, count(*) FILTER (WHERE o.withdrawn_at IS NULL AND o.lapsed_at IS NULL),
            count(DISTINCT o.partner_id) FILTER (WHERE o.opened_at IS NOT NULL),
            count(DISTINCT o.partner_id) FILTER (WHERE o.started_at IS NOT NULL),
            count(DISTINCT o.partner_id) FILTER (WHERE o.completed_at IS NOT NULL), %(now)s
        FROM programs_offer o JOIN partners_partner p ON p.id = o.partner_id
        WHERE %(programs)s::bigint[] IS NULL OR o.program_id = ANY (%(programs)s::bigint[]) GROUP BY 1, 2
        ON CONFLICT (program_id, region) DO UPDATE SET on_count = EXCLUDED.on_count, opened_count = EXCLUDED.opened_count,
            started_count = EXCLUDED.started_count, completed_count = EXCLUDED.completed_count,
            tallied_at = EXCLUDED.tallied_at
        RETURNING program_id, region
    )
    DELETE FROM programs_uptake kept
    WHERE (%(programs)s::bigint[] IS NULL OR kept.program_id = ANY (%(programs)s::bigint[]))
        AND NOT EXISTS (SELECT 1 FROM written w WHERE w.program_id = kept.program_id AND w.region = kept.region)
"""
LOCK = 7_205_759_403_792_003
"""Advisory lock of tallying: one at a time."""


@transaction.atomic
def tally(*, programs: Collection[int] | None = None, now: datetime | None = None) -> None:
    """Count anew, of these programmes (ids) or of all. A rerun is harmless."""
    words = {"now": now or timezone.now(), "programs": None if programs is None else sorted(programs)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_TALLY, words)


def uptake_of(programs: Iterable[int], viewer: Viewer) -> tuple[dict[int, dict[str, int]], datetime | None]:
    """By programme id, the counts of the partners that the viewer may see; and as of when. One query."""
    sums = {name: Sum(name) for name in COUNTS}
    rows = Uptake.objects.visible_to(viewer).filter(program__in=list(programs)).order_by().values("program_id")
    summed: Any = rows.annotate(**{f"{name}_sum": each for name, each in sums.items()}, at=Min("tallied_at"))
    found = list[dict[str, Any]](summed)
    counts = {row["program_id"]: {name: row[f"{name}_sum"] for name in COUNTS} for row in found}
    return counts, min((row["at"] for row in found), default=None)
