"""The form of a course."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from programs.console.forms.program import TRANSLATES, ProgramForm, choose_original
from programs.drafts import CourseDraft
from programs.models import Program


class Lessons(forms.Widget):
    """Rows of a title and a body that share their names; rows left blank are not lessons."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """The rows in the order of the page."""
        if not isinstance(data, QueryDict):
            return list(data.get(name, []))
        rows = zip(data.getlist("lesson_title"), data.getlist("lesson_body"), strict=False)
        return [
            {"title": title, "body": body.replace("\r\n", "\n")}
            for title, body in rows
            if title.strip() or body.strip()
        ]


class CourseForm(ProgramForm):
    """Lessons, written here while the course is new, and on pages of their own from then on."""

    minutes = forms.IntegerField(label="Takes about", initial=30, min_value=1, help_text="Minutes in all.")
    due_days = forms.IntegerField(
        label="Due after",
        required=False,
        min_value=1,
        max_value=3650,
        help_text="Days from being offered. Empty: never.",
    )
    gives_certificate = forms.BooleanField(label="Gives a certificate", required=False, initial=True)
    certificate_months = forms.IntegerField(
        label="Certificate valid for",
        required=False,
        min_value=1,
        max_value=240,
        help_text="Months. Empty: without end.",
    )
    language = forms.CharField(
        max_length=10, required=False, initial="en", help_text="A code such as en, de or pt-BR. Empty: en."
    )
    translates = forms.ChoiceField(label="Translation of", required=False, help_text=TRANSLATES)
    lessons = forms.Field(required=False, widget=Lessons)

    detail_fields = ("minutes", "due_days", "gives_certificate", "certificate_months", "language", "translates")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_original(self, Program.Kind.COURSE)
        if self.initial:
            del self.fields["lessons"]

    def detail(self) -> CourseDraft:
        """As entered."""
        own = {name: self.cleaned_data[name] for name in self.detail_fields}
        own["language"] = own["language"].strip() or "en"
        lessons = tuple(self.cleaned_data["lessons"] or ()) if "lessons" in self.fields else None
        return CourseDraft(lessons=lessons, **own)
