"""How long a sign-in lasts: so long in all, and so long without a sign of life. Ends it in other browsers, too."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from people.callers import address_of
from people.models import BrowserSession, User

SIGNED_IN, SEEN, LISTED = "signed_in_at", "seen_at", "listed_as"
"""What the session remembers: since when, when it was last used, and the key under which it is listed."""
NOTED_EVERY = timedelta(minutes=1)
"""A sign of life is written down this often: exact enough, and a busy reader does not write all the time."""


def is_over(session: SessionBase) -> bool:
    """The sign-in has lasted too long, or nobody has used it for too long."""
    now = timezone.now()
    began, seen = (_when(session.get(name)) for name in (SIGNED_IN, SEEN))
    if began is not None and now - began > timedelta(hours=settings.SESSION_HOURS):
        return True
    return seen is not None and now - seen > timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def note_use(request: HttpRequest) -> None:
    """Write down that the session is used; list it the first time, and again when signing in gave it another key."""
    session, now = request.session, timezone.now()
    seen = _when(session.get(SEEN))
    is_listed = session.get(LISTED) == session.session_key
    if is_listed and seen is not None and now - seen < NOTED_EVERY:
        return
    session.setdefault(SIGNED_IN, now.isoformat())
    session[SEEN] = now.isoformat()
    session[LISTED] = session.session_key
    said = {"seen_at": now, "address": address_of(request)}
    if BrowserSession.objects.filter(key=session.session_key).update(**said):
        return
    BrowserSession.objects.update_or_create(
        key=session.session_key,
        defaults=said,
        create_defaults={
            "user": cast(User, request.user),
            "browser": request.headers.get("User-Agent", "")[:200],
            "started_at": _when(session[SIGNED_IN]) or now,
            **said,
        },
    )


def sessions_of(user: User) -> list[BrowserSession]:
    """Where somebody is signed in, the last used first; those that are over are struck off the list."""
    store = _store()
    found = list(BrowserSession.objects.filter(user=user))
    over = [each for each in found if _is_gone(store(each.key), user)]
    BrowserSession.objects.filter(pk__in=[each.pk for each in over]).delete()
    return [each for each in found if each not in over]


def end_sessions(*, user: User, but: str | None = None) -> int:
    """Sign somebody out everywhere, except in the session of the key `but`. Returns how many sessions ended."""
    store = _store()
    ended = 0
    for each in BrowserSession.objects.filter(user=user).exclude(key=but or ""):
        store(each.key).flush()
        each.delete()
        ended += 1
    return ended


def _is_gone(session: SessionBase, user: User) -> bool:
    said = session.get("_auth_user_hash", "")
    return session.get("_auth_user_id") != str(user.pk) or said != user.get_session_auth_hash() or is_over(session)


def _when(said: Any) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) else None


def _store() -> type[SessionBase]:
    found: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return found
