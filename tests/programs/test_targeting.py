"""Set algebra of targeting."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap64

from programs.targeting import Targeting, difference, entitled, entitled_to, newly_entitled_to, reasons

A, B, C = BitMap64([1, 2, 3]), BitMap64([2, 3, 4]), BitMap64([3])
SETS = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.integers(0, 12)), max_size=6)
NAMES = st.lists(st.sampled_from("abcdef"), unique=True, max_size=3).map(lambda names: tuple(sorted(names)))


def test_entitled__any__union() -> None:
    assert set(entitled(any=[A, B])) == {1, 2, 3, 4}


def test_entitled__all__intersection() -> None:
    assert set(entitled(all=[A, B])) == {2, 3}


def test_entitled__any_and_all_and_none__each_counts() -> None:
    assert set(entitled(any=[A, C], all=[B], none=[C])) == {2}


def test_entitled__nothing_positive__nobody() -> None:
    assert not entitled()
    assert not entitled(none=[A])


def test_entitled__inputs__left_as_they_were() -> None:
    only = BitMap64([1, 2])
    entitled(any=[only], none=[BitMap64([1])])
    assert set(only) == {1, 2}


def test_entitled_to__unknown_slug__is_an_empty_set() -> None:
    members = {"a": A}
    assert not entitled_to(Targeting(all=("a", "gone")), members)
    assert set(entitled_to(Targeting(any=("a", "gone")), members)) == {1, 2, 3}
    assert set(entitled_to(Targeting(any=("a",), none=("gone",)), members)) == {1, 2, 3}


@given(SETS, NAMES, NAMES, NAMES)
def test_entitled_to__any_sets__agrees_with_plain_reading(
    members: dict[str, frozenset[int]], some: tuple[str, ...], every: tuple[str, ...], none: tuple[str, ...]
) -> None:
    def is_in(slug: str, who: int) -> bool:
        return who in members.get(slug, frozenset())

    plain = {
        who
        for who in range(13)
        if (some or every)
        and (not some or any(is_in(slug, who) for slug in some))
        and all(is_in(slug, who) for slug in every)
        and not any(is_in(slug, who) for slug in none)
    }
    bitmaps = {slug: BitMap64(ids) for slug, ids in members.items()}
    targeting = Targeting(any=some, all=every, none=none)
    wanted = entitled_to(targeting, bitmaps)
    assert set(wanted) == plain
    groups = reasons(targeting, bitmaps, wanted)
    assert sum(len(group) for _, group in groups) == len(wanted)
    for (matched, everything, excluded), group in groups:
        assert group
        assert (everything, excluded) == (every, none)
        for who in group:
            assert matched == tuple(slug for slug in some if is_in(slug, who))


def test_newly_entitled_to__one_stay_is_new_but_another_would_do__not_new() -> None:
    members = {"gold": BitMap64([1, 2]), "silver": BitMap64([1])}
    early = {"gold": BitMap64([1])}
    assert set(newly_entitled_to(Targeting(any=("gold", "silver")), members, early)) == {2}


def test_newly_entitled_to__last_of_all_entered_since__is_new() -> None:
    members = {"gold": BitMap64([1, 2]), "emea": BitMap64([1, 2])}
    early = {"gold": BitMap64([1, 2]), "emea": BitMap64([1])}
    assert set(newly_entitled_to(Targeting(all=("gold", "emea")), members, early)) == {2}


def test_difference__wanted_and_have__enter_and_leave() -> None:
    found = difference(wanted=A, have=B)
    assert (set(found.enter), set(found.leave)) == ({1}, {4})
