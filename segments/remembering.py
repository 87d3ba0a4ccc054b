"""Masks of rows that do not change, kept packed: a mask of a million rows is an eighth of a megabyte. Pure values."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

from segments.bitwords import Bits

MOST = 64 * 2**20
"""Bytes that are kept; what was not used for the longest time goes first."""


class Remembered:
    """Bits of tables of so many rows, by name, for several threads at once. They are shared: nobody writes into them."""

    def __init__(self, size: int, most: int = MOST) -> None:
        self._fits = max(1, most // max(1, size // 8))
        self._kept: OrderedDict[Any, Bits] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Any) -> Bits | None:
        """The bits, or None when they are not known (any more)."""
        with self._lock:
            bits = self._kept.get(name)
            if bits is not None:
                self._kept.move_to_end(name)
        return bits

    def __setitem__(self, name: Any, bits: Bits) -> None:
        with self._lock:
            self._kept[name] = bits
            while len(self._kept) > self._fits:
                self._kept.popitem(last=False)
