"""What is written down about a segment's members; what colleagues say about its draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from people import roles
from people.guards import editor_required, vendor_required
from people.meanwhile import MeanwhileMixin
from people.models import User
from segments import drafting, profiling, reviewing
from segments.console.segment import one
from segments.models import Segment, SegmentProfile
from segments.stages import MEASURES, STAGES

ABOUT_IT = ("objective", "owner", "stage")
"""Kept with the segment itself."""
HELP = {
    "kpi": "The one figure that shows whether it works: “deals registered per quarter”.",
    "target": "What that figure should become, and by when.",
    "measure": "Kept by itself and shown beside its target under Performance.",
    "target_value": "A number; for shares and growth in per cent.",
    "needs": "What these companies want from us.",
    "challenges": "What stands in their way.",
    "preferred_channels": "How they like to hear from us: newsletter, call, event …",
    "decision_process": "Who decides, and how long it takes.",
    "value_proposition": "Why they should work with us, in their words.",
    "support_level": "What they can count on: named contact, response time …",
}


class ProfileForm(MeanwhileMixin, forms.ModelForm):
    """The profile, with the segment's objective and owner."""

    objective = forms.CharField(max_length=500, required=False, help_text="What you want to reach with it.")
    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody")
    stage = forms.ChoiceField(
        choices=[("", "None"), *STAGES], required=False, help_text="The stage of the ecosystem it serves most."
    )

    class Meta:
        model = SegmentProfile
        fields = (*profiling.FIELDS[:2], *profiling.MEASURED, *profiling.FIELDS[2:])
        help_texts = HELP
        widgets = {
            "review_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            **{name: forms.Textarea(attrs={"rows": 3}) for name in profiling.FIELDS[3:]},
        }

    field_order = ABOUT_IT

    def __init__(self, data: Any, *, segment: Segment) -> None:
        initial = {"objective": segment.objective, "owner": segment.owner_id, "stage": segment.stage}
        super().__init__(data, instance=profile_of(segment), initial=initial)
        staff = User.objects.filter(role__in=roles.VENDOR, is_active=True) | User.objects.filter(pk=segment.owner_id)
        self.fields["measure"].choices = [("", "None"), *MEASURES]  # type: ignore[attr-defined]
        self.fields["owner"].queryset = staff.order_by("name", "email")  # type: ignore[attr-defined]


def profile_of(segment: Segment) -> SegmentProfile:
    """The profile, or an empty one that is not saved."""
    return getattr(segment, "profile", None) or SegmentProfile(segment=segment)


@require_http_methods(["GET", "POST"])
@editor_required
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile's form."""
    segment = one(request.user, slug)
    form = ProfileForm(request.POST or None, segment=segment)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        drafting.change_details(segment=segment, **{name: values[name] for name in ABOUT_IT})
        profiling.change_profile(
            segment=segment, **{name: values[name] for name in (*profiling.FIELDS, *profiling.MEASURED)}
        )
        messages.success(request, "The profile is saved.")
        return redirect("console_segment", slug)
    status = 400 if form.errors else 200
    return render(request, "console/segments/profile.html", {"segment": segment, "form": form}, status=status)


@require_POST
@vendor_required
def comment(request: HttpRequest, slug: str) -> HttpResponse:
    """Say something about it. Everybody on the vendor's side may."""
    segment = one(request.user, slug)
    try:
        reviewing.comment(segment=segment, user=request.user, text=request.POST.get("text", ""))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(f"{reverse('console_segment', args=[slug])}#comments-title")


@require_POST
@editor_required
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a review of a draft, or end it: `turn` is start or end."""
    segment = one(request.user, slug)
    turn = reviewing.end_review if request.POST.get("turn") == "end" else reviewing.request_review
    try:
        turn(segment=segment, user=request.user, text=request.POST.get("text", ""))
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        ended = segment.status == Segment.Status.DRAFT
        messages.success(request, "It is a draft again." if ended else "It is up for review: colleagues can comment.")
    return redirect("console_segment", slug)
