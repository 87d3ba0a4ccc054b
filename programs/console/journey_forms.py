"""Forms in which staff write journeys: the journey, and one form per action of a step."""

from __future__ import annotations

from typing import Any

from django import forms

from partners import narrowing
from partners.percent import from_percent, to_percent
from partners.vocabulary import Field, FieldType
from people.meanwhile import MeanwhileMixin
from people.refusing import RefusingMixin
from people.widgets import ManyBoxes
from programs.console.forms import SLUG_LABEL, segment_choices, slug_of
from programs.journeys import beginnings, facts
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.journeys.doings import settable
from programs.journeys.models import Journey, JourneyStep
from programs.models import Message, Program
from programs.targeting import Targeting

SIDES = [("before", "before it"), ("after", "after it")]
CONDITIONS = [
    ("", "Always"),
    ("in", "Only if in any of these segments"),
    ("notIn", "Only if in none of these segments"),
]


class JourneyForm(MeanwhileMixin, RefusingMixin, forms.Form):
    """What a journey is called and what begins it; which fields there are depends on the trigger."""

    name = forms.CharField(max_length=200)
    description = forms.CharField(max_length=500, required=False)
    slug = forms.SlugField(
        label=SLUG_LABEL,
        max_length=100,
        required=False,
        help_text="How links call it. Left empty, it is made from the name.",
    )

    def __init__(self, *args: Any, trigger: str, keep: str = "", **kwargs: Any) -> None:
        """`keep`: the segment chosen already, whatever became of it."""
        super().__init__(*args, **kwargs)
        self.trigger = trigger
        segments = segment_choices(Targeting(any=(keep,) if keep else ()))
        if trigger in Journey.ON_SEGMENT:
            self.fields["segment"] = forms.ChoiceField(label="This segment", choices=segments)
            return
        is_date = trigger == Journey.Trigger.DATE
        watchable = facts.watchable(dates=is_date)
        choices = [(name, found.label) for name, found in watchable.items()]
        self.fields["field"] = forms.ChoiceField(label="The date" if is_date else "The fact", choices=choices)
        if is_date:
            self.fields["days"] = forms.IntegerField(min_value=0, max_value=beginnings.FURTHEST, initial=0)
            self.fields["side"] = forms.ChoiceField(label="Before or after", choices=SIDES)
        else:
            # another fact brings its own values
            self.fields["field"].widget.attrs |= {
                "hx-get": f"?trigger={trigger}", "hx-target": "#values", "hx-select": "#values", "hx-swap": "outerHTML",
            }  # fmt: skip
            asked = (self.data if self.is_bound else self.initial).get("field")
            watched = watchable.get(asked or "") or next(iter(watchable.values()))
            is_kept = watched.name == self.initial.get("field")
            for name, label in (("from_value", "From"), ("to_value", "To")):
                self.fields[name] = value_field(watched, label, present=self.initial.get(name, "") if is_kept else "")
        self.fields["segment"] = forms.ChoiceField(
            label="Only partners in", required=False, choices=[("", "Every partner"), *segments]
        )

    @classmethod
    def initial_of(cls, journey: Journey) -> dict[str, Any]:
        """What the fields show for a journey."""
        names = ("name", "slug", "description", "field", "from_value", "to_value")
        initial = {name: getattr(journey, name) for name in names}
        found = facts.watchable().get(journey.field)
        if found and found.is_share:
            initial |= {name: to_percent(initial[name]) for name in ("from_value", "to_value")}
        days = journey.offset_days
        segment = journey.segment.slug if journey.segment else ""
        return initial | {"days": abs(days), "side": "before" if days < 0 else "after", "segment": segment}

    def draft(self) -> JourneyDraft:
        """As entered."""
        data = dict(self.cleaned_data)
        days = data.pop("days", None) or 0
        offset = -days if data.pop("side", "") == "before" else days
        found = facts.watchable().get(data.get("field", ""))
        if found and found.is_share and self.trigger == Journey.Trigger.CHANGED:
            data |= {name: from_percent(data[name]) for name in ("from_value", "to_value")}
        data["slug"] = slug_of(data["slug"], data["name"])
        return JourneyDraft(trigger=self.trigger, offset_days=offset, **data)


def value_field(watched: Field, label: str, *, present: str) -> forms.Field:
    """The form's field for a value of a fact: its choices where it has some. A present one that is none can be kept."""
    options = narrowing.options(watched)
    if options:
        options += [(present, present)] if present and present not in dict(options) else []
        return forms.ChoiceField(label=label, required=False, choices=[("", "Any value"), *options])
    unit = ", per cent" if watched.is_share else ""
    kind = "date" if watched.type is FieldType.DATE else "text"
    return forms.CharField(
        label=label + unit,
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": kind}),
        help_text="Empty: any value.",
    )


class StepForm(MeanwhileMixin, RefusingMixin, forms.Form):
    """When a step is due and under which condition; what it does depends on its action."""

    wait_days = forms.IntegerField(label="Days after it began", min_value=0, initial=0, help_text="0: at once.")
    only_while = forms.BooleanField(
        label="Only while it still holds",
        required=False,
        initial=True,
        help_text="The partner is still in the segment (or out of it, where leaving begins the journey); "
        "the date was not moved; the fact is still what it became.",
    )
    condition_kind = forms.ChoiceField(label="Condition", choices=CONDITIONS, required=False)
    condition_segments = forms.MultipleChoiceField(label="Segments of the condition", required=False, widget=ManyBoxes)
    condition_rule = forms.JSONField(
        label="Or a rule",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "mono"}),
        help_text="As JSON, in the language of segments, asked when the step is due. It takes the place of the choice above.",
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        """`action`: which fields there are beside these."""
        super().__init__(*args, **kwargs)
        self.action = action
        segments = segment_choices(Targeting(any=tuple(self.initial.get("condition_segments", ()))))
        self.fields["condition_segments"].choices = segments  # type: ignore[attr-defined]
        if action == JourneyStep.Action.OFFER:
            programs = Program.objects.exclude(status="archived").values_list("slug", "name")
            self.fields["program"] = forms.ChoiceField(label="Programme", choices=list(programs))
        elif action == JourneyStep.Action.MESSAGE:
            kept = [(each.pk, str(each)) for each in Message.objects.filter(status="journey", notice="")]
            self.fields["message"] = forms.TypedChoiceField(
                choices=kept, coerce=int, help_text="Messages that are kept for journeys."
            )
        elif action == JourneyStep.Action.TASK:
            self.fields["text"] = forms.CharField(
                label="What is to be done", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
            )
        elif action == JourneyStep.Action.WEBHOOK:
            self.fields["text"] = forms.CharField(
                label="Word for the receiver",
                max_length=60,
                help_text="Such as crm.renewal-due. Every webhook that listens to journey.step is told, with the partner, "
                "once for each time the step is done.",
            )
        else:
            fields = [(name, found.label) for name, found in settable().items()]
            self.fields["field"] = forms.ChoiceField(label="Attribute", choices=fields)
            self.fields["text"] = forms.CharField(
                label="Value", max_length=500, required=False, help_text="Empty: it is emptied."
            )

    @classmethod
    def initial_of(cls, step: JourneyStep) -> dict[str, Any]:
        """What the fields show for a step."""
        initial: dict[str, Any] = {"wait_days": step.wait_days, "only_while": step.only_while}
        initial |= {"text": step.text, "field": step.field, "message": step.message_id}
        initial["program"] = step.program.slug if step.program else ""
        kind, segments = simple(step.condition)
        if kind:
            return initial | {"condition_kind": kind, "condition_segments": segments}
        return initial | {"condition_rule": step.condition}

    def draft(self) -> StepDraft:
        """As entered."""
        data = self.cleaned_data
        condition = data["condition_rule"]
        if condition is None and data["condition_kind"] and data["condition_segments"]:
            leaf = {"field": "segment", "operator": data["condition_kind"], "value": data["condition_segments"]}
            condition = {"combinator": "and", "not": False, "rules": [leaf]}
        own = {name: data[name] for name in ("program", "message", "text", "field") if name in data}
        return StepDraft(
            self.action, wait_days=data["wait_days"], only_while=data["only_while"], condition=condition, **own
        )

    def clean(self) -> dict[str, Any]:
        """A condition on segments names some."""
        data = super().clean() or {}
        if data.get("condition_kind") and not data.get("condition_segments") and data.get("condition_rule") is None:
            self.add_error("condition_segments", "Choose the segments, or take the condition away.")
        return data


def simple(rule: Any) -> tuple[str, list[str]]:
    """A condition that only asks for segments, as (operator, slugs); ("", []) for any other."""
    if isinstance(rule, dict) and len(rule.get("rules", [])) == 1 and not rule.get("not"):
        leaf = rule["rules"][0]
        if leaf.get("field") == "segment" and leaf.get("operator") in {"in", "notIn"}:
            return leaf["operator"], list(leaf["value"])
    return "", []
