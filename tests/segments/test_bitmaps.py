"""Sets of ids as rows of a table."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from segments.bitmaps import bitmap, mask_of

IDS = st.integers(min_value=0, max_value=2**40)
NEAR = st.integers(min_value=0, max_value=200)


@given(st.one_of(st.sets(NEAR), st.sets(IDS)), st.one_of(st.sets(NEAR), st.sets(IDS)))
def test_mask_of__any_ids__says_of_each_whether_it_is_in_the_set(inside: set[int], ids: set[int]) -> None:
    table = np.array(sorted(ids), dtype=np.int64)

    mask = mask_of(bitmap(np.array(sorted(inside), dtype=np.int64)), table)

    assert mask.tolist() == [each in inside for each in sorted(ids)]


def test_mask_of__close_together_or_far_apart__is_the_same() -> None:
    inside = bitmap(np.arange(10, 5000, 3, dtype=np.int64))
    for step in (1, 2, 1000):
        table = np.arange(7, 4000 * step, step, dtype=np.int64)
        assert np.flatnonzero(mask_of(inside, table)).size == sum(
            7 <= each < 4000 * step and (each - 7) % step == 0 for each in range(10, 5000, 3)
        )
