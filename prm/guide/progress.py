"""How far a guided set-up is: read from the records, the segments and the programmes, hardly ever from the guide itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from partners.estimating import About, records
from partners.vocabulary import Subject
from people.roles import Viewer
from prm.guide.steps import STEPS, Step
from programs.models import PlaySegment, Target
from segments.models import Guide, Segment, SegmentComment, SegmentProfile, SetEntry

DESCRIBED = ("needs", "value_proposition", "support_level")
"""What the guide asks about each group; one of them makes a profile."""


@dataclass(frozen=True, slots=True)
class Group:
    """A segment of the set, and how far it is."""

    segment: Segment
    profile: SegmentProfile | None
    is_rest: bool
    programs: int
    """How many programmes name it."""

    @property
    def is_described(self) -> bool:
        """Something is said about its members."""
        return self.profile is not None and any(getattr(self.profile, name) for name in DESCRIBED)

    @property
    def is_active(self) -> bool:
        """Its members are kept up."""
        return bool(self.segment.status == Segment.Status.ACTIVE)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is done of a guide."""

    done: frozenset[str]
    """Keys of the steps."""
    passed: frozenset[str]
    groups: list[Group]
    """In the order of the set."""
    records: About
    """Partners or customers that the viewer sees."""

    @property
    def next_step(self) -> Step:
        """The first that is neither done nor passed; the last when all are."""
        behind = self.done | self.passed
        return next((step for step in STEPS if step.key not in behind), STEPS[-1])

    @property
    def drafts(self) -> list[Segment]:
        """Segments still to be published."""
        return [group.segment for group in self.groups if not group.is_active]


def progress_of(guide: Guide, viewer: Viewer) -> Progress:
    """Where a guide stands: a handful of queries, however many groups there are."""
    groups = groups_of(guide)
    found = records(Subject(guide.subject), viewer)
    segments = [group.segment for group in groups]
    own = [group for group in groups if not group.is_rest]
    done = {
        "objective": bool(guide.objective),
        "data": found.count > 0,
        "variables": bool(guide.facts),
        "groups": bool(groups),
        "profiles": bool(own) and all(group.is_described for group in own),
        "strategy": any(group.programs for group in groups),
        "review": any(segment.status == Segment.Status.IN_REVIEW for segment in segments)
        or SegmentComment.objects.filter(segment__in=segments).exists(),
        "publish": bool(groups) and all(group.is_active for group in groups),
        "date": bool(groups) and all(group.profile is not None and group.profile.review_on for group in groups),
    }
    return Progress(frozenset(key for key, is_done in done.items() if is_done), frozenset(guide.passed), groups, found)


def groups_of(guide: Guide) -> list[Group]:
    """The segments of its set."""
    if guide.set_id is None:
        return []
    entries = SetEntry.objects.filter(set=guide.set_id).order_by("position")
    rows = list(entries.select_related("segment__profile", "segment__draft", "segment__published"))
    pks = [row.segment_id for row in rows]
    named = Counter(
        Target.objects.filter(segment__in=pks).exclude(mode=Target.Mode.NONE).values_list("segment_id", flat=True)
    )
    named.update(PlaySegment.objects.filter(segment__in=pks).values_list("segment_id", flat=True))
    return [
        Group(row.segment, getattr(row.segment, "profile", None), row.is_rest, named[row.segment_id]) for row in rows
    ]
