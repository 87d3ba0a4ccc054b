"""Forms in which staff write programmes: one per kind. They only read input; what is right is decided by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import QueryDict
from django.utils.text import slugify

from people.widgets import ManyBoxes
from programs.console.content_fields import Items, customer_choices, rows_of
from programs.drafts import ContentDraft, CourseDraft, IncentiveDraft, ProgramDraft
from programs.models import Content, Incentive, Program
from programs.targeting import Targeting
from programs.teaching import checked_type
from segments.models import Segment

MODES = ("any", "all", "none")


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


class Lessons(forms.Widget):
    """Rows of a title and a body that share their names; rows left blank are not lessons."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """The rows in the order of the page."""
        if not isinstance(data, QueryDict):
            return list(data.get(name, []))
        rows = zip(data.getlist("lesson_title"), data.getlist("lesson_body"), strict=False)
        return [
            {"title": title, "body": body.replace("\r\n", "\n")}
            for title, body in rows
            if title.strip() or body.strip()
        ]


class ProgramForm(forms.Form):
    """What every programme has."""

    name = forms.CharField(max_length=200)
    slug = forms.CharField(
        max_length=100,
        required=False,
        help_text="Its name in addresses and files. Left empty, it is made from the name.",
    )
    summary = forms.CharField(max_length=500, required=False, help_text="One or two sentences, shown on its card.")
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
        names = ("name", "slug", "summary", "starts_on", "ends_on", "new_members_only", "priority")
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
            slug=data["slug"].strip() or slugify(data["name"])[:100].strip("-"),
            summary=data["summary"].strip(),
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

    def refuse(self, error: ValidationError) -> None:
        """Shows a verb's refusal at its fields."""
        for name, messages in error.message_dict.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


class ContentForm(ProgramForm):
    """A page, a link or a file."""

    body = forms.CharField(
        label="Page",
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Markdown: # heading, **bold**.",
    )
    url = forms.CharField(label="Link", required=False, max_length=200, help_text="Begins with https://")
    file = forms.FileField(
        required=False, help_text="Downloaded by those it is on offer to, nobody else. At most 50 MB."
    )
    remove_file = forms.BooleanField(label="Take the present file away", required=False)
    language = forms.CharField(max_length=10, initial="en", help_text="A code such as en, de or pt-BR.")

    form = forms.ChoiceField(label="Kind", choices=Content.Form.choices, required=False, initial="piece")
    expires_on = forms.DateField(
        label="May be used until",
        required=False,
        widget=Day,
        help_text="Gone from the portal the day after. Empty: no end.",
    )
    needs_approval = forms.BooleanField(
        label="A colleague approves each version before partners see it", required=False
    )
    items = forms.Field(label="What it holds", required=False, widget=Items)
    customer_segments = forms.MultipleChoiceField(
        label="For customers in", required=False, widget=ManyBoxes, help_text="Of a sales play."
    )

    detail_fields = ("body", "url", "language", "form", "expires_on", "needs_approval", "items", "customer_segments")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["customer_segments"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
        field.choices = customer_choices(tuple((self.initial or {}).get("customer_segments", ())))

    def clean_file(self) -> UploadedFile | None:
        """Refuses what is too large to serve well, or is not what its name says."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None:
            checked_type(file)
        return file

    def item_rows(self) -> list[dict[str, Any]]:
        """The rows of the kit, with empty ones."""
        return rows_of(self["items"].value())

    def detail(self) -> ContentDraft:
        """As entered; without a new file the present one stays unless it is to go."""
        data = self.cleaned_data
        return ContentDraft(
            body=data["body"].replace("\r\n", "\n"),
            url=data["url"].strip(),
            file=data["file"] or (False if data["remove_file"] else None),
            language=data["language"].strip(),
            form=data["form"] or Content.Form.PIECE,
            expires_on=data["expires_on"],
            needs_approval=data["needs_approval"],
            items=tuple(data["items"] or ()),
            customer_segments=tuple(sorted(data["customer_segments"])),
        )


class CourseForm(ProgramForm):
    """Lessons, written here while the course is new, and on pages of their own from then on."""

    minutes = forms.IntegerField(label="Takes about", initial=30, min_value=1, help_text="Minutes in all.")
    due_days = forms.IntegerField(
        label="Due after",
        required=False,
        min_value=1,
        max_value=3650,
        help_text="Days from being offered. Empty: never.",
    )
    gives_certificate = forms.BooleanField(label="Gives a certificate", required=False, initial=True)
    certificate_months = forms.IntegerField(
        label="Certificate valid for",
        required=False,
        min_value=1,
        max_value=240,
        help_text="Months. Empty: without end.",
    )
    lessons = forms.Field(required=False, widget=Lessons)

    detail_fields = ("minutes", "due_days", "gives_certificate", "certificate_months")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial:
            del self.fields["lessons"]

    def detail(self) -> CourseDraft:
        """As entered."""
        own = {name: self.cleaned_data[name] for name in self.detail_fields}
        lessons = tuple(self.cleaned_data["lessons"] or ()) if "lessons" in self.fields else None
        return CourseDraft(lessons=lessons, **own)


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
    terms = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 8}), help_text="Markdown.")

    detail_fields = ("type", "rate", "amount", "currency", "tiers", "period", "budget", "cap", "terms")

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


FORMS: dict[str, type[ProgramForm]] = {
    Program.Kind.CONTENT: ContentForm,
    Program.Kind.COURSE: CourseForm,
    Program.Kind.INCENTIVE: IncentiveForm,
}


def present_file(program: Program | None) -> Content | None:
    """The content of a programme that has a file."""
    content: Content | None = getattr(program, "content", None)
    return content if content and content.file else None
