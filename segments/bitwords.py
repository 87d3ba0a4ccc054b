"""Yes or no per row, sixty-four rows to a word, so that the algebra of a thousand rules stays in the cache. Pure values.

Few rows stay a Boolean array: packing them would cost more than it saves. `&`, `|` and `~` mean the same of both. The bits
behind the last row mean nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from partners.tables import Ints, Mask

Bits = npt.NDArray[Any]
"""Words of uint64, shape (rows / 64, rounded up); or, of few rows, a Boolean array, shape (rows,)."""
FEW_ROWS = 2_048
SPARSE = 0.4
"""Up to this share of words with anything in them, the others are not unpacked."""


def packed(mask: Mask) -> Bits:
    """A Boolean array, shape (n,), as bits; of few rows, itself."""
    if len(mask) <= FEW_ROWS:
        return mask
    octets = np.packbits(mask, bitorder="little")
    rest = -len(octets) % 8
    return np.concatenate([octets, np.zeros(rest, dtype=np.uint8)] if rest else [octets]).view(np.uint64)


def none_of(size: int) -> Bits:
    """No row of so many."""
    return np.zeros(size, dtype=np.bool_) if size <= FEW_ROWS else np.zeros((size + 63) // 64, dtype=np.uint64)


def all_of(size: int) -> Bits:
    """Every row of so many."""
    return ~none_of(size)


def unpacked(bits: Bits, size: int) -> Mask:
    """The Boolean array, shape (size,)."""
    if bits.dtype == np.bool_:
        return bits
    return np.unpackbits(bits.view(np.uint8), count=size, bitorder="little").view(np.bool_)


def rows_of(bits: Bits, size: int) -> Ints:
    """The rows that are true, ascending."""
    if bits.dtype == np.bool_:
        return bits.nonzero()[0]
    if np.count_nonzero(bits) > SPARSE * len(bits):
        return np.flatnonzero(unpacked(bits, size))
    words = np.flatnonzero(bits)
    places = np.flatnonzero(np.unpackbits(bits[words].view(np.uint8), bitorder="little").view(np.bool_))
    rows = (words[places >> 6] << 6) + (places & 63)
    return rows if not len(rows) or rows[-1] < size else rows[: np.searchsorted(rows, size)]
