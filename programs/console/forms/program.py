"""What the forms of every kind of programme share. They only read input; what is right is decided by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import slugify

from people.meanwhile import MeanwhileMixin
from people.refusing import RefusingMixin
from people.widgets import ManyBoxes
from programs.drafts import ContentDraft, CourseDraft, IncentiveDraft, ProgramDraft
from programs.models import Program
from programs.targeting import Targeting
from segments.models import Segment
from segments.stages import STAGES

MODES = ("any", "all", "none")
SLUG_LABEL = "Address"


def slug_of(asked: str, name: str) -> str:
    """What was asked for, or a slug made from the name."""
    return asked.strip() or slugify(name)[:100].strip("-")


def segment_choices(keep: Targeting) -> list[tuple[str, str]]:
    """Active partner segments with their size, and those already targeted, whatever became of them. One query."""
    found = Segment.objects.filter(subject="partner").filter(Q(status="active") | Q(slug__in=keep.slugs))
    return [
        (each.slug, f"{each.name} ({each.member_count:,})" if each.status == "active" else f"{each.name} (not active)")
        for each in found
    ]


class Day(forms.DateInput):
    """A day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ProgramForm(MeanwhileMixin, RefusingMixin, forms.Form):
    """What every programme has."""

    name = forms.CharField(max_length=200)
    slug = forms.CharField(
        label=SLUG_LABEL,
        max_length=100,
        required=False,
        help_text="How links, files and the API call it. Left empty, it is made from the name.",
    )
    summary = forms.CharField(max_length=500, required=False, help_text="One or two sentences, shown on its card.")
    stage = forms.ChoiceField(
        label="Stage", choices=[("", "None"), *STAGES], required=False, help_text="Of the partner ecosystem."
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
    starts_on = forms.DateField(label="First day", required=False, widget=Day, help_text="Empty: at once.")
    ends_on = forms.DateField(label="Last day", required=False, widget=Day, help_text="Empty: no end.")
    new_members_only = forms.BooleanField(
        label="Only for partners who enter from the first day on",
        required=False,
        help_text="Those who were members before are not offered it.",
    )
    priority = forms.IntegerField(required=False, initial=0, help_text="Higher ones are shown first.")

    detail_fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, targeting: Targeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = segment_choices(targeting or Targeting())
        for mode in MODES:
            field = self.fields[mode]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
            field.choices = choices

    @classmethod
    def initial_of(cls, draft: ProgramDraft) -> dict[str, Any]:
        """What the fields show for a programme."""
        names = ("name", "slug", "summary", "stage", "starts_on", "ends_on", "new_members_only", "priority")
        own = {name: getattr(draft, name) for name in names}
        targeting = {mode: list(getattr(draft.targeting, mode)) for mode in MODES}
        return own | targeting | {name: getattr(draft.detail, name, None) for name in cls.detail_fields}

    def targeting(self) -> Targeting:
        """The chosen segments."""
        return Targeting(**{mode: tuple(sorted(self.cleaned_data.get(mode, ()))) for mode in MODES})

    def draft(self) -> ProgramDraft:
        """The whole programme as entered; call it on a valid form."""
        data = self.cleaned_data
        return ProgramDraft(
            name=data["name"].strip(),
            slug=slug_of(data["slug"], data["name"]),
            summary=data["summary"].strip(),
            stage=data["stage"],
            targeting=self.targeting(),
            starts_on=data["starts_on"],
            ends_on=data["ends_on"],
            new_members_only=data["new_members_only"],
            priority=data["priority"] or 0,
            detail=self.detail(),
        )

    def detail(self) -> ContentDraft | CourseDraft | IncentiveDraft:
        """What the kind asks for."""
        raise NotImplementedError


TRANSLATES = "Partners' people are shown one of them: in the language they prefer, else the original."


def choose_original(form: forms.Form, kind: str) -> None:
    """Fills in what this one may be a translation of: originals of the kind, itself left out."""
    own = str((form.initial or {}).get("slug", ""))
    found = Program.objects.filter(kind=kind, translates=None).exclude(slug=own).exclude(status="archived")
    choices = list(found.values_list("slug", "name"))
    kept = str((form.initial or {}).get("translates") or "")
    if kept and kept not in dict(choices):
        choices.append((kept, kept))
    form.fields["translates"].choices = [("", "None: it is an original"), *choices]  # type: ignore[attr-defined]
