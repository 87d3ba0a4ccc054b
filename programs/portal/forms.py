"""Forms of the portal."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms

from people import roles
from people.meanwhile import MeanwhileMixin
from programs.models import Message
from programs.translations import languages

KINDS = [(kind.value, kind.label) for kind in Message.Kind if kind != Message.Kind.ESSENTIAL]


class PreferencesForm(MeanwhileMixin, forms.Form):
    """Which mail comes, and by which clock."""

    mail_on = forms.MultipleChoiceField(
        label="Mail me about",
        choices=KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Everything is always under Notifications. Mail about your account and your agreement always comes.",
    )
    time_zone = forms.ChoiceField(label="Time zone", required=False, help_text="Mail waits while it is night there.")
    language = forms.ChoiceField(
        label="Language",
        required=False,
        help_text="Of resources and courses. What there is not in it is shown in its own language, and says so.",
    )
    address_works = forms.BooleanField(
        label="Mail to my address works again", required=False, help_text="Some came back, so none is sent meanwhile."
    )

    def __init__(self, *args: Any, bounced: bool = False, **kwargs: Any) -> None:
        """`bounced`: mail to the person came back."""
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
        self.fields["time_zone"].choices = [("", "The vendor's"), ("UTC", "UTC"), *((z, z) for z in zones)]  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", "Any"), *languages()]  # type: ignore[attr-defined]
        if not bounced:
            del self.fields["address_works"]


class InviteForm(forms.Form):
    """A colleague to invite."""

    email = forms.EmailField(label="E-mail")
    name = forms.CharField(max_length=200, required=False)
    role = forms.ChoiceField(
        choices=[(role, roles.LABELS[role]) for role in (roles.PARTNER_MEMBER, roles.PARTNER_ADMIN)],
        help_text="Admins invite and remove colleagues.",
    )


class DisputeForm(forms.Form):
    """What would be right."""

    claimed = forms.CharField(label="What is right", max_length=500)
    comment = forms.CharField(
        label="How we can check it", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, offers_words: bool = False, **kwargs: Any) -> None:
        """`offers_words`: the page lists what the field may say, so that nobody has to guess the word."""
        super().__init__(*args, **kwargs)
        if offers_words:
            self.fields["claimed"].widget.attrs["list"] = "claimed-words"


class FeedbackForm(forms.Form):
    """A thumb, and perhaps words."""

    is_good = forms.TypedChoiceField(choices=[("1", "Good"), ("0", "Not good")], coerce=lambda value: value == "1")
    text = forms.CharField(max_length=1000, required=False)
