"""Makes the groups of a guided set-up: a segment for each value of a fact, or those of a ready template."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from partners.coverage import value_counts
from partners.facts import vocabulary
from partners.vocabulary import Field, FieldType, Subject
from people.models import User
from prm.catalogue.installing import install
from prm.catalogue.shapes import Template
from prm.guide import keeping
from segments import drafting, sets
from segments.addresses import free_set_slug, free_slug
from segments.models import Guide, SegmentSet
from segments.rules.writing import EVERYONE, Rule, every, leaf, never

MOST = 6
"""Groups made of one fact, beside everyone else; the rarer values go there."""
FEWEST = 2
NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
DIVIDES = NUMBERS | {FieldType.CHOICE, FieldType.ORDERED_CHOICE, FieldType.MULTI_CHOICE, FieldType.TEXT}
SLICES = (("Top fifth", 20), ("Upper middle", 50))
"""(name, the best so many per cent): each without those before it, so that nobody matches two of them."""


def divides(field: Field) -> bool:
    """Groups can be made of its values."""
    return field.type in DIVIDES and not field.sensitive and field.name not in ("external_id", "name")


def dividing(guide: Guide) -> list[Field]:
    """Of the facts that were chosen, those that groups can be made of."""
    words = vocabulary(Subject(guide.subject))
    return [words[name] for name in guide.facts if name in words and divides(words[name])]


@transaction.atomic
def split(*, guide: Guide, fact: str, user: User) -> SegmentSet:
    """An exclusive set of drafts, one for each common value of the fact, and everyone else. It becomes the guide's.

    Of numbers: the best fifth, those down to the middle, and the others. ValidationError when there are too few values.
    """
    field = next((each for each in dividing(guide) if each.name == fact), None)
    if field is None:
        raise ValidationError("Choose one of the facts of the step before.")
    subject = Subject(guide.subject)
    parts = _slices(field) if field.type in NUMBERS else _values(subject, field, user)
    slugs = [_draft(guide, name, rule, user) for name, rule in parts]
    rest = _draft(guide, f"{field.label}: everyone else", EVERYONE, user)
    made = sets.create_set(
        slug=free_set_slug(guide.name),
        name=guide.name,
        subject=guide.subject,
        mode=SegmentSet.Mode.EXCLUSIVE,
        segments=slugs,
        everyone_else=rest,
        description=guide.objective,
        author=str(user),
    )
    keeping.keep_set(guide=guide, segment_set=made)
    return made


def _slices(field: Field) -> list[tuple[str, Rule]]:
    made: list[tuple[str, Rule]] = []
    before: list[Rule] = []
    for name, share in SLICES:
        best = leaf(field.name, "topPercent", str(share))
        made.append((f"{name} by {field.label}", every(best, *before)))
        before.append(never(best))
    return made


def _values(subject: Subject, field: Field, user: User) -> list[tuple[str, Rule]]:
    found = [value for value, _ in value_counts(subject, field.name, user, limit=MOST)]
    if len(found) < FEWEST:
        raise ValidationError(
            f"{field.label} holds fewer than {FEWEST} values, so it tells nobody apart. Choose another."
        )
    labels = {choice.value: choice.label for choice in field.choices}
    order = {choice.value: place for place, choice in enumerate(field.choices)}
    if field.type is FieldType.ORDERED_CHOICE:
        found.sort(key=lambda value: -order.get(value, -1))
    is_many = field.type is FieldType.MULTI_CHOICE
    return [
        (
            f"{field.label}: {labels.get(value, value)}"[:200],
            every(leaf(field.name, "containsAny", [value]) if is_many else leaf(field.name, "=", value)),
        )
        for value in found
    ]


def _draft(guide: Guide, name: str, rule: Rule, user: User) -> str:
    made = drafting.create_segment(
        slug=free_slug(name),
        name=name,
        subject=guide.subject,
        rule=rule,
        objective=guide.objective,
        partner_visible=False,
        owner=user,
        author=str(user),
        viewer=user,
        reason=f"From the guided set-up “{guide.name}”",
    )
    return str(made.slug)


@transaction.atomic
def take_template(*, guide: Guide, template: Template, user: User) -> SegmentSet:
    """Install a template as drafts and make its set the guide's. ValidationError when it has none of the guide's subject.

    FieldTaken and RuleInvalid as the installation raises them.
    """
    slugs = [wanted.slug for wanted in template.segments if wanted.subject == guide.subject]
    if not slugs:
        raise ValidationError(f"“{template.name}” has no segments of {guide.subject}s.")
    install(templates=[template], author=str(user), owner=user)
    wanted_set = next((each for each in template.sets if each.subject == guide.subject), None)
    found = SegmentSet.objects.filter(slug=wanted_set.slug).first() if wanted_set else None
    if found is None:
        found = sets.create_set(
            slug=free_set_slug(template.name),
            name=template.name,
            subject=guide.subject,
            mode=SegmentSet.Mode.OVERLAPPING,
            segments=slugs,
            description=template.about,
            author=str(user),
        )
    keeping.keep_set(guide=guide, segment_set=found)
    return found
