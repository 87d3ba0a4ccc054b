"""Begins a guided set-up and keeps what each step comes to: in the guide what was wanted, all else in the segments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from insights.dispatch import measure_soon
from partners.facts import vocabulary
from partners.vocabulary import Subject
from people.models import User
from prm.guide.progress import DESCRIBED, groups_of
from prm.guide.steps import BY_KEY
from segments import drafting, profiling, reviewing
from segments.models import Guide, Segment, SegmentSet

WANTED = ("name", "objective", "kpi", "target", "measure", "target_value")
"""What the first step asks for, beside the subject."""
AIMS = ("kpi", "target", "measure", "target_value")
"""Of these, what a segment's profile has too."""


@transaction.atomic
def begin(*, user: User, subject: str, **wanted: Any) -> Guide:
    """A new guide. ValidationError by field."""
    made = Guide(subject=subject, created_by=user, **wanted)
    made.full_clean(exclude=["created_by"])
    made.save()
    return made


@transaction.atomic
def change_objective(*, guide: Guide, **wanted: Any) -> Guide:
    """Say the objective anew; segments that carry what was said before take the new words."""
    before = {name: getattr(guide, name) for name in WANTED}
    for name, value in wanted.items():
        setattr(guide, name, value)
    guide.full_clean(exclude=["created_by", "set"])
    guide.save(update_fields=list(wanted))
    hand_on(guide=guide, before=before)
    return guide


@transaction.atomic
def choose_facts(*, guide: Guide, facts: Iterable[str]) -> Guide:
    """The fields that the groups shall differ by. ValidationError for one there is not."""
    chosen = list(dict.fromkeys(facts))
    unknown = sorted(set(chosen) - set(vocabulary(Subject(guide.subject))))
    if unknown:
        raise ValidationError({"facts": f"There is no field {', '.join(unknown)}."})
    guide.facts = chosen
    guide.save(update_fields=["facts"])
    return guide


@transaction.atomic
def keep_set(*, guide: Guide, segment_set: SegmentSet) -> Guide:
    """Take a set as what comes of it; its segments get the objective where they have none. ValidationError otherwise."""
    if segment_set.subject != guide.subject:
        raise ValidationError(f"“{segment_set.name}” is a set of {segment_set.subject}s.")
    guide.set = segment_set
    guide.save(update_fields=["set"])
    hand_on(guide=guide)
    return guide


@transaction.atomic
def hand_on(*, guide: Guide, before: Mapping[str, Any] | None = None) -> None:
    """Objective and target to the segments that have none, or what the guide said before."""
    old = before or {}
    for group in groups_of(guide):
        segment, profile = group.segment, group.profile
        if guide.objective != segment.objective and segment.objective in ("", old.get("objective")):
            drafting.change_details(segment=segment, objective=guide.objective)
        values = {
            name: getattr(guide, name)
            for name in AIMS
            if profile is None or not getattr(profile, name) or getattr(profile, name) == old.get(name)
        }
        if any(value not in ("", None) for value in values.values()) or before is not None:
            profiling.change_profile(segment=segment, **values)


@transaction.atomic
def describe(*, guide: Guide, said: Mapping[str, Mapping[str, str]]) -> int:
    """What each group is like, by slug: {"needs": "…", …}. Returns how many groups were written to."""
    count = 0
    for group in groups_of(guide):
        values = said.get(group.segment.slug)
        if values is not None:
            profiling.change_profile(segment=group.segment, **{name: values[name] for name in DESCRIBED})
            count += 1
    return count


@transaction.atomic
def ask_for_review(*, guide: Guide, user: User, reviewers: Iterable[User], question: str) -> int:
    """Put every draft of the set up for review, with the question and who is asked. Returns how many."""
    asked = list(reviewers)
    names = ", ".join(str(each) for each in asked)
    text = " ".join(part for part in (f"Asked: {names}." if names else "", question.strip()) if part)
    guide.reviewers.set(asked)
    count = 0
    for group in groups_of(guide):
        if group.segment.status in (Segment.Status.DRAFT, Segment.Status.IN_REVIEW):
            reviewing.request_review(segment=group.segment, user=user, text=text)
            count += 1
    return count


@transaction.atomic
def note(*, guide: Guide, slug: str, user: User, text: str, partner: str = "") -> None:
    """What a colleague says of one group, or of all when the slug is empty; `partner`: who said it to them."""
    said = f"{partner.strip()} says: {text.strip()}" if partner.strip() and text.strip() else text
    groups = [group for group in groups_of(guide) if slug in ("", group.segment.slug)]
    if not groups:
        raise ValidationError("There is no such group.")
    for group in groups:
        reviewing.comment(segment=group.segment, user=user, text=said)


@transaction.atomic
def leave_undone(*, guide: Guide, key: str) -> Guide:
    """Go on without a step. ValidationError for one that cannot be left out."""
    if key not in BY_KEY or not BY_KEY[key].can_pass:
        raise ValidationError("This step cannot be left out.")
    if key not in guide.passed:
        guide.passed = [*guide.passed, key]
        guide.save(update_fields=["passed"])
    return guide


@transaction.atomic
def finish(*, guide: Guide, review_on: date) -> Guide:
    """Every segment is looked at again on that day; the guide is done with, and all is measured.

    ValidationError while one is not published.
    """
    groups = groups_of(guide)
    if not groups or not all(group.is_active for group in groups):
        raise ValidationError("Publish the segments first; then a day can be set to look at them again.")
    for group in groups:
        profiling.change_profile(segment=group.segment, review_on=review_on)
    if guide.finished_at is None:
        guide.finished_at = timezone.now()
        guide.save(update_fields=["finished_at"])
    measure_soon()  # members are found by now: the first figures need not wait for the night
    return guide


@transaction.atomic
def give_up(*, guide: Guide) -> None:
    """Take the guide away; what it made stays."""
    guide.delete()
