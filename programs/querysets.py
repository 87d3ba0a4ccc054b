"""Reads of programmes and offers, and who may see them."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, Q

from people import roles
from people.roles import Viewer


class ProgramQuerySet(models.QuerySet[Any]):
    """Programmes."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff and keys: all. A partner's people meet programmes only through their offers."""
        return self if roles.is_vendor(viewer) else self.none()

    def search(self, words: str) -> Self:
        """Those whose name, slug or summary contains the words."""
        words = words.strip()
        if not words:
            return self
        return self.filter(Q(name__icontains=words) | Q(slug__icontains=words) | Q(summary__icontains=words))

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

    def unexpired(self, day: date) -> Self:
        """Without content whose last day is before the day."""
        return self.exclude(program__content__expires_on__lt=day)

    def tallies(self) -> Self:
        """Per programme, of these offers: on offer now (offers), ever opened, started and completed (partners)."""
        standing = Q(withdrawn_at=None, lapsed_at=None)
        return (
            self.order_by()
            .values("program_id")
            .annotate(
                on_count=Count("pk", filter=standing),
                opened_count=Count("partner_id", filter=Q(opened_at__isnull=False), distinct=True),
                started_count=Count("partner_id", filter=Q(started_at__isnull=False), distinct=True),
                completed_count=Count("partner_id", filter=Q(completed_at__isnull=False), distinct=True),
            )
        )

    def in_state(self, state: str) -> Self:
        """Those "on" offer, "opened", "started", "completed", "lapsed" or "withdrawn"; any other word: all."""
        if state == "on":
            return self.filter(withdrawn_at=None, lapsed_at=None)
        if state in {"opened", "started", "completed", "lapsed", "withdrawn"}:
            return self.filter(**{f"{state}_at__isnull": False})
        return self


class CertificateQuerySet(models.QuerySet[Any]):
    """Certificates."""

    def visible_to(self, viewer: Viewer) -> Self:
        """A partner's people: their own, and their company's for its admins. Staff: those of partners they may see."""
        if roles.is_partner(viewer):
            mine = Q(user_id=viewer.pk)
            if viewer.role == roles.PARTNER_ADMIN:
                mine |= Q(partner__team__user_id=viewer.pk)
            return self.filter(mine)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self.all()
