"""Reads that two callers need, and who may see what: `visible_to` is the one place where scope is decided."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from people import roles
from people.roles import Viewer


class RecordQuerySet(models.QuerySet[Any]):
    """Shared by partners, customers and deals: deleted rows are kept but not shown."""

    def present(self) -> Self:
        """Those not deleted."""
        return self.filter(deleted_at=None)


class PartnerQuerySet(RecordQuerySet):
    """Partners."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of their regions (all when none is set). A partner's people: their own company. Others: none."""
        if roles.is_partner(viewer):
            return self.present().filter(team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(region__in=viewer.regions) if viewer.regions else self.present()

    def search(self, words: str) -> Self:
        """Those whose name, id, city or country contains the words."""
        words = words.strip()
        if not words:
            return self
        return self.filter(
            Q(name__icontains=words)
            | Q(external_id__icontains=words)
            | Q(city__icontains=words)
            | Q(country__icontains=words)
        )


class CustomerQuerySet(RecordQuerySet):
    """Customers."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of their regions (all when none is set). A partner's people: those their company serves."""
        if roles.is_partner(viewer):
            return self.present().filter(partners__team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(region__in=viewer.regions) if viewer.regions else self.present()

    def search(self, words: str) -> Self:
        """Those whose name, id, city or country contains the words."""
        words = words.strip()
        if not words:
            return self
        return self.filter(
            Q(name__icontains=words)
            | Q(external_id__icontains=words)
            | Q(city__icontains=words)
            | Q(country__icontains=words)
        )


class DealQuerySet(RecordQuerySet):
    """Deals."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the partners of their regions. A partner's people: their own company's."""
        if roles.is_partner(viewer):
            return self.present().filter(partner__team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(partner__region__in=viewer.regions) if viewer.regions else self.present()

    def search(self, words: str) -> Self:
        """Those whose name, id, product line, partner or customer contains the words."""
        words = words.strip()
        if not words:
            return self
        return self.filter(
            Q(name__icontains=words)
            | Q(external_id__icontains=words)
            | Q(product_line__icontains=words)
            | Q(partner__name__icontains=words)
            | Q(customer__name__icontains=words)
        )


class ImportQuerySet(models.QuerySet[Any]):
    """Imports."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those who may edit see their own; administrators see all."""
        if roles.may_administer(viewer):
            return self
        return self.filter(created_by_id=viewer.pk) if roles.may_edit(viewer) else self.none()
