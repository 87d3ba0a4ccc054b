"""Fund requests: what a partner wants to do with the vendor's money, agreed on before it is spent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from partners.models import Partner
from programs.accounts import AccountQuerySet

NOTHING = Decimal("0.00")


class FundRequestQuerySet(AccountQuerySet):
    """Fund requests."""

    def open(self, day: date) -> Any:
        """Those that hold money on the day: waiting, or granted and still to be claimed."""
        return self.filter(Q(status="submitted") | Q(status="approved", claim_by__gte=day))

    def held_by(self, *by: str) -> Any:
        """Per `by` (fields), what they hold: what was granted, or asked for while nobody has decided."""
        return self.order_by().values(*by).annotate(held=Sum(Coalesce(F("granted"), F("amount"))))


class FundRequest(models.Model):
    """Submitted → approved or rejected; a partner may withdraw one that waits, staff may end one that was granted.

    While it is open it holds what was asked for or granted; claims under it are paid out of that. After `claim_by`, or once
    it is ended, what was not claimed is free again.
    """

    class Status(models.TextChoices):
        """How far it has come."""

        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ENDED = "ended", "Ended"

    incentive = models.ForeignKey("programs.Incentive", on_delete=models.PROTECT, related_name="requests")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="fund_requests")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SUBMITTED)
    title = models.CharField("what it is", max_length=200)
    plan = models.TextField(help_text="What is done, for whom and where")
    outcome = models.TextField(blank=True, help_text="What it shall bring")
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    granted = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3)
    starts_on = models.DateField()
    ends_on = models.DateField()
    claim_by = models.DateField(null=True, blank=True, help_text="The last day on which it may be claimed")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="What the partner reads about the decision")

    objects = FundRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="fund_request_is_for_something"),
            models.CheckConstraint(
                condition=Q(granted=None) | Q(granted__gt=0, granted__lte=F("amount")),
                name="fund_request_grants_what_was_asked_at_most",
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="fund_request_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(status__in=("approved", "ended")) | Q(granted__isnull=False, claim_by__isnull=False),
                name="fund_request_granted_until_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["incentive", "status"], name="fund_request_by_incentive"),
            models.Index(fields=["partner", "-asked_at"], name="fund_request_by_partner"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def claimed(self) -> Decimal:
        """What its claims come to, rejected ones apart. One query."""
        standing = self.claims.standing()
        return standing.aggregate(sum=Sum("amount"))["sum"] or NOTHING

    def is_claimable(self, day: date) -> bool:
        """Granted, and its last day is not over."""
        return self.status == self.Status.APPROVED and self.claim_by is not None and self.claim_by >= day
