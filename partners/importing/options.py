"""What is chosen per import."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from partners.rows import Formats, check_date_format
from partners.rows.cells import NULL_WORDS

_NO_DELIMITERS = '"\r\n\x00'


@dataclass(frozen=True, slots=True)
class Options:
    """How to read a file; whatever is left out is guessed from the file itself. ValueError when a choice makes no sense."""

    mapping: dict[str, str] = field(default_factory=dict)
    """Column → field name; an empty field name leaves the column out."""
    create_fields: bool = False
    null_words: tuple[str, ...] | None = None
    """Words that mean missing, beside the empty cell; None: NULL and #N/A."""
    date_format: str = ""
    decimal: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    """The row that names the columns, counted from 1 as the file's lines or the sheet's rows; 0: the first that is not blank."""

    def __post_init__(self) -> None:
        if self.decimal not in {"", ".", ","}:
            raise ValueError(f"the decimal mark is “.” or “,”, not “{self.decimal}”")
        if self.delimiter and (len(self.delimiter) != 1 or self.delimiter in _NO_DELIMITERS):
            raise ValueError("the delimiter is one character, such as “;” (or “tab”)")
        if self.header_row < 0:
            raise ValueError("rows are counted from 1")
        if self.encoding:
            try:
                "a".encode(self.encoding)  # also refuses codecs that are of no text
            except (LookupError, ValueError) as error:
                raise ValueError(
                    f"there is no encoding “{self.encoding}”; utf-8, windows-1252 and utf-16 are common"
                ) from error
        object.__setattr__(self, "date_format", check_date_format(self.date_format))

    @property
    def formats(self) -> Formats:
        """The formats of values, for `partners.rows`."""
        words = NULL_WORDS if self.null_words is None else frozenset(word.strip() for word in self.null_words)
        return Formats(words, self.decimal, self.date_format, ZoneInfo(settings.TIME_ZONE))

    @property
    def framing(self) -> dict[str, Any]:
        """What a `Source` is opened with."""
        return {"encoding": self.encoding, "delimiter": self.delimiter, "header_row": self.header_row}

    def to_json(self) -> dict[str, Any]:
        """As it is kept with an import."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Options:
        """From what `to_json` gave; other keys are left aside."""
        known = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        if known.get("null_words") is not None:
            known["null_words"] = tuple(known["null_words"])
        return cls(**known)
