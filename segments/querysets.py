"""Reads of segments, members, changes and runs, and who may see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from partners.models import Customer, Partner
from partners.vocabulary import Subject
from people import roles
from people.roles import Viewer


class SegmentQuerySet(models.QuerySet[Any]):
    """Segments."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff and keys: all. A partner's people meet segments only through their own memberships."""
        return self if roles.is_vendor(viewer) else self.none()

    def search(self, words: str) -> Self:
        """Those whose name, address, description or objective contains the words."""
        return self.filter(
            Q(name__icontains=words)
            | Q(slug__icontains=words)
            | Q(description__icontains=words)
            | Q(objective__icontains=words)
        )

    def active(self) -> Self:
        """Those whose members are kept up."""
        return self.filter(status="active", published__isnull=False)


class MembershipQuerySet(models.QuerySet[Any]):
    """Stays."""

    def current(self) -> Self:
        """Those not ended."""
        return self.filter(left_at=None)

    def of(self, subject_id: int) -> Self:
        """Those of one subject. Open and ended ones are told apart, for each have an index of their own."""
        return self.filter(Q(left_at=None) | Q(left_at__isnull=False), subject_id=subject_id)

    def as_of(self, instant: datetime) -> Self:
        """Those that held at an instant: entered at or before it, and not left by then."""
        return self.filter(Q(left_at=None) | Q(left_at__gt=instant), entered_at__lte=instant)


class ChangeQuerySet(models.QuerySet[Any]):
    """The ledger."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff and keys: all; with regions set, those of the records there, deleted ones included."""
        if not roles.is_vendor(viewer):
            return self.none()
        if not viewer.regions:
            return self
        partners = Partner.objects.filter(region__in=viewer.regions).values("pk")
        customers = Customer.objects.filter(region__in=viewer.regions).values("pk")
        return self.filter(
            Q(segment__subject=Subject.PARTNER, subject_id__in=partners)
            | Q(segment__subject=Subject.CUSTOMER, subject_id__in=customers)
        )


class RecomputeQuerySet(models.QuerySet[Any]):
    """Runs."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff and keys: all."""
        return self if roles.is_vendor(viewer) else self.none()
