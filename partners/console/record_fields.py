"""Fields of the form of a record that Django has not: shares in per cent, and partners that are looked up while typing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from partners.console.finding import called
from partners.models import Partner
from partners.percent import from_percent, to_percent
from people.roles import Viewer

ID_SEPARATORS = re.compile(r"[\s,;]+")
PLACES = 6
"""Decimals that a number keeps: a share has two fewer of them in per cent."""


class PercentField(forms.DecimalField):
    """A share, kept as a fraction, shown and typed in per cent: `20 %`, `20%` or `20` is 0.2."""

    def __init__(self, **kwargs: Any) -> None:
        """As of a number of text input: the sign belongs to it."""
        super().__init__(max_digits=18, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A fraction as it is shown; what was typed stays as it was."""
        return f"{to_percent(f'{value:f}')} %" if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        """The fraction of what was typed, or of a fraction itself."""
        fraction = super().to_python(from_percent(value.strip()) if isinstance(value, str) else value)
        if fraction is not None and fraction != round(fraction, PLACES):
            raise ValidationError(f"Give it with at most {PLACES - 2} decimals.", code="places")
        return fraction


@dataclass(frozen=True, slots=True)
class Picked:
    """Whom somebody means by what was ticked and typed."""

    partners: list[Partner]
    typed: str
    """What names nobody, or several."""
    problem: str


def pick(viewer: Viewer, said: list[str]) -> Picked:
    """The visible partners named: each word by its id, or a few ids set apart by commas, or one name. A query, and one a name."""
    said = [word for each in said if (word := each.replace("\x00", "").strip())]
    every = {*said, *(part for each in said for part in ID_SEPARATORS.split(each))}
    by_id = {each.external_id: each for each in Partner.objects.visible_to(viewer).filter(external_id__in=every)}
    found: dict[str, Partner] = {}
    typed, problems = [], []
    for words in said:
        parts = [words] if words in by_id else [part for part in ID_SEPARATORS.split(words) if part]
        unknown = [part for part in parts if part not in by_id]
        named = called(viewer, words) if unknown else [by_id[part] for part in parts]
        if unknown and len(named) != 1:
            typed.append(words)
            problems.append(_problem(words, unknown, named))
            continue
        found |= {each.external_id: each for each in named}
    return Picked(sorted(found.values(), key=lambda each: each.name), ", ".join(typed), " ".join(problems))


def _problem(words: str, unknown: list[str], named: list[Partner]) -> str:
    if named:
        return f"Several partners are called {words}. Give the id: {', '.join(each.external_id for each in named)}."
    return f"There is no partner with the id {', '.join(unknown)}, or of that name."


def picker(viewer: Viewer, said: list[str]) -> dict[str, Any]:
    """What the part of the page that picks partners shows."""
    return {"picked": pick(viewer, said), "name": "partners"}


class PartnersPicker(forms.CheckboxSelectMultiple):
    """Those chosen, each with a tick that can be taken away, and an input that adds one. Works without script."""

    def __init__(self, viewer: Viewer) -> None:
        """`viewer`: whose partners can be chosen."""
        super().__init__()
        self.viewer = viewer

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """What was ticked and typed, blanks left out."""
        said = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return [each for each in ([said] if isinstance(said, str) else said) if each.strip()]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The part of the page."""
        return SafeString(render_to_string("console/records/partners.html", picker(self.viewer, value or [])))


class PartnersField(forms.Field):
    """External ids of partners that the viewer may see."""

    widget: PartnersPicker

    def __init__(self, *, viewer: Viewer, **kwargs: Any) -> None:
        """`viewer`: whose partners can be chosen."""
        super().__init__(widget=PartnersPicker(viewer), **kwargs)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether others are named than there were."""
        return set(data or []) != set(initial or [])

    def clean(self, value: Any) -> list[str]:
        """Their ids."""
        picked = pick(self.widget.viewer, value or [])
        if picked.problem:
            raise ValidationError(picked.problem, code="unknown")
        return [each.external_id for each in picked.partners]
