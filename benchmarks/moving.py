"""Measurements of bulk in and out: import of a file, export of members."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from benchmarks import rivals
from benchmarks.clock import Watch, peak_memory
from benchmarks.measures import Sizes
from benchmarks.reading import _viewer
from benchmarks.rivals import Sink
from partners.importing import Options, import_file
from partners.models import Origin
from partners.vocabulary import Subject
from segments.models import Segment

COLUMNS = "external_id, name, employees, annual_revenue, region, city"


def import_rows(sizes: Sizes) -> dict[str, Any]:
    """A file of as many customers as there are: a third of them new, all checked, with provenance and what an undo needs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "customers.csv")
        with path.open("wb") as file, connection.cursor() as cursor:
            cursor.cursor.copy_expert(
                "COPY (SELECT CASE WHEN id % 3 = 0 THEN 'n' ELSE '' END || external_id AS external_id, name,"
                " employees + 1 AS employees, annual_revenue, region, city FROM partners_customer) TO STDOUT"
                " (FORMAT csv, HEADER)",
                file,
            )
        origin = Origin(kind=Origin.Kind.IMPORT, label="benchmark")
        with rivals.without_indexes(), peak_memory() as memory, Watch() as watch:
            done = import_file(
                subject=Subject.CUSTOMER, path_or_bytes=path, origin=origin, options=Options(), keep_journal=True
            )
    return {
        "import_rows_s": round(done.rows / watch.seconds),
        "import_rejected": done.rejected,
        "import_memory_gb": round(memory[0], 2),
    }


def members_csv(sizes: Sizes) -> dict[str, Any]:
    """The members of the largest segment through the API, against COPY of the same rows."""
    segment = Segment.objects.active().order_by("-member_count").first()
    if segment is None:
        raise RuntimeError("There is no segment.")
    client = Client(headers={"accept": "text/csv", "host": "localhost"})
    client.force_login(_viewer())
    address = f"/api/v1/segments/{segment.slug}/members/?fields=name,employees,annual_revenue,region,city"
    client.get(address, secure=True)  # nothing is read yet; but a server has loaded its addresses long ago
    with Watch() as own:
        answer = client.get(address, secure=True)
        lines = sum(part.count(b"\n") for part in answer.streaming_content)  # type: ignore[attr-defined]
    with Watch() as rival, connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            f"COPY (SELECT {COLUMNS} FROM partners_customer WHERE id IN (SELECT subject_id FROM segments_membership"
            f" WHERE segment_id = {segment.pk} AND left_at IS NULL) ORDER BY id) TO STDOUT (FORMAT csv)",
            Sink(),
        )
    return {"members_csv_vs_copy": round(rival.seconds / own.seconds, 3), "members_csv_rows": lines - 1}
