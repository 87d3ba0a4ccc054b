"""What partners have earned and claimed: the claim, and the ledger that is only ever added to."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from partners.models import Deal, Partner
from people import roles
from people.roles import Viewer


class AccountQuerySet(models.QuerySet[Any]):
    """Claims and ledger entries: both belong to a partner."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the partners they may see. A partner's people: their own company's."""
        if roles.is_partner(viewer):
            return self.filter(partner__team__user_id=viewer.pk, partner__deleted_at=None)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(partner__region__in=viewer.regions) if viewer.regions else self.all()


class ClaimQuerySet(AccountQuerySet):
    """Claims."""

    def standing(self) -> Self:
        """Those that hold money: all but the rejected."""
        return self.exclude(status="rejected")


class LedgerQuerySet(AccountQuerySet):
    """Ledger entries."""

    def sums(self, *by: str) -> Self:
        """Per `by` (a field each): earned (accruals less reversals), claimed (approved) and paid."""
        return (
            self.order_by()
            .values(*by)
            .annotate(
                earned=Sum("amount", filter=Q(kind__in=("accrual", "reversal")), default=0),
                claimed=Sum("amount", filter=Q(kind="claim"), default=0),
                paid=Sum("amount", filter=Q(kind="payment"), default=0),
            )
        )


class Claim(models.Model):
    """A partner asks for money: submitted → approved → paid, or rejected. From its filing on it holds that much budget."""

    class Status(models.TextChoices):
        """How far it has come."""

        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        PAID = "paid", "Paid"

    incentive = models.ForeignKey("programs.Incentive", on_delete=models.PROTECT, related_name="claims")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="claims")
    request = models.ForeignKey(
        "programs.FundRequest", null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    """What was agreed on before it was spent, where the funds ask for that."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SUBMITTED)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    note = models.TextField(blank=True)
    proof = models.FileField(upload_to="claims/%Y/%m/", blank=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    filed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was rejected, as the partner reads it")
    paid_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=100, blank=True, help_text="Of the payment")

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-filed_at", "-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="claim_is_for_something")]
        indexes = [
            models.Index(fields=["incentive", "status"], name="claim_by_incentive"),
            models.Index(fields=["partner", "-filed_at"], name="claim_by_partner"),
        ]

    def __str__(self) -> str:
        return f"Claim {self.pk}: {self.currency} {self.amount}"

    @property
    def proof_name(self) -> str:
        """The proof's name as a person is shown it; "" without one."""
        return PurePosixPath(self.proof.name or "").name


class LedgerEntry(models.Model):
    """One line of the ledger. Never changed or deleted, which the database itself sees to: a mistake is reversed.

    `amount` is above 0, except for a reversal, which is below. Accruals and reversals add up to what is earned, claims to
    what was approved, payments to what was paid.
    """

    class Kind(models.TextChoices):
        """What happened."""

        ACCRUAL = "accrual", "Earned"
        REVERSAL = "reversal", "Reversed"
        CLAIM = "claim", "Claim approved"
        PAYMENT = "payment", "Paid"

    incentive = models.ForeignKey("programs.Incentive", on_delete=models.PROTECT, related_name="entries")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="ledger")
    deal = models.ForeignKey(Deal, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger")
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    on = models.DateField(help_text="The transaction date: the day the deal was closed, or the claim decided or paid")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=100, unique=True)
    """What the entry is for, so that no accident writes it twice: "deal:<incentive>:<deal>:<n>", "claim:<id>" …"""

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="reversal", amount__lt=0) | (~Q(kind="reversal") & Q(amount__gt=0)),
                name="ledger_reversals_alone_are_negative",
            )
        ]
        indexes = [
            models.Index(fields=["incentive", "deal"], name="ledger_by_deal"),
            models.Index(fields=["partner", "incentive"], name="ledger_by_partner"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.currency} {self.amount}"
