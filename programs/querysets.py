"""Reads of programmes and offers, and who may see them."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from people import roles
from people.roles import Viewer


class ProgramQuerySet(models.QuerySet[Any]):
    """Programmes."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff and keys: all. A partner's people meet programmes only through their offers."""
        return self if roles.is_vendor(viewer) else self.none()

    def running_on(self, day: date) -> Self:
        """Active ones whose dates include the day."""
        return self.filter(
            Q(starts_on=None) | Q(starts_on__lte=day),
            Q(ends_on=None) | Q(ends_on__gte=day),
            status="active",
        )


class OfferQuerySet(models.QuerySet[Any]):
    """Offers."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the partners they may see. A partner's people: their own company's."""
        if roles.is_partner(viewer):
            return self.filter(partner__team__user_id=viewer.pk, partner__deleted_at=None)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self.all()

    def taken_up_by(self, viewer: Viewer) -> Self:
        """Those the viewer may act on: a partner's people, their own company's. Staff look, but take nothing up."""
        return self.visible_to(viewer) if roles.is_partner(viewer) else self.none()

    def on(self) -> Self:
        """Those not withdrawn."""
        return self.filter(withdrawn_at=None)
