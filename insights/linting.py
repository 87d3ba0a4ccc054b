"""The classic mistakes of segmentation, found in the figures of the night's checkup. Pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from insights.figures import Figures
from insights.principles import percent
from partners.vocabulary import BUILT_IN, Subject

TINY = 5
"""Fewer members are hardly worth a programme of their own."""
TINY_SHARE = 0.001
ALMOST_ALL = 0.9
MOST = 60
"""More active segments than anybody can look after."""
FEWEST_EACH = 5
"""So many subjects at least for every segment."""
FROZEN_DAYS = 180
BY_HAND = 0.5
EMPTY = 0.5
STALE_DAYS = 730
OVERLAP = 0.1
DEMOGRAPHIC = frozenset(
    {
        "external_id", "name", "region", "country", "city", "employees", "annual_revenue", "industry", "partner_type",
        "joined_on", "parent",
    }
)  # fmt: skip
"""What a company is, rather than what it does or needs."""


@dataclass(frozen=True, slots=True)
class Named:
    """A segment as the linter speaks of it."""

    slug: str
    name: str
    subject: str
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: what, where, why it is one, and where it is mended."""

    code: str
    title: str
    said: str
    about: str
    """Name of the segment or set."""
    slug: str
    """Of the segment or set; empty when it is about all of them."""
    fix: str
    """Name of the address where it is mended."""
    fix_label: str
    serious: bool = False
    other: str = ""
    """The slug of the other segment, for those that are nearly the same."""
    is_set: bool = False
    subject: str = ""
    """Of whom the segment or the set is; "" where it is known by the slug."""


def of_segment(segment: Named, f: Figures, others: Mapping[str, tuple[Named, Figures]]) -> Iterable[Finding]:
    """What is wrong with one segment. `others`: all of them by slug, for those that are nearly the same."""
    yield from _of_its_size(segment, f)
    yield from _twins(segment, f, others)
    yield from _of_its_care(segment, f)
    if not segment.is_list:
        yield from _of_its_rule(segment, f)


def _found(segment: Named, code: str, title: str, said: str, fix: str, label: str, *, serious: bool = False) -> Finding:
    return Finding(code, title, said, segment.name, segment.slug, fix, label, serious, subject=segment.subject)


def _edit(segment: Named) -> str:
    return "console_segment_members" if segment.is_list else "console_segment_edit"


def _of_its_size(segment: Named, f: Figures) -> Iterable[Finding]:
    edit = _edit(segment)
    if f.count == 0:
        said = "No record matches. A condition may be too narrow."
        yield _found(segment, "empty", "Nobody is in it", said, edit, "Edit", serious=True)
    elif f.count < TINY or f.size < TINY_SHARE:
        said = "Fewer than five members, or than one in a thousand: too few for a programme of their own."
        yield _found(segment, "tiny", "Tiny", said, edit, "Widen it")
    if f.size >= ALMOST_ALL:
        said = f"It holds {percent(f.size)} of all {segment.subject}s, so it tells nobody apart."
        yield _found(segment, "almost_all", "Holds almost everybody", said, edit, "Narrow it", serious=True)


def _of_its_care(segment: Named, f: Figures) -> Iterable[Finding]:
    if not f.bound:
        said = "No programme, play, journey, message or other segment names it: its members get nothing of their own."
        yield _found(
            segment, "unbound", "Nothing is bound to it", said, "console_program_new", "New programme", serious=True
        )
    if f.review_days is None:
        said = "No day is set on which somebody asks whether it is still right."
        yield _found(segment, "unreviewed", "Never reviewed", said, "console_segment_profile", "Set a review")
    elif f.review_days < 0:
        said = f"Its review was due {-f.review_days} day{'' if f.review_days == -1 else 's'} ago."
        yield _found(segment, "overdue", "Review overdue", said, "console_segment_profile", "Review it")


def _of_its_rule(segment: Named, f: Figures) -> Iterable[Finding]:
    if f.count and (f.still_days or 0) > FROZEN_DAYS:
        said = f"Nobody entered or left for {f.still_days} days, though its rule could let them."
        yield _found(segment, "frozen", "Frozen", said, "console_segment_edit", "Look at the rule")
    if f.by_hand > BY_HAND:
        said = f"Overrides by hand come to {percent(f.by_hand)} of its members: the rule does not say what you mean."
        yield _found(segment, "by_hand", "Mostly by hand", said, "console_segment_by_hand", "See the overrides")
    if f.fields and all(name in DEMOGRAPHIC for name in f.fields):
        labels = {field.name: field.label for field in BUILT_IN[Subject(segment.subject)]}
        names = " and ".join(labels.get(name, name) for name in f.fields)
        said = f"It goes by {names} alone: what they are, not what they do or need."
        yield _found(
            segment, "demographics", "Demographics only", said, "console_segment_edit", "Add behaviour or needs"
        )
    if f.emptiest is not None and f.emptiest < EMPTY:
        said = f"{f.emptiest_field} is known of {percent(f.emptiest)} only; the rule guesses about the others."
        yield _found(
            segment, "empty_field", "Rests on an empty field", said, "console_imports", "Import values", serious=True
        )
    if f.age_days is not None and f.age_days > STALE_DAYS:
        said = f"Its values are {f.age_days:.0f} days old (median); the oldest is {f.stale_field}."
        yield _found(segment, "stale_field", "Rests on stale values", said, "console_imports", "Import newer ones")


def _twins(segment: Named, f: Figures, others: Mapping[str, tuple[Named, Figures]]) -> Iterable[Finding]:
    """Each pair once, at the one that less depends on."""
    for slug, likeness in f.twins:
        if slug not in others:
            continue
        other, theirs = others[slug]
        if (theirs.bound, other.slug) < (f.bound, segment.slug):
            continue
        said = (
            f"{percent(likeness)} of their members are the same. Merge them: keep {other.name}, on which "
            f"{theirs.bound} depend{'s' if theirs.bound == 1 else ''}, and archive this one."
        )
        yield Finding(
            "twin", f"Nearly the same as {other.name}", said, segment.name, segment.slug, "console_compare", "Compare",
            other=other.slug,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SetFigures:
    """A set as the linter sees it."""

    slug: str
    name: str
    is_exclusive: bool
    exhaustive: float
    exclusive: float


def of_set(each: SetFigures) -> Iterable[Finding]:
    """What is wrong with a set: whether it leaves anybody out, and whether anybody is in several places."""

    def found(code: str, title: str, said: str, serious: bool) -> Finding:
        return Finding(
            code, title, said, each.name, each.slug, "console_set_edit", "Edit the set", serious, is_set=True
        )

    if each.exhaustive < 1:
        said = f"{percent(1 - each.exhaustive)} are in none of its segments. Add “everyone else”, or widen one."
        yield found("not_exhaustive", "Leaves some out", said, serious=each.exhaustive < 0.8)
    if 1 - each.exclusive > OVERLAP:
        how = "only the order decides where they are" if each.is_exclusive else "they are in all of them"
        said = f"{percent(1 - each.exclusive)} of its members match several of its segments; {how}."
        yield found("not_exclusive", "Not exclusive", said, serious=False)


def of_all(subject: str, count: int, subjects: int) -> Iterable[Finding]:
    """Too many segments of a subject."""
    if count > MOST or (subjects and count * FEWEST_EACH > subjects):
        said = f"{count} active segments, or fewer than five {subject}s for each: nobody can look after all of them."
        yield Finding(
            "too_many",
            f"Too many {subject} segments",
            said,
            "",
            "",
            "console_insights_health",
            "See the weakest",
            True,
            subject=subject,
        )


def lint(
    segments: Sequence[tuple[Named, Figures]], sets: Sequence[SetFigures], subjects: Mapping[str, int]
) -> list[Finding]:
    """Every mistake, the serious ones first. `subjects`: how many records there are of each subject."""
    by_slug = {segment.slug: (segment, figures) for segment, figures in segments}
    found: list[Finding] = []
    for subject, total in subjects.items():
        found += of_all(subject, sum(1 for segment, _ in segments if segment.subject == subject), total)
    for each in sets:
        found += of_set(each)
    for segment, figures in segments:
        found += of_segment(segment, figures, by_slug)
    return sorted(found, key=_serious_first)


def lint_one(segment: Named, figures: Figures, others: Mapping[str, tuple[Named, Figures]]) -> list[Finding]:
    """The mistakes of one segment. `others`: by slug, those that are nearly the same."""
    return sorted(of_segment(segment, figures, others), key=_serious_first)


def _serious_first(finding: Finding) -> tuple[bool, str, str]:
    return (not finding.serious, finding.title, finding.about)
