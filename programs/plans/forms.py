"""Forms of plans; the same for both sides. They only read input; what is right is decided by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms

from people.refusing import RefusingMixin
from programs.console.forms import Day
from programs.plans import metrics
from programs.plans.planning import GoalDraft, PlanDraft


class PlanForm(RefusingMixin, forms.Form):
    """What it is called, its days, what it says."""

    title = forms.CharField(max_length=200, help_text="Such as “Growing together in 2027”.")
    starts_on = forms.DateField(label="First day", widget=Day)
    ends_on = forms.DateField(label="Last day", widget=Day)
    next_review_on = forms.DateField(label="Next review", required=False, widget=Day)
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


class GoalForm(RefusingMixin, forms.Form):
    """One goal."""

    title = forms.CharField(label="Goal", max_length=200)
    metric = forms.ChoiceField(
        label="Measured by", required=False, help_text="Counted by itself. In words: somebody says how far it is."
    )
    target = forms.DecimalField(required=False, max_digits=18, decimal_places=2, help_text="For what is counted.")
    due_on = forms.DateField(label="By", widget=Day)

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


class ReviewForm(RefusingMixin, forms.Form):
    """What came of going through the plan together."""

    held_on = forms.DateField(label="Held on", widget=Day)
    text = forms.CharField(label="What came of it", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    next_review_on = forms.DateField(label="Next review", required=False, widget=Day)
