"""Custom attributes, and choices added to built-in fields: made, changed and put away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from partners.facts import NAME, reserved_names
from partners.models import Attribute
from partners.rows import Invalid, clean, fold
from partners.rows.values import check_choice
from partners.vocabulary import BUILT_IN, CHOICE_TYPES, Choice, FieldType, Subject


@transaction.atomic
def create_attribute(
    *,
    subject: Subject,
    name: str,
    label: str = "",
    type: FieldType,  # noqa: A002 — the word of the interface
    choices: Iterable[Choice | dict[str, str] | str] = (),
    sensitive: bool = False,
    description: str = "",
) -> Attribute:
    """A new custom attribute; one of that name and type that was archived comes back. `Invalid` says what is wrong."""
    errors: dict[str, str] = {}
    subject, name, label = Subject(subject), name.strip(), clean(label)
    if not NAME.fullmatch(name):
        errors["name"] = "must be small letters, digits and _, beginning with a letter, at most 63"
    elif name in reserved_names(subject):
        errors["name"] = f"“{name}” has a meaning already; choose another name"
    if len(label) > 200:
        errors["label"] = "has more than 200 characters"
    if len(description) > 500:
        errors["description"] = "has more than 500 characters"
    listed = _listed(choices, errors)
    if listed and type not in CHOICE_TYPES:
        errors["choices"] = f"only choice types have choices, and {type} is none"
    before = Attribute.objects.select_for_update().filter(subject=subject, name=name).first()
    if before is not None and before.archived_at is None:
        errors["name"] = f"a {subject} has an attribute “{name}” already"
    elif before is not None and before.type != type:
        errors["name"] = f"“{name}” is an archived attribute of type {before.type}; choose another name or that type"
    if errors:
        raise Invalid(errors)
    attribute = before or Attribute(subject=subject, name=name, type=type)
    attribute.label = label or name.replace("_", " ").capitalize()
    attribute.choices = _merged(attribute.choices, listed)
    attribute.sensitive, attribute.description, attribute.archived_at = sensitive, description, None
    attribute.save()
    return attribute


@transaction.atomic
def change_attribute(
    *,
    attribute: Attribute,
    label: str | None = None,
    choices: Iterable[Choice | dict[str, str] | str] | None = None,
    sensitive: bool | None = None,
    description: str | None = None,
) -> Attribute:
    """Change what is given. The type stays: values are kept by it. `choices` is the whole list in its order."""
    errors: dict[str, str] = {}
    attribute = Attribute.objects.select_for_update().get(pk=attribute.pk)
    if label is not None:
        attribute.label = clean(label)
        if not attribute.label or len(attribute.label) > 200:
            errors["label"] = "must have 1 to 200 characters"
    if choices is not None:
        attribute.choices = _listed(choices, errors)
        if attribute.choices and attribute.type not in CHOICE_TYPES:
            errors["choices"] = f"only choice types have choices, and {attribute.type} is none"
    if description is not None:
        attribute.description = description
        if len(description) > 500:
            errors["description"] = "has more than 500 characters"
    if sensitive is not None:
        attribute.sensitive = sensitive
    if errors:
        raise Invalid(errors)
    attribute.save(update_fields=["label", "choices", "description", "sensitive"])
    return attribute


@transaction.atomic
def archive_attribute(*, attribute: Attribute, used_by: Sequence[str] = ()) -> Attribute:
    """Put an attribute away: its values stay, but nothing can name it. `Invalid` lists what still uses it."""
    if used_by:
        raise Invalid({"name": f"is still used by {', '.join(used_by)}; change these first"})
    attribute.archived_at = timezone.now()
    attribute.save(update_fields=["archived_at"])
    return attribute


@transaction.atomic
def add_choices(*, subject: Subject, field: str, values: Iterable[Choice | dict[str, str] | str]) -> None:
    """Put further choices behind those that a built-in or custom choice field has; known ones are left as they are."""
    fresh = _listed(values, {})
    if not fresh:
        return
    built_in = next((f for f in BUILT_IN[subject] if f.name == field), None)
    if built_in is not None:
        Attribute.objects.get_or_create(
            subject=subject,
            name=field,
            defaults={"label": built_in.label, "type": built_in.type, "built_in": True},
        )
    attribute = Attribute.objects.select_for_update().get(subject=subject, name=field)
    attribute.choices = _merged(attribute.choices, fresh)
    attribute.save(update_fields=["choices"])


def _listed(choices: Iterable[Choice | dict[str, str] | str], errors: dict[str, str]) -> list[dict[str, str]]:
    """Choices as they are kept; a value twice (in whatever case) is an error."""
    listed: list[dict[str, str]] = []
    known: set[str] = set()
    for choice in choices:
        value, label = _pair(choice)
        try:
            check_choice(value)
            if not value:
                raise ValueError("is empty")
            if fold(value) in known:
                raise ValueError("is there twice")
        except ValueError as error:
            errors["choices"] = f"“{value[:60]}” {error}"
        known.add(fold(value))
        listed.append({"value": value, "label": label or value})
    return listed


def _pair(choice: Choice | dict[str, Any] | str) -> tuple[str, str]:
    match choice:
        case Choice():
            return clean(choice.value), clean(choice.label)
        case dict():
            return clean(str(choice.get("value", ""))), clean(str(choice.get("label", "")))
        case _:
            return clean(str(choice)), ""


def _merged(have: list[dict[str, str]], more: list[dict[str, str]]) -> list[dict[str, str]]:
    known = {fold(choice["value"]) for choice in have}
    return [*have, *(choice for choice in more if fold(choice["value"]) not in known)]
