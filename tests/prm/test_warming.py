"""What a web process loads before its first request."""

import gc
import sys
from typing import Any

import pytest

from prm.warming import warm


@pytest.fixture(autouse=True)
def thawed() -> Any:
    yield
    gc.unfreeze()


def test_warm__loads_doors_and_templates__and_the_collector_leaves_them_alone(settings: Any) -> None:
    before = gc.get_freeze_count()

    warm()

    assert gc.get_freeze_count() - before > 10_000
    assert "programs.portal.accounts" in sys.modules
    assert gc.get_objects() == [] or len(gc.get_objects()) < 10_000


def test_warm__what_comes_later__is_still_collected() -> None:
    class Knot:
        ends = 0

        def __del__(self) -> None:
            Knot.ends += 1

    warm()
    knot = Knot()
    knot.itself = knot  # type: ignore[attr-defined]
    del knot

    gc.collect()

    assert Knot.ends == 1
