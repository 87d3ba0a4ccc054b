"""Deal registrations: a partner asks for a deal to be theirs before anybody else's."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from people import roles
from people.roles import Viewer


class RegistrationQuerySet(models.QuerySet[Any]):
    """Deal registrations."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the partners they may see. A partner's people: their own company's."""
        if roles.is_partner(viewer):
            return self.filter(partner__team__user_id=viewer.pk, partner__deleted_at=None)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self.all()

    def live(self, day: date) -> Self:
        """Those that stand in others' way: waiting, or approved and not yet over."""
        return self.filter(Q(status="submitted") | Q(status="approved", expires_on__gte=day))

    def overdue(self, day: date) -> Self:
        """Approved ones whose protection is over while their deal is still open."""
        return self.filter(status="approved", expires_on__lt=day, deal__stage="open")


class Registration(models.Model):
    """One deal as a partner registers it: submitted → approved (and a deal) or rejected; an approved one may expire."""

    class Status(models.TextChoices):
        """How far it has come."""

        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        EXPIRED = "expired", "Expired"

    partner = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="registrations")
    customer_name = models.CharField("customer", max_length=300)
    customer = models.ForeignKey(
        "partners.Customer", null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    """The customer known by that name, if there is one."""
    product_line = models.CharField("product", max_length=200)
    name = models.CharField("what it is about", max_length=300, blank=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    expected_on = models.DateField("expected close", null=True, blank=True)
    note = models.TextField(blank=True)
    customer_key = models.CharField(max_length=300, editable=False)
    """Customer and product without case, accents, punctuation and legal form: what duplicates are found by."""
    product_key = models.CharField(max_length=200, editable=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SUBMITTED)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was rejected, as the partner reads it")
    expires_on = models.DateField(null=True, blank=True, help_text="The last day on which it is protected")
    deal = models.OneToOneField(
        "partners.Deal", null=True, blank=True, on_delete=models.PROTECT, related_name="registration"
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at", "-id"]
        indexes = [
            models.Index(fields=["customer_key", "product_key", "status"], name="registration_by_key"),
            models.Index(fields=["partner", "-submitted_at"], name="registration_by_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_name}: {self.name or self.product_line}"
