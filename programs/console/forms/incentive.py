"""The form of an incentive."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from programs.console.forms.program import ProgramForm
from programs.drafts import IncentiveDraft, ProgramDraft
from programs.models import Incentive


class Tiers(forms.CharField):
    """Tiers as lines: "100000: 5" is 5 % of what goes beyond 100,000."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        """Lines of the tiers; what was typed stays as typed."""
        if isinstance(value, str) or not value:
            return value or ""
        return "\n".join(f"{tier['from'].removesuffix('.00')}: {tier['rate']}" for tier in value)

    def to_python(self, value: Any) -> Any:
        """The tiers of the lines; whether their numbers make sense is asked later, with the rest."""
        found = []
        for line in str(value or "").splitlines():
            if not line.strip():
                continue
            start, colon, rate = line.partition(":")
            if not colon:
                raise ValidationError("Write one tier a line, the sum and the rate, such as 100000: 5")
            found.append({"from": start.strip().replace(",", ""), "rate": rate.strip().rstrip("% ")})
        return tuple(found)


class IncentiveForm(ProgramForm):
    """What can be earned."""

    type = forms.ChoiceField(choices=Incentive.Type.choices)
    rate = forms.DecimalField(required=False, help_text="Per cent of the deal. Give a rate or an amount.")
    amount = forms.DecimalField(required=False, help_text="A fixed sum.")
    currency = forms.CharField(max_length=3, initial="EUR", help_text="Three letters, such as EUR.")
    tiers = Tiers(
        required=False,
        help_text="Higher rates for revenue beyond a sum, one a line: 100000: 5. The rate above holds until the first.",
    )
    period = forms.ChoiceField(
        label="Revenue adds up over",
        required=False,
        choices=Incentive.Period.choices,
        help_text="For tiers: when the count begins anew.",
    )
    budget = forms.DecimalField(required=False, help_text="What may be spent in all; partners do not see it.")
    cap = forms.DecimalField(label="Cap", required=False, help_text="The most one partner earns.")
    asks_first = forms.BooleanField(
        label="Agreed on before it is spent",
        required=False,
        help_text="Of market development funds: partners ask first, and claim under what you granted.",
    )
    terms = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 8}), help_text="Markdown.")

    detail_fields = ("type", "rate", "amount", "currency", "tiers", "period", "budget", "cap", "terms", "asks_first")

    @classmethod
    def initial_of(cls, draft: ProgramDraft) -> dict[str, Any]:
        """A rate without idle zeros: 5, not 5.000."""
        initial = super().initial_of(draft)
        rate = initial["rate"]
        return initial | {"rate": f"{rate.normalize():f}" if rate is not None else None}

    def detail(self) -> IncentiveDraft:
        """As entered."""
        entered = {name: self.cleaned_data[name] for name in self.detail_fields}
        entered["period"] = entered["period"] or Incentive.Period.WHOLE
        entered["currency"] = entered["currency"].strip().upper()
        entered["terms"] = entered["terms"].replace("\r\n", "\n")
        return IncentiveDraft(**entered)
