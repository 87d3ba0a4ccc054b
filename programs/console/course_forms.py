"""Forms in which staff write lessons and questions. They only read input; what is right is decided by the verbs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from people.meanwhile import MeanwhileMixin
from people.refusing import RefusingMixin
from programs import filetypes, quizzes
from programs.lessons import Lesson, new_key
from programs.teaching import checked_type

KEPT = {"hx-preserve": "true"}
"""What is written stays where another type of question is chosen."""
SPARE = 2
"""Empty rows for answers below those there are."""
FEWEST = 4


class LessonForm(MeanwhileMixin, RefusingMixin, forms.Form):
    """A page; what every lesson has."""

    title = forms.CharField(max_length=300)
    body = forms.CharField(
        label="Text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Markdown: # heading, **bold**.",
    )

    kind = "page"

    @classmethod
    def initial_of(cls, lesson: Lesson) -> dict[str, Any]:
        """What the fields show for a lesson."""
        quiz = lesson.get("quiz") or {}
        return {**{name: lesson.get(name) for name in ("title", "body", "url")}, **quiz}

    def lesson(self, present: Lesson | None = None) -> Lesson:
        """As entered; what the form does not show is as in the `present` one."""
        body = self.cleaned_data["body"].replace("\r\n", "\n")
        return {**(present or {}), "kind": self.kind, "title": self.cleaned_data["title"].strip(), "body": body}


class VideoForm(LessonForm):
    """A link to a video."""

    url = forms.CharField(label="Link to the video", max_length=2000, help_text="Begins with https://")
    field_order = ["title", "url", "body"]
    kind = "video"

    def lesson(self, present: Lesson | None = None) -> Lesson:
        """As entered."""
        return {**super().lesson(present), "url": self.cleaned_data["url"].strip()}


class FileForm(LessonForm):
    """A file to hand out: a film is played in place, a picture shown, anything else downloaded."""

    upload = forms.FileField(label="File", required=False, help_text=f"At most 50 MB. {filetypes.TAKEN}.")
    field_order = ["title", "upload", "body"]
    kind = "file"

    def clean_upload(self) -> UploadedFile | None:
        """Refuses what may not be taken."""
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload is not None:
            checked_type(upload)
        return upload


class QuizForm(LessonForm):
    """How a quiz is passed; its questions have forms of their own."""

    pass_mark = forms.IntegerField(min_value=1, max_value=100, initial=quizzes.PASS_MARK, help_text="Per cent right.")
    attempts = forms.IntegerField(min_value=0, max_value=100, initial=3, help_text="0: as many as it takes.")
    field_order = ["title", "pass_mark", "attempts", "body"]
    kind = "quiz"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What stands above the questions is short."""
        super().__init__(*args, **kwargs)
        self.fields["body"].widget.attrs["rows"] = 4

    def lesson(self, present: Lesson | None = None) -> Lesson:
        """As entered, with the questions there are."""
        questions = (present or {}).get("quiz", {}).get("questions", [])
        own = {name: self.cleaned_data[name] for name in ("pass_mark", "attempts")}
        return {**super().lesson(present), "quiz": {**own, "questions": questions}}


LESSON_FORMS: dict[str, type[LessonForm]] = {form.kind: form for form in (LessonForm, VideoForm, FileForm, QuizForm)}


class QuestionForm(MeanwhileMixin, forms.Form):
    """A question with one or several right answers, a number, or a few words: the fields follow the type."""

    text = forms.CharField(label="Question", max_length=2000, widget=forms.Textarea(attrs={"rows": 3, **KEPT}))
    value = forms.CharField(label="Right number", max_length=40)
    tolerance = forms.CharField(
        max_length=40, required=False, initial="0", help_text="Right within this much more or less."
    )
    accepted = forms.CharField(
        label="Accepted answers",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line. Capitals and accents do not matter.",
    )
    explanation = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, **KEPT}),
        help_text="Shown with the result, right or wrong. It should teach without giving the answer away.",
    )

    _OF = {"number": ("value", "tolerance"), "text": ("accepted",)}

    def __init__(self, *args: Any, type: str, question: quizzes.Question | None = None, **kwargs: Any) -> None:  # noqa: A002
        self.type, self.question = type, question or {}
        super().__init__(*args, **kwargs)
        self.initial = self._initial()
        for name in {"value", "tolerance", "accepted"} - set(self._OF.get(type, ())):
            del self.fields[name]

    def beside(self) -> dict[str, Any]:
        """The answers."""
        return {"The answers": [self.question.get("choices", []), self.question.get("correct", [])]}

    def _initial(self) -> dict[str, Any]:
        found = {
            name: self.question[name] for name in ("text", "explanation", "value", "tolerance") if name in self.question
        }
        return found | {"accepted": "\n".join(self.question.get("accepted", []))}

    @property
    def has_choices(self) -> bool:
        """It is answered by choosing."""
        return self.type in {"single", "multiple"}

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Rows of answers, as entered or stored, with empty ones to fill: {id, text, right}."""
        if self.is_bound:
            rows = self._entered()
        else:
            right = self.question.get("correct", [])
            rows = [{**choice, "right": choice["id"] in right} for choice in self.question.get("choices", [])]
        taken = {str(row["id"]) for row in rows}
        while len(rows) < FEWEST or sum(not row["text"] for row in rows) < SPARE:
            key = new_key(taken)
            taken.add(key)
            rows.append({"id": key, "text": "", "right": False})
        return rows

    def _entered(self) -> list[dict[str, Any]]:
        """The rows of the page."""
        if not isinstance(self.data, QueryDict):
            return []
        ids, texts, right = (self.data.getlist(name) for name in ("choice", "choice_text", "right"))
        return [{"id": key, "text": text.strip(), "right": key in right} for key, text in zip(ids, texts, strict=False)]

    def entered(self) -> quizzes.Question:
        """The question as entered; call it on a valid form."""
        data = self.cleaned_data
        found: quizzes.Question = {
            "id": self.question.get("id", ""),
            "type": self.type,
            "text": data["text"].strip(),
            "explanation": data["explanation"].strip(),
        }
        if self.has_choices:
            rows = [row for row in self._entered() if row["text"]]
            found["choices"] = [{"id": row["id"], "text": row["text"]} for row in rows]
            found["correct"] = [row["id"] for row in rows if row["right"]]
        elif self.type == "number":
            found |= {"value": data["value"].strip(), "tolerance": data["tolerance"].strip() or "0"}
        else:
            found["accepted"] = [line.strip() for line in data["accepted"].splitlines() if line.strip()]
        return found

    def refuse(self, error: ValidationError) -> None:
        """Shows a verb's refusal at its fields."""
        for text in error.messages:
            self.add_error(None, text)
