"""A form that makes something, sent twice, makes it once."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.cache import cache

REMEMBERED_SECONDS = 3600
CLAIM_SECONDS = 30
_PAUSE = 0.1


def only_once(token: str, act: Callable[[], str]) -> str:
    """What `act` answers, or what it answered when the same token came before. A second sending waits for the first.

    Where `act` raises, the token is free again.
    """
    if not token:
        return act()
    key = f"once:{token}"
    for _attempt in range(int(CLAIM_SECONDS / _PAUSE)):
        if cache.add(key, "", CLAIM_SECONDS):
            return _claimed(key, act)
        answer = cache.get(key)
        if answer:
            return str(answer)
        time.sleep(_PAUSE)
    return act()


def _claimed(key: str, act: Callable[[], str]) -> str:
    try:
        answer = act()
    except BaseException:
        cache.delete(key)
        raise
    cache.set(key, answer, REMEMBERED_SECONDS)
    return answer
