"""Which facts stand together on a record's page, and which are shown large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.urls import reverse

from partners.models import Origin
from partners.profile import Said
from partners.vocabulary import FieldKind, Subject
from people import roles
from people.roles import Viewer

Groups = Sequence[tuple[str, Sequence[str]]]

PARTNER_GROUPS: Groups = [
    ("Company", ["partner_type", "employees", "annual_revenue", "region", "country", "city", "parent"]),
    ("Partnership", ["tier", "lifecycle_stage", "joined_on", "channel_manager", "alignment"]),
    ("What they do", ["verticals", "specialisations", "certifications"]),
]
PARTNER_STATS = ["won_revenue_12m", "revenue_growth", "deals_open", "win_rate"]
CUSTOMER_GROUPS: Groups = [
    ("Company", ["industry", "employees", "annual_revenue", "region", "country", "city"]),
    ("Relationship", ["lifecycle_stage", "adoption_level", "competitor"]),
    ("What they need", ["technologies", "needs"]),
]
CUSTOMER_STATS = ["won_revenue_12m", "deals_open", "deals_won", "partners_count"]
DEAL_GROUPS: Groups = [
    ("Deal", ["stage", "amount", "currency", "product_line"]),
    ("Between", ["partner", "customer"]),
    ("Dates", ["registered_on", "closed_on"]),
]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact on the page."""

    said: Said
    is_hidden: bool
    """Sensitive, and the viewer is no administrator: that it is set is shown, its value is not."""
    reveal: str = ""
    """The address that tells a sensitive value to an administrator, who sees a mask until they ask."""

    @property
    def words(self) -> str:
        """The value as it reads best here; "" where missing."""
        return self.said.words


@dataclass(frozen=True, slots=True)
class Group:
    """Facts under one title."""

    title: str
    lines: list[Line]

    @property
    def origin(self) -> Origin | None:
        """Where all that is known here comes from, when it is one place: it is named once beneath the group."""
        known = [line.said.origin for line in self.lines if line.words]
        return known[0] if len(known) > 1 and known[0] and all(each == known[0] for each in known) else None


@dataclass(frozen=True, slots=True)
class Stat:
    """A fact shown large."""

    label: str
    value: str


def grouped(said: Mapping[str, Said], groups: Groups, *, viewer: Viewer, page: tuple[Subject, str]) -> list[Group]:
    """The facts in their groups, of the record named by `page`; custom attributes and computed facts follow in their own."""
    custom = [name for name, fact in said.items() if fact.field.kind is FieldKind.CUSTOM]
    computed = [name for name, fact in said.items() if fact.field.kind is FieldKind.COMPUTED]
    every = [*groups, ("Your own attributes", custom), ("Worked out from deals and activity", computed)]
    return [Group(title, [line(said[name], viewer, page) for name in names]) for title, names in every if names]


def line(said: Said, viewer: Viewer, page: tuple[Subject, str]) -> Line:
    """One fact as the viewer may see it."""
    if not said.field.sensitive:
        return Line(said, is_hidden=False)
    if not roles.may_administer(viewer):
        return Line(said, is_hidden=True)
    return Line(said, is_hidden=False, reveal=reverse("console_reveal", args=[*page, said.field.name]))


def stats(said: Mapping[str, Said], names: Sequence[str]) -> list[Stat]:
    """The facts shown large; a dash where one is missing."""
    return [Stat(said[name].field.label, shown_large(said[name])) for name in names]


def shown_large(said: Said) -> str:
    """Without decimals, ratios as per cent."""
    if said.value is None:
        return "–"
    if said.field.is_share:
        return f"{said.value * 100:,.0f} %"
    return f"{said.value:,.0f}"


def form_groups(form: forms.Form, groups: Groups) -> list[tuple[str, list[forms.BoundField]]]:
    """A form's fields in the groups of the page: what names the record first, what is in no group last."""
    placed = [name for _, names in groups for name in names]
    named = [name for name in ("external_id", "name") if name in form.fields]
    others = [name for name in form.fields if name not in {*placed, *named}]
    every = [("Name", named), *groups, ("More", others)]
    found = [(title, [form[name] for name in names if name in form.fields]) for title, names in every]
    return [(title, fields) for title, fields in found if fields]
