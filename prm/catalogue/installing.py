"""Installs templates: what they speak of, their segments, sets and programmes, all as drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from partners import attributes
from partners.models import Attribute
from partners.vocabulary import Subject
from people.models import User
from prm.catalogue.shapes import Template, WantedField, WantedSegment
from programs import authoring
from programs.models import Program
from segments import drafting, profiling, sets
from segments.models import Segment, SegmentSet


@dataclass(slots=True)
class Installed:
    """What an installation made, by slug or name, and what was there already and was left alone."""

    fields: list[str] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    sets: list[str] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def made(self) -> int:
        """How many things are new."""
        return len(self.fields) + len(self.segments) + len(self.sets) + len(self.programs)


class FieldTaken(Exception):
    """A custom attribute of the template's name is there with another type: the rules would not fit it."""


@transaction.atomic
def install(*, templates: Sequence[Template], author: str, owner: User | None = None) -> Installed:
    """Everything the templates hold that is not there yet; what is there stays as somebody made it. All or nothing.

    Segments and programmes are drafts: nothing has members and nothing is offered before they are published. Raises
    FieldTaken.
    """
    done = Installed()
    for template in templates:
        for wanted in template.fields:
            _field(wanted, done)
        for more in template.choices:
            attributes.add_choices(subject=more.subject, field=more.field, values=more.choices)
    for template in templates:
        for segment in template.segments:
            _segment(segment, author, owner, done)
        _sets(template, author, done)
        _programs(template, done)
    return done


def _field(wanted: WantedField, done: Installed) -> None:
    have = Attribute.objects.filter(subject=wanted.subject, name=wanted.name, archived_at=None, built_in=False).first()
    if have is None:
        attributes.create_attribute(
            subject=wanted.subject,
            name=wanted.name,
            label=wanted.label,
            type=wanted.type,
            choices=wanted.choices,
            sensitive=wanted.sensitive,
            description=wanted.about,
        )
        done.fields.append(wanted.name)
        return
    if have.type != wanted.type:
        raise FieldTaken(
            f"The template needs an attribute “{wanted.name}” of type {wanted.type}, and there is one of type {have.type}. "
            "Archive that one, or make the segments by hand."
        )
    if wanted.choices:
        attributes.add_choices(subject=wanted.subject, field=wanted.name, values=wanted.choices)
    done.kept.append(wanted.name)


def _segment(wanted: WantedSegment, author: str, owner: User | None, done: Installed) -> None:
    if Segment.objects.filter(slug=wanted.slug).exists():
        done.kept.append(wanted.slug)
        return
    segment = drafting.create_segment(
        slug=wanted.slug,
        name=wanted.name,
        subject=wanted.subject,
        rule=wanted.rule,
        description=wanted.about,
        objective=wanted.objective,
        partner_visible=wanted.partner_visible and wanted.subject == Subject.PARTNER,
        owner=owner,
        author=author,
        reason="From a template",
    )
    profiling.change_profile(
        segment=segment,
        kpi=wanted.kpi,
        target=wanted.target,
        needs=wanted.needs,
        value_proposition=wanted.offer,
        support_level=wanted.support,
    )
    done.segments.append(wanted.slug)


def _sets(template: Template, author: str, done: Installed) -> None:
    for wanted in template.sets:
        if SegmentSet.objects.filter(slug=wanted.slug).exists():
            done.kept.append(wanted.slug)
            continue
        sets.create_set(
            slug=wanted.slug,
            name=wanted.name,
            subject=wanted.subject,
            mode=SegmentSet.Mode.EXCLUSIVE if wanted.exclusive else SegmentSet.Mode.OVERLAPPING,
            segments=wanted.segments,
            everyone_else=wanted.rest,
            description=wanted.about,
            author=author,
        )
        done.sets.append(wanted.slug)


def _programs(template: Template, done: Installed) -> None:
    for draft in template.programs:
        if Program.objects.filter(slug=draft.slug).exists():
            done.kept.append(draft.slug)
            continue
        authoring.create_program(draft=draft)
        done.programs.append(draft.slug)
