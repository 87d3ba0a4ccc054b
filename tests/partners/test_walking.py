"""Walking an order until enough of some ids are met."""

from __future__ import annotations

import numpy as np
import pytest

from partners.tables import Ints
from partners.walking import first_of

ORDER = np.array([9, 4, 7, 1, 8, 2, 6, 3, 5])


@pytest.mark.parametrize(
    ("ids", "stop", "expected", "asked"),
    [
        ([1, 2, 3], 2, [1, 2], [1, 4, 16]),
        ([1, 2, 3], 9, [1, 2, 3], [1, 4, 16]),
        ([9, 11], 1, [9], [1]),
        ([11], 1, [], [1, 4, 16]),
    ],
)
def test_first_of__ids_far_along__read_on_until_there_are_enough_or_no_more(
    ids: list[int], stop: int, expected: list[int], asked: list[int]
) -> None:
    read: list[int] = []

    def most(steps: int) -> Ints:
        read.append(steps)
        return ORDER[:steps]

    assert first_of(most, np.array(ids), stop=stop, steps=1).tolist() == expected
    assert read == asked
