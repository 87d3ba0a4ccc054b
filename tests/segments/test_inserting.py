"""Rows leave piece by piece, by subject first and segment second, each exactly once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from pyroaring import BitMap64

from segments import inserting
from segments.inserting import Rows, insert

THEN = datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=UTC)


def some(seed: int, *, above: int) -> list[BitMap64]:
    """Sets of all sizes, some of nobody."""
    dice = np.random.default_rng(seed)
    sizes = dice.integers(0, 700, size=40) * dice.integers(0, 2, size=40)
    return [BitMap64((dice.choice(2_000, size=size, replace=False) + above).tolist()) for size in sizes]


def rows_of(sets: list[BitMap64]) -> Rows:
    """In segments 100, 101 and so on; each a second after the one before, by version 7, 8 and so on."""
    return Rows.of(
        sets,
        segments=[100 + place for place in range(len(sets))],
        moments=[THEN + timedelta(seconds=place) for place in range(len(sets))],
        versions=[7 + place for place in range(len(sets))],
    )


@pytest.mark.parametrize("above", [1, 2**33, 2**50])
@pytest.mark.parametrize("most", [300, 10**6])
def test_rows__any_ids__all_of_them_in_order(above: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inserting, "_PIECE", most)
    sets = some(1, above=above)
    rows = rows_of(sets)
    found = []
    for number in np.flatnonzero(rows.sizes()):
        subjects, places = rows.piece(int(number))
        found += zip(subjects.tolist(), rows.segments[places].tolist(), strict=True)
    assert found == sorted((subject, 100 + place) for place, members in enumerate(sets) for subject in members)
    assert len(rows) == len(found)
    assert (len(rows.sizes()) > 10) == (most == 300)


def test_rows__nobody__no_rows() -> None:
    rows = rows_of([BitMap64(), BitMap64()])
    assert (len(rows), bool(rows), rows.sizes().tolist()) == (0, False, [])


@pytest.mark.django_db
def test_insert__several_pieces__as_they_were_made_and_numbered_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inserting, "_PIECE", 300)
    sets = some(2, above=5)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE told (id bigserial, subject_id bigint, segment_id bigint, at timestamptz,"
            " version integer, kind varchar(7), recompute_id bigint)"
        )
        insert("told", rows_of(sets), kind="left", recompute_id=None)
        cursor.execute("SELECT subject_id, segment_id, at, version, kind, recompute_id FROM told ORDER BY id")
        found = cursor.fetchall()
        cursor.execute("SELECT min(id), max(id), count(DISTINCT id), nextval('told_id_seq') FROM told")
        numbers = cursor.fetchone()
    assert found == [
        (subject, 100 + place, THEN + timedelta(seconds=place), 7 + place, "left", None)
        for subject, place in sorted((subject, place) for place, members in enumerate(sets) for subject in members)
    ]
    assert numbers == (1, len(found), len(found), len(found) + 1)
