"""What the demo's segments aim at, and the stage of the ecosystem that segments and programmes serve. `make` stores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from prm.demo.industries import Profile
from prm.demo.segments import focus_slug, guard_slug
from programs.models import Program
from segments import drafting, profiling
from segments.models import Segment, SegmentProfile


@dataclass(frozen=True, slots=True)
class Aim:
    """One segment's: its stage, the figure to watch with its target, in words too, and days until it is looked at again."""

    stage: str
    measure: str = ""
    target: int = 0
    kpi: str = ""
    words: str = ""
    review: int = 60


PROGRAMS = {
    "focus-playbook": "sell",
    "welcome-kit": "onboard",
    "small-business-bundle": "market",
    "joint-business-plan": "strategize",
    "tender-kit": "sell",
    "fresh-start": "accelerate",
    "service-toolkit": "enable",
    "small-business-play": "sell",
    "selling-with-confidence": "enable",
    "focus-in-practice": "enable",
    "guard-essentials": "enable",
    "registration-bonus": "incentivize",
    "growth-rebate": "incentivize",
    "market-development-funds": "market",
    "focus-spiff": "incentivize",
    "road-to-gold": "accelerate",
}


def aims(profile: Profile) -> dict[str, Aim]:
    """By slug. A segment that is not named aims at nothing in particular, which the linter then says."""
    return {
        "gold-and-platinum-emea": Aim("strategize", "win_rate", 45, "Win rate", "45 % of what is decided", 75),
        "growth-partners": Aim("accelerate", "revenue_per_member", 450_000, "Revenue a partner", "450,000 a year", 40),
        "at-risk": Aim("accelerate", "engagement", 60, "Active partners", "60 % active every month", 20),
        "new-partners-onboarding": Aim("onboard", "registered", 200, "Deals registered", "200 in their first year", 30),
        "one-step-from-gold": Aim("enable", "training", 2, "Courses per partner", "Two a year", 50),
        "small-business-sellers": Aim("market", "registered", 700, "Deals registered", "700 a year", 90),
        "enterprise-partners": Aim("sell", "revenue_per_member", 400_000, "Revenue a partner", "400,000 a year", 80),
        "service-partners": Aim("enable", "training", 1, "Courses per partner", "One a year", 120),
        focus_slug(profile): Aim("sell", "win_rate", 50, "Win rate", "Half of what is decided", 45),
        guard_slug(profile): Aim("enable", "training", 2, "Courses per partner", "Two a year", 100),
        "public-sector": Aim("sell", "growth", 25, "Growth of won revenue", "A quarter more in a year", 70),
        f"growing-{focus_slug(profile)}": Aim("accelerate", "engagement", 70, "Active partners", "70 % active", 35),
        "small-businesses-ready-to-move": Aim("market", "won", 150, "Deals won", "150 a year", 65),
        "enterprises-modernising": Aim("sell", "win_rate", 45, "Win rate", "45 % of what is decided", 55),
        "security-minded-institutions": Aim("sell", "won", 120, "Deals won", "120 a year", 85),
    }


def make(profile: Profile, *, today: date) -> int:
    """Give the segments that have no profile yet theirs, and programmes without a stage theirs; how many were given."""
    made = 0
    told = set(SegmentProfile.objects.values_list("segment__slug", flat=True))
    segments = {segment.slug: segment for segment in Segment.objects.all()}
    for slug, aim in aims(profile).items():
        if slug in segments and slug not in told:
            drafting.change_details(segment=segments[slug], stage=aim.stage)
            profiling.change_profile(
                segment=segments[slug],
                kpi=aim.kpi,
                target=aim.words,
                measure=aim.measure,
                target_value=Decimal(aim.target),
                review_on=today + timedelta(days=aim.review),
            )
            made += 1
    for program in Program.objects.filter(slug__in=PROGRAMS, stage=""):
        program.stage = PROGRAMS[program.slug]
        program.save(update_fields=["stage"])
        made += 1
    return made
