"""Pages out of whole columns: what comes first, behind a place and before it, just as a sort of everything would have it."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from partners.sifting import Keys, Place, among, folded, in_order, like

ROWS = st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=0, max_size=30)


def everything(values: list[int | None], *, down: bool) -> list[int]:
    """All ids in order, worked out one by one: those without a value last, either way round."""
    sign = -1 if down else 1
    rows = [(value is None, 0 if value is None else sign * value, sign * pk) for pk, value in enumerate(values, 1)]
    return [sign * pk for _, _, pk in sorted(rows)]


@given(values=ROWS, down=st.booleans(), back=st.booleans(), count=st.integers(1, 6), at=st.integers(0, 29))
def test_in_order__any_rows_and_place__as_sorting_everything(
    values: list[int | None], down: bool, back: bool, count: int, at: int
) -> None:
    ids = np.arange(1, len(values) + 1)
    keys = Keys(
        np.array([v or 0 for v in values], dtype=np.int64), np.array([v is not None for v in values], dtype=bool)
    )
    wanted = everything(values, down=down)
    place = None
    if values:
        pk = wanted[at % len(wanted)]
        place = Place(values[pk - 1], pk)
        spot = wanted.index(pk)
        wanted = wanted[:spot][::-1] if back else wanted[spot + 1 :]
    elif back:
        wanted = wanted[::-1]
    found = in_order(ids, keys, is_descending=down, place=place, is_backwards=back, count=count)
    assert found == wanted[:count]


@given(ids=st.sets(st.integers(1, 2_000_000), max_size=40), some=st.sets(st.integers(-5, 2_000_000), max_size=40))
def test_among__any_sets__those_in_both(ids: set[int], some: set[int]) -> None:
    ordered = np.array(sorted(ids), dtype=np.int64)
    mask = among(ordered, np.array(sorted(some), dtype=np.int64))
    assert set(ordered[mask].tolist()) == ids & some


WORDS = st.lists(st.text("abAÄß ", min_size=1, max_size=4).map(str.strip).filter(bool), unique=True, max_size=12)


@given(words=WORDS, text=st.text("abBÄs", min_size=1, max_size=3))
def test_like__any_words__as_looking_at_each(words: list[str], text: str) -> None:
    said = folded(text)
    assert like(words, "is", [text]).tolist() == [folded(word) == said for word in words]
    assert like(words, "starts", [text]).tolist() == [folded(word).startswith(said) for word in words]
    assert like(words, "contains", [text]).tolist() == [said in folded(word) for word in words]
