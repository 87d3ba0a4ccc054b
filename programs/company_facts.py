"""What a partner may read of what is known about them, and may say is wrong."""

from __future__ import annotations

from partners.facts import vocabulary
from partners.models import Partner
from partners.profile import Said, profile
from partners.vocabulary import Subject

TOLD = (
    "name",
    "partner_type",
    "tier",
    "employees",
    "annual_revenue",
    "region",
    "country",
    "city",
    "verticals",
    "specialisations",
    "certifications",
    "joined_on",
    "won_revenue_12m",
    "deals_open",
    "deals_won",
    "win_rate",
    "trainings_completed",
    "customers_count",
)
"""The fields a partner reads. What the vendor thinks of them (stage of life, alignment) is not among these."""


def facts_of(partner: Partner) -> list[Said]:
    """The company's facts, in the order above; sensitive ones are left out."""
    words = vocabulary(Subject.PARTNER)
    shown = {name: words[name] for name in TOLD if name in words and not words[name].sensitive}
    said = profile(subject=Subject.PARTNER, record=partner, vocabulary=shown)
    return [said[name] for name in shown]
