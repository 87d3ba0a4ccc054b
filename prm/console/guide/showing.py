"""What every page of the guided set-up shares: the guide, its steps at the side, and the way back from other pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from prm.guide.progress import Progress, progress_of
from prm.guide.steps import BY_KEY, STEPS, after
from segments.models import Guide

REMEMBERED = "guide"
"""In the session: the guide that somebody is at, so that every page of the console shows the way back."""


def one(request: HttpRequest, pk: int) -> Guide:
    """The guide an address names, or 404."""
    guide: Guide = get_object_or_404(Guide.objects.visible_to(request.user).select_related("set"), pk=pk)
    return guide


def address(key: str, guide: Guide) -> str:
    """Where a step is."""
    return reverse(f"console_guide_{key}", args=[guide.pk])


def onwards(key: str, guide: Guide) -> HttpResponse:
    """To the step behind this one."""
    return redirect(address(after(key).key, guide))


def page(
    request: HttpRequest,
    guide: Guide,
    key: str,
    words: dict[str, Any] | None = None,
    *,
    status: int = 200,
    progress: Progress | None = None,
) -> HttpResponse:
    """A step's page; from here on other pages lead back to it."""
    found = progress or progress_of(guide, request.user)
    remember(request, guide, key)
    rows = [
        {
            "step": step,
            "address": address(step.key, guide),
            "is_here": step.key == key,
            "is_done": step.key in found.done,
            "is_passed": step.key in found.passed and step.key not in found.done,
        }
        for step in STEPS
    ]
    everything = {
        "guide": guide,
        "progress": found,
        "groups": found.groups,
        "step": BY_KEY[key],
        "number": [step.key for step in STEPS].index(key) + 1,
        "steps": rows,
        "next_address": address(after(key).key, guide),
        "groups_address": address("groups", guide),
        "publish_address": address("publish", guide),
        "is_done": key in found.done,
        **(words or {}),
    }
    return render(request, f"console/guide/{key}.html", everything, status=status)


def remember(request: HttpRequest, guide: Guide, key: str) -> None:
    """Show the way back to this step on the console's other pages; nothing of it once the guide is finished."""
    if guide.finished_at is not None:
        forget(request)
        return
    step = BY_KEY[key]
    held = {"name": guide.name, "step": step.name, "address": address(key, guide)}
    if request.session.get(REMEMBERED) != held:
        request.session[REMEMBERED] = held


def forget(request: HttpRequest) -> None:
    """No page leads back to a guide any more."""
    request.session.pop(REMEMBERED, None)


def told(error: ValidationError) -> str:
    """A refusal in one line."""
    return " ".join(error.messages)
