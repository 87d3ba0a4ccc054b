"""How a fund request stands: what of it was claimed, and what is left. (Reads.)"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from programs.funding.models import NOTHING, FundRequest


@dataclass(frozen=True, slots=True)
class Granted:
    """A fund request and its claims."""

    request: FundRequest
    claimed: Decimal
    """Rejected claims apart."""
    left: Decimal
    """To be claimed; 0 where nothing can be any more."""


def granted_of(request: FundRequest) -> Granted:
    """How it stands today. One query."""
    claimed = request.claimed
    can = request.is_claimable(timezone.localdate(timezone=timezone.get_default_timezone()))
    return Granted(request, claimed, (request.granted or NOTHING) - claimed if can else NOTHING)
