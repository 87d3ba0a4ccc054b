"""Puts the groups of a guided set-up to work, with what they get."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from pyroaring import BitMap64

from people.roles import Viewer
from prm.guide.progress import groups_of
from programs import authoring
from programs.models import PlaySegment, Program, Target
from segments import previewing, publishing
from segments.dispatch import recompute_soon
from segments.models import Guide, Recompute, Segment, SegmentSet
from segments.rulebook import slugs_named
from segments.rules import RuleInvalid


@dataclass(frozen=True, slots=True)
class Live:
    """How many segments were published and programmes put on offer, and the run that finds the members."""

    segments: int
    programs: int
    run: Recompute | None


def waiting_programs(guide: Guide) -> list[Program]:
    """Drafts that are for segments of the set, by name: for partners in them, or plays for customers in them."""
    segments = [group.segment for group in groups_of(guide)]
    named = Target.objects.filter(segment__in=segments).exclude(mode=Target.Mode.NONE)
    plays = PlaySegment.objects.filter(segment__in=segments)
    wanted = Q(pk__in=named.values("program_id")) | Q(pk__in=plays.values("play__program_id"))
    return list(Program.objects.filter(wanted, status=Program.Status.DRAFT))


@dataclass(frozen=True, slots=True)
class Entering:
    """How many publishing everything at once would bring into one segment, and take out of it."""

    segment: Segment
    enter: int | None
    """None where the rule speaks of what is not there yet."""
    leave: int | None


def entering(guide: Guide, viewer: Viewer) -> list[Entering]:
    """What publishing all drafts of the set would do, of those the viewer may see. Evaluates each rule."""
    taken = BitMap64()
    found = []
    is_exclusive = guide.set is not None and guide.set.mode == SegmentSet.Mode.EXCLUSIVE
    for group in sorted(groups_of(guide), key=lambda group: group.is_rest):
        if group.is_active:
            continue
        try:
            moves = previewing.difference(group.segment, viewer, 0)
        except RuleInvalid:
            found.append(Entering(group.segment, None, None))
            continue
        ids = moves.enter.ids - taken if is_exclusive or group.is_rest else moves.enter.ids
        taken = taken | ids
        found.append(Entering(group.segment, len(ids), moves.leave.count))
    return found


@transaction.atomic
def go_live(*, guide: Guide, author: str, with_programs: bool) -> Live:
    """Publish what is not active yet and, if wanted, offer what waits for it. One run finds the members. All or nothing.

    RuleInvalid when a rule does not hold; ValidationError when there is nothing to publish or a programme is unfinished.
    """
    drafts = [group.segment for group in groups_of(guide) if not group.is_active]
    programs = waiting_programs(guide) if with_programs else []
    if not drafts and not programs:
        raise ValidationError("There is nothing to publish: all of it is at work.")
    for segment in _in_order(drafts):
        publishing.publish(segment=segment, author=author, queue=False)
    for program in programs:
        try:
            authoring.activate(program=program)
        except ValidationError as error:
            raise ValidationError(f"“{program.name}” cannot be put on offer: {' '.join(error.messages)}") from error
    run = None
    if drafts:
        slugs = sorted(segment.slug for segment in drafts)
        run = recompute_soon(trigger=Recompute.Trigger.PUBLISH, slugs=slugs, requested_by=author)
    return Live(len(drafts), len(programs), run)


def _in_order(segments: list[Segment]) -> list[Segment]:
    """Those that others refer to before the others, as publishing asks for; otherwise in the set's order."""
    waiting = {segment.slug: segment for segment in segments}
    found: list[Segment] = []
    while waiting:
        ready = [
            slug
            for slug, segment in waiting.items()
            if segment.draft is None or not (slugs_named(segment.draft.rule) & set(waiting) - {slug})
        ] or list(waiting)  # a circle: publishing says what is wrong
        found += [waiting.pop(slug) for slug in ready]
    return found
