"""The words a rule, an import and the API can say about a partner, a customer or a deal. Pure values.

A field is built in (a column of its table), custom (an administrator's attribute) or computed (a fact worked out from
deals, activity and the like as of an instant). All three look the same from outside.
"""

from partners.vocabulary.built_in import BUILT_IN
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
from partners.vocabulary.types import (
    CHOICE_TYPES,
    MONEY_PLACES,
    NUMBER_PLACES,
    Choice,
    Field,
    FieldKind,
    FieldType,
    Subject,
    Vocabulary,
    choices,
    extend,
)

__all__ = [
    "ADOPTION_LEVELS",
    "ALIGNMENTS",
    "BUILT_IN",
    "CERTIFICATIONS",
    "CHOICE_TYPES",
    "CUSTOMER_STAGES",
    "DEAL_STAGES",
    "MONEY_PLACES",
    "NEEDS",
    "NUMBER_PLACES",
    "PARTNER_STAGES",
    "PARTNER_TYPES",
    "REGIONS",
    "SPECIALISATIONS",
    "TECHNOLOGIES",
    "TIERS",
    "VERTICALS",
    "Choice",
    "Field",
    "FieldKind",
    "FieldType",
    "Subject",
    "Vocabulary",
    "choices",
    "extend",
]
