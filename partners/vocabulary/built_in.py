"""The fields that are columns of their tables. Pure values."""

from __future__ import annotations

from partners.vocabulary.lists import (
    ADOPTION_LEVELS,
    ALIGNMENTS,
    CERTIFICATIONS,
    CUSTOMER_STAGES,
    DEAL_STAGES,
    NEEDS,
    PARTNER_STAGES,
    PARTNER_TYPES,
    REGIONS,
    SPECIALISATIONS,
    TECHNOLOGIES,
    TIERS,
    VERTICALS,
)
from partners.vocabulary.types import Choice, Field, FieldType, Subject


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
