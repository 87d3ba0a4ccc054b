"""Messages, whom they are for, and the outbox: one row for each person told, claimed by whoever sends the mail."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from partners.models import Partner
from programs.messages.querysets import DeliveryQuerySet, MessageQuerySet
from programs.messages.words import readable
from segments.models import Segment


@pghistory.track()
class Message(models.Model):
    """Something the vendor tells the people of some partners, in the portal, by mail or both."""

    class Kind(models.TextChoices):
        """What it is about; people switch mail off by these. Essential mail cannot be switched off."""

        NEWS = "news", "News"
        OFFER = "offer", "New for you"
        TRAINING = "training", "Training"
        ANSWER = "answer", "Answers to you"
        ESSENTIAL = "essential", "Essential"

    class Status(models.TextChoices):
        """How far it has come."""

        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Scheduled"
        SENT = "sent", "Sent"
        JOURNEY = "journey", "Sent by itself"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NEWS)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    subject = models.CharField(max_length=200)
    body = models.TextField(help_text="Markdown")
    link = models.CharField(max_length=300, blank=True)
    """Where the button leads: a page of the portal ("/portal/…") or an address of the web; "": no button."""
    link_label = models.CharField(max_length=60, blank=True)
    in_portal = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)
    admins_only = models.BooleanField(default=False)
    regions = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    """Only partners of these regions: those of an author who is limited to them. None: every region."""
    send_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    notice = models.CharField(max_length=40, blank=True, default="", editable=False)
    """Of what the product sends by itself: which, see `messages.notices`."""
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    """When its audience was worked out and written down."""

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(in_portal=True) | models.Q(by_mail=True), name="message_goes_somewhere"
            ),
            models.UniqueConstraint(fields=["notice"], condition=~models.Q(notice=""), name="message_of_notice_once"),
        ]

    def __str__(self) -> str:
        return readable(self.subject)

    @property
    def is_essential(self) -> bool:
        """Comes whatever people switched off, and at any hour."""
        return self.kind == self.Kind.ESSENTIAL


class MessageTarget(models.Model):
    """A segment in a message's targeting, as in a programme's."""

    class Mode(models.TextChoices):
        """How the segment counts."""

        ANY = "any", "In any of"
        ALL = "all", "In all of"
        NONE = "none", "In none of"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="targets")
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="message_targets")
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.ANY)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "segment"], name="message_target_segment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.segment_id}"


class Delivery(models.Model):
    """One message to one person: the announcement in their portal and the outbox row of the mail. Once per occasion."""

    class Mail(models.TextChoices):
        """Where the mail is."""

        NONE = "none", "No mail"
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        HELD_BACK = "held_back", "Not sent"
        FAILED = "failed", "Failed"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deliveries")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="deliveries")
    occasion = models.BigIntegerField(default=0)
    """The journey's entry it belongs to, or what it reminds of; 0: the message was sent by hand."""
    words = models.JSONField(default=dict, blank=True)
    """What stands in places of the text that are this row's own, such as {"course": …}."""
    link = models.CharField(max_length=300, blank=True)
    """Where the button leads, when not where the message's does."""
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """Names the row in the mail's Message-ID and links; it stays the same however often the mail is tried."""
    told_at = models.DateTimeField()
    mail = models.CharField(max_length=10, choices=Mail.choices, default=Mail.NONE)
    due_at = models.DateTimeField()
    """Not before this: quiet hours, and the wait after a failure."""
    lease_until = models.DateTimeField(null=True, blank=True)
    """Until then one worker has it in hand."""
    failure_count = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    """Why it was not sent, or what went wrong last."""
    sent_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    clicked_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-told_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "user", "occasion"], name="delivery_once_per_person"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=models.Q(mail="waiting"), name="delivery_waiting"),
            models.Index(fields=["user", "-told_at"], name="delivery_by_user"),
            models.Index(fields=["user"], condition=models.Q(seen_at=None), name="delivery_unseen"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} to {self.user_id}"

    @property
    def leads_to(self) -> str:
        """Where the button leads; "" without one."""
        return self.link or self.message.link
