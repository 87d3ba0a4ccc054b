"""The form in which staff write messages. It only reads input; what is right is decided by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms

from people.meanwhile import MeanwhileMixin
from people.refusing import RefusingMixin
from people.widgets import ManyBoxes
from programs.console.forms import MODES, Day, segment_choices
from programs.messages.composing import MessageDraft
from programs.messages.words import PLACES
from programs.models import Message
from programs.targeting import Targeting


class Moment(forms.DateTimeInput):
    """A day and hour, with the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MessageForm(MeanwhileMixin, RefusingMixin, forms.Form):
    """A message."""

    subject = forms.CharField(max_length=200)
    body = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Markdown. Filled in for each person: "
        + ", ".join(f"{{{{ {name} }}}} ({words})" for name, words in PLACES.items()),
    )
    kind = forms.ChoiceField(
        label="About",
        choices=Message.Kind.choices,
        help_text="People switch mail off by this. Essential mail cannot be switched off and waits for no quiet hours.",
    )
    link = forms.CharField(
        label="Button leads to",
        max_length=300,
        required=False,
        help_text="https://… or a page such as /portal/training/",
    )
    link_label = forms.CharField(label="Button reads", max_length=60, required=False)
    in_portal = forms.BooleanField(label="In the portal, under Notifications", required=False, initial=True)
    by_mail = forms.BooleanField(label="By mail", required=False, initial=True)
    admins_only = forms.BooleanField(label="Only to partner admins", required=False)
    for_journeys = forms.BooleanField(
        label="Keep it for journeys", required=False, help_text="Journeys send it; it is not sent by hand."
    )
    any = forms.MultipleChoiceField(
        label="In any of", required=False, widget=ManyBoxes, help_text="Partners in at least one."
    )
    all = forms.MultipleChoiceField(
        label="And in all of", required=False, widget=ManyBoxes, help_text="Partners in every one."
    )
    none = forms.MultipleChoiceField(
        label="But in none of", required=False, widget=ManyBoxes, help_text="These are left out."
    )
    send_at = forms.DateTimeField(
        label="Not before", required=False, widget=Moment, help_text="Empty: as soon as you send it."
    )
    ends_on = forms.DateField(label="In the portal until", required=False, widget=Day, help_text="Empty: it stays.")

    def __init__(self, *args: Any, targeting: Targeting | None = None, **kwargs: Any) -> None:
        """`targeting`: what is targeted already, so that it can be chosen whatever became of it."""
        super().__init__(*args, **kwargs)
        choices = segment_choices(targeting or Targeting())
        for mode in MODES:
            self.fields[mode].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, draft: MessageDraft) -> dict[str, Any]:
        """What the fields show for a message."""
        names = [name for name in cls.base_fields if name not in MODES]
        return {name: getattr(draft, name) for name in names} | {
            mode: list(getattr(draft.targeting, mode)) for mode in MODES
        }

    def targeting(self) -> Targeting:
        """The chosen segments."""
        return Targeting(**{mode: tuple(sorted(self.cleaned_data.get(mode, ()))) for mode in MODES})

    def draft(self) -> MessageDraft:
        """The whole message as entered; call it on a valid form."""
        data = {name: value for name, value in self.cleaned_data.items() if name not in MODES}
        data["body"] = data["body"].replace("\r\n", "\n")
        return MessageDraft(**data, targeting=self.targeting())
