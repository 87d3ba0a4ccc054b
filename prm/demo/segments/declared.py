"""What each segment is for, and its rule, in the words of an industry. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from prm.demo.industries import Profile, Reach
from segments.rules.writing import Rule, every, last, leaf, never, some


@dataclass(frozen=True, slots=True)
class Plan:
    """A segment to be."""

    slug: str
    name: str
    subject: str
    objective: str
    description: str
    rule: Rule
    partner_visible: bool = True


def _slug(text: str) -> str:
    return text.replace("_", "-")


def focus_slug(profile: Profile) -> str:
    """The slug of the segment of those who are strong where the vendor wants to grow."""
    return f"{_slug(profile.focus.value)}-specialists"


def guard_slug(profile: Profile) -> str:
    """The slug of the segment of those who can be trusted with the delicate part."""
    return f"{_slug(profile.guard.value)}-ready"


def plans(profile: Profile) -> list[Plan]:
    """Every segment, each after those it refers to."""
    return [*_standing(profile), *_skills(profile), *_customers(profile)]


def _standing(profile: Profile) -> list[Plan]:
    deal = profile.lines[0].price
    return [
        Plan(
            "gold-and-platinum-emea",
            "Gold and platinum in EMEA",
            "partner",
            "Keep the strongest European partners close: 95 % renew their agreement",
            "Our most committed partners in Europe, the Middle East and Africa. They plan the year with us, see the "
            "road map first, and get funds for joint marketing.",
            every(leaf("region", "=", "EMEA"), leaf("tier", ">=", "gold")),
        ),
        Plan(
            "growth-partners",
            "Growth partners",
            "partner",
            "Raise the share of revenue from growing partners to 40 %",
            "Partners whose won revenue grew by a fifth or more within a year, from a base worth speaking of. What they "
            "do works: help them do more of it.",
            every(leaf("revenue_growth", ">=", 0.2), leaf("won_revenue_12m", ">=", deal * 2)),
        ),
        Plan(
            "at-risk",
            "At risk",
            "partner",
            "Win back a third of them within two quarters",
            "Partners who used to win deals and have won none for half a year, or whose revenue has halved. A person "
            "should call before the competition does.",
            every(
                leaf("won_revenue_prior_12m", ">=", deal),
                leaf("lifecycle_stage", "notIn", ["prospect", "recruited", "onboarding", "inactive"]),
                some(
                    every(leaf("last_deal_on", "notNull"), leaf("last_deal_on", "notInLast", last(180))),
                    leaf("revenue_growth", "<=", -0.5),
                ),
            ),
            partner_visible=False,
        ),
        Plan(
            "new-partners-onboarding",
            "New partners, onboarding",
            "partner",
            "First deal within 90 days of signing",
            "Partners who have just been recruited or signed within the last half year. They need the basics quickly, a "
            "first success, and somebody to ask.",
            every(
                leaf("lifecycle_stage", "notIn", ["prospect", "inactive"]),
                some(
                    leaf("lifecycle_stage", "in", ["recruited", "onboarding"]),
                    leaf("joined_on", "inLast", last(6, "months")),
                ),
            ),
        ),
        Plan(
            "one-step-from-gold",
            "One step from gold",
            "partner",
            "Move ten silver partners to gold this year",
            "Silver partners who win business steadily, or whose people already learn with us. A certificate or two more "
            "and they are gold.",
            every(
                leaf("tier", "=", "silver"),
                some(
                    every(leaf("won_revenue_12m", ">=", deal), leaf("win_rate", ">=", 0.35)),
                    leaf("trainings_completed", ">=", 2),
                ),
            ),
        ),
        Plan(
            "small-business-sellers",
            "Small-business sellers",
            "partner",
            "Make it easy: one bundle, one price, one page",
            "Small firms that sell to small firms. They have no time for long programmes: ready offers, quick rewards and "
            "short lessons suit them.",
            every(
                leaf("partner_type", "in", profile.types_of(Reach.SMALL)),
                leaf("employees", "<", 40),
                leaf("lifecycle_stage", "!=", "inactive"),
            ),
        ),
        Plan(
            "enterprise-partners",
            "Enterprise partners",
            "partner",
            "Three joint business plans signed per region",
            "Large partners with the people and the reach for large customers. They expect a plan for the year, named "
            "contacts and funds for joint projects.",
            every(
                some(
                    leaf("partner_type", "in", profile.types_of(Reach.LARGE)),
                    every(leaf("partner_type", "in", profile.types_of(Reach.MAKER)), leaf("tier", ">=", "gold")),
                ),
                some(leaf("employees", ">=", 150), leaf("annual_revenue", ">=", 20_000_000)),
            ),
        ),
        Plan(
            "agreement-renews-soon",
            "Agreement renews soon",
            "partner",
            "No agreement lapses unnoticed",
            "Partners whose agreement is up for renewal within a quarter. Their channel manager calls, with the figures of "
            "the year and a proposal for the next.",
            every(
                leaf("agreement_renews_on", "inNext", {"next": 90, "unit": "days"}),
                leaf("lifecycle_stage", "!=", "inactive"),
            ),
            partner_visible=False,
        ),
        Plan(
            "service-partners",
            "Service partners",
            "partner",
            "Half of them on recurring contracts by the end of the year",
            "Partners who run and look after what they sell. Recurring revenue, tools that save their engineers time and "
            "support that answers at night matter most to them.",
            every(
                leaf("partner_type", "in", profile.types_of(Reach.SERVICE)),
                leaf("lifecycle_stage", "notIn", ["prospect", "inactive"]),
            ),
        ),
    ]


def _skills(profile: Profile) -> list[Plan]:
    focus, guard = profile.focus, profile.guard
    public = next(name for name in ("government", profile.industries[0][0]) if name in dict(profile.industries))
    return [
        Plan(
            focus_slug(profile),
            f"{focus.label} specialists",
            "partner",
            f"Double the won revenue of {focus.label.lower()} with the partners who know it",
            f"Partners who are strong in {focus.label.lower()} and whose people hold a technical certificate.",
            every(
                leaf("specialisations", "containsAny", [focus.value]),
                leaf("certifications", "containsAny", ["technical_associate", "technical_expert", "cloud_architect"]),
            ),
        ),
        Plan(
            guard_slug(profile),
            f"{guard.label} ready",
            "partner",
            f"Every delicate customer is served by a partner trained in {guard.label.lower()}",
            f"Partners strong in {guard.label.lower()} who do not sell competing lines.",
            every(
                leaf("specialisations", "containsAny", [guard.value]),
                leaf("alignment", "!=", "competing"),
                leaf("lifecycle_stage", "notIn", ["prospect", "inactive"]),
            ),
        ),
        Plan(
            "public-sector",
            "Public sector" if public == "government" else "Home industry",
            "partner",
            "Be on the framework contracts of every country we sell in",
            "Partners who know the buyers, the rules and the patience that this kind of customer asks for.",
            every(
                leaf("verticals", "containsAny", [public]),
                never(leaf("alignment", "=", "competing"), leaf("lifecycle_stage", "in", ["prospect", "inactive"])),
            ),
        ),
        Plan(
            f"growing-{_slug(focus.value)}-specialists",
            f"Growing {focus.label.lower()} specialists",
            "partner",
            "Invest where skill and momentum meet",
            f"Those among the {focus.label.lower()} specialists who also grow. The first to ask when something new starts.",
            every(leaf("segment", "in", [focus_slug(profile)]), leaf("segment", "in", ["growth-partners"])),
        ),
    ]


def _customers(profile: Profile) -> list[Plan]:
    top = sorted(profile.needs, key=lambda word: -word.weight)
    wants = [word.value for word in top[:2]]
    said = " and ".join(word.label.lower() for word in top[:2])
    careful = [name for name, _ in profile.industries if name in {"government", "healthcare", "financial_services"}]
    return [
        Plan(
            "small-businesses-ready-to-move",
            f"Small businesses that look for {said}",
            "customer",
            "A ready bundle for each, sold by a partner nearby",
            f"Small firms that look for {said} and use little of our line yet.",
            every(
                leaf("employees", "<", 100),
                leaf("needs", "containsAny", wants),
                leaf("adoption_level", "<=", "partial"),
            ),
        ),
        Plan(
            "enterprises-modernising",
            "Enterprises that are modernising",
            "customer",
            "Lead each of them with an enterprise partner",
            "Large organisations with systems of their own and the wish to change. Long projects, many people to convince.",
            every(
                leaf("employees", ">=", 500),
                some(
                    leaf("technologies", "containsAny", ["on_premise", "erp"]),
                    leaf("needs", "containsAny", ["modernisation", "custom_software", "growth"]),
                ),
            ),
        ),
        Plan(
            "security-minded-institutions",
            "Security-minded institutions",
            "customer",
            "No lost deal for want of a certificate",
            "Public bodies, hospitals and banks that ask for security or compliance first.",
            every(leaf("industry", "in", careful), leaf("needs", "containsAny", ["security", "compliance"])),
        ),
        Plan(
            "held-by-a-competitor",
            "Held by a competitor",
            "customer",
            "Take over one in ten when contracts end",
            "Customers of a competitor that use little or nothing of ours and are not lost for good.",
            every(
                leaf("competitor", "notNull"),
                leaf("adoption_level", "<", "standard"),
                leaf("lifecycle_stage", "!=", "lost"),
            ),
            partner_visible=False,
        ),
    ]
