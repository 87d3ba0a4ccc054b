"""Machines: their keys (only a hash is stored), the answers they were given, and where events are sent."""

import pghistory
from django.db import models
from django.utils import timezone
from rest_framework_api_key.models import AbstractAPIKey

from integrations.webhooks.models import Webhook, WebhookAttempt, WebhookDelivery

__all__ = ["Answer", "ApiKey", "Webhook", "WebhookAttempt", "WebhookDelivery"]


@pghistory.track(exclude=["hashed_key", "last_used_at", "replaces"])
class ApiKey(AbstractAPIKey):
    """A named key with a scope: read ⊂ write ⊂ admin."""

    class Scope(models.TextChoices):
        """What a key may do."""

        READ = "read", "Read"
        WRITE = "write", "Read and write records, segments and programmes"
        ADMIN = "admin", "Everything, attributes and webhooks included"

    scope = models.CharField(max_length=5, choices=Scope.choices)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by", editable=False
    )
    """The key whose place it takes; both work until that one expires."""

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "API key"
        verbose_name_plural = "API keys"


class Answer(models.Model):
    """What a POST with an `Idempotency-Key` was answered, kept for a day, so that a repeat gets the same answer."""

    owner = models.CharField(max_length=80)
    """Whose key: the hash of an API key, or a user's id."""
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of the address and the body: another request under the same key is a mistake of the caller's."""
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="answer_once_per_key")]
        indexes = [models.Index(fields=["at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.status} to {self.key}"
