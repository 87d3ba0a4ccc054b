"""Where events are sent, what is to be sent there, and what came of each attempt."""

from __future__ import annotations

import uuid
from typing import Any, Self

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from people import roles
from people.roles import Viewer

EVENTS = {
    "segment.entered": "Partners or customers entered segments",
    "segment.left": "Partners or customers left segments",
    "segment.published": "A segment was published",
    "offer.made": "A programme was offered",
    "offer.withdrawn": "An offer was withdrawn",
    "claim.decided": "A claim was approved or rejected",
    "fund.decided": "A request for funds was approved or rejected",
    "import.finished": "An import ended",
    "journey.step": "A journey reached a webhook step",
}
"""The types of events, each with words for people."""
TEST_EVENT = "webhook.test"


def new_message_id() -> str:
    """An id that a message keeps, however often it is sent."""
    return f"msg_{uuid.uuid4().hex}"


class WebhookQuerySet(models.QuerySet[Any]):
    """Webhooks."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Administrators and keys (whose scope the door asks for besides): all."""
        return self if roles.may_administer(viewer) else self.none()


@pghistory.track(
    exclude=["sealed_secret", "sealed_old_secret", "change_cursor", "event_cursor", "lease_until", "lease", "sent_at"]
)
class Webhook(models.Model):
    """An address that events are sent to. The two cursors say how far it has been told."""

    class Status(models.TextChoices):
        """Nothing is lost while one is off: it is told from where it stood (events are kept for a month)."""

        ACTIVE = "active", "Active"
        OFF = "off", "Switched off"
        FAILED = "failed", "Stopped after failures"

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=1000)
    event_types = ArrayField(models.CharField(max_length=60))
    segments = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    """Slugs: only these segments' changes; none: every segment's."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    sealed_secret = models.BinaryField()
    """What its messages are signed with, encrypted."""
    sealed_old_secret = models.BinaryField(null=True)
    """The one before: signs too until `old_secret_until`."""
    old_secret_until = models.DateTimeField(null=True, blank=True)
    change_cursor = models.BigIntegerField(default=0)
    """The last line of the change ledger that it was told of."""
    event_cursor = models.BigIntegerField(default=0)
    """The position of the last outbox event that it was told of."""
    failing_since = models.DateTimeField(null=True, blank=True)
    """Since when every attempt has failed."""
    failure = models.CharField(max_length=300, blank=True)
    """The last failure, in words."""
    notice_due = models.BooleanField(default=False)
    """Administrators are to be told that it was stopped."""
    lease_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    """Which worker has it in hand."""
    sent_at = models.DateTimeField(null=True)
    """When something was last taken by the other side."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.CharField(max_length=200, blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class WebhookDelivery(models.Model):
    """One message to one address. Its id, type and bytes never change, however often it is sent."""

    class State(models.TextChoices):
        """What has become of it."""

        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        DEAD = "dead", "Given up"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=60, unique=True, default=new_message_id)
    type = models.CharField(max_length=60)
    body = models.TextField()
    """The JSON as it is sent and signed."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    express = models.BooleanField(default=False)
    """Sent beside the queue: tests, and what somebody asks to be sent again."""
    due_at = models.DateTimeField(default=timezone.now)
    failure_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["webhook", "id"], name="webhook_delivery_log"),
            models.Index(
                fields=["webhook", "express", "id"], condition=models.Q(state="waiting"), name="webhook_delivery_due"
            ),
            models.Index(fields=["finished_at"], name="webhook_delivery_by_age"),
        ]

    def __str__(self) -> str:
        return self.message_id

    @property
    def last_attempt(self) -> WebhookAttempt | None:
        """The newest, out of `attempts` as loaded."""
        made = list(self.attempts.all())
        return made[-1] if made else None


class WebhookAttempt(models.Model):
    """One request that was made for a delivery, and what the other side answered."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    url = models.CharField(max_length=1000)
    headers = models.JSONField()
    """Of the request."""
    status = models.PositiveSmallIntegerField(null=True)
    """Of the answer; null when there was none."""
    error = models.CharField(max_length=300, blank=True)
    """Why it failed; empty when it did not."""
    excerpt = models.TextField(blank=True)
    """How the body of the answer begins."""
    duration = models.FloatField()
    """Seconds."""

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.delivery_id} at {self.at}"
