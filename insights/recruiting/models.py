"""The ideal profile as it was last worked out, and how well each prospect fits it."""

from __future__ import annotations

from django.db import models

from partners.models import Partner

FACT = ("recruit_fit", "Fit to recruit", "How alike a prospect is to your best partners, from 0 to 1")
"""The attribute that holds the score: name, label, description."""


class IdealProfile(models.Model):
    """What sets the best partners apart from the others. There is one, written anew every night."""

    best = models.PositiveIntegerField(default=0)
    """How many are the best."""
    others = models.PositiveIntegerField(default=0)
    traits = models.JSONField(default=list)
    """[{"criterion", "value", "best", "others": shares or 0, "strength"}, …] as `insights.recruiting.ideal` has them."""
    reason = models.TextField(blank=True)
    """Why nobody is scored, when nobody is."""
    worked_out_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "Ideal profile"


class RecruitScore(models.Model):
    """How well one prospect fits, and why."""

    partner = models.OneToOneField(Partner, on_delete=models.CASCADE, related_name="+")
    score = models.DecimalField(max_digits=5, decimal_places=4)
    reasons = models.JSONField()
    """[{"words", "raises": bool}, …], the strongest first."""

    class Meta:
        indexes = [models.Index(fields=["-score", "partner"], name="recruit_score_by_size")]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.score}"
