"""The records: partners, customers, deals, activity, the attributes that describe them, and where values came from."""

from __future__ import annotations

from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.utils import timezone

from partners.querysets import (
    DEAL,
    CustomerQuerySet,
    DealQuerySet,
    PartnerQuerySet,
    searched,
)
from partners.vocabulary import FieldType, Subject


def words(**options: Any) -> ArrayField:
    """A column of many choices."""
    return ArrayField(models.CharField(max_length=200), default=list, blank=True, **options)


class Origin(models.Model):
    """Who or what set values: one row per import, request, form or journey; records point here, field by field."""

    class Kind(models.TextChoices):
        """The door a value came in by."""

        IMPORT = "import", "Import"
        API = "api", "API"
        FORM = "form", "Form"
        DEMO = "demo", "Demo data"
        JOURNEY = "journey", "Journey"
        PREDICTION = "prediction", "Prediction"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    label = models.CharField(max_length=300, help_text="A file's name, an API key's name, a person's name")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.label}"

    @property
    def words(self) -> str:
        """What people read: the label; of demo data, that it is such, and not the wish that it was made by."""
        return str(self.get_kind_display()) if self.kind == self.Kind.DEMO else self.label


class Record(models.Model):
    """What partners, customers and deals share. The row is kept when deleted, so that history stays readable."""

    external_id = models.CharField(max_length=100, unique=True, db_collation="C")
    name = models.CharField(max_length=300)
    custom = models.JSONField(default=dict, blank=True)
    """Custom attributes by name: text, choice: string · number, money: string of the decimal · boolean: true/false ·
    date, datetime: RFC 3339 · multi-choice: array of strings. Missing ones are absent."""
    provenance = models.JSONField(default=dict, blank=True)
    """Field name → id of the Origin that set its present value."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name or self.external_id


class Partner(Record):
    """A company that sells for the vendor."""

    partner_type = models.CharField(max_length=200, blank=True)
    tier = models.CharField(max_length=200, blank=True)
    employees = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    annual_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    region = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=200, blank=True)
    verticals = words()
    specialisations = words()
    certifications = words()
    lifecycle_stage = models.CharField(max_length=200, blank=True)
    joined_on = models.DateField(null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="subsidiaries",
    )
    channel_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="managed_partners",
    )
    alignment = models.CharField(max_length=200, blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="partner_by_name"),
            models.Index(fields=["region"], name="partner_by_region"),
            GinIndex(searched(), name="partner_by_words"),
            models.Index(fields=["id"], condition=models.Q(deleted_at__isnull=False), name="partner_deleted"),
        ]


class Customer(Record):
    """A company that buys, served by one or more partners."""

    industry = models.CharField(max_length=200, blank=True)
    employees = models.DecimalField(max_digits=18, decimal_places=6, null=True, blank=True)
    annual_revenue = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    region = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=200, blank=True)
    technologies = words()
    needs = words()
    adoption_level = models.CharField(max_length=200, blank=True)
    lifecycle_stage = models.CharField(max_length=200, blank=True)
    competitor = models.CharField(max_length=200, blank=True)
    partners = models.ManyToManyField(Partner, related_name="customers", blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["name", "id"], name="customer_by_name"),
            models.Index(fields=["region"], name="customer_by_region"),
            GinIndex(searched(), name="customer_by_words"),
            models.Index(fields=["id"], condition=models.Q(deleted_at__isnull=False), name="customer_deleted"),
        ]


class Deal(Record):
    """A registered opportunity. An open one may have neither amount nor close date: empty is not 0."""

    name = models.CharField(max_length=300, blank=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="deals")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="deals")
    stage = models.CharField(max_length=200, default="open")
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    product_line = models.CharField(max_length=200, blank=True)
    registered_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["partner", "stage", "closed_on"], name="deal_by_partner"),
            models.Index(fields=["name", "id"], name="deal_by_name"),
            models.Index(fields=["registered_on"], name="deal_by_registration"),
            models.Index(fields=["closed_on"], name="deal_by_close"),
            GinIndex(searched(DEAL), name="deal_by_words"),
        ]


@pghistory.track()
class Attribute(models.Model):
    """A custom attribute, or (where `built_in`) the choices an administrator or import has added to a built-in one."""

    subject = models.CharField(max_length=10, choices=[(s.value, s.value.title()) for s in Subject])
    name = models.CharField(max_length=63)
    label = models.CharField(max_length=200)
    type = models.CharField(max_length=20, choices=[(t.value, t.value.replace("_", " ")) for t in FieldType])
    choices = models.JSONField(default=list, blank=True)
    """[{"value": …, "label": …}, …] in order."""
    description = models.CharField(max_length=500, blank=True)
    sensitive = models.BooleanField(default=False)
    built_in = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["subject", "name"]
        constraints = [models.UniqueConstraint(fields=["subject", "name"], name="attribute_name_once_per_subject")]

    def __str__(self) -> str:
        return self.label


class Activity(models.Model):
    """Something a partner did: engagement that flows back as facts. Append-only."""

    class Kind(models.TextChoices):
        """What was done."""

        SIGN_IN = "sign_in", "Signed in"
        CONTENT_OPENED = "content_opened", "Opened content"
        CONTENT_DOWNLOADED = "content_downloaded", "Downloaded a file"
        COURSE_STARTED = "course_started", "Started a course"
        COURSE_COMPLETED = "course_completed", "Completed a course"
        CERTIFICATE_EARNED = "certificate_earned", "Earned a certificate"
        INCENTIVE_CLAIMED = "incentive_claimed", "Claimed an incentive"

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="activities")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    kind = models.CharField(max_length=30, choices=Kind.choices)
    about = models.CharField(
        max_length=300,
        blank=True,
        help_text="What it was done to: a content's or a course's slug",
    )
    at = models.DateTimeField(default=timezone.now)
    valid_until = models.DateField(null=True, blank=True, help_text="Last day on which it counts; empty: no end")

    class Meta:
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["partner", "kind", "at"], name="activity_by_partner"),
            BrinIndex(fields=["at"], name="activity_by_time", autosummarize=True),  # written as it happens
            models.Index(
                fields=["partner", "about"],
                include=["kind", "at"],
                condition=models.Q(kind__in=["course_started", "course_completed"]),
                name="activity_by_course",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.about}".strip()


class TeamMember(models.Model):
    """The company a partner user belongs to."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="team_member")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="team")

    def __str__(self) -> str:
        return f"{self.user} of {self.partner}"
