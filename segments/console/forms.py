"""The forms of segments."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings

from people.meanwhile import MeanwhileMixin
from segments.models import SUBJECTS, Segment


class SegmentForm(MeanwhileMixin, forms.Form):
    """What a segment is called, what it is for, and its rule as JSON (the builder fills that in)."""

    subject = forms.ChoiceField(label="Made of", choices=SUBJECTS, widget=forms.Select)
    name = forms.CharField(max_length=200)
    description = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="Who belongs here, in your own words."
    )
    objective = forms.CharField(
        max_length=500, required=False, help_text="What you want to reach with it: “20 % more deals registered”."
    )
    partner_visible = forms.BooleanField(
        required=False,
        label="Members may see it",
        help_text="Partners in it see its name and why they are in it.",
    )
    zone = forms.ChoiceField(
        required=False,
        label="Days count in",
        help_text="When a day, a month or a year begins, for conditions on dates and times.",
    )
    reason = forms.CharField(
        max_length=500,
        required=False,
        label="Why this change?",
        help_text="Kept with the version, for those who ask later.",
    )
    rule = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "class": "input"}),
        label="Rule",
        error_messages={"required": "Add at least one condition, or choose “Everyone”."},
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput)

    uncompared = frozenset({"rule", "zone", "reason"})
    """A rule and its zone are known by the version they are based on."""

    def __init__(self, *args: Any, segment: Segment | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organisation = f"The organisation’s time zone ({settings.TIME_ZONE})"
        self.fields["zone"].choices = [("", organisation), *((zone, zone) for zone in _zones())]  # type: ignore[attr-defined]
        self.is_new = segment is None
        if segment is None:
            del self.fields["reason"]
        else:
            self.fields["subject"].disabled = True

    def clean_rule(self) -> Any:
        """The rule as the JSON value it is; whether it is a rule is for the engine to say."""
        try:
            return json.loads(self.cleaned_data["rule"])
        except ValueError as error:
            raise forms.ValidationError(f"This is not JSON: {error}.") from error


@cache
def _zones() -> tuple[str, ...]:
    """The time zones that people choose from: UTC, then by continent and city."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix", "right")))
    return ("UTC", *sorted(places))
