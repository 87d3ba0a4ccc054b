"""What a programme is before it is stored: the input of authoring, whichever door it comes by. Pure values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from programs.lessons import problems as lesson_problems
from programs.targeting import Targeting
from segments.stages import STAGES

Errors = dict[str, list[str]]
"""Field name → what is wrong and what to do about it."""

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
CURRENCY = re.compile(r"[A-Z]{3}")
LARGEST_SUM = Decimal("9999999999999999.99")


@dataclass(frozen=True, slots=True)
class ContentDraft:
    """A page (Markdown), a link, a file, or several of them."""

    body: str = ""
    url: str = ""
    file: Any = None
    """An uploaded file (django.core.files.File); None keeps the one there is; False takes it away."""
    language: str = "en"
    translates: str = ""
    """Slug of the content that this is in another language; "": of none."""
    form: str = "piece"
    """Either "piece", "kit" or "play"."""
    expires_on: date | None = None
    """The last day it may be seen."""
    needs_approval: bool = False
    items: tuple[dict[str, str], ...] = ()
    """What a kit or play holds, in order: {"content": slug, "message"}."""
    customer_segments: tuple[str, ...] = ()
    """Slugs of the segments of customers that a play is for."""

    def errors(self) -> Errors:
        """What is wrong with it by itself."""
        found: Errors = {}
        if self.url and not (urlsplit(self.url).scheme in {"http", "https"} and urlsplit(self.url).netloc):
            found["url"] = ["A link begins with https:// or http:// and names a site."]
        if not LANGUAGE.fullmatch(self.language):
            found["language"] = ["Give a language code such as en, de or pt-BR."]
        if self.form not in {"piece", "kit", "play"}:
            found["form"] = ["Choose one of piece, kit or play."]
        if any(len(each.get("message", "")) > 500 for each in self.items):
            found["items"] = ["Keep each message within 500 characters."]
        return found


@dataclass(frozen=True, slots=True)
class CourseDraft:
    """Lessons in order (see `programs.lessons`), about how many minutes they take, when they are due, what is earned."""

    lessons: tuple[dict[str, Any], ...] | None = ()
    """None keeps those there are."""
    minutes: int = 30
    due_days: int | None = None
    """Days from being offered to being due; None: at leisure."""
    gives_certificate: bool = False
    certificate_months: int | None = None
    """How long a certificate is valid; None: for good."""
    language: str = "en"
    translates: str = ""
    """Slug of the course that this is in another language; "": of none."""

    def errors(self) -> Errors:
        """What is wrong with it by itself."""
        found: Errors = {}
        if wrong := lesson_problems(self.lessons or ()):
            found["lessons"] = wrong
        if not LANGUAGE.fullmatch(self.language):
            found["language"] = ["Give a language code such as en, de or pt-BR."]
        if not 1 <= self.minutes <= 100_000:
            found["minutes"] = ["Say about how many minutes it takes: a whole number from 1."]
        if self.due_days is not None and not 1 <= self.due_days <= 3650:
            found["due_days"] = ["Give a whole number of days from 1 to 3650, or leave it empty."]
        if self.certificate_months is not None and not 1 <= self.certificate_months <= 240:
            found["certificate_months"] = ["Give a whole number of months from 1 to 240, or leave it empty."]
        return found


@dataclass(frozen=True, slots=True)
class IncentiveDraft:
    """What can be earned: a rate in per cent of the deal, or a fixed amount, never both."""

    type: str = "rebate"
    rate: Decimal | None = None
    amount: Decimal | None = None
    currency: str = "EUR"
    budget: Decimal | None = None
    cap: Decimal | None = None
    tiers: tuple[dict[str, str], ...] = ()
    """Rates for revenue beyond a sum in the period, {"from", "rate"} each, ascending; `rate` holds below the first."""
    period: str = "whole"
    terms: str = ""
    asks_first: bool = False
    """Of market development funds: agreed on before they are spent."""

    def errors(self) -> Errors:
        """What is wrong with it by itself."""
        found: Errors = {}
        if self.asks_first and self.type != "mdf":
            found["asks_first"] = ["Only market development funds are asked for before they are spent."]
        if self.type not in {"rebate", "spiff", "deal_registration", "mdf", "discount"}:
            found["type"] = ["Choose one of rebate, spiff, deal_registration, mdf or discount."]
        if (self.rate is None) == (self.amount is None):
            found["rate"] = ["Give either a rate or an amount, and not both."]
        elif self.rate is not None and not (0 < self.rate <= 100 and self.rate == round(self.rate, 3)):
            found["rate"] = ["A rate is above 0 and at most 100 per cent, with at most three decimal places."]
        for name, value in (("amount", self.amount), ("budget", self.budget), ("cap", self.cap)):
            if value is not None and not (0 < value <= LARGEST_SUM and value == round(value, 2)):
                found[name] = [f"The {name} is above 0, with at most two decimal places."]
        if not CURRENCY.fullmatch(self.currency):
            found["currency"] = ["Give the three-letter code of the currency, such as EUR."]
        if self.period not in {"whole", "year", "quarter"}:
            found["period"] = ["Choose one of whole, year or quarter."]
        if self.tiers and (problem := self._tier_problem()):
            found["tiers"] = [problem]
        return found

    def plain_tiers(self) -> list[dict[str, str]]:
        """The tiers as they are kept: the sum with its cents, the rate without idle zeros."""
        return [
            {"from": f"{Decimal(tier['from']):.2f}", "rate": f"{Decimal(tier['rate']).normalize():f}"}
            for tier in self.tiers
        ]

    def _tier_problem(self) -> str:
        """What is wrong with the tiers; "" when nothing is."""
        if self.rate is None:
            return "Tiers are of a rate: give the rate that holds below the first of them."
        if len(self.tiers) > 20:
            return "Give at most 20 tiers."
        last = Decimal(0)
        for number, tier in enumerate(self.tiers, start=1):
            try:
                start, rate = Decimal(str(tier["from"])), Decimal(str(tier["rate"]))
            except (KeyError, TypeError, ArithmeticError):
                return f"Tier {number}: give a sum it begins at and a rate, such as 100000 and 5."
            if not (start.is_finite() and last < start <= LARGEST_SUM and start == round(start, 2)):
                return f"Tier {number} begins above the one before it, at a sum with at most two decimal places."
            if not (rate.is_finite() and 0 < rate <= 100 and rate == round(rate, 3)):
                return f"Tier {number}: a rate is above 0 and at most 100 per cent, with at most three decimal places."
            last = start
        return ""


@dataclass(frozen=True, slots=True)
class ProgramDraft:
    """A whole programme. The detail says its kind."""

    slug: str
    name: str
    detail: ContentDraft | CourseDraft | IncentiveDraft
    summary: str = ""
    targeting: Targeting = field(default_factory=Targeting)
    starts_on: date | None = None
    ends_on: date | None = None
    new_members_only: bool = False
    priority: int = 0
    stage: str = ""
    """One of the eight stages of the ecosystem, or none."""

    @property
    def kind(self) -> str:
        """Either "content", "course" or "incentive"."""
        return {ContentDraft: "content", CourseDraft: "course", IncentiveDraft: "incentive"}[type(self.detail)]

    @property
    def is_for_somebody(self) -> bool:
        """It names partners; or is a play for customers, which every partner serving them may use."""
        return self.targeting.names_somebody or bool(
            isinstance(self.detail, ContentDraft) and self.detail.form == "play" and self.detail.customer_segments
        )

    def errors(self) -> Errors:
        """Everything that is wrong with it by itself; whether the segments exist is asked when it is stored."""
        found = self.detail.errors()
        if not SLUG.fullmatch(self.slug) or len(self.slug) > 100:
            found["slug"] = ["Use small letters, digits and single hyphens, at most 100, such as gold-starter-kit."]
        elif self.slug == "new":
            found["slug"] = ["“new” is taken by the console itself. Choose another slug."]
        if not self.name.strip() or len(self.name) > 200:
            found["name"] = ["Give it a name of at most 200 characters."]
        if self.stage and self.stage not in dict(STAGES):
            found["stage"] = [f"Choose one of {', '.join(code for code, _ in STAGES)}, or none."]
        if len(self.summary) > 500:
            found["summary"] = ["Keep the summary within 500 characters."]
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            found["ends_on"] = ["The last day is before the first. Choose the first day or a later one."]
        if not -1_000_000 <= self.priority <= 1_000_000:
            found["priority"] = ["Priority is a whole number between -1000000 and 1000000."]
        for slug in sorted({slug for slug in self.targeting.slugs if self.targeting.slugs.count(slug) > 1}):
            for mode in ("any", "all", "none"):
                if slug in getattr(self.targeting, mode):
                    found.setdefault(mode, []).append(f"“{slug}” is named more than once. Name each segment once.")
        return found
