"""Many sets of ids as one value, to hand them from one worker to another. Pure values."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

from pyroaring import BitMap64

from segments.bitmaps import load

_LENGTH = struct.Struct(">Q")


def pack(members: Mapping[str, BitMap64], rest: Any) -> bytes:
    """The sets by name, and anything that JSON can say beside them."""
    pieces = [found.serialize() for found in members.values()]
    head = json.dumps({"names": list(members), "sizes": [len(piece) for piece in pieces], "rest": rest}).encode()
    return b"".join([_LENGTH.pack(len(head)), head, *pieces])


def unpack(data: bytes) -> tuple[dict[str, BitMap64], Any]:
    """What was packed. ValueError when it was not."""
    start = _LENGTH.size
    (length,) = _LENGTH.unpack_from(data)
    head = json.loads(data[start : start + length])
    start += length
    members = {}
    for name, size in zip(head["names"], head["sizes"], strict=True):
        members[name] = load(data[start : start + size])
        start += size
    return members, head["rest"]
