"""The form of content: a page, a link or a file, a kit or a play."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from people.widgets import ManyBoxes
from programs.console.content_fields import Items, customer_choices, rows_of
from programs.console.forms.program import TRANSLATES, Day, ProgramForm, choose_original
from programs.drafts import ContentDraft
from programs.models import Content, Program
from programs.teaching import checked_type


class ContentForm(ProgramForm):
    """A page, a link or a file."""

    body = forms.CharField(
        label="Page",
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Markdown: # heading, **bold**.",
    )
    url = forms.CharField(label="Link", required=False, max_length=200, help_text="Begins with https://")
    file = forms.FileField(
        required=False, help_text="Downloaded by those it is on offer to, nobody else. At most 50 MB."
    )
    remove_file = forms.BooleanField(label="Take the present file away", required=False)
    language = forms.CharField(max_length=10, initial="en", help_text="A code such as en, de or pt-BR.")

    translates = forms.ChoiceField(label="Translation of", required=False, help_text=TRANSLATES)
    form = forms.ChoiceField(label="Kind", choices=Content.Form.choices, required=False, initial="piece")
    expires_on = forms.DateField(
        label="May be used until",
        required=False,
        widget=Day,
        help_text="Gone from the portal the day after. Empty: no end.",
    )
    needs_approval = forms.BooleanField(
        label="A colleague approves each version before partners see it", required=False
    )
    items = forms.Field(label="What it holds", required=False, widget=Items)
    customer_segments = forms.MultipleChoiceField(
        label="For customers in", required=False, widget=ManyBoxes, help_text="Of a sales play."
    )

    detail_fields = (
        "body",
        "url",
        "language",
        "translates",
        "form",
        "expires_on",
        "needs_approval",
        "items",
        "customer_segments",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choose_original(self, Program.Kind.CONTENT)
        field = self.fields["customer_segments"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
        field.choices = customer_choices(tuple((self.initial or {}).get("customer_segments", ())))

    def clean_file(self) -> UploadedFile | None:
        """Refuses what is too large to serve well, or is not what its name says."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None:
            checked_type(file)
        return file

    def item_rows(self) -> list[dict[str, Any]]:
        """The rows of the kit, with empty ones."""
        return rows_of(self["items"].value())

    def detail(self) -> ContentDraft:
        """As entered; without a new file the present one stays unless it is to go."""
        data = self.cleaned_data
        return ContentDraft(
            body=data["body"].replace("\r\n", "\n"),
            url=data["url"].strip(),
            file=data["file"] or (False if data["remove_file"] else None),
            language=data["language"].strip(),
            translates=data["translates"],
            form=data["form"] or Content.Form.PIECE,
            expires_on=data["expires_on"],
            needs_approval=data["needs_approval"],
            items=tuple(data["items"] or ()),
            customer_segments=tuple(sorted(data["customer_segments"])),
        )
