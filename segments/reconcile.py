"""Who should be in against who is in. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from pyroaring import BitMap64


@dataclass(frozen=True, slots=True)
class Delta:
    """What has to happen for the one to become the other."""

    entered: BitMap64
    left: BitMap64


def reconcile(*, wanted: BitMap64, have: BitMap64) -> Delta:
    """Ids that are wanted and missing, and ids that are there and unwanted. Applied twice, the second is empty."""
    return Delta(entered=wanted - have, left=have - wanted)
