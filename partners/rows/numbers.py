"""Numbers and money as exact decimals, and which mark a column writes its decimals with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from partners.vocabulary import MONEY_PLACES, NUMBER_PLACES

DIGITS = 18
_EXACT = Context(prec=60)
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_GROUPED = {
    ".": re.compile(r"[+-]?\d{1,3}(?:(,)\d{3}(?:\1\d{3})*|([ \u00a0\u202f'’])\d{3}(?:\2\d{3})*)(?:\.\d*)?"),
    ",": re.compile(r"[+-]?\d{1,3}(?:(\.)\d{3}(?:\1\d{3})*|([ \u00a0\u202f'’])\d{3}(?:\2\d{3})*)(?:,\d*)?"),
}
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+(,\d*)?|,\d+)")
_EITHER = re.compile(r"[+-]?\d{1,3},\d{3}")
_GROUPS = str.maketrans("", "", " \u00a0\u202f'’")
_CURRENCIES = "€$£¥"


def parse_number(text: str, *, places: int, decimal: str = "") -> Decimal:
    """The exact number a text writes; ValueError with the reason when it writes none or it does not fit.

    `decimal` is "." or ","; empty reads "." and refuses what could be either ("1,058"). Of numbers (six places) further
    places are rounded, half to even; of money (two places) they are refused.
    """
    plain = text.replace("\u2212", "-")
    if places == MONEY_PLACES:
        plain = plain.strip(_CURRENCIES).strip()
    return fit(Decimal(_spelled(plain, text, decimal)), places=places)


def _spelled(plain: str, text: str, decimal: str) -> str:
    """The number in plain spelling: digits and a full stop."""
    if decimal == ",":
        if _DECIMAL_COMMA.fullmatch(plain) or _GROUPED[","].fullmatch(plain):
            return plain.translate(_GROUPS).replace(".", "").replace(",", ".")
        raise ValueError(f"is not a number with a decimal comma: {_shown(text)}. 1234,5 and 1.234,5 are")
    if _PLAIN.fullmatch(plain):
        return plain
    if not decimal and _EITHER.fullmatch(plain):
        whole = plain.replace(",", "")
        raise ValueError(
            f"could be {whole} or {plain.replace(',', '.')}; say which mark writes the decimals (--decimal . or --decimal ,)"
        )
    if _GROUPED["."].fullmatch(plain):
        return plain.translate(_GROUPS).replace(",", "")
    if not decimal and _DECIMAL_COMMA.fullmatch(plain):
        raise ValueError(
            f"has a decimal comma where the column has full stops: {_shown(text)}. Use --decimal , for commas"
        )
    raise ValueError(f"is not a number: {_shown(text)}. Write digits, such as 1234.5, without words or units")


def fit(value: Decimal, *, places: int) -> Decimal:
    """The number as kept with that many places; ValueError when it does not fit."""
    if not value.is_finite():
        raise ValueError("is not a finite number")
    whole = DIGITS - places
    if value and value.adjusted() >= whole:
        raise ValueError(f"is too large; at most {whole} digits before the decimal mark fit")
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=_EXACT)
    if places == MONEY_PLACES and rounded != value:
        raise ValueError(f"has more than {MONEY_PLACES} decimal places, which money keeps; round it first")
    if rounded and rounded.adjusted() >= whole:
        raise ValueError(f"is too large; at most {whole} digits before the decimal mark fit")
    return rounded if rounded else abs(rounded)


def plain(value: Decimal) -> str:
    """The shortest plain spelling: no exponent, no trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _shown(text: str) -> str:
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"


@dataclass
class Numbers:
    """What a column's texts say about its decimal mark, seen as a whole: never decided cell by cell."""

    points: int = 0
    """Texts that only a decimal point explains: 12.5, 1,234.50, 1,234,567."""
    commas: int = 0
    """Texts that only a decimal comma explains: 12,5, 1.234,50, 1.234.567."""
    either: int = 0
    """Texts that could be both: 1,058."""

    def see(self, text: str) -> None:
        """Take one cleaned, present text into account."""
        if "," not in text and "." not in text:
            return
        if "," in text and "." in text:
            if text.rindex(".") > text.rindex(","):
                self.points += 1
            else:
                self.commas += 1
        elif "," in text:
            if text.count(",") > 1:
                self.points += 1
            elif _EITHER.fullmatch(text):
                self.either += 1
            else:
                self.commas += 1
        elif text.count(".") > 1:
            self.commas += 1
        elif len(text) - text.rindex(".") != 4:  # 1.058 says nothing
            self.points += 1

    @property
    def decimal(self) -> str:
        """The mark of the column: "." or ",", or empty when its texts do not say."""
        if self.commas and not self.points:
            return ","
        if self.points and not self.commas:
            return "."
        return ""


def places_of(is_money: bool) -> int:
    """Decimal places that are kept."""
    return MONEY_PLACES if is_money else NUMBER_PLACES
