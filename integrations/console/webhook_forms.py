"""What staff fill in about webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from integrations.models import Webhook
from integrations.webhooks.addresses import AddressRefused, parse
from integrations.webhooks.models import EVENTS
from people.meanwhile import MeanwhileMixin
from people.widgets import ManyBoxes
from segments.models import Segment


class WebhookForm(MeanwhileMixin, forms.Form):
    """Where to, and what."""

    name = forms.CharField(max_length=100, help_text="The system that is told, such as “CRM”.")
    url = forms.CharField(
        max_length=1000,
        label="Address",
        widget=forms.URLInput(attrs={"placeholder": "https://crm.example.com/hooks"}),
        help_text="A public https:// address. Messages are signed, so it needs no password in it.",
    )
    event_types = forms.MultipleChoiceField(
        choices=list(EVENTS.items()), label="Tell it when", widget=forms.CheckboxSelectMultiple
    )
    segments = forms.MultipleChoiceField(
        required=False,
        label="Only these segments’ changes",
        widget=ManyBoxes,
        help_text="None chosen: every segment’s.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Segment.objects.exclude(status=Segment.Status.ARCHIVED).order_by("name").values_list("slug", "name")
        self.fields["segments"].choices = list(found)  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """One that may be called."""
        url: str = self.cleaned_data["url"].strip()
        try:
            parse(url)
        except AddressRefused as reason:
            raise forms.ValidationError(str(reason)) from None
        return url

    @classmethod
    def of(cls, webhook: Webhook, sent: Any = None) -> WebhookForm:
        """As it stands, or as it was sent."""
        names = ("name", "url", "event_types", "segments")
        return cls(sent, initial={name: getattr(webhook, name) for name in names})


class RotationForm(forms.Form):
    """How long both secrets count."""

    overlap = forms.ChoiceField(
        label="Sign with the old secret too",
        choices=[("24", "for a day"), ("72", "for three days"), ("168", "for a week"), ("0", "no longer: it leaked")],
    )

    @property
    def period(self) -> timedelta:
        """As a span of time."""
        return timedelta(hours=int(self.cleaned_data["overlap"]))
