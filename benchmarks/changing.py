"""Measurements of what happens on change."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from django.db import connection

from benchmarks import world
from benchmarks.clock import Watch
from benchmarks.measures import Sizes
from partners.models import Customer, Origin, Touched
from partners.records import change_record
from prm import loop
from segments import following
from segments.models import Recompute


def on_change(sizes: Sizes) -> dict[str, Any]:
    """One record saved until members, ledger and offers are committed: the work, without the way through the broker."""
    Touched.objects.filter(followed_at=None).delete()
    origin = Origin(kind=Origin.Kind.FORM, label="benchmark")
    records = list(Customer.objects.filter(pk__in=world.some_ids(25)))
    taken, following_ = [], []
    looked, spent, real = [], [], following._look

    def look() -> Any:
        before = time.process_time()
        with Watch() as reading:
            found = real()
        looked.append(reading.seconds * 1000)
        spent.append((time.process_time() - before) * 1000)
        return found

    following._look = look  # reading and evaluating, apart from what is written afterwards
    for record in records:  # each really changes, on a database that is measured again too
        region = world.REGIONS[(world.REGIONS.index(record.region) + 1) % len(world.REGIONS) if record.region else 0]
        values = {"region": region, "employees": str((int(record.employees or 0) + 1_234) % 5_000)}
        with Watch() as watch:
            change_record(record=record, values=values, origin=origin)
            with Watch() as work:
                loop.follow()
        taken.append(watch.seconds * 1000)
        following_.append(work.seconds * 1000)
    following._look = real
    taken, looked = sorted(taken[3:]), sorted(looked[3:])
    return {
        "on_change_ms": round(taken[int(len(taken) * 0.95)], 1),
        "on_change_median_ms": round(median(taken), 1),
        "on_change_follow_median_ms": round(median(following_[3:]), 1),
        "on_change_compute_ms": {
            "p95": round(looked[int(len(looked) * 0.95)], 1),
            "median": round(median(looked), 1),
            "of_a_core": round(median(spent[3:]), 1),
        },
    }


def bulk_change(sizes: Sizes) -> dict[str, Any]:
    """Ten thousand changed customers looked at again and written."""
    count = min(10_000, sizes.customers // 10)
    salt = 901 + Recompute.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE partners_customer SET region = {world._pick(world.REGIONS, salt)}, employees = employees + 7"
            " FROM (SELECT id AS key, id AS g FROM partners_customer ORDER BY id LIMIT %s) s WHERE s.key = partners_customer.id",
            [count],
        )
    with Watch() as watch:
        done = following.follow()
    moved = done.entered + done.left if done else 0
    return {"bulk_change_rows_s": round(count / watch.seconds), "bulk_change_moved": moved}
