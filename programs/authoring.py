"""Writing programmes: made, changed, activated, archived. Every refusal is a ValidationError by field name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from partners.vocabulary import Subject
from people.roles import Viewer
from programs.audience import targeting_of
from programs.dispatch import settle_soon
from programs.drafts import ContentDraft, CourseDraft, Errors, IncentiveDraft, ProgramDraft
from programs.kits import write_customer_segments, write_items
from programs.lessons import keyed, kind_of
from programs.models import Content, Course, Incentive, Program, Target
from programs.targeting import Targeting
from programs.translations import translated
from programs.versions import content_draft, write_content
from segments.models import Segment

NOBODY = "Choose at least one segment to be in (any or all). Leaving segments out alone offers it to nobody."


@transaction.atomic
def create_program(*, draft: ProgramDraft, author: Viewer | None = None) -> Program:
    """A new programme, as a draft: nothing is offered until it is activated. `author` is the person, where there is one."""
    errors = draft.errors()
    if "slug" not in errors and Program.objects.filter(slug=draft.slug).exists():
        errors["slug"] = [f"There is a programme “{draft.slug}” already. Choose another."]
    segments = _segments(draft.targeting, errors)
    _refuse(errors)
    program = Program.objects.create(slug=draft.slug, kind=draft.kind, **_own(draft))
    _write_targets(program, draft.targeting, segments)
    _write_detail(program, draft, author)
    return program


@transaction.atomic
def change_program(*, program: Program, draft: ProgramDraft, author: Viewer | None = None) -> Program:
    """Make the programme what the draft says; its kind stays. One that is active settles anew."""
    program = Program.objects.select_for_update().get(pk=program.pk)
    errors = draft.errors()
    if draft.kind != program.kind:
        errors["kind"] = [f"This is a {program.get_kind_display().lower()} programme and stays one. Make a new one."]
    if "slug" not in errors and Program.objects.filter(slug=draft.slug).exclude(pk=program.pk).exists():
        errors["slug"] = [f"There is a programme “{draft.slug}” already. Choose another."]
    is_active = program.status == Program.Status.ACTIVE
    if is_active and not draft.is_for_somebody:
        errors.setdefault("any", []).append(NOBODY)
    _keep_what_was_paid_by(program, draft, errors)
    if is_active and isinstance(draft.detail, CourseDraft) and (empty := _empty_quizzes(draft.detail.lessons or ())):
        errors.setdefault("lessons", []).extend(empty)
    segments = _segments(draft.targeting, errors)
    _refuse(errors)
    values = {"slug": draft.slug, **_own(draft)}
    if is_active:
        values["starts_on"] = _first_day(draft)
    _set(program, values)
    _write_targets(program, draft.targeting, segments)
    _write_detail(program, draft, author)
    if is_active:
        settle_soon([program.pk])
    return program


@transaction.atomic
def activate(*, program: Program) -> Program:
    """Put it on offer, now or from its first day. Refused when it would be for nobody, or is over already."""
    program = Program.objects.select_for_update().get(pk=program.pk)
    draft = draft_of(program)
    errors: Errors = {}
    if not draft.is_for_somebody:
        errors["any"] = [NOBODY]
    if program.ends_on and program.ends_on < timezone.localdate(timezone=timezone.get_default_timezone()):
        errors["ends_on"] = [f"Its last day, {program.ends_on:%-d %B %Y}, is over. Choose a later one first."]
    if program.kind == Program.Kind.COURSE and not program.course.lessons:
        errors["lessons"] = ["Write at least one lesson first."]
    if program.kind == Program.Kind.COURSE and (empty := _empty_quizzes(program.course.lessons)):
        errors["lessons"] = empty
    if program.kind == Program.Kind.CONTENT and (missing := _missing(program.content)):
        errors["body"] = [missing]
    _refuse(errors)
    _set(program, {"status": Program.Status.ACTIVE, "starts_on": _first_day(draft)})
    settle_soon([program.pk])
    return program


@transaction.atomic
def archive(*, program: Program) -> Program:
    """Take it off offer: what was started stays completable, the rest is withdrawn."""
    program = Program.objects.select_for_update().get(pk=program.pk)
    _set(program, {"status": Program.Status.ARCHIVED})
    settle_soon([program.pk])
    return program


@transaction.atomic
def delete_program(*, program: Program) -> None:
    """Remove one that was never offered to anybody; others are archived, so that history stays."""
    program = Program.objects.select_for_update().get(pk=program.pk)
    if program.offers.exists() or program.status == Program.Status.ACTIVE:
        raise ValidationError("It is or was on offer, so it is kept. Archive it instead.", code="in_use")
    program.delete()


def draft_of(program: Program) -> ProgramDraft:
    """The programme as a draft: what a form starts from, and what a partial change replaces parts of."""
    detail: ContentDraft | CourseDraft | IncentiveDraft
    if program.kind == Program.Kind.CONTENT:
        detail = content_draft(program.content)
    elif program.kind == Program.Kind.COURSE:
        own = {name: getattr(program.course, name) for name in _COURSE}
        original = program.translates.slug if program.translates else ""
        detail = CourseDraft(lessons=tuple(program.course.lessons), translates=original, **own)
    else:
        values = {name: getattr(program.incentive, name) for name in _INCENTIVE}
        detail = IncentiveDraft(**values | {"tiers": tuple(values["tiers"])})
    return ProgramDraft(
        slug=program.slug,
        detail=detail,
        targeting=targeting_of(program.targets.select_related("segment")),
        **{name: getattr(program, name) for name in _OWN},
    )


_INCENTIVE = ("type", "rate", "amount", "currency", "budget", "cap", "tiers", "period", "terms", "asks_first")
_COURSE = ("minutes", "due_days", "gives_certificate", "certificate_months", "language")
_PAID_BY = ("type", "rate", "amount", "currency", "tiers", "period")
"""What past deals were paid by: fixed once there is an entry in the ledger."""
_OWN = ("name", "summary", "stage", "starts_on", "ends_on", "new_members_only", "priority")


def _missing(content: Content) -> str:
    """Why content has nothing to show yet, and what to do; "" when it has."""
    has_something = bool(content.body or content.url or content.file) or content.items.exists()
    if has_something and (content.shown_version or not content.needs_approval):
        return ""
    if content.needs_approval and content.versions.exists():
        return "Have a colleague approve it first: partners see approved versions only."
    return "Write a page, give a link or add a file first."


def _empty_quizzes(lessons: Iterable[dict[str, Any]]) -> list[str]:
    """What is wrong with a course on offer: nobody can pass a quiz without questions."""
    return [
        f"“{lesson['title']}” has no question yet."
        for lesson in lessons
        if kind_of(lesson) == "quiz" and not (lesson.get("quiz") or {}).get("questions")
    ]


def _own(draft: ProgramDraft) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in _OWN}


def _keep_what_was_paid_by(program: Program, draft: ProgramDraft, errors: Errors) -> None:
    """Terms that something was earned or claimed under do not change: they would change what was promised."""
    detail = draft.detail
    if not isinstance(detail, IncentiveDraft) or program.kind != Program.Kind.INCENTIVE:
        return
    incentive = program.incentive
    if "tiers" in errors:
        return
    values = {name: getattr(detail, name) for name in _PAID_BY} | {"tiers": detail.plain_tiers()}
    changed = [name for name, value in values.items() if value != getattr(incentive, name)]
    is_asked_for = incentive.requests.exists()
    if is_asked_for and not detail.asks_first:
        errors["asks_first"] = ["Partners have asked for these funds already, so this stays."]
    if changed and (is_asked_for or incentive.entries.exists() or incentive.claims.exists()):
        for name in changed:
            errors.setdefault(name, []).append(
                "Partners have earned or claimed by these terms, so this stays. Archive it and make a new incentive."
            )


def _first_day(draft: ProgramDraft) -> Any:
    """A programme for new entrants needs a day to count from: today, when none is given."""
    if draft.new_members_only and draft.starts_on is None:
        return timezone.localdate(timezone=timezone.get_default_timezone())
    return draft.starts_on


def _refuse(errors: Errors) -> None:
    if errors:
        raise ValidationError(errors)


def _set(program: Program, values: dict[str, Any]) -> None:
    values["updated_at"] = timezone.now()
    for name, value in values.items():
        setattr(program, name, value)
    program.save(update_fields=list(values))


def _segments(targeting: Targeting, errors: Errors) -> dict[str, int]:
    """Ids of the targeted segments by slug; what cannot be targeted is added to the errors, naming it."""
    found = {each.slug: each for each in Segment.objects.filter(slug__in=targeting.slugs)}
    for mode in Target.Mode.values:
        for slug in getattr(targeting, mode):
            if slug not in found:
                message = f"There is no segment “{slug}”."
            elif found[slug].subject != Subject.PARTNER:
                message = (
                    f"“{slug}” is a segment of customers. Programmes are offered to partners: choose one of theirs."
                )
            elif found[slug].status == Segment.Status.ARCHIVED:
                message = f"“{slug}” is archived and has no members. Choose another."
            else:
                continue
            errors.setdefault(mode, []).append(message)
    return {slug: each.pk for slug, each in found.items()}


def _pairs(targeting: Targeting, segments: dict[str, int]) -> Iterable[tuple[int, str]]:
    return [(segments[slug], mode) for mode in Target.Mode.values for slug in getattr(targeting, mode)]


def _write_targets(program: Program, targeting: Targeting, segments: dict[str, int]) -> None:
    wanted = set(_pairs(targeting, segments))
    have = {(target.segment_id, target.mode): target.pk for target in program.targets.all()}
    Target.objects.filter(pk__in=[pk for pair, pk in have.items() if pair not in wanted]).delete()
    Target.objects.bulk_create(
        [Target(program=program, segment_id=segment, mode=mode) for segment, mode in sorted(wanted - set(have))]
    )


def _write_detail(program: Program, draft: ProgramDraft, author: Viewer | None) -> None:
    detail = draft.detail
    if isinstance(detail, ContentDraft | CourseDraft):
        program.translates = translated(program.kind, detail.translates, program)
        program.save(update_fields=["translates"])
    if isinstance(detail, ContentDraft):
        content = write_content(program=program, detail=detail, author=author)
        write_items(content, detail.items)
        write_customer_segments(content, detail.customer_segments)
    elif isinstance(detail, CourseDraft):
        before = Course.objects.filter(program=program).values_list("lessons", flat=True).first() or []
        own = {name: getattr(detail, name) for name in _COURSE}
        if detail.lessons is not None:
            own["lessons"] = keyed(detail.lessons, before)
        Course.objects.update_or_create(program=program, defaults=own)
    else:
        values = {name: getattr(detail, name) for name in _INCENTIVE}
        values["tiers"] = detail.plain_tiers()
        Incentive.objects.update_or_create(program=program, defaults=values)
