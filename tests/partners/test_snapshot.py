"""The columns on disk, brought up to date by the marks, are those of a full load, whatever happened since."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from partners import snapshot, touching
from partners.columns import read_table
from partners.facts import vocabulary
from partners.models import Attribute, Customer, Deal, Partner
from partners.patching import Patch
from partners.snapshot import bases, serving
from partners.tables import Codes, Scalars, Sets, Table
from partners.vocabulary import Subject

CUSTOMER = Subject.CUSTOMER


@pytest.fixture
def kept(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.SNAPSHOT_ABOVE, settings.SNAPSHOT_DIR = 1, str(tmp_path)
    for number in range(20):
        Customer.objects.create(
            external_id=f"c{number}",
            name=f"C {number}",
            region=("EMEA", "NA", "")[number % 3],
            employees=number or None,
        )
    Customer.objects.filter(external_id="c3").update(technologies=["b", "a"])
    assert snapshot.is_due(CUSTOMER)
    snapshot.write(CUSTOMER)
    assert not snapshot.is_due(CUSTOMER)
    yield
    bases._open.clear()


def plain(table: Table) -> dict[str, list[Any]]:
    """The table as lists of values."""
    found: dict[str, list[Any]] = {"id": table.ids.tolist()}
    for name, column in table.columns.items():
        if isinstance(column, Scalars):
            found[name] = [v if p else None for v, p in zip(column.values, column.present, strict=True)]
        elif isinstance(column, Codes):
            found[name] = [column.dictionary[code] if code >= 0 else None for code in column.codes]
        else:
            assert isinstance(column, Sets)
            rows = np.split(column.codes, column.offsets[1:-1])
            found[name] = [sorted(column.dictionary[code] for code in row) for row in rows]
    return found


def same_as_loaded() -> bool:
    """Every field of every customer, by either way, in one transaction. True when the base served."""
    now = timezone.now()
    names = [name for name, about in vocabulary(CUSTOMER).items() if bases.is_kept(about)]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        served = serving._serving(CUSTOMER, names, now) is not None
        assert plain(snapshot.table(CUSTOMER, names, as_of=now)) == plain(read_table(CUSTOMER, names, as_of=now))
        some = snapshot.table(CUSTOMER, names, as_of=now, between=(3, 9))
        assert plain(some) == plain(read_table(CUSTOMER, names, as_of=now, between=(3, 9)))
    return served


def test_table__nothing_changed__from_the_base(kept: None) -> None:
    assert same_as_loaded()


def test_table__changed_made_deleted_and_related__as_a_full_load(kept: None) -> None:
    Customer.objects.filter(external_id="c5").update(region="NORDICS", technologies=["z", "a"], employees=None)
    assert same_as_loaded()
    Customer.objects.filter(external_id__in=["c0", "c7"]).update(deleted_at=timezone.now())
    Customer.objects.create(external_id="new", name="New", region="DACH", needs=["n"])
    assert same_as_loaded()
    ann = Partner.objects.create(external_id="ann", name="Ann")
    Customer.objects.get(external_id="c9").partners.add(ann)
    Deal.objects.create(
        external_id="d", partner=ann, customer=Customer.objects.get(external_id="c8"), stage="won", amount=7,
        closed_on=timezone.localdate(),
    )  # fmt: skip
    assert same_as_loaded()
    Customer.objects.filter(external_id="c7").update(deleted_at=None)
    touching.follow_all(touching.pending_ids())
    assert same_as_loaded()


def test_count__changed_made_and_deleted__those_present(kept: None) -> None:
    assert snapshot.count(CUSTOMER) == 20
    Customer.objects.filter(external_id__in=["c0", "c7"]).update(deleted_at=timezone.now())
    Customer.objects.create(external_id="new", name="New")
    assert snapshot.count(CUSTOMER) == 19 == Customer.objects.present().count()
    assert snapshot.count(Subject.PARTNER) is None  # there is no base of partners


def test_table__base_written_after_the_reader_s_snapshot__not_used(kept: None) -> None:
    now = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
        assert serving._serving(CUSTOMER, ["region"], now) is not None
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("UPDATE partners_customer SET region = 'LATE' WHERE external_id = 'c1'")
                cursor.execute("SELECT pg_current_snapshot()::text")
                (moment,) = cursor.fetchone()
        finally:
            other.close()
        bases._open[CUSTOMER].about["moment"] = moment
        assert serving._serving(CUSTOMER, ["region"], now) is None
        assert "LATE" not in plain(snapshot.table(CUSTOMER, ["region"], as_of=now))["region"]


def test_table__type_of_a_field_changed__not_used(kept: None) -> None:
    now = timezone.now()
    assert serving._serving(CUSTOMER, ["region"], now) is not None
    bases._open[CUSTOMER].about["columns"]["region"]["signature"] = "custom number"
    assert serving._serving(CUSTOMER, ["region"], now) is None
    assert len(snapshot.table(CUSTOMER, ["region"], as_of=now)) == 20


def test_is_due__a_field_added_since__until_it_is_kept_too(kept: None) -> None:
    Attribute.objects.create(subject="customer", name="floor", label="Floor", type="number")
    Customer.objects.filter(external_id="c4").update(custom={"floor": "3"})
    assert serving._serving(CUSTOMER, ["floor"], timezone.now()) is None
    assert snapshot.is_due(CUSTOMER)
    snapshot.write(CUSTOMER)
    assert not snapshot.is_due(CUSTOMER)
    assert serving._serving(CUSTOMER, ["floor"], timezone.now()) is not None
    Attribute.objects.filter(name="floor").update(type="text")
    assert snapshot.is_due(CUSTOMER)
    Attribute.objects.filter(name="floor").update(archived_at=timezone.now())
    assert not snapshot.is_due(CUSTOMER)


def test_patch__more_words_than_the_kept_codes_can_number__each_stays_itself() -> None:
    words = [f"w{number}" for number in range(127)]
    base = Codes(np.arange(127, dtype=np.int8), words)  # type: ignore[arg-type]
    changed = np.arange(5, dtype=np.int64)
    fresh = Codes(np.arange(5, dtype=np.int32), [f"new{number}" for number in range(5)])
    found = Patch.of(np.arange(127, dtype=np.int64), changed, changed).column(base, fresh)
    assert isinstance(found, Codes)
    assert [found.dictionary[code] for code in found.codes] == [*fresh.dictionary, *words[5:]]
