"""Marks of what changed."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from partners.vocabulary import Subject


class Touched(models.Model):
    """A mark that subjects changed: written by triggers, in the transaction of the change. See `partners.touching`."""

    subject = models.CharField(max_length=10, choices=[(s.value, s.value.title()) for s in Subject])
    ids = ArrayField(models.BigIntegerField())
    fields = ArrayField(models.CharField(max_length=63), null=True)
    """Fields, and relations such as "deals", that changed; null: everything."""
    transaction = models.BigIntegerField(db_default=RawSQL("(pg_current_xact_id()::text)::bigint", []))
    at = models.DateTimeField(db_default=Now())
    followed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "touched"
        indexes = [
            models.Index(fields=["id"], condition=models.Q(followed_at=None), name="touched_to_follow"),
            models.Index(fields=["transaction"], name="touched_by_transaction"),
            models.Index(fields=["followed_at"], name="touched_by_followed_at"),
        ]

    def __str__(self) -> str:
        return f"{len(self.ids)} {self.subject}s"
