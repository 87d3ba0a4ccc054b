"""The demo's programmes: content to read, courses to take, incentives to earn, and for which segments. `make` stores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from prm.demo.industries import Profile
from prm.demo.quizzes import final_quiz
from prm.demo.segments import focus_slug, guard_slug
from programs import authoring
from programs.drafts import ContentDraft, CourseDraft, IncentiveDraft, ProgramDraft
from programs.models import Program
from programs.targeting import Targeting

TEXTS = Path(__file__).parent / "texts"
TOOLKIT = "https://example.com/partners/service-toolkit"
PAGES = (
    "focus-playbook",
    "welcome-kit",
    "small-business-bundle",
    "joint-business-plan",
    "tender-kit",
    "fresh-start",
    "service-toolkit",
    "small-business-play",
)
COURSES = ("selling-with-confidence", "focus-in-practice", "guard-essentials")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The texts, in the words of an industry."""

    profile: Profile

    def say(self, text: str) -> str:
        """The text with the vendor's own words in it."""
        lines = {line.speciality: line.name for line in self.profile.lines}
        return text.format(
            vendor=self.profile.vendor,
            focus=self.profile.focus.label,
            guard=self.profile.guard.label,
            line=lines[self.profile.focus.value],
            guard_line=lines[self.profile.guard.value],
        )

    def text(self, name: str) -> str:
        """A whole text (Markdown)."""
        return self.say((TEXTS / f"{name}.md").read_text(encoding="utf-8")).strip()

    def lessons(self, name: str) -> tuple[dict[str, str], ...]:
        """A text cut at its main headings."""
        chapters = f"\n{self.text(name)}".split("\n# ")[1:]
        pairs = [chapter.partition("\n") for chapter in chapters]
        return tuple({"title": title.strip(), "body": body.strip()} for title, _, body in pairs)


def drafts(profile: Profile, *, today: date) -> list[ProgramDraft]:
    """Every programme. Dates are laid around `today`, so that all of them are running then."""
    return [*_pages(Shelf(profile)), *_courses(Shelf(profile)), *_incentives(Shelf(profile), today)]


def _pages(shelf: Shelf) -> list[ProgramDraft]:
    focus, guard = focus_slug(shelf.profile), guard_slug(shelf.profile)
    return [
        ProgramDraft(
            "focus-playbook",
            shelf.say("The {focus} playbook"),
            ContentDraft(body=shelf.text("focus-playbook")),
            shelf.say("From the first call to the second order: how the best partners sell {focus}."),
            Targeting(any=(focus, "growth-partners")),
            priority=20,
        ),
        ProgramDraft(
            "welcome-kit",
            "Your first ninety days",
            ContentDraft(body=shelf.text("welcome-kit")),
            shelf.say("A short path into working with {vendor}, week by week."),
            Targeting(any=("new-partners-onboarding",)),
            priority=50,
        ),
        ProgramDraft(
            "small-business-bundle",
            "The small-business bundle",
            ContentDraft(body=shelf.text("small-business-bundle")),
            "One price, one page, set up in two days: a ready offer for firms of five to fifty people.",
            Targeting(any=("small-business-sellers",), none=("enterprise-partners",)),
            priority=10,
        ),
        ProgramDraft(
            "joint-business-plan",
            "Writing a joint business plan",
            ContentDraft(body=shelf.text("joint-business-plan")),
            "Four pages that both sides mean: what belongs on them, and how to keep them alive.",
            Targeting(any=("enterprise-partners", "gold-and-platinum-emea")),
            priority=15,
        ),
        ProgramDraft(
            "tender-kit",
            "Tender kit",
            ContentDraft(body=shelf.text("tender-kit")),
            "Be known early, answer completely, and lose less time on tenders you cannot win.",
            Targeting(any=("public-sector", guard)),
        ),
        ProgramDraft(
            "fresh-start",
            "Let us start afresh",
            ContentDraft(body=shelf.text("fresh-start")),
            "It has been a while. Three offers to get going again; you choose.",
            Targeting(any=("at-risk",), none=("new-partners-onboarding",)),
            priority=40,
        ),
        ProgramDraft(
            "service-toolkit",
            "Service toolkit",
            ContentDraft(body=shelf.text("service-toolkit"), url=TOOLKIT),
            "Runbooks, reports and a price calculator for those who run what they sell.",
            Targeting(any=("service-partners",)),
        ),
        ProgramDraft(
            "small-business-play",
            "Small and ready: how to sell to them",
            ContentDraft(
                body=shelf.text("small-business-play"),
                form="play",
                items=({"content": "small-business-bundle", "message": "The one page to leave on the table."},),
                customer_segments=("small-businesses-ready-to-move",),
            ),
            "A first meeting that ends with a date: for small firms that look for help now.",
        ),
    ]


def _courses(shelf: Shelf) -> list[ProgramDraft]:
    focus, guard = focus_slug(shelf.profile), guard_slug(shelf.profile)
    return [
        ProgramDraft(
            "selling-with-confidence",
            "Selling with confidence",
            CourseDraft(
                (*shelf.lessons("selling-with-confidence"), final_quiz(shelf.profile.focus.label)),
                minutes=90,
                due_days=60,
                gives_certificate=True,
                certificate_months=24,
            ),
            "Five short lessons for everybody who meets customers: from two good sentences to a signed order.",
            Targeting(any=("new-partners-onboarding", "small-business-sellers", "one-step-from-gold")),
            priority=30,
        ),
        ProgramDraft(
            "focus-in-practice",
            shelf.say("{focus} in practice"),
            CourseDraft(shelf.lessons("focus-in-practice"), minutes=150),
            "Where to begin, what to move first, and how to prove that it worked.",
            Targeting(any=(focus, "service-partners")),
            priority=20,
        ),
        ProgramDraft(
            "guard-essentials",
            shelf.say("{guard} essentials"),
            CourseDraft(shelf.lessons("guard-essentials"), minutes=100, gives_certificate=True, certificate_months=12),
            "What is at stake, the measures that stop most trouble, and the first hour when something happens.",
            Targeting(any=(guard, "public-sector")),
            priority=10,
        ),
    ]


def _incentives(shelf: Shelf, today: date) -> list[ProgramDraft]:
    # They have run for a year, so that there is something to show for what they cost.
    quarter = today.replace(year=today.year - 1, month=3 * ((today.month - 1) // 3) + 1, day=1)
    price = shelf.profile.lines[0].price
    bonus = Decimal(max(50, round(price / 80 / 50) * 50))
    return [
        ProgramDraft(
            "registration-bonus",
            "Deal-registration bonus",
            IncentiveDraft(
                "deal_registration", amount=bonus, budget=bonus * 1_200, terms=shelf.text("terms-registration")
            ),
            "A fixed bonus for each registered deal that is won.",
            Targeting(any=("new-partners-onboarding", "small-business-sellers")),
            starts_on=quarter,
            ends_on=today + timedelta(days=300),
            priority=20,
        ),
        ProgramDraft(
            "growth-rebate",
            "Growth rebate",
            IncentiveDraft("rebate", rate=Decimal("3.5"), budget=Decimal(900_000), terms=shelf.text("terms-rebate")),
            "3.5 % back on what you win, every quarter, as long as you grow.",
            Targeting(all=("growth-partners",), none=("at-risk",)),
            starts_on=quarter,
            ends_on=today + timedelta(days=365),
            priority=30,
        ),
        ProgramDraft(
            "market-development-funds",
            "Market development funds, EMEA",
            IncentiveDraft(
                "mdf",
                amount=Decimal(5_000),
                budget=Decimal(150_000),
                terms=shelf.text("terms-funds"),
                asks_first=True,
            ),
            "Up to 5,000 euro for events and campaigns that we plan together.",
            Targeting(any=("gold-and-platinum-emea",)),
            starts_on=quarter,
            ends_on=today + timedelta(days=180),
            priority=10,
        ),
        ProgramDraft(
            "focus-spiff",
            shelf.say("{focus} reward"),
            IncentiveDraft("spiff", amount=bonus / 2, budget=bonus * 600, terms=shelf.text("terms-spiff")),
            shelf.say("For the person who sells: a reward for each new customer of {line}."),
            Targeting(any=(focus_slug(shelf.profile),), none=("at-risk",)),
            starts_on=today - timedelta(days=200),
            ends_on=today + timedelta(days=120),
            priority=25,
        ),
        ProgramDraft(
            "road-to-gold",
            "Road to gold",
            IncentiveDraft("discount", rate=Decimal(5), budget=Decimal(80_000), terms=shelf.text("terms-discount")),
            "5 % off list price on registered deals, until you are gold.",
            Targeting(any=("one-step-from-gold",)),
            starts_on=quarter,
            ends_on=today + timedelta(days=240),
            priority=15,
        ),
    ]


@transaction.atomic
def make(profile: Profile, *, today: date) -> int:
    """Make and activate the programmes that do not exist yet; returns how many. One that somebody changed stays as it is."""
    have = {program.slug: program for program in Program.objects.all()}
    made = 0
    for draft in drafts(profile, today=today):
        program = have.get(draft.slug) or authoring.create_program(draft=draft)
        if program.status == Program.Status.DRAFT:
            authoring.activate(program=program)
            made += 1
    return made
