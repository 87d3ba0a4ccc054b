"""What a template is made of. Pure values: nothing here knows what a database holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from partners.vocabulary import Choice, FieldType, Subject
from programs.drafts import ProgramDraft
from segments.rules.writing import Rule


class View(StrEnum):
    """How a template divides."""

    CUSTOMERS = "customers by need"
    CRITERION = "partners by criterion"
    TYPE = "partners by type"
    ACROSS = "across industries"
    METHOD = "ways of segmenting"


@dataclass(frozen=True, slots=True)
class WantedField:
    """A custom attribute that the template's rules speak of; made at installation where it is not there yet."""

    subject: Subject
    name: str
    label: str
    type: FieldType
    about: str
    choices: tuple[Choice, ...] = ()
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class WantedChoices:
    """Choices that a field needs beside those it has."""

    subject: Subject
    field: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class WantedSegment:
    """A segment to be, with its profile."""

    slug: str
    name: str
    subject: Subject
    rule: Rule
    about: str
    objective: str
    kpi: str = ""
    target: str = ""
    needs: str = ""
    offer: str = ""
    """The value proposition."""
    support: str = ""
    """The support level."""
    partner_visible: bool = True


@dataclass(frozen=True, slots=True)
class WantedSet:
    """Segments that belong together: the first that fits wins, or several may."""

    slug: str
    name: str
    subject: Subject
    exclusive: bool
    segments: tuple[str, ...]
    rest: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A way to divide partners or customers, with what each part gets."""

    slug: str
    name: str
    view: View
    about: str
    segments: tuple[WantedSegment, ...]
    industry: str = ""
    """Key of the industry; "" for templates that fit every one."""
    sets: tuple[WantedSet, ...] = ()
    programs: tuple[ProgramDraft, ...] = ()
    fields: tuple[WantedField, ...] = ()
    choices: tuple[WantedChoices, ...] = field(default=())

    def gets(self, segment: WantedSegment) -> Iterator[ProgramDraft]:
        """The programmes of the template that a segment is entitled to."""
        for draft in self.programs:
            play = getattr(draft.detail, "customer_segments", ())
            if segment.slug in (*draft.targeting.any, *draft.targeting.all, *play):
                yield draft
