"""The roles there are, and what each may do. Pure values."""

from __future__ import annotations

from typing import Protocol

ADMINISTRATOR = "administrator"
CHANNEL_MANAGER = "channel_manager"
ANALYST = "analyst"
PARTNER_ADMIN = "partner_admin"
PARTNER_MEMBER = "partner_member"
INTEGRATION = "integration"
"""The role of an API key: a machine of the vendor's, not a person."""

LABELS = {
    ADMINISTRATOR: "Administrator",
    CHANNEL_MANAGER: "Channel manager",
    ANALYST: "Analyst",
    PARTNER_ADMIN: "Partner admin",
    PARTNER_MEMBER: "Partner member",
}


def read_roles(names: list[str]) -> frozenset[str]:
    """The roles of a setting. Raises ValueError for one that does not exist: a misspelt rule would hold for nobody."""
    found = frozenset(name.strip() for name in names if name.strip())
    if unknown := found - LABELS.keys():
        raise ValueError(f"{', '.join(sorted(unknown))}: no such role. There are {', '.join(LABELS)}.")
    return found


VENDOR = frozenset({ADMINISTRATOR, CHANNEL_MANAGER, ANALYST})
PARTNER = frozenset({PARTNER_ADMIN, PARTNER_MEMBER})


class Viewer(Protocol):
    """Whoever asks: a signed-in user or an API key. Scope in every queryset is decided from these."""

    @property
    def pk(self) -> int | None:
        """The user's id; None for a key."""

    @property
    def role(self) -> str:
        """One of the roles above."""

    @property
    def regions(self) -> list[str]:
        """The regions it is limited to; none: every region."""

    @property
    def is_authenticated(self) -> bool:
        """True once known."""


def is_vendor(viewer: Viewer) -> bool:
    """The viewer is vendor staff or one of the vendor's machines."""
    return viewer.is_authenticated and (viewer.role in VENDOR or viewer.role == INTEGRATION)


def is_partner(viewer: Viewer) -> bool:
    """The viewer belongs to a partner company."""
    return viewer.is_authenticated and viewer.role in PARTNER


def may_edit(viewer: Viewer) -> bool:
    """The viewer may change segments, programmes and records (an API key's scope is asked besides)."""
    return viewer.is_authenticated and viewer.role in {
        ADMINISTRATOR,
        CHANNEL_MANAGER,
        INTEGRATION,
    }


def may_import(viewer: Viewer) -> bool:
    """The viewer is an editor whose scope is not limited to regions: for what may touch any record, such as a file's."""
    return may_edit(viewer) and (may_administer(viewer) or not viewer.regions)


def may_administer(viewer: Viewer) -> bool:
    """The viewer may change users, attributes, keys and schedules (an API key's scope is asked besides)."""
    return viewer.is_authenticated and viewer.role in {ADMINISTRATOR, INTEGRATION}


def may_reveal(viewer: Viewer) -> bool:
    """The viewer may read the values of sensitive attributes: administrators, and API keys of scope admin."""
    return viewer.role == ADMINISTRATOR or (viewer.role == INTEGRATION and getattr(viewer, "scope", "") == "admin")
