"""The same content or course in several languages: which of them a person is shown, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.conf.locale import LANG_INFO
from django.core.exceptions import ValidationError

from people.models import Preference
from people.roles import Viewer
from programs.models import Content, Course, Program

T = TypeVar("T")


def language_of(program: Program) -> str:
    """Its language; "" for what has none. Reads the detail row."""
    if program.kind == Program.Kind.CONTENT:
        return program.content.language
    return program.course.language if program.kind == Program.Kind.COURSE else ""


def preferred_by(viewer: Viewer) -> str:
    """The language the person prefers; "" for whichever. One query."""
    return Preference.objects.filter(user=viewer.pk or 0).values_list("language", flat=True).first() or ""


def chosen(rows: Iterable[T], language: str, program_of: Callable[[T], Program]) -> list[T]:
    """Of each family of translations one: in that language, else the original, else whichever comes first. In order."""
    best: dict[int, tuple[int, T]] = {}
    for row in rows:
        program = program_of(row)
        weight = 2 if is_in(language_of(program), language) else 1 if program.translates_id is None else 0
        family = program.translates_id or program.pk
        if family not in best or weight > best[family][0]:
            best[family] = (weight, row)
    return [row for _, row in best.values()]


def is_in(language: str, wanted: str) -> bool:
    """The same language; of a region only where both name one ("pt-BR" is in "pt", not in "pt-PT")."""
    if not language or not wanted:
        return False
    mine, theirs = language.lower().split("-"), wanted.lower().split("-")
    return mine[: len(theirs)] == theirs or theirs[: len(mine)] == mine


def note(program: Program, wanted: str) -> str:
    """What is said of one that is not in the wanted language: "In English, not in German"; "" where nothing needs saying."""
    own = language_of(program)
    return "" if not wanted or not own or is_in(own, wanted) else f"In {name_of(own)}, not in {name_of(wanted)}"


def name_of(code: str) -> str:
    """A language's name, or its code where it is not known."""
    known = LANG_INFO.get(code.lower()) or LANG_INFO.get(code.lower().split("-")[0]) or {}
    return str(known.get("name", code))


def languages() -> list[tuple[str, str]]:
    """The languages in which there is anything, as (code, name). Two queries."""
    codes = set(Content.objects.values_list("language", flat=True)) | set(
        Course.objects.values_list("language", flat=True)
    )
    return sorted(((code, name_of(code)) for code in codes if code), key=lambda pair: pair[1])


def translated(kind: str, slug: str, own: Program) -> Program | None:
    """The programme of that slug that `own` translates; ValidationError where it cannot."""
    if not slug:
        return None
    found = Program.objects.filter(slug=slug, kind=kind).first()
    if found is None or found.pk == own.pk:
        raise ValidationError({"translates": [f"There is no other {kind} “{slug}” that this could translate."]})
    if found.translates_id is not None:
        raise ValidationError({"translates": [f"“{slug}” is a translation itself. Name the one it translates."]})
    if own.translations.exists():
        raise ValidationError({"translates": ["Others translate this one, so it stays an original."]})
    return found
