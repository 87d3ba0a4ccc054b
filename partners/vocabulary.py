"""The words a rule, an import and the API can say about a partner, a customer or a deal. Pure values.

A field is built in (a column of its table), custom (an administrator's attribute) or computed (a fact worked out from
deals, activity and the like as of an instant). All three look the same from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Subject(StrEnum):
    """What a field, a file or a segment is about. Segments are of partners or of customers."""

    PARTNER = "partner"
    CUSTOMER = "customer"
    DEAL = "deal"


class FieldType(StrEnum):
    """The types of the rule language (segment references are a construct, not a type of field)."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    ORDERED_CHOICE = "ordered_choice"
    MULTI_CHOICE = "multi_choice"


class FieldKind(StrEnum):
    """Where a field's value lives."""

    BUILT_IN = "built_in"
    CUSTOM = "custom"
    COMPUTED = "computed"


CHOICE_TYPES = frozenset({FieldType.CHOICE, FieldType.ORDERED_CHOICE, FieldType.MULTI_CHOICE})
NUMBER_PLACES = 6
"""Numbers keep six decimal places: numeric(18, 6)."""
MONEY_PLACES = 2
"""Money keeps two: numeric(18, 2)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a choice field may take; the order within a field is the order of an ordered choice."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One word of the vocabulary."""

    subject: Subject
    name: str
    label: str
    type: FieldType
    kind: FieldKind = FieldKind.BUILT_IN
    choices: tuple[Choice, ...] = ()
    description: str = ""
    sensitive: bool = False
    refers_to: str = ""
    """"partner", "customer" or "user" where the value names another record: an external id, or an e-mail address."""

    @property
    def is_choice(self) -> bool:
        """Takes its values from a list."""
        return self.type in CHOICE_TYPES


Vocabulary = Mapping[str, Field]
"""Fields of one subject by name."""


def choices(*pairs: tuple[str, str]) -> tuple[Choice, ...]:
    """Choices from (value, label) pairs, in order."""
    return tuple(Choice(value, label) for value, label in pairs)


REGIONS = choices(
    ("EMEA", "Europe, Middle East and Africa"),
    ("NA", "North America"),
    ("LATAM", "Latin America"),
    ("APAC", "Asia Pacific"),
)
PARTNER_TYPES = choices(
    ("var", "Value-added reseller"),
    ("isv", "Independent software vendor"),
    ("msp", "Managed service provider"),
    ("si", "Systems integrator"),
    ("distributor", "Distributor"),
    ("reseller", "Reseller"),
    ("agent", "Agent"),
    ("oem", "OEM"),
    ("installer", "Installer"),
    ("dealer", "Dealer"),
    ("retailer", "Retailer"),
)
TIERS = choices(
    ("registered", "Registered"),
    ("silver", "Silver"),
    ("gold", "Gold"),
    ("platinum", "Platinum"),
)
VERTICALS = choices(
    ("automotive", "Automotive"),
    ("consumer_electronics", "Consumer electronics"),
    ("energy", "Energy"),
    ("financial_services", "Financial services"),
    ("food_beverage", "Food and beverage"),
    ("government", "Government"),
    ("healthcare", "Healthcare"),
    ("information_technology", "Information technology"),
    ("manufacturing", "Manufacturing"),
    ("pharmaceutical", "Pharmaceutical"),
    ("retail", "Retail"),
    ("telecommunications", "Telecommunications"),
)
SPECIALISATIONS = choices(
    ("cloud", "Cloud"),
    ("cybersecurity", "Cybersecurity"),
    ("data_analytics", "Data and analytics"),
    ("networking", "Networking"),
    ("collaboration", "Collaboration"),
    ("software_development", "Software development"),
    ("infrastructure", "Infrastructure"),
    ("managed_services", "Managed services"),
)
CERTIFICATIONS = choices(
    ("sales_foundation", "Sales foundation"),
    ("technical_associate", "Technical associate"),
    ("technical_expert", "Technical expert"),
    ("cloud_architect", "Cloud architect"),
    ("security_specialist", "Security specialist"),
)
PARTNER_STAGES = choices(
    ("prospect", "Prospect"),
    ("recruited", "Recruited"),
    ("onboarding", "Onboarding"),
    ("active", "Active"),
    ("top_performer", "Top performer"),
    ("at_risk", "At risk"),
    ("inactive", "Inactive"),
)
ALIGNMENTS = choices(
    ("aligned", "Aligned with us"),
    ("neutral", "Neutral"),
    ("competing", "Sells competing lines"),
)
CUSTOMER_STAGES = choices(
    ("prospect", "Prospect"),
    ("new", "New"),
    ("growing", "Growing"),
    ("mature", "Mature"),
    ("declining", "Declining"),
    ("lost", "Lost"),
)
ADOPTION_LEVELS = choices(
    ("none", "None"),
    ("trial", "Trial"),
    ("partial", "Partial"),
    ("standard", "Standard"),
    ("advanced", "Advanced"),
)
TECHNOLOGIES = choices(
    ("cloud", "Cloud"),
    ("on_premise", "On-premise"),
    ("hybrid", "Hybrid"),
    ("mobile", "Mobile"),
    ("iot", "IoT"),
    ("ai", "AI"),
    ("erp", "ERP"),
    ("crm", "CRM"),
)
NEEDS = choices(
    ("cost_reduction", "Cost reduction"),
    ("security", "Security"),
    ("compliance", "Compliance"),
    ("growth", "Growth"),
    ("modernisation", "Modernisation"),
    ("custom_software", "Custom software"),
    ("support", "Support"),
    ("sustainability", "Sustainability"),
)
DEAL_STAGES = choices(("open", "Open"), ("won", "Won"), ("lost", "Lost"))


def _fields(
    subject: Subject,
    *rows: tuple[str, str, FieldType, str] | tuple[str, str, FieldType, str, tuple[Choice, ...]],
) -> tuple[Field, ...]:
    return tuple(
        Field(
            subject,
            row[0],
            row[1],
            row[2],
            description=row[3],
            choices=row[4] if len(row) == 5 else (),
        )
        for row in rows
    )


_T = FieldType
BUILT_IN: dict[Subject, tuple[Field, ...]] = {
    Subject.PARTNER: (
        *_fields(
            Subject.PARTNER,
            (
                "external_id",
                "External id",
                _T.TEXT,
                "The partner's id in your own systems; unique",
            ),
            ("name", "Name", _T.TEXT, "The company's name"),
            (
                "partner_type",
                "Partner type",
                _T.CHOICE,
                "The business model",
                PARTNER_TYPES,
            ),
            (
                "tier",
                "Tier",
                _T.ORDERED_CHOICE,
                "Standing in the partner programme, lowest first",
                TIERS,
            ),
            ("employees", "Employees", _T.NUMBER, "Head count"),
            (
                "annual_revenue",
                "Annual revenue",
                _T.MONEY,
                "The company's own yearly revenue",
            ),
            ("region", "Region", _T.CHOICE, "Sales region", REGIONS),
            ("country", "Country", _T.TEXT, "Country of the head office"),
            ("city", "City", _T.TEXT, "City of the head office"),
            (
                "verticals",
                "Verticals",
                _T.MULTI_CHOICE,
                "Industries the partner sells into",
                VERTICALS,
            ),
            (
                "specialisations",
                "Specialisations",
                _T.MULTI_CHOICE,
                "Product areas the partner is strong in",
                SPECIALISATIONS,
            ),
            (
                "certifications",
                "Certifications",
                _T.MULTI_CHOICE,
                "Certificates held",
                CERTIFICATIONS,
            ),
            (
                "lifecycle_stage",
                "Lifecycle stage",
                _T.CHOICE,
                "Where the partnership stands",
                PARTNER_STAGES,
            ),
            ("joined_on", "Joined on", _T.DATE, "The day the partnership began"),
        ),
        Field(
            Subject.PARTNER,
            "parent",
            "Parent company",
            _T.TEXT,
            description="External id of the parent partner",
            refers_to="partner",
        ),
        Field(
            Subject.PARTNER,
            "channel_manager",
            "Channel manager",
            _T.TEXT,
            description="E-mail of the responsible channel manager",
            refers_to="user",
        ),
        *_fields(
            Subject.PARTNER,
            (
                "alignment",
                "Competitive alignment",
                _T.CHOICE,
                "Whether the partner also sells competing lines",
                ALIGNMENTS,
            ),
        ),
    ),
    Subject.CUSTOMER: (
        *_fields(
            Subject.CUSTOMER,
            (
                "external_id",
                "External id",
                _T.TEXT,
                "The customer's id in your own systems; unique",
            ),
            ("name", "Name", _T.TEXT, "The company's name"),
            (
                "industry",
                "Industry",
                _T.CHOICE,
                "The industry the customer is in",
                VERTICALS,
            ),
            ("employees", "Employees", _T.NUMBER, "Head count"),
            (
                "annual_revenue",
                "Annual revenue",
                _T.MONEY,
                "The company's own yearly revenue",
            ),
            ("region", "Region", _T.CHOICE, "Sales region", REGIONS),
            ("country", "Country", _T.TEXT, "Country of the head office"),
            ("city", "City", _T.TEXT, "City of the head office"),
            (
                "technologies",
                "Technologies",
                _T.MULTI_CHOICE,
                "Technology in use",
                TECHNOLOGIES,
            ),
            (
                "needs",
                "Needs",
                _T.MULTI_CHOICE,
                "What the customer is looking for",
                NEEDS,
            ),
            (
                "adoption_level",
                "Adoption level",
                _T.ORDERED_CHOICE,
                "How far the product is in use, lowest first",
                ADOPTION_LEVELS,
            ),
            (
                "lifecycle_stage",
                "Lifecycle stage",
                _T.CHOICE,
                "Where the relationship stands",
                CUSTOMER_STAGES,
            ),
            (
                "competitor",
                "Incumbent competitor",
                _T.TEXT,
                "Whose product is in place today",
            ),
        ),
        Field(
            Subject.CUSTOMER,
            "partners",
            "Served by",
            _T.MULTI_CHOICE,
            description="External ids of the partners that serve the customer",
            refers_to="partner",
        ),
    ),
    Subject.DEAL: (
        *_fields(
            Subject.DEAL,
            (
                "external_id",
                "External id",
                _T.TEXT,
                "The deal's id in your own systems; unique",
            ),
            ("name", "Name", _T.TEXT, "What the deal is called"),
        ),
        Field(
            Subject.DEAL,
            "partner",
            "Partner",
            _T.TEXT,
            description="External id of the partner",
            refers_to="partner",
        ),
        Field(
            Subject.DEAL,
            "customer",
            "Customer",
            _T.TEXT,
            description="External id of the customer",
            refers_to="customer",
        ),
        *_fields(
            Subject.DEAL,
            ("stage", "Stage", _T.CHOICE, "Open, won or lost", DEAL_STAGES),
            ("amount", "Amount", _T.MONEY, "Value of the deal"),
            ("currency", "Currency", _T.TEXT, "Three-letter ISO 4217 code"),
            ("product_line", "Product line", _T.TEXT, "What is sold"),
            (
                "registered_on",
                "Registered on",
                _T.DATE,
                "The day the deal was registered",
            ),
            ("closed_on", "Closed on", _T.DATE, "The day the deal was won or lost"),
        ),
    ),
}


def extend(base: Field, added: tuple[Choice, ...]) -> Field:
    """A field with further choices behind its own; those it has already stay where they are."""
    have = {choice.value for choice in base.choices}
    fresh = tuple(choice for choice in added if choice.value not in have)
    if not fresh:
        return base
    return replace(base, choices=base.choices + fresh)
