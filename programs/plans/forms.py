"""Forms of plans; the same for both sides. They only read input; what is right is decided by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from programs.plans import metrics
from programs.plans.planning import GoalDraft, PlanDraft


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _Refusing(forms.Form):
    def refuse(self, error: ValidationError) -> None:
        """Shows a verb's refusal at its fields."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


class PlanForm(_Refusing):
    """What it is called, its days, what it says."""

    title = forms.CharField(max_length=200, help_text="Such as “Growing together in 2027”.")
    starts_on = forms.DateField(label="First day", widget=_Day)
    ends_on = forms.DateField(label="Last day", widget=_Day)
    next_review_on = forms.DateField(label="Next review", required=False, widget=_Day)
    summary = forms.CharField(
        label="What it is about",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Markdown: who does what, which markets, which products.",
    )

    def draft(self) -> PlanDraft:
        """As entered."""
        return PlanDraft(**self.cleaned_data)


class GoalForm(_Refusing):
    """One goal."""

    title = forms.CharField(label="Goal", max_length=200)
    metric = forms.ChoiceField(
        label="Measured by", required=False, help_text="Counted by itself. In words: somebody says how far it is."
    )
    target = forms.DecimalField(required=False, max_digits=18, decimal_places=2, help_text="For what is counted.")
    due_on = forms.DateField(label="By", widget=_Day)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = metrics.metrics().values()
        self.fields["metric"].choices = [  # type: ignore[attr-defined]
            ("", "In words"),
            ("In the plan's time", [(each.name, each.label) for each in found if each.in_time]),
            ("A fact about the company", [(each.name, each.label) for each in found if not each.in_time]),
        ]

    def draft(self) -> GoalDraft:
        """As entered."""
        return GoalDraft(**self.cleaned_data)


class ReviewForm(_Refusing):
    """What came of going through the plan together."""

    held_on = forms.DateField(label="Held on", widget=_Day)
    text = forms.CharField(label="What came of it", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    next_review_on = forms.DateField(label="Next review", required=False, widget=_Day)
