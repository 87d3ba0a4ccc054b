"""Sets of ids, between arrays and roaring bitmaps. Pure values."""

from __future__ import annotations

import struct
from array import array
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap64

from partners.tables import Ints, Mask

FEW = 64
"""So many ids are put in one by one."""
_HEAD = struct.Struct("<QIII")
_NO_RUNS = 12346
"""The cookie of a roaring bitmap without containers of runs."""
_MOST_LISTED = 4096
"""A container of more ids is one bit for each of the 65 536 that it might hold; of fewer it is a list."""
_DENSE, _MANY = 4, 64
"""Ids are dense when at most so many numbers lie between them for each; a set is large when this many times it are more."""


def bitmap(ids: Ints) -> BitMap64:
    """The ids, shape (n,), none negative, as a set. Quick when they ascend and fit into 32 bits.

    Then they are laid out as roaring's portable format has them, and read as such: putting in one id after another
    takes several times longer (and from NumPy directly longer still).
    """
    if not len(ids):
        return BitMap64()
    if len(ids) <= FEW or ids[-1] >= 2**32 or not (ids[1:] > ids[:-1]).all():
        return BitMap64(array("Q", np.ascontiguousarray(ids, dtype=np.int64).tobytes()))
    keys = np.arange(int(ids[0]) >> 16, (int(ids[-1]) >> 16) + 1)
    cuts = np.searchsorted(ids, np.append(keys, keys[-1] + 1) << 16)
    sizes = np.diff(cuts)
    used = np.flatnonzero(sizes)
    low = ids.astype("<u2")  # the lower sixteen bits
    about = np.empty((len(used), 2), dtype="<u2")
    about[:, 0], about[:, 1] = keys[used], sizes[used] - 1
    containers = [_container(low[cuts[place] : cuts[place + 1]]) for place in used]
    lengths = np.array([len(container) for container in containers])
    starts = (8 * (1 + len(used)) + np.cumsum(lengths) - lengths).astype("<u4")
    head = _HEAD.pack(1, 0, _NO_RUNS, len(used))  # one group of ids, those below 2³²
    return BitMap64.deserialize(b"".join([head, about.tobytes(), starts.tobytes(), *containers]))


def _container(low: npt.NDArray[Any]) -> bytes:
    if len(low) <= _MOST_LISTED:
        return low.tobytes()
    mask = np.zeros(65_536, dtype=np.bool_)
    mask[low] = True
    return np.packbits(mask, bitorder="little").tobytes()


def ids_of(members: BitMap64) -> Ints:
    """The set as ascending ids, shape (n,)."""
    return np.frombuffer(members.to_array(), dtype=np.int64)


def mask_of(members: BitMap64, ids: Ints) -> Mask:
    """Which of the ids, shape (n,) ascending, are in the set."""
    found = np.zeros(len(ids), dtype=np.bool_)
    wanted = ids_of(members)
    if not len(ids) or not len(wanted):
        return found
    low, high = int(ids[0]), int(ids[-1])
    if high - low < _DENSE * len(ids) and len(wanted) * _MANY >= len(ids):
        # One place for every id between the least and the greatest: no search, which is most of the work otherwise.
        start, stop = np.searchsorted(wanted, (low, high + 1))
        every = np.zeros(high - low + 1, dtype=np.bool_)
        every[wanted[start:stop] - low] = True
        return every if len(every) == len(ids) else every[ids - low]
    places = np.searchsorted(ids, wanted)
    inside = places < len(ids)
    places, wanted = places[inside], wanted[inside]
    found[places[ids[places] == wanted]] = True
    return found


def load(stored: bytes | memoryview) -> BitMap64:
    """A set as it is kept in the database. ValueError when it is not one."""
    try:
        return BitMap64.deserialize(bytes(stored))
    except (IndexError, MemoryError) as error:
        raise ValueError("these bytes are not a bitmap") from error
