"""Reads of messages and of who was told, and who may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from people import roles
from people.roles import Viewer


class MessageQuerySet(models.QuerySet[Any]):
    """Messages."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff: all. A partner's people meet messages only through what they were told."""
        return self if roles.is_vendor(viewer) else self.none()

    def editable_by(self, viewer: Viewer) -> Self:
        """Those an editor may change or send: with regions set, only messages that stay within them."""
        if not roles.is_vendor(viewer) or not roles.may_edit(viewer):
            return self.none()
        if not viewer.regions:
            return self
        return self.filter(regions__len__gt=0, regions__contained_by=viewer.regions)

    def search(self, words: str) -> Self:
        """Those whose subject contains the words."""
        words = words.strip()
        return self.filter(subject__icontains=words) if words else self


class DeliveryQuerySet(models.QuerySet[Any]):
    """Who was told what."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those to partners they may see. A partner's person: what they themselves were told, in this company."""
        if roles.is_partner(viewer):
            return self.filter(user_id=viewer.pk, partner__team__user_id=viewer.pk, partner__deleted_at=None)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self

    def in_portal(self, today: Any) -> Self:
        """Those shown in the portal on the day: announcements that have not ended."""
        return self.filter(Q(message__ends_on=None) | Q(message__ends_on__gte=today), message__in_portal=True)

    def due(self, now: datetime) -> Self:
        """Mail that may be sent at the instant and that nobody is sending."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), mail="waiting", due_at__lte=now)

    def tallies(self) -> dict[str, int]:
        """How it went, in one query: told, and of those by state of the mail, seen and clicked."""
        states = {state: Count("pk", filter=Q(mail=state)) for state in ("waiting", "sent", "held_back", "failed")}
        found: dict[str, int] = self.aggregate(
            told=Count("pk"),
            partners=Count("partner_id", distinct=True),
            bounced=Count("pk", filter=Q(bounced_at__isnull=False)),
            seen=Count("pk", filter=Q(seen_at__isnull=False)),
            clicked=Count("pk", filter=Q(clicked_at__isnull=False)),
            **states,
        )
        return found
