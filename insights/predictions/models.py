"""Versions of predictions, how each was judged, and what it said of whom."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from partners.models import Partner


class Prediction(models.Model):
    """One version of one kind of prediction. Never changed once it was judged: learning again makes the next version."""

    class Kind(models.TextChoices):
        """What is predicted."""

        CHURN = "churn", "Likely to leave"
        GROWTH = "growth", "Likely to grow"

    class Status(models.TextChoices):
        """A version that is no better than the baseline is kept, but says nothing."""

        LEARNING = "learning", "Learning"
        PUBLISHED = "published", "In use"
        RETIRED = "retired", "Followed by a later version"
        DECLINED = "declined", "Not better than the baseline"
        TOO_LITTLE = "too_little", "Too little history"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.LEARNING)
    requested_by = models.CharField(max_length=200, blank=True)
    learned_at = models.DateTimeField(default=timezone.now)
    model = models.JSONField(default=dict)
    """As `insights.predictions.training` writes it: weights, means and deviations by sign."""
    judgement = models.JSONField(default=dict)
    """As `insights.predictions.judging.Judgement` has it, with the days learned from and tested on."""
    reason = models.TextField(blank=True)
    scored_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="prediction_version_once_per_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


FACTS = {
    Prediction.Kind.CHURN: ("churn_risk", "Risk of leaving", "Predicted chance to win no deal for 180 days"),
    Prediction.Kind.GROWTH: (
        "growth_chance",
        "Chance of growth",
        "Predicted chance to win a fifth more in the next 180 days than in the last",
    ),
}
"""The attribute that holds the score of each kind, from 0 to 1: name, label, description."""


class PredictionScore(models.Model):
    """What the version in use says of one partner, and why."""

    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="scores")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    score = models.DecimalField(max_digits=5, decimal_places=4)
    """The chance from 0 to 1."""
    reasons = models.JSONField()
    """[{"words", "raises": bool}, …]: the signs that count most, the strongest first."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prediction", "partner"], name="score_once_per_partner")]
        indexes = [models.Index(fields=["prediction", "-score"], name="score_by_size")]

    def __str__(self) -> str:
        return f"{self.partner_id}: {self.score}"
