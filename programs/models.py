"""What a segment does: content, courses and incentives, whom they are for, and what is on offer to which partner."""

from __future__ import annotations

from pathlib import PurePosixPath

import pghistory
from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from partners.models import Partner
from programs.learning import Certificate, Enrolment, LessonFile, QuizAttempt
from programs.library import ContentVersion, KitItem, PlaySegment
from programs.querysets import OfferQuerySet, ProgramQuerySet
from programs.wording import earning
from segments.models import Segment
from segments.stages import STAGES


@pghistory.track()
class Program(models.Model):
    """One thing offered to the partners of some segments. Its kind says which detail row it has."""

    class Kind(models.TextChoices):
        """What is offered."""

        CONTENT = "content", "Content"
        COURSE = "course", "Course"
        INCENTIVE = "incentive", "Incentive"

    class Status(models.TextChoices):
        """Only active programmes are on offer."""

        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"

    slug = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    summary = models.CharField(max_length=500, blank=True)
    stage = models.CharField(max_length=11, choices=STAGES, blank=True, help_text="Of the partner ecosystem")
    starts_on = models.DateField(null=True, blank=True, help_text="First day on offer; empty: at once")
    ends_on = models.DateField(null=True, blank=True, help_text="Last day on offer; empty: no end")
    new_members_only = models.BooleanField(default=False, help_text="Only those who enter while the programme is on")
    priority = models.IntegerField(default=0)
    translates = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="translations"
    )
    """The content or course of which it is the same in another language; never one that translates another."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="program_ends_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Target(models.Model):
    """A segment in a programme's targeting: any of these, all of these, none of those."""

    class Mode(models.TextChoices):
        """How the segment counts."""

        ANY = "any", "In any of"
        ALL = "all", "In all of"
        NONE = "none", "In none of"

    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="targets")
    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="targets")
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.ANY)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["program", "segment"], name="target_segment_once_per_program")]

    def __str__(self) -> str:
        return f"{self.mode} {self.segment_id}"


class Content(models.Model):
    """A page, a link or a file, as partners see it: the version in force. Or a kit or a sales play, made of others."""

    class Form(models.TextChoices):
        """What it is."""

        PIECE = "piece", "Resource"
        KIT = "kit", "Kit"
        PLAY = "play", "Sales play"

    program = models.OneToOneField(Program, primary_key=True, on_delete=models.CASCADE, related_name="content")
    body = models.TextField(blank=True, help_text="Markdown")
    url = models.URLField(blank=True)
    file = models.FileField(upload_to="content/", blank=True)
    language = models.CharField(max_length=10, default="en")
    form = models.CharField(max_length=5, choices=Form.choices, default=Form.PIECE)
    expires_on = models.DateField(null=True, blank=True, help_text="Last day it may be seen; empty: no end")
    needs_approval = models.BooleanField(
        default=False, help_text="A version is shown to partners only after another person has approved it"
    )
    shown_version = models.PositiveIntegerField(default=0, help_text="The version in force; 0: none yet")

    def __str__(self) -> str:
        return str(self.program)

    @property
    def filename(self) -> str:
        """The file's name as a person is shown it; "" without a file."""
        return PurePosixPath(self.file.name or "").name


class Course(models.Model):
    """Lessons to go through."""

    program = models.OneToOneField(Program, primary_key=True, on_delete=models.CASCADE, related_name="course")
    lessons = models.JSONField(default=list, blank=True)
    """In order, as `programs.lessons` reads them."""
    language = models.CharField(max_length=10, default="en")
    minutes = models.PositiveIntegerField(default=30, help_text="How long it takes, about")
    due_days = models.PositiveIntegerField(null=True, blank=True, help_text="Days from being offered to being due")
    gives_certificate = models.BooleanField(default=False)
    certificate_months = models.PositiveIntegerField(
        null=True, blank=True, help_text="Months a certificate is valid; empty: no end"
    )

    def __str__(self) -> str:
        return str(self.program)


class Incentive(models.Model):
    """What can be earned."""

    class Type(models.TextChoices):
        """The kinds the field knows."""

        REBATE = "rebate", "Rebate"
        SPIFF = "spiff", "SPIFF"
        DEAL_REGISTRATION = "deal_registration", "Deal-registration bonus"
        MDF = "mdf", "Market development funds"
        DISCOUNT = "discount", "Discount"

    class Period(models.TextChoices):
        """Over which revenue adds up for the tiers of a rate."""

        WHOLE = "whole", "The whole programme"
        YEAR = "year", "Each fiscal year"
        QUARTER = "quarter", "Each fiscal quarter"

    program = models.OneToOneField(Program, primary_key=True, on_delete=models.CASCADE, related_name="incentive")
    type = models.CharField(max_length=20, choices=Type.choices)
    rate = models.DecimalField(
        max_digits=6,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Per cent of the deal",
    )
    amount = models.DecimalField(
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Fixed sum",
    )
    currency = models.CharField(max_length=3, default="EUR")
    budget = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    cap = models.DecimalField(
        max_digits=18, decimal_places=2, null=True, blank=True, help_text="The most one partner earns"
    )
    tiers = models.JSONField(default=list, blank=True)
    """[{"from": "100000.00", "rate": "5"}, …]: rates for revenue beyond a sum in the period; `rate` holds below the first."""
    period = models.CharField(max_length=7, choices=Period.choices, default=Period.WHOLE)
    terms = models.TextField(blank=True, help_text="Markdown")
    asks_first = models.BooleanField(
        default=False, help_text="Of funds: agreed on before they are spent; a claim needs a request that was granted"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rate=None, amount__isnull=False) | models.Q(rate__isnull=False, amount=None),
                name="incentive_rate_or_amount",
            )
        ]

    def __str__(self) -> str:
        return str(self.program)

    @property
    def is_discount(self) -> bool:
        """Taken off the price of each deal: booked when the deal is won, and never claimed or paid."""
        return self.type == self.Type.DISCOUNT

    @property
    def is_fund(self) -> bool:
        """Claimed for what was spent, not earned by deals."""
        return self.type == self.Type.MDF

    @property
    def earns(self) -> str:
        """What it earns, in words."""
        return earning(rate=self.rate, amount=self.amount, currency=self.currency, is_discount=self.is_discount)


class Offer(models.Model):
    """A programme on offer to a partner, for one stretch of time; kept after it ends, as history.

    An offer that was started is not withdrawn when the partner is no longer entitled: it lapses (`lapsed_at`) but stays.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="offers")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="offers")
    reason = models.JSONField(default=dict, blank=True)
    """Why: {"any": [slug…], "all": [slug…], "none": [slug…]}, the segments that decided it."""
    offered_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering = ["-offered_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "partner"],
                condition=models.Q(withdrawn_at=None),
                name="offer_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None) | models.Q(started_at=None),
                name="offer_started_is_never_withdrawn",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "withdrawn_at"], name="offer_by_partner"),
            BrinIndex(fields=["offered_at"], name="offer_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.program_id} to {self.partner_id}"


# Claims, messages, journeys and what partners say are models of this app too; they stand apart and name the ones above.
from programs.accounts import Claim, LedgerEntry  # noqa: E402
from programs.funding.models import FundRequest  # noqa: E402
from programs.journeys.models import (  # noqa: E402
    Journey,
    JourneyAct,
    JourneyEntry,
    JourneyGrant,
    JourneyStep,
    JourneyWatch,
    ManagerTask,
)
from programs.messages.models import Delivery, Message, MessageTarget  # noqa: E402
from programs.plans.models import Plan, PlanEntry, PlanGoal  # noqa: E402
from programs.uptake import Uptake  # noqa: E402
from programs.voices.models import Dispute, Feedback, NeedReport, Sighting  # noqa: E402

__all__ = [
    "Certificate",
    "Claim",
    "Content",
    "ContentVersion",
    "Course",
    "Delivery",
    "Dispute",
    "Enrolment",
    "Feedback",
    "FundRequest",
    "Incentive",
    "Journey",
    "JourneyAct",
    "JourneyEntry",
    "JourneyGrant",
    "JourneyStep",
    "JourneyWatch",
    "KitItem",
    "LedgerEntry",
    "LessonFile",
    "ManagerTask",
    "Message",
    "MessageTarget",
    "NeedReport",
    "Offer",
    "Plan",
    "PlanEntry",
    "PlanGoal",
    "PlaySegment",
    "Program",
    "QuizAttempt",
    "Sighting",
    "Target",
    "Uptake",
]
