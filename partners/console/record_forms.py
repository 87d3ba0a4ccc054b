"""The form of a record: its fields are those of the vocabulary, custom attributes included."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from partners import wording
from partners.console.finding import called
from partners.console.record_fields import PLACES, PartnersField, PercentField
from partners.models import Origin, Partner
from partners.profile import value_of
from partners.records import AnyRecord, change_record, create_record
from partners.rows import Invalid
from partners.vocabulary import Field, FieldKind, FieldType, Subject, Vocabulary
from people import roles
from people.meanwhile import MeanwhileMixin
from people.models import User

UNSET = ("", "Not set")


class RecordForm(MeanwhileMixin, forms.Form):
    """Makes a record, or changes one. Only what was changed is sent on, so two people's edits do not undo each other."""

    def __init__(
        self,
        *args: Any,
        subject: Subject,
        vocabulary: Vocabulary,
        viewer: User,
        record: AnyRecord | None = None,
        **kwargs: Any,
    ) -> None:
        """`record`: what is changed; None makes a new one. `viewer`: whose scope and rights hold."""
        super().__init__(*args, **kwargs)
        self.subject, self.viewer, self.record = subject, viewer, record
        for field in vocabulary.values():
            if not self._is_offered(field):
                continue
            present = value_of(record, field) if record is not None else None
            self.fields[field.name] = form_field(field, viewer, present)
            self.initial.setdefault(field.name, self._initial(field, present))

    def _is_offered(self, field: Field) -> bool:
        if field.kind is FieldKind.COMPUTED or (field.name == "external_id" and self.record is not None):
            return False
        return not field.sensitive or roles.may_administer(self.viewer)

    def _initial(self, field: Field, present: Any) -> Any:
        """The present value as the form's field takes it. Of other records only those the viewer may see."""
        if field.name == "partners" and present is not None:
            return self._visible_ids([partner.pk for partner in present])
        if field.refers_to == "user":
            return present.email if present else ""
        if field.refers_to:
            return present.external_id if present else ""
        if isinstance(present, Decimal):
            return _short(present) if field.is_share or present != present.to_integral_value() else int(present)
        return present

    def _visible_ids(self, pks: list[int]) -> list[str]:
        visible = Partner.objects.visible_to(self.viewer).filter(pk__in=pks)
        return list(visible.order_by("external_id").values_list("external_id", flat=True))

    def clean_region(self) -> str:
        """Somebody limited to regions keeps records within them."""
        region = cast(str, self.cleaned_data["region"])
        if self.viewer.regions and region not in self.viewer.regions:
            raise ValidationError(f"You look after {', '.join(self.viewer.regions)}. Choose one of these.")
        return region

    def clean_parent(self) -> str:
        """A parent is a partner the viewer may see, by id or by name."""
        words = cast(str, self.cleaned_data["parent"])
        found = called(self.viewer, words)
        if len(found) > 1:
            ids = ", ".join(each.external_id for each in found)
            raise ValidationError(f"Several partners are called {words}. Give the id: {ids}.")
        if words and not found:
            raise ValidationError(f"There is no partner with the id {words}, or of that name.")
        return found[0].external_id if found else ""

    def clean_partners(self) -> list[str]:
        """The ids of partners the viewer may see, and those already there that the viewer may not."""
        return sorted({*self.cleaned_data["partners"], *self._unseen_partners()})

    def _unseen_partners(self) -> set[str]:
        if self.record is None:
            return set()
        every = cast(Any, self.record).partners.filter(deleted_at=None)
        seen = Partner.objects.visible_to(self.viewer).values("pk")
        return set(every.exclude(pk__in=seen).values_list("external_id", flat=True))

    def save(self) -> AnyRecord | None:
        """The record as it is now; None when something could not be kept, which the form then says."""
        values = {name: self.cleaned_data[name] for name in self.changed_data}
        origin = Origin(kind=Origin.Kind.FORM, label=str(self.viewer), user=self.viewer)
        try:
            if self.record is None:
                return create_record(subject=self.subject, values=values, origin=origin)
            return change_record(record=self.record, values=values, origin=origin)
        except Invalid as invalid:
            for name, reason in invalid.errors.items():
                self.add_error(name if name in self.fields else None, wording.sentence(reason))
            return None


def _short(number: Decimal) -> Decimal:
    """Without the noughts behind its last decimal."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def form_field(field: Field, viewer: User, present: Any = None) -> forms.Field:
    """The form's field for a field of the vocabulary. A present value that is no choice (any more) can be kept."""
    known: dict[str, Any] = {
        "label": field.label,
        "help_text": field.description,
        "required": field.kind is FieldKind.BUILT_IN and field.name in {"external_id", "name"},
    }
    if field.refers_to == "user":
        staff = User.objects.filter(role__in=roles.VENDOR, is_active=True).order_by("name", "email")
        people = [(person.email, str(person)) for person in staff]
        if present is not None and present.email not in dict(people):
            people.append((present.email, str(present)))
        return forms.ChoiceField(choices=[UNSET, *people], **{**known, "help_text": ""})
    if field.name == "parent":
        now = f" At present: {present}." if present else ""
        return forms.CharField(widget=_finder(), **{**known, "help_text": f"Its id or its name.{now}"})
    if field.name == "partners":
        about = "Untick one to take it away. Several ids can be added at once, set apart by commas."
        return PartnersField(viewer=viewer, **{**known, "help_text": about})
    return _by_type(field, present, known)


def _by_type(field: Field, present: Any, known: dict[str, Any]) -> forms.Field:
    options = [(choice.value, choice.label) for choice in field.choices]
    match field.type:
        case FieldType.NUMBER if field.is_share:
            return PercentField(**known)
        case FieldType.NUMBER:
            return forms.DecimalField(max_digits=18, decimal_places=PLACES, widget=_number(), **known)
        case FieldType.MONEY:
            return forms.DecimalField(max_digits=18, decimal_places=2, widget=_number(), **known)
        case FieldType.BOOLEAN:
            return forms.TypedChoiceField(
                choices=[UNSET, ("True", "Yes"), ("False", "No")],
                coerce=lambda word: word == "True",
                empty_value=None,
                **known,
            )
        case FieldType.DATE:
            return forms.DateField(widget=_day(), **known)
        case FieldType.DATETIME:
            return forms.DateTimeField(widget=_instant(), **known)
        case FieldType.MULTI_CHOICE:
            options += [(value, value) for value in present or [] if value not in dict(options)]
            return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **known)
        case FieldType.CHOICE | FieldType.ORDERED_CHOICE:
            options += [(present, present)] if present and present not in dict(options) else []
            return forms.ChoiceField(choices=[UNSET, *options], **known)
        case _:
            return forms.CharField(**known)


def _finder() -> forms.TextInput:
    """Offers the partners that begin with what is typed, in the page's list of them."""
    attrs = {"list": "found", "autocomplete": "off", "hx-get": reverse("console_find_partners"), "hx-target": "#found"}
    return forms.TextInput(attrs=attrs | {"hx-trigger": "input changed delay:250ms"})


def _number() -> forms.NumberInput:
    return forms.NumberInput(attrs={"step": "any"})


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _instant() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S")
