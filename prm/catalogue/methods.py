"""Ways of segmenting that fit every vendor: by behaviour, stage, value, loyalty, small groups, and whom to recruit. Pure."""

from partners.vocabulary import Subject
from prm.catalogue.shapes import Template, View, WantedSegment, WantedSet
from prm.catalogue.writing import WORKING, hidden, page, partners, text
from programs.drafts import ContentDraft, ProgramDraft
from programs.targeting import Targeting
from segments.rules.writing import EVERYONE, Rule, every, last, leaf, members, never, some


def top(field: str, per_cent: int) -> Rule:
    """In the top per cent of everybody with a value."""
    return leaf(field, "topPercent", per_cent)


def registered(days: int) -> Rule:
    """How many deals were registered in the last days; to be used as a field."""
    return {"aggregate": "count", "of": "deals", "window": last(days), "date": "registered_on"}


STAGES = (
    ("prospects", "Prospects", ("prospect",), "Talked to, not signed.", "A decision within 60 days"),
    (
        "newcomers",
        "Newcomers",
        ("recruited", "onboarding"),
        "Signed, and learning how it works.",
        "First deal within 90 days",
    ),
    ("top-performers", "Top performers", ("top_performer",), "They carry the channel.", "Not one of them lost"),
    ("active", "Active", ("active",), "They sell, steadily.", "A tenth of them become top performers each year"),
    ("at-risk", "At risk", ("at_risk",), "They used to sell.", "A third of them won back within two quarters"),
    ("inactive", "Inactive", ("inactive",), "Nothing for a long time.", "Ask once, then part as friends"),
)


def _lifecycle() -> Template:
    parts = tuple(
        WantedSegment(
            f"lifecycle-{slug}",
            name,
            Subject.PARTNER,
            leaf("lifecycle_stage", "in", list(values)),
            about,
            objective,
            partner_visible=False,
        )
        for slug, name, values, about, objective in STAGES
    )
    rest = hidden(
        "lifecycle-unknown",
        "Stage not known",
        EVERYONE,
        about="Nobody wrote down where the partnership stands.",
        objective="Empty",
    )
    return Template(
        "lifecycle",
        "Stages of a partnership",
        View.METHOD,
        "Where each partnership stands, from the first talk to the farewell. Everybody is in exactly one stage.",
        (*parts, rest),
        sets=(
            WantedSet(
                "partner-lifecycle",
                "Partner lifecycle",
                Subject.PARTNER,
                True,
                tuple(part.slug for part in parts),
                rest.slug,
                "The stages of a partnership, each partner in one of them.",
            ),
        ),
    )


TEMPLATES = (
    Template(
        "behaviour",
        "What partners do",
        View.METHOD,
        "Not who they are but what they did lately: registered deals, took courses, signed in.",
        (
            partners(
                "steady-registrars",
                "Steady registrars",
                leaf(registered(90), ">=", 3),
                about="Three deals or more registered in the last 90 days.",
                objective="Answer each registration within a day",
                offer="Protected deals, answered the same day",
            ),
            partners(
                "keen-learners",
                "Keen learners",
                some(leaf("trainings_completed", ">=", 2), leaf("last_training_on", "inLast", last(90))),
                about="Two courses completed, or one in the last 90 days.",
                objective="Turn knowledge into deals",
                offer="First places in new courses",
            ),
            hidden(
                "quiet-partners",
                "Quiet partners",
                every(leaf("last_sign_in_at", "notInLast", last(60)), leaf(registered(90), "<", 1), WORKING),
                about="No sign-in for 60 days and no deal registered for 90, or never.",
                objective="A call to each of them this month",
            ),
        ),
        programs=(
            page(
                "after-the-course",
                "From the course to the first deal",
                "Five days, five small steps.",
                to="keen-learners",
            ),
        ),
    ),
    _lifecycle(),
    Template(
        "value",
        "Value, actual and potential",
        View.METHOD,
        "What partners bring today beside what they could bring: deciles of won revenue, and the size of their own business.",
        (
            hidden(
                "value-top-tenth",
                "Top tenth by won revenue",
                every(top("won_revenue_12m", 10), leaf("won_revenue_12m", ">", 0)),
                about="The tenth that won most in the last twelve months.",
                objective="A joint plan with each of them",
            ),
            hidden(
                "value-next-three-tenths",
                "Next three tenths",
                every(top("won_revenue_12m", 40), never(top("won_revenue_12m", 10)), leaf("won_revenue_12m", ">", 0)),
                about="Behind the top tenth, and before the rest.",
                objective="Two a quarter move up",
            ),
            hidden(
                "value-hidden-potential",
                "Hidden potential",
                every(top("annual_revenue", 30), leaf("won_revenue_12m", "bottomPercent", 60), WORKING),
                about="Large firms with little business with us: among the top 30 % by their own revenue, and the lower 60 % "
                "by ours.",
                objective="Find out why, one by one",
            ),
            hidden(
                "value-the-rest",
                "Everybody else",
                EVERYONE,
                about="Small today, and probably tomorrow: serve them well by self-service.",
                objective="Cost to serve below a tenth of their revenue",
            ),
        ),
        sets=(
            WantedSet(
                "partner-value",
                "Partner value",
                Subject.PARTNER,
                True,
                ("value-top-tenth", "value-hidden-potential", "value-next-three-tenths"),
                "value-the-rest",
                "Each partner in one class of value; hidden potential goes before the middle.",
            ),
        ),
    ),
    Template(
        "competition",
        "Aligned and competing",
        View.METHOD,
        "Who sells only with us, and who also sells against us: some things are not for everybody's eyes.",
        (
            hidden(
                "aligned-partners",
                "Aligned partners",
                every(leaf("alignment", "=", "aligned"), WORKING),
                about="They do not sell competing lines.",
                objective="Tell them first",
            ),
            hidden(
                "competing-partners",
                "Partners with competing lines",
                leaf("alignment", "=", "competing"),
                about="They sell competing lines too. No blame, but no road map either.",
                objective="Win one line from a competitor each year",
            ),
        ),
        programs=(
            ProgramDraft(
                "competitive-briefing",
                "Competitive briefing",
                ContentDraft(body=text("competitive-briefing")),
                "How to win against the usual alternatives. Not for those who sell them.",
                Targeting(any=("aligned-partners",), none=("competing-partners",)),
            ),
        ),
    ),
    Template(
        "micro",
        "Small groups inside segments",
        View.METHOD,
        "A segment of a segment: few partners, one precise offer.",
        (
            partners(
                "gold-and-above",
                "Gold and above",
                leaf("tier", ">=", "gold"),
                about="The upper tiers.",
                objective="Nine of ten stay",
            ),
            partners(
                "gold-growing-certified",
                "Gold, growing and certified",
                every(
                    members("gold-and-above"),
                    leaf("revenue_growth", ">=", 0.1),
                    leaf(
                        "certifications", "containsAny", ["technical_expert", "cloud_architect", "security_specialist"]
                    ),
                ),
                about="Of the upper tiers, those who grow by a tenth or more and have an expert.",
                objective="First pilot customers for every launch",
                offer="Pilot places before anybody else",
            ),
        ),
        programs=(
            page(
                "pilot-places",
                "Pilot places",
                "What a pilot takes, and what you get for it.",
                to="gold-growing-certified",
            ),
        ),
    ),
    Template(
        "recruiting",
        "Whom to recruit",
        View.METHOD,
        "Prospects against the profile of partners that usually do well: size, skills, loyalty. Change the figures to those "
        "of your own best partners, or take the fact “Fit to recruit”, which holds every prospect against them each night.",
        (
            hidden(
                "recruit-first",
                "Recruit first",
                every(
                    leaf("lifecycle_stage", "=", "prospect"),
                    leaf("employees", "between", [10, 500]),
                    leaf("specialisations", "notNull"),
                    leaf("alignment", "!=", "competing"),
                ),
                about="Prospects who fit in size, skill and loyalty.",
                objective="A meeting within two weeks",
            ),
            hidden(
                "recruit-perhaps",
                "Recruit perhaps",
                every(
                    leaf("lifecycle_stage", "=", "prospect"),
                    some(leaf("specialisations", "notNull"), leaf("employees", ">=", 10)),
                    never(members("recruit-first")),
                ),
                about="They fit in part. Find out what is missing.",
                objective="A decision within a quarter",
            ),
        ),
    ),
)
