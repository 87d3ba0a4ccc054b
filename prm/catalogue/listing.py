"""Every template there is, by slug. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from prm.catalogue import across_customers, across_partners, methods
from prm.catalogue.industries import (
    automotive,
    consumer_electronics,
    energy,
    financial_services,
    food_beverage,
    healthcare,
    information_technology,
    pharmaceutical,
    retail,
    telecommunications,
)
from prm.catalogue.shapes import Template, WantedChoices, WantedField

INDUSTRIES = {
    "automotive": automotive.TEMPLATES,
    "consumer_electronics": consumer_electronics.TEMPLATES,
    "energy": energy.TEMPLATES,
    "financial_services": financial_services.TEMPLATES,
    "food_beverage": food_beverage.TEMPLATES,
    "healthcare": healthcare.TEMPLATES,
    "information_technology": information_technology.TEMPLATES,
    "pharmaceutical": pharmaceutical.TEMPLATES,
    "retail": retail.TEMPLATES,
    "telecommunications": telecommunications.TEMPLATES,
}
GENERAL: tuple[Template, ...] = (*across_customers.TEMPLATES, *across_partners.TEMPLATES, *methods.TEMPLATES)
CATALOGUE: dict[str, Template] = {
    template.slug: template for templates in (*INDUSTRIES.values(), GENERAL) for template in templates
}


def templates(industry: str = "") -> tuple[Template, ...]:
    """Those of an industry followed by those that fit every one; all there are when none is named."""
    return (*INDUSTRIES[industry], *GENERAL) if industry else tuple(CATALOGUE.values())


def fields(chosen: Iterable[Template]) -> list[WantedField]:
    """The custom attributes these templates speak of, each once."""
    return list({(field.subject, field.name): field for template in chosen for field in template.fields}.values())


def choices(chosen: Iterable[Template]) -> list[WantedChoices]:
    """The further choices these templates speak of."""
    return [wanted for template in chosen for wanted in template.choices]
