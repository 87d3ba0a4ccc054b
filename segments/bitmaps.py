"""Sets of ids, between arrays and roaring bitmaps. Pure values."""

from __future__ import annotations

from array import array

import numpy as np
from pyroaring import BitMap64

from partners.tables import Ints, Mask


def bitmap(ids: Ints) -> BitMap64:
    """The ids, shape (n,), none negative, as a set. Through `array`: from NumPy directly it takes several times longer."""
    return BitMap64(array("Q", np.ascontiguousarray(ids, dtype=np.int64).tobytes()))


def ids_of(members: BitMap64) -> Ints:
    """The set as ascending ids, shape (n,)."""
    return np.frombuffer(members.to_array(), dtype=np.uint64).astype(np.int64)


def mask_of(members: BitMap64, ids: Ints) -> Mask:
    """Which of the ids, shape (n,) ascending, are in the set."""
    found = np.zeros(len(ids), dtype=np.bool_)
    wanted = ids_of(members)
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
