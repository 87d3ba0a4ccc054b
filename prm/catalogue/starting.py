"""After installation: where each part of a template stands, putting all of it to work, or taking its drafts away again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from prm.catalogue.shapes import Template, WantedSegment
from programs import authoring
from programs.drafts import ProgramDraft
from programs.models import Program
from segments import drafting, publishing, sets
from segments.dispatch import recompute_soon
from segments.models import Recompute, Segment, SegmentSet


@dataclass(frozen=True, slots=True)
class State:
    """What of a template is there, each part beside what was wanted; None where it is not."""

    segments: list[tuple[WantedSegment, Segment | None]]
    programs: list[tuple[ProgramDraft, Program | None]]

    @property
    def there(self) -> int:
        """How many parts are there."""
        return sum(found is not None for _, found in (*self.segments, *self.programs))

    @property
    def parts(self) -> int:
        """How many parts the template has."""
        return len(self.segments) + len(self.programs)

    @property
    def segment_drafts(self) -> list[Segment]:
        """Segments that were never published, in the template's order."""
        return [found for _, found in self.segments if found is not None and found.published_id is None]

    @property
    def program_drafts(self) -> list[Program]:
        """Programmes that were never put on offer."""
        return [found for _, found in self.programs if found is not None and found.status == Program.Status.DRAFT]


@dataclass(frozen=True, slots=True)
class Started:
    """How much was put to work, and the run that finds the members."""

    segments: int
    programs: int
    run: Recompute | None


def states(templates: tuple[Template, ...]) -> dict[str, State]:
    """The state of each template, by slug: two queries, however many there are."""
    segments = Segment.objects.in_bulk([part.slug for each in templates for part in each.segments], field_name="slug")
    programs = Program.objects.in_bulk([draft.slug for each in templates for draft in each.programs], field_name="slug")
    return {
        each.slug: State(
            [(part, segments.get(part.slug)) for part in each.segments],
            [(draft, programs.get(draft.slug)) for draft in each.programs],
        )
        for each in templates
    }


@transaction.atomic
def start(*, template: Template, author: str) -> Started:
    """Publish the template's drafts and put its programmes on offer; one run finds the members. All or nothing.

    Raises RuleInvalid or ValidationError when somebody changed a draft so that it does not hold.
    """
    state = states((template,))[template.slug]
    segments, programs = state.segment_drafts, state.program_drafts
    for segment in segments:
        publishing.publish(segment=segment, author=author, queue=False)
    for program in programs:
        authoring.activate(program=program)
    run = None
    if segments:
        slugs = sorted(segment.slug for segment in segments)
        run = recompute_soon(trigger=Recompute.Trigger.PUBLISH, slugs=slugs, requested_by=author)
    return Started(len(segments), len(programs), run)


@transaction.atomic
def remove(*, template: Template, author: str) -> int:
    """Take away what is still a draft; returns how many parts. What was published, and attributes with values, stay.

    Raises SegmentInUse when something else refers to one of the segments.
    """
    state = states((template,))[template.slug]
    segments, programs = state.segment_drafts, state.program_drafts
    for program in programs:
        authoring.delete_program(program=program)
    gone = {segment.pk for segment in segments}
    count = len(segments) + len(programs)
    for found in SegmentSet.objects.filter(slug__in=[wanted.slug for wanted in template.sets]):
        if set(found.entries.values_list("segment_id", flat=True)) <= gone:
            sets.delete_set(segment_set=found, author=author)
            count += 1
    for segment in reversed(segments):  # those that refer to others come after them
        drafting.delete_segment(segment=segment)
    return count
