"""Forms in which staff write programmes: one per kind."""

from __future__ import annotations

from programs.console.forms.content import ContentForm
from programs.console.forms.course import CourseForm
from programs.console.forms.incentive import IncentiveForm
from programs.console.forms.program import MODES, SLUG_LABEL, Day, ProgramForm, segment_choices, slug_of
from programs.models import Content, Program

__all__ = [
    "FORMS",
    "MODES",
    "SLUG_LABEL",
    "ContentForm",
    "CourseForm",
    "Day",
    "IncentiveForm",
    "ProgramForm",
    "present_file",
    "segment_choices",
    "slug_of",
]

FORMS: dict[str, type[ProgramForm]] = {
    Program.Kind.CONTENT: ContentForm,
    Program.Kind.COURSE: CourseForm,
    Program.Kind.INCENTIVE: IncentiveForm,
}


def present_file(program: Program | None) -> Content | None:
    """The content of a programme that has a file."""
    content: Content | None = getattr(program, "content", None)
    return content if content and content.file else None
