"""Short ways to write templates down. Pure."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from partners.vocabulary import Choice, FieldType, Subject
from prm.catalogue.shapes import Template, View, WantedChoices, WantedField, WantedSegment, WantedSet
from programs.drafts import ContentDraft, CourseDraft, IncentiveDraft, ProgramDraft
from programs.targeting import Targeting
from segments.rules.writing import EVERYONE, Rule, leaf


def partners(slug: str, name: str, rule: Rule, *, about: str, objective: str, **profile: str) -> WantedSegment:
    """A segment of partners; `profile`: kpi, target, needs, offer, support."""
    return WantedSegment(slug, name, Subject.PARTNER, rule, about, objective, **profile)  # type: ignore[arg-type]


def hidden(slug: str, name: str, rule: Rule, *, about: str, objective: str, **profile: str) -> WantedSegment:
    """A segment of partners that they are not told of."""
    return WantedSegment(
        slug,
        name,
        Subject.PARTNER,
        rule,
        about,
        objective,
        partner_visible=False,
        **profile,
    )


def customers(slug: str, name: str, rule: Rule, *, about: str, objective: str, **profile: str) -> WantedSegment:
    """A segment of customers; `profile`: kpi, target, needs, offer, support."""
    return WantedSegment(slug, name, Subject.CUSTOMER, rule, about, objective, **profile)  # type: ignore[arg-type]


def by_type(
    industry: str, *, name: str, about: str, values: tuple[str, ...], types: tuple[WantedSegment, ...]
) -> Template:
    """Partners divided by their type, in one exclusive set with everyone else; `values`: partner types spoken of."""
    slug = f"{industry}-partners-by-type".replace("_", "-")
    rest = hidden(
        f"{slug}-others",
        "Other kinds of partners",
        EVERYONE,
        about="Whoever is none of the kinds above. Should it grow, a kind is missing.",
        objective="Look at them once a quarter: a kind of its own, or a wrong entry?",
    )
    return Template(
        slug,
        name,
        View.TYPE,
        about,
        (*types, rest),
        industry=industry,
        sets=(WantedSet(slug, name, Subject.PARTNER, True, tuple(part.slug for part in types), rest.slug, about),),
        choices=(words(Subject.PARTNER, "partner_type", *values),),
    )


def of_type(
    slug: str, name: str, values: tuple[str, ...], *, about: str, objective: str, **profile: str
) -> WantedSegment:
    """Partners of these types."""
    return partners(slug, name, leaf("partner_type", "in", list(values)), about=about, objective=objective, **profile)


def by_need(industry: str, *, name: str, about: str, segments: tuple[WantedSegment, ...], **parts: Any) -> Template:
    """Customers divided by what they look for; somebody may look for several things. `parts`: fields, choices, …"""
    slug = f"{industry}-customers-by-need".replace("_", "-")
    return Template(slug, name, View.CUSTOMERS, about, segments, industry=industry, **parts)


def by_criterion(
    industry: str, *, name: str, about: str, segments: tuple[WantedSegment, ...], **parts: Any
) -> Template:
    """Partners divided by what they are strong in, and what each gets. `parts`: programs, fields, choices, …"""
    slug = f"{industry}-partners-by-criterion".replace("_", "-")
    return Template(slug, name, View.CRITERION, about, segments, industry=industry, **parts)


def needs(*values: str) -> Rule:
    """Customers who look for any of these."""
    return leaf("needs", "containsAny", list(values))


def skilled(*values: str) -> Rule:
    """Partners who are strong in any of these."""
    return leaf("specialisations", "containsAny", list(values))


WORKING = leaf("lifecycle_stage", "notIn", ["prospect", "inactive"])
"""Partners one works with: signed, and not gone."""


def words(subject: Subject, field: str, *values: str) -> WantedChoices:
    """Choices by their values; labels follow from them."""
    return WantedChoices(subject, field, choices(*values))


def choices(*values: str) -> tuple[Choice, ...]:
    """Choices by their values; labels follow from them."""
    return tuple(Choice(value, value.replace("_", " ").capitalize()) for value in values)


def field(
    subject: Subject, name: str, label: str, kind: FieldType, about: str, *values: str, sensitive: bool = False
) -> WantedField:
    """A custom attribute; `values` are its choices, where it has any."""
    return WantedField(subject, name, label, kind, about, choices(*values), sensitive)


TEXTS = Path(__file__).parent / "texts"


def text(slug: str) -> str:
    """The words of a programme (Markdown)."""
    return (TEXTS / f"{slug}.md").read_text(encoding="utf-8").strip()


def page(slug: str, name: str, summary: str, *, to: str | tuple[str, ...]) -> ProgramDraft:
    """Something to read, for the members of any of these segments."""
    return ProgramDraft(slug, name, ContentDraft(body=text(slug)), summary, Targeting(any=_tuple(to)))


def play(slug: str, name: str, summary: str, *, customers: str | tuple[str, ...]) -> ProgramDraft:
    """How to sell to the customers of these segments, for every partner that serves them."""
    detail = ContentDraft(body=text(slug), form="play", customer_segments=_tuple(customers))
    return ProgramDraft(slug, name, detail, summary)


def course(
    slug: str, name: str, summary: str, *, to: str | tuple[str, ...], minutes: int = 60, certificate: bool = True
) -> ProgramDraft:
    """Lessons, one for each main heading of its text, for the members of any of these segments."""
    chapters = [chapter.partition("\n") for chapter in f"\n{text(slug)}".split("\n# ")[1:]]
    lessons = tuple({"title": title.strip(), "body": body.strip()} for title, _, body in chapters)
    detail = CourseDraft(
        lessons, minutes=minutes, gives_certificate=certificate, certificate_months=24 if certificate else None
    )
    return ProgramDraft(slug, name, detail, summary, Targeting(any=_tuple(to)))


def rebate(slug: str, name: str, summary: str, per_cent: str, terms: str, *, to: str | tuple[str, ...]) -> ProgramDraft:
    """A share of what is won."""
    return _incentive(slug, name, summary, IncentiveDraft("rebate", rate=Decimal(per_cent), terms=terms), to)


def discount(
    slug: str, name: str, summary: str, per_cent: str, terms: str, *, to: str | tuple[str, ...]
) -> ProgramDraft:
    """A share off the list price."""
    return _incentive(slug, name, summary, IncentiveDraft("discount", rate=Decimal(per_cent), terms=terms), to)


def reward(slug: str, name: str, summary: str, amount: int, terms: str, *, to: str | tuple[str, ...]) -> ProgramDraft:
    """A sum for whoever sells."""
    return _incentive(slug, name, summary, IncentiveDraft("spiff", amount=Decimal(amount), terms=terms), to)


def funds(slug: str, name: str, summary: str, amount: int, terms: str, *, to: str | tuple[str, ...]) -> ProgramDraft:
    """Money for joint campaigns, claimed with a proof."""
    detail = IncentiveDraft("mdf", amount=Decimal(amount), budget=Decimal(amount * 40), terms=terms, asks_first=True)
    return _incentive(slug, name, summary, detail, to)


def _incentive(slug: str, name: str, summary: str, detail: IncentiveDraft, to: str | tuple[str, ...]) -> ProgramDraft:
    return ProgramDraft(slug, name, detail, summary, Targeting(any=_tuple(to)))


def _tuple(slugs: str | tuple[str, ...]) -> tuple[str, ...]:
    return (slugs,) if isinstance(slugs, str) else slugs
