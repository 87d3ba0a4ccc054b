"""How many each rule of a template finds now. Of a large population a worker counts, and what it found is kept for a while."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from celery import current_app
from django.core.cache import cache
from django.utils import timezone

from people.models import User
from people.roles import Viewer
from prm.catalogue.shapes import Template, WantedSegment
from segments import previewing
from segments.lightness import is_light
from segments.models import Segment
from segments.rules import RuleInvalid

COUNT_TASK = "prm.count_template"
KEPT_SECONDS = 600
ASKED_SECONDS = 60
"""After so long without an answer a worker is asked once more: the message may be lost."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule finds by itself, outside its set."""

    count: int
    total: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Sizes:
    """What each rule finds, in the order of the template's segments, and when it was counted."""

    found: Sequence[Found | None]
    """None where a rule speaks of what is not there yet, or of what the viewer may not read."""
    at: datetime


def sizes(template: Template, user: User) -> Sizes | None:
    """The counts that the user may see; None while a worker counts."""
    if all(is_light(segment.subject, segment.rule) for segment in template.segments):
        return counted(template, user)
    key = _key(template, user)
    known: Sizes | None = cache.get(key)
    if known is None and cache.add(f"{key}:asked", True, ASKED_SECONDS):
        current_app.send_task(COUNT_TASK, [template.slug, user.pk], expires=ASKED_SECONDS)
    return known


def keep(template: Template, user: User) -> None:
    """Count, and keep the counts for whoever asked."""
    key = _key(template, user)
    cache.set(key, counted(template, user), KEPT_SECONDS)
    cache.delete(f"{key}:asked")


def counted(template: Template, viewer: Viewer) -> Sizes:
    """Work all the rules out."""
    at = timezone.now()
    return Sizes([_found(segment, viewer) for segment in template.segments], at)


def _found(segment: WantedSegment, viewer: Viewer) -> Found | None:
    try:
        found = previewing.preview(subject=segment.subject, rule=segment.rule, viewer=viewer, sample_size=0)
    except RuleInvalid:
        return None
    return None if found.count is None else Found(found.count, found.total, found.sentence)


def _key(template: Template, user: User) -> str:
    """Anew when the user may see differently, and when what the rules refer to was installed or started."""
    slugs = [segment.slug for segment in template.segments]
    here = Segment.objects.filter(slug__in=slugs).order_by("slug").values_list("slug", "status")
    told = repr([template.slug, user.pk, user.role, sorted(user.regions), list(here)])
    return f"template-counts:{hashlib.sha256(told.encode()).hexdigest()}"
