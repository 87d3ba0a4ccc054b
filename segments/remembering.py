"""Masks of rows that do not change, kept packed: a mask of a million rows is an eighth of a megabyte. Pure values."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import numpy as np
import numpy.typing as npt

from partners.tables import Mask

MOST = 64 * 2**20
"""Bytes of packed masks that are kept; those not used for the longest time go first."""


class Remembered:
    """Masks of shape (size,) by name, for several threads at once."""

    def __init__(self, size: int, most: int = MOST) -> None:
        self._size = size
        self._fits = max(1, most // max(1, size // 8))
        self._packed: OrderedDict[Any, npt.NDArray[np.uint8]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Any) -> Mask | None:
        """The mask, or None when it is not known (any more)."""
        with self._lock:
            packed = self._packed.get(name)
            if packed is None:
                return None
            self._packed.move_to_end(name)
        return np.unpackbits(packed, count=self._size).view(np.bool_)

    def __setitem__(self, name: Any, mask: Mask) -> None:
        packed = np.packbits(mask)
        with self._lock:
            self._packed[name] = packed
            while len(self._packed) > self._fits:
                self._packed.popitem(last=False)
