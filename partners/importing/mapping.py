"""Which column is which field: said by the user, else guessed from the header."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partners.facts import NAME, RESERVED, reserved_names
from partners.importing.reading import FileProblem
from partners.vocabulary import Field, FieldKind, Subject

_IDENTIFIES = re.compile(
    r"(^|_)(id|ids|key|code|zip|postal|postcode|phone|telephone|mobile|fax|vat|duns|sku|iban)(_|$)"
)

ALIASES: dict[Subject, dict[str, tuple[str, ...]]] = {
    Subject.PARTNER: {
        "external_id": (
            "partner_id", "partner_number", "partner_no", "partner_code", "partner_external_id", "reseller_id", "account_id",
            "account_number", "company_id", "crm_id", "id",
        ),
        "name": ("partner_name", "company_name", "company", "account_name", "partner", "organisation", "organization"),
        "partner_type": ("type", "business_model", "partner_business_model"),
        "tier": ("partner_tier", "partner_level", "level"),
        "employees": ("number_of_employees", "no_of_employees", "employee_count", "headcount", "head_count"),
        "annual_revenue": ("revenue", "yearly_revenue", "turnover", "annual_turnover"),
        "region": ("sales_region",),
        "country": ("billing_country", "country_name"),
        "city": ("billing_city", "town"),
        "verticals": ("vertical", "industries"),
        "specialisations": ("specialisation", "specializations", "specialization"),
        "certifications": ("certification", "certificates"),
        "lifecycle_stage": ("lifecycle", "life_cycle_stage"),
        "joined_on": ("joined", "join_date", "joined_date", "date_joined", "partner_since", "member_since"),
        "parent": ("parent_id", "parent_partner", "parent_partner_id", "parent_external_id", "parent_account_id"),
        "channel_manager": ("channel_manager_email", "partner_manager", "partner_manager_email"),
        "alignment": ("competitive_alignment",),
    },
    Subject.CUSTOMER: {
        "external_id": (
            "customer_id", "customer_number", "customer_no", "customer_code", "customer_external_id", "client_id",
            "account_id", "account_number", "company_id", "crm_id", "id",
        ),
        "name": ("customer_name", "company_name", "company", "account_name", "client_name", "customer", "organisation"),
        "industry": ("sector", "vertical"),
        "employees": ("number_of_employees", "no_of_employees", "employee_count", "headcount", "head_count"),
        "annual_revenue": ("revenue", "yearly_revenue", "turnover", "annual_turnover"),
        "region": ("sales_region",),
        "country": ("billing_country", "country_name"),
        "city": ("billing_city", "town"),
        "technologies": ("technology", "technology_stack", "tech_stack"),
        "needs": ("need",),
        "adoption_level": ("adoption",),
        "lifecycle_stage": ("lifecycle", "life_cycle_stage"),
        "competitor": ("incumbent", "incumbent_competitor"),
        "partners": ("partner_ids", "partner_id", "partner", "served_by", "reseller_id", "partner_external_id"),
    },
    Subject.DEAL: {
        "external_id": (
            "deal_id", "deal_number", "deal_external_id", "opportunity_id", "opportunity_number", "order_id", "order_number",
            "id",
        ),
        "name": ("deal_name", "opportunity_name", "opportunity", "deal", "title"),
        "partner": ("partner_id", "partner_external_id", "reseller_id", "reseller"),
        "customer": ("customer_id", "customer_external_id", "client_id"),
        "stage": ("deal_stage", "stage_name", "status"),
        "amount": ("deal_amount", "deal_value", "value", "close_value", "total", "order_total"),
        "currency": ("currency_code", "currency_iso_code"),
        "product_line": ("product", "product_family"),
        "registered_on": ("registered", "registered_date", "registration_date", "created_date", "engage_date"),
        "closed_on": ("closed", "close_date", "closed_date", "order_date", "won_on"),
    },
}  # fmt: skip
"""Further headers by which a built-in field is known, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One column: its place in the row, its header, and the field it fills.

    `field` is the name of the field (existing or to be made); empty when the column is left out. `new` marks a field
    that is not in the vocabulary yet.
    """

    index: int
    header: str
    field: str
    new: bool = False


def normalise(header: str) -> str:
    """A header as a name: no case, accents, blanks, punctuation, units in brackets or `__c` endings."""
    text = re.sub(r"[\[(].*?[\])]", " ", header)
    text = re.sub(r"__[cr]$", "", text.strip(), flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    apart = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in apart if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", text).strip("_")


def identifies(header: str) -> bool:
    """Whether a header names ids, codes or phone numbers, which are text even when they are all digits."""
    name = normalise(header)
    return bool(_IDENTIFIES.search(name)) and not name.endswith("_key")


def parse_mapping(text: str) -> dict[str, str]:
    """`Column=field,…` as a dictionary; columns whose name holds a comma stand in double quotes. ValueError if malformed."""
    found: dict[str, str] = {}
    for part in next(csv.reader([text], skipinitialspace=True), []):
        if not part.strip():
            continue
        column, equals, name = part.rpartition("=")
        if not equals or not column.strip():
            raise ValueError(
                f'“{part.strip()}” is no mapping; write Column=field, as in --map "Account ID=external_id,Type=partner_type"'
            )
        found[column.strip()] = name.strip()
    return found


def suggest(
    subject: Subject, header: Sequence[str], vocabulary: Mapping[str, Field], said: Mapping[str, str] | None = None
) -> list[Mapped]:
    """The field of every column that has a name: as said, else guessed. FileProblem when that cannot be."""
    fields = {name: field for name, field in vocabulary.items() if field.kind is not FieldKind.COMPUTED}
    chosen = _said(subject, header, vocabulary, said or {})
    taken = {name for name in chosen.values() if name}
    if len(taken) < sum(1 for name in chosen.values() if name):
        twice = next(name for name in taken if list(chosen.values()).count(name) > 1)
        raise FileProblem(f"Two columns are mapped to {twice}; map only one of them.")
    normal = [normalise(cell) for cell in header]
    free = [i for i, cell in enumerate(header) if cell and i not in chosen]
    labels = {normalise(field.label): name for name, field in fields.items()}
    for name in fields:  # the field's own name first, then its label, then the aliases, likeliest first
        if name in taken:
            continue
        spellings = (name, *(label for label, of in labels.items() if of == name), *ALIASES[subject].get(name, ()))
        for spelling in spellings:
            if spelling in fields and spelling != name:
                continue  # another field's own name
            at = next((i for i in free if normal[i] == spelling), None)
            if at is not None:
                chosen[at] = name
                taken.add(name)
                free.remove(at)
                break
    for i in free:
        chosen[i] = _fresh(subject, normal[i], taken)
        taken.add(chosen[i])
    return [Mapped(i, header[i], name, bool(name) and name not in vocabulary) for i, name in sorted(chosen.items())]


def numbered(header: str, index: int) -> str:
    """What a column may be called in a mapping where others have the same name: "Phone (column 3)"."""
    return f"{header} (column {index + 1})"


def _said(
    subject: Subject, header: Sequence[str], vocabulary: Mapping[str, Field], said: Mapping[str, str]
) -> dict[int, str]:
    chosen: dict[int, str] = {}
    for column, name in said.items():
        exact = [i for i, cell in enumerate(header) if column in (cell, numbered(cell, i))]
        places = exact or [i for i, cell in enumerate(header) if cell and normalise(cell) == normalise(column)]
        if not places:
            raise FileProblem(
                f"There is no column “{column}” to map. The header has: {', '.join(filter(None, header))}."
            )
        if len(places) > 1:
            raise FileProblem(
                f"The header names “{column}” more than once (columns {', '.join(str(i + 1) for i in places)}); rename one, "
                f"or say which: “{numbered(column, places[0])}”."
            )
        field = vocabulary.get(name)
        if field is not None and field.kind is FieldKind.COMPUTED:
            raise FileProblem(
                f"{name} is worked out from other records and cannot be imported; map “{column}” to another field."
            )
        if name and field is None and (not NAME.fullmatch(name) or name in RESERVED):
            raise FileProblem(
                f"“{name}” is no field of a {subject} and cannot be made one: names are small letters, digits and _."
            )
        chosen[places[0]] = name
    return chosen


def _fresh(subject: Subject, normal: str, taken: set[str]) -> str:
    """A name for the custom attribute that an unknown column becomes: the same one each time the file comes."""
    name = normal[:55].strip("_")
    if not name or not name[0].isalpha():
        name = f"field_{name}".rstrip("_")
    if name in reserved_names(subject):
        name = f"imported_{name}"
    fresh, number = name, 2
    while fresh in taken:
        fresh, number = f"{name}_{number}", number + 1
    return fresh
