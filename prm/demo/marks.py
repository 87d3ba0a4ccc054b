"""What of the demo data is in already. The marks are origins, which the records point to anyway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from django.db import connection
from django.utils import timezone

from partners.models import Origin
from prm.demo.industries import Profile

LOCK = 7_205_759_403_792_777
"""Advisory lock of loading: a second command waits for the first and then finds nothing to do."""
EDITION = 2
"""Counts up when the generators change, so that the data is brought up to date."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How much demo data, of what kind."""

    profile: Profile
    partners: int = 300
    customers: int = 3_000
    deals: int = 6_000
    seed: int = 1

    @property
    def label(self) -> str:
        """The wish in words; two wishes of one label ask for the same data."""
        return (
            f"{self.profile.vendor}: {self.partners} partners, {self.customers} customers, {self.deals} deals, "
            f"seed {self.seed}, edition {EDITION}"
        )


class OtherVendor(Exception):
    """The database holds the demo data of another industry; the two would overwrite each other."""


@dataclass(frozen=True)
class Marks:
    """The marks of one wish."""

    label: str

    @cached_property
    def origin(self) -> Origin:
        """What the records of the wish point to."""
        return Origin.objects.get_or_create(kind=Origin.Kind.DEMO, label=self.label)[0]

    def has(self, step: str) -> bool:
        """The step was finished."""
        return Origin.objects.filter(kind=Origin.Kind.DEMO, label=f"{self.label}: {step}").exists()

    def put(self, step: str) -> None:
        """Note that the step is finished; within the caller's transaction if there is one."""
        Origin.objects.get_or_create(kind=Origin.Kind.DEMO, label=f"{self.label}: {step}")


def reference(wish: Wish, *, today: date | None) -> date:
    """The day that counts as today in the demo data: that of the first load ever, so that later runs change nothing.

    `today` decides on the first load; the present day if None. Raises OtherVendor.
    """
    first = Origin.objects.filter(kind=Origin.Kind.DEMO).order_by("id").first()
    if first is None:
        at = timezone.make_aware(datetime.combine(today, time(12))) if today else timezone.now()
        first = Origin.objects.create(kind=Origin.Kind.DEMO, label=wish.label, at=at)
    vendor = first.label.partition(": ")[0]
    if vendor != wish.profile.vendor:
        raise OtherVendor(
            f"This database holds the demo data of {vendor} already, and {wish.profile.vendor} would overwrite it. "
            "Name another, empty database in DATABASE_URL."
        )
    return timezone.localdate(first.at)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else loads meanwhile. The lock goes with the connection, so a killed command leaves none behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
