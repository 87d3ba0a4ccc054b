"""Forms about people that need to know regions or companies."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from people import roles
from people.meanwhile import MeanwhileMixin
from people.models import User


class PersonForm(MeanwhileMixin, forms.ModelForm):
    """A person's name, role, regions, and whether they may come in. Nobody can shut themselves out."""

    regions = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: every region.",
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["name", "role", "regions", "is_active"]
        labels: ClassVar[dict[str, str]] = {"is_active": "May sign in"}

    def __init__(self, *args: Any, regions: list[tuple[str, str]], is_self: bool, **kwargs: Any) -> None:
        """`regions`: what may be chosen. `is_self`: the person is the one who edits."""
        super().__init__(*args, **kwargs)
        self.is_self = is_self
        # A person stays on their side of the fence: colleagues have vendor roles, a partner's people partner roles.
        side = roles.PARTNER if self.instance.role in roles.PARTNER else roles.VENDOR
        self.fields["role"].choices = [(role, label) for role, label in roles.LABELS.items() if role in side]  # type: ignore[attr-defined]
        self.fields["regions"].choices = regions  # type: ignore[attr-defined]
        if side == roles.PARTNER:
            del self.fields["regions"]

    def clean(self) -> dict[str, Any]:
        """Refuse to lock oneself out."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.is_self and (cleaned.get("role") != roles.ADMINISTRATOR or not cleaned.get("is_active")):
            raise ValidationError("You cannot take administration or sign-in from yourself. Ask another administrator.")
        return cleaned


class TeamInvitationForm(forms.Form):
    """Who is invited into a partner's team, as what."""

    email = forms.EmailField(label="E-mail")
    name = forms.CharField(max_length=200, required=False)
    role = forms.ChoiceField(
        choices=[(role, roles.LABELS[role]) for role in (roles.PARTNER_MEMBER, roles.PARTNER_ADMIN)]
    )
