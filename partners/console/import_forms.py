"""Forms of an import: the file, then what its columns mean and how its values are written."""

from __future__ import annotations

from typing import Any

from django import forms

from partners import wording
from partners.importing import Inspection, Options
from partners.importing.mapping import Mapped, numbered
from partners.vocabulary import FieldKind, Subject, Vocabulary

LARGEST = 200 * 2**20
"""Bytes of a file that may be uploaded."""
ENCODINGS = [("", "Found in the file"), ("utf-8", "UTF-8"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16")]
DELIMITERS = [("", "Found in the file"), (",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar")]
DECIMALS = [("", "Found in the values"), (".", "Point: 1,234.50"), (",", "Comma: 1.234,50")]


def framed(options: Options) -> str:
    """How a file is read, as a page keeps it to tell whether another way is chosen on it."""
    return "|".join(map(str, options.framing.values()))


class UploadForm(forms.Form):
    """A file, and what its rows are."""

    subject = forms.ChoiceField(
        label="What is in the file?",
        choices=[(Subject.PARTNER, "Partners"), (Subject.CUSTOMER, "Customers"), (Subject.DEAL, "Deals")],
        widget=forms.RadioSelect,
        initial=Subject.PARTNER,
    )
    file = forms.FileField(widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}))

    def clean_file(self) -> Any:
        """Not larger than can be handled."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("The file is larger than 200 MB. Split it, or push the rows through the API.")
        return file


class MappingForm(forms.Form):
    """Column by column the field it fills, and the formats where the guess is wrong."""

    create_fields = forms.BooleanField(
        required=False,
        label="Create what is missing",
        help_text="New columns become attributes of the type their values show, new values become choices.",
    )
    null_words = forms.CharField(
        required=False, label="Words that mean missing", help_text="Set apart by commas. Empty: NULL and #N/A."
    )
    decimal = forms.ChoiceField(required=False, label="Decimal mark", choices=DECIMALS)
    date_format = forms.CharField(
        required=False, label="Date format", help_text="Such as DD.MM.YYYY or MM/DD/YYYY. Empty: found in the values."
    )
    encoding = forms.ChoiceField(required=False, choices=ENCODINGS)
    delimiter = forms.ChoiceField(required=False, choices=DELIMITERS)
    header_row = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="Row that names the columns",
        help_text="Counted from 1. Empty: the first that is not blank.",
    )
    formats = ("null_words", "decimal", "date_format", "encoding", "delimiter", "header_row")

    def __init__(
        self,
        *args: Any,
        chosen: Options,
        inspection: Inspection,
        vocabulary: Vocabulary,
        may_create: bool,
        **kwargs: Any,
    ) -> None:
        """`inspection`: what the file looks like, as framed by what is `chosen`. `may_create`: new attributes may come of it."""
        super().__init__(*args, **kwargs)
        self.inspection, self.chosen = inspection, chosen
        if not may_create:
            del self.fields["create_fields"]
        known = [(f.name, f.label) for f in vocabulary.values() if f.kind is not FieldKind.COMPUTED]
        said = self.chosen.mapping
        for column in inspection.columns:
            new = [(column.field, f"New attribute: {column.header}")] if column.new and may_create else []
            guess = "" if column.new and not may_create else column.field
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=self._called(column),
                required=False,
                choices=[("", "Leave out"), *new, ("Fields", known)],
                initial=said.get(self._called(column), guess),
            )
        self.initial = {**self._initial(any(column.new for column in inspection.columns)), **self.initial}

    def _called(self, column: Mapped) -> str:
        """A column's name; with its place where others have the same."""
        is_one = self.inspection.header.count(column.header) == 1
        return column.header if is_one else numbered(column.header, column.index)

    def _initial(self, has_new: bool) -> dict[str, Any]:
        chosen, words = self.chosen, self.chosen.null_words
        return {
            "create_fields": chosen.create_fields if chosen.mapping else has_new,
            "null_words": ", ".join(words) if words is not None else "",
            **{name: getattr(chosen, name) for name in ("decimal", "date_format", "encoding", "delimiter")},
            "header_row": chosen.header_row or None,
        }

    @property
    def columns(self) -> list[tuple[Any, list[str]]]:
        """Each column's field of the form, with the first values that stand in it."""
        rows = self.inspection.sample
        return [
            (self[f"column_{column.index}"], [row[column.index] for row in rows if column.index < len(row)])
            for column in self.inspection.columns
        ]

    @property
    def framed(self) -> str:
        """How the file was read for this page."""
        return framed(self.chosen)

    @property
    def format_fields(self) -> list[Any]:
        """The fields about how values are written."""
        return [self[name] for name in self.formats]

    def clean(self) -> dict[str, Any]:
        """The options, as `options`: every field filled by one column at most, new ones only where they are wanted."""
        cleaned: dict[str, Any] = super().clean() or {}
        creates = bool(cleaned.get("create_fields"))
        mapping: dict[str, str] = {}
        for column in self.inspection.columns:
            name = cleaned.get(f"column_{column.index}", "")
            if name and name in mapping.values():
                self.add_error(
                    f"column_{column.index}", "Another column fills this field already. Leave one of them out."
                )
            elif name == column.field and column.new and not creates:
                self.add_error(f"column_{column.index}", "Tick “Create what is missing”, or leave this column out.")
            mapping[self._called(column)] = name
        if "external_id" not in mapping.values():
            self.add_error(None, "No column fills the external id. Rows are recognised by it, so one column has to.")
        words = [word.strip() for word in cleaned.get("null_words", "").split(",") if word.strip()]
        formats = {name: cleaned.get(name, "") for name in ("decimal", "date_format", "encoding", "delimiter")}
        try:
            row = cleaned.get("header_row") or 0
            cleaned["options"] = Options(mapping, creates, tuple(words) if words else None, **formats, header_row=row)
        except ValueError as error:
            self.add_error(None, wording.sentence(str(error)))
        return cleaned
