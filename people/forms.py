"""Forms about people: an invitation, and its acceptance."""

from __future__ import annotations

from django import forms

from people import roles
from people.models import User


class InvitationForm(forms.Form):
    """Who is invited to the vendor's side, as what."""

    email = forms.EmailField(label="E-mail")
    name = forms.CharField(max_length=200, required=False)
    role = forms.ChoiceField(
        choices=[(role, roles.LABELS[role]) for role in (roles.CHANNEL_MANAGER, roles.ANALYST, roles.ADMINISTRATOR)]
    )
    regions = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: every region. Administrators always see all.",
    )

    def __init__(self, *args: object, regions: list[tuple[str, str]], **kwargs: object) -> None:
        """`regions`: what may be chosen, as (value, label)."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["regions"].choices = regions  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """An invited person's name and first password."""

    name = forms.CharField(
        max_length=200,
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters; a few unrelated words make a good one.",
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        """`user`: the one invited."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].initial = user.name
