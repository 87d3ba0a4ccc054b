"""How many requests a caller may make: a count a minute for each key or person."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from integrations.models import ApiKey
from people.callers import address_of

if TYPE_CHECKING:  # importing it here would close a circle: views load the classes that settings name
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)
WINDOW = 60
"""Seconds."""


class PerCaller(BaseThrottle):
    """`settings.API_RATE` requests a minute; the state goes into `RateLimit-*` headers (the API's middleware adds them)."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Counts this request. Without the cache nobody is refused: a limit is no reason to be down."""
        now = time.time()
        window = int(now // WINDOW)
        self.reset = max(1, WINDOW - int(now % WINDOW))
        name = f"api-rate:{self._caller(request)}:{window}"
        try:
            cache.add(name, 0, 2 * WINDOW)
            count = cache.incr(name)
        except (RedisError, ValueError):
            logger.warning("The rate limit cannot be counted: the cache does not answer.")
            return True
        request._request.rate_limit_headers = {  # type: ignore[attr-defined]
            "RateLimit-Limit": str(settings.API_RATE),
            "RateLimit-Remaining": str(max(0, settings.API_RATE - count)),
            "RateLimit-Reset": str(self.reset),
        }
        return count <= settings.API_RATE

    def wait(self) -> float:
        """Seconds until the next window."""
        return float(self.reset)

    def _caller(self, request: Request) -> str:
        if isinstance(request.auth, ApiKey):
            return f"key:{request.auth.prefix}"
        if request.user and request.user.is_authenticated:
            return f"user:{request.user.pk}"
        return f"from:{address_of(request._request)}"
