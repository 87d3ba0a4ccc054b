"""Forms of attributes."""

from __future__ import annotations

from typing import Any

from django import forms

from partners import wording
from partners.models import Attribute
from partners.rows import Invalid
from partners.vocabulary import CHOICE_TYPES, FieldType, Subject
from people.meanwhile import MeanwhileMixin

TYPES = [
    (FieldType.TEXT, "Text"),
    (FieldType.NUMBER, "Number"),
    (FieldType.MONEY, "Money"),
    (FieldType.BOOLEAN, "Yes or no"),
    (FieldType.DATE, "Date"),
    (FieldType.DATETIME, "Date and time"),
    (FieldType.CHOICE, "Choice: one of a list"),
    (FieldType.ORDERED_CHOICE, "Ordered choice: one of a list, lowest first"),
    (FieldType.MULTI_CHOICE, "Multiple choice: several of a list"),
]


class ChoicesField(forms.CharField):
    """A list of choices, one a line: `value` or `value = label`."""

    widget = forms.Textarea(attrs={"rows": 6})

    def clean(self, value: Any) -> list[dict[str, str]]:
        """As attributes keep them."""
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        pairs = [line.partition("=") for line in lines]
        return [{"value": before.strip(), "label": after.strip()} for before, _, after in pairs]


class AttributeForm(MeanwhileMixin, forms.Form):
    """What can be changed later."""

    label = forms.CharField(max_length=200, help_text="As people read it.")
    description = forms.CharField(max_length=500, required=False, help_text="Shown where a rule is built.")
    choices = ChoicesField(
        required=False, help_text="For choices: one a line, lowest first. “emea = Europe” gives a value its own label."
    )
    sensitive = forms.BooleanField(required=False, help_text="Only administrators see its values.")

    def __init__(self, *args: Any, attribute: Attribute | None = None, **kwargs: Any) -> None:
        """`attribute`: the one changed."""
        super().__init__(*args, **kwargs)
        if attribute is None:
            return
        if attribute.type not in CHOICE_TYPES:
            del self.fields["choices"]
        self.initial = {
            "label": attribute.label,
            "description": attribute.description,
            "sensitive": attribute.sensitive,
            "choices": "\n".join(
                c["value"] if c.get("label", c["value"]) == c["value"] else f"{c['value']} = {c['label']}"
                for c in attribute.choices
            ),
        }

    def refuse(self, invalid: Invalid) -> None:
        """Say at its field what could not be kept."""
        for name, reason in invalid.errors.items():
            self.add_error(name if name in self.fields else None, wording.sentence(reason))


class NewAttributeForm(AttributeForm):
    """All of a new attribute."""

    subject = forms.ChoiceField(
        label="Of what?",
        choices=[(Subject.PARTNER, "Partners"), (Subject.CUSTOMER, "Customers"), (Subject.DEAL, "Deals")],
        widget=forms.RadioSelect,
        initial=Subject.PARTNER,
    )
    name = forms.CharField(
        max_length=63,
        help_text="As imports and the API say it: small letters, digits and _. It cannot be changed later.",
    )
    type = forms.ChoiceField(choices=TYPES, help_text="It cannot be changed later.")
    field_order = ("subject", "label", "name", "type", "choices", "description", "sensitive")

    def clean_subject(self) -> Subject:
        """As the vocabulary has it."""
        return Subject(self.cleaned_data["subject"])

    def clean_type(self) -> FieldType:
        """As the vocabulary has it."""
        return FieldType(self.cleaned_data["type"])
