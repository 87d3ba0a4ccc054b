"""The forms of the guided set-up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from partners.coverage import coverage
from partners.facts import vocabulary
from partners.vocabulary import FieldKind, Subject
from people import roles
from people.meanwhile import MeanwhileMixin
from people.models import User
from people.roles import Viewer
from prm.guide.keeping import WANTED
from prm.guide.progress import DESCRIBED, Group
from segments.console.sets import SetForm
from segments.models import SUBJECTS, Guide, Segment, SegmentSet
from segments.stages import MEASURES

KINDS = {FieldKind.BUILT_IN: "Records", FieldKind.CUSTOM: "Your own attributes", FieldKind.COMPUTED: "Worked out"}
AREA = forms.Textarea(attrs={"rows": 2})


class ObjectiveForm(MeanwhileMixin, forms.ModelForm):
    """What is wanted, and how one will see it."""

    class Meta:
        model = Guide
        fields = ("subject", *WANTED)
        labels = {"subject": "Made of", "name": "What do you call it?"}
        help_texts = {
            "name": "The set of segments gets this name: “Partner tiers”.",
            "objective": "What shall become better: “20 % more deals registered by mid-size partners”.",
            "kpi": "The one figure that shows it: “deals registered per quarter”.",
            "target": "What that figure should become, and by when.",
            "measure": "Kept by itself and shown beside its target under Performance.",
            "target_value": "A number; for shares and growth in per cent.",
        }
        widgets = {"objective": AREA}

    field_order = ("name", "subject", "objective")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        self.fields["subject"].disabled = not self.is_new
        self.fields["subject"].choices = SUBJECTS  # type: ignore[attr-defined]
        self.fields["measure"].choices = [("", "None"), *MEASURES]  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """The values, without the subject."""
        return {name: self.cleaned_data[name] for name in WANTED}


class FactsForm(MeanwhileMixin, forms.Form):
    """Which facts the groups differ by; each with how many have a value."""

    facts = forms.MultipleChoiceField(
        label="Facts that tell them apart",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )

    def __init__(self, data: Any, *, guide: Guide, viewer: Viewer, total: int) -> None:
        super().__init__(data, initial={"facts": guide.facts})
        subject = Subject(guide.subject)
        filled = coverage(subject, viewer)
        found = [
            field
            for field in vocabulary(subject).values()
            if field.name not in ("external_id", "name") and not field.sensitive and not field.refers_to
        ]
        self.groups = [
            (label, [(field, filled.get(field.name)) for field in found if field.kind is kind])
            for kind, label in KINDS.items()
        ]
        self.total = total
        self.fields["facts"].choices = [  # type: ignore[attr-defined]
            (label, [(field.name, field.label) for field, _ in rows]) for label, rows in self.groups
        ]

    @property
    def shown(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """(kind, its facts): each with whether it is ticked and how many have it, the best filled first."""
        ticked = set(self["facts"].value() or ())
        return [
            (
                label,
                sorted(
                    (
                        {"field": field, "has": has, "is_ticked": field.name in ticked}
                        for field, has in rows
                        if has != 0 or field.name in ticked
                    ),
                    key=lambda row: (not row["is_ticked"], -(row["has"] or 0)),
                ),
            )
            for label, rows in self.groups
            if rows
        ]


class GroupsForm(SetForm):
    """The set of the guide; drafts made since it began, and in no set yet, are put into it to begin with."""

    def __init__(self, data: Any, *, guide: Guide) -> None:
        found: SegmentSet | None = guide.set
        super().__init__(data, subject=guide.subject, found=found)
        if found is None:
            self.fields["name"].initial = guide.name
            self.fields["description"].initial = guide.objective
        fresh = Segment.objects.filter(
            subject=guide.subject,
            status=Segment.Status.DRAFT,
            created_at__gte=guide.created_at,
            set_entries__isnull=True,
        )
        first = len(self.present) + 1
        slugs = fresh.order_by("pk").values_list("slug", flat=True)
        self.present |= {slug: str(place) for place, slug in enumerate(slugs, start=first)}


class DescribeForm(MeanwhileMixin, forms.Form):
    """What one group is like, and what it is offered in words."""

    needs = forms.CharField(required=False, widget=AREA, label="What they need")
    value_proposition = forms.CharField(required=False, widget=AREA, label="Why they should work with you")
    support_level = forms.CharField(required=False, widget=AREA, label="What they can count on")

    def __init__(self, data: Any, *, group: Group) -> None:
        profile = group.profile
        initial = {name: getattr(profile, name) for name in DESCRIBED} if profile else {}
        super().__init__(data, prefix=group.segment.slug, initial=initial)
        self.group = group


class ReviewForm(forms.Form):
    """Whom to ask, and what."""

    reviewers = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Colleagues"
    )
    question = forms.CharField(
        required=False,
        max_length=2000,
        widget=AREA,
        help_text="“Is anybody in the wrong group?” It is kept with each segment.",
    )

    def __init__(self, data: Any, *, guide: Guide, viewer: Viewer) -> None:
        super().__init__(data, initial={"reviewers": list(guide.reviewers.values_list("pk", flat=True))})
        staff = User.objects.filter(role__in=roles.VENDOR, is_active=True).exclude(pk=viewer.pk)
        self.fields["reviewers"].queryset = staff.order_by("name", "email")  # type: ignore[attr-defined]


class DateForm(MeanwhileMixin, forms.Form):
    """The day on which the set is looked at again."""

    review_on = forms.DateField(
        label="Look again on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="A quarter is a good rhythm for a new set.",
    )

    def clean_review_on(self) -> Any:
        """A day to come."""
        day = self.cleaned_data["review_on"]
        if day <= timezone.localdate():
            raise forms.ValidationError("Choose a day to come.")
        return day
