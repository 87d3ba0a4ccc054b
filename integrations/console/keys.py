"""API keys: made, seen once, withdrawn."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from integrations.keys import NewKey, NotRotated, create_key, revoke_key, rotate_key
from integrations.models import ApiKey
from people.guards import administrator_required

OVERLAP = timedelta(days=7)
"""So long both keys work when one takes the place of the other."""


class KeyForm(forms.Form):
    """What a new key is for, what it may do, and how long."""

    name = forms.CharField(max_length=50, help_text="The system that uses it, such as “CRM nightly sync”.")
    scope = forms.ChoiceField(choices=ApiKey.Scope.choices, label="May")
    expires_on = forms.DateField(
        required=False,
        label="Last day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Empty: it does not expire.",
    )

    def clean_name(self) -> str:
        """Without characters that cannot be kept."""
        name: str = self.cleaned_data["name"].strip()
        if not name:
            raise ValidationError("Say what the key is for.")
        return name

    def clean_expires_on(self) -> Any:
        """Not a day that is over."""
        day = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise ValidationError("That day is over. Choose a later one.")
        return day

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day."""
        day = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) if day else None


@require_http_methods(["GET", "POST"])
@administrator_required
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Every key, newest first; a new one, whose secret this answer alone shows."""
    form, made = KeyForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        made = create_key(name=form.cleaned_data["name"], scope=form.cleaned_data["scope"], expires_at=form.expires_at)
        form = KeyForm()
    return _page(request, form, made)


@require_POST
@administrator_required
@never_cache
def rotate(request: HttpRequest, prefix: str) -> HttpResponse:
    """A new key in the place of one that goes on working for a week; this answer alone shows it."""
    key = get_object_or_404(ApiKey, prefix=prefix)
    try:
        made = rotate_key(key=key, overlap=OVERLAP)
    except NotRotated as reason:
        messages.error(request, str(reason))
        return redirect("console_keys")
    return _page(request, KeyForm(), made)


def _page(request: HttpRequest, form: KeyForm, made: NewKey | None) -> HttpResponse:
    rows = ApiKey.objects.select_related("replaces").prefetch_related("replaced_by").order_by("revoked", "-created")
    words = {"keys": rows, "form": form, "made": made}
    return render(request, "console/keys/list.html", words, status=400 if form.errors else 200)


@require_POST
@administrator_required
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Withdraw a key for good."""
    key = get_object_or_404(ApiKey, prefix=prefix)
    revoke_key(key=key)
    messages.success(request, f"The key “{key.name}” no longer works.")
    return redirect("console_keys")
