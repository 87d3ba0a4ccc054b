"""Forms in which staff write programmes: one per kind."""

from __future__ import annotations

from programs.console.forms.content import ContentForm
from programs.console.forms.course import CourseForm
from programs.console.forms.incentive import IncentiveForm
from programs.console.forms.program import MODES, Day, ProgramForm, segment_choices
from programs.models import Content, Program

__all__ = [
    "FORMS",
    "MODES",
    "ContentForm",
    "CourseForm",
    "Day",
    "IncentiveForm",
    "ProgramForm",
    "present_file",
    "segment_choices",
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
