"""Certificates drawn: one sheet, as PDF and as a picture. Values in, bytes out."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = landscape(A4)
"""Points; both forms are laid out in them."""
SCALE = 2
"""Pixels of the picture to a point."""
INK, MUTED, ACCENT = "#16202e", "#51606f", "#0b5cad"
MARGIN = 60
_FONTS = Path(reportlab.__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class Diploma:
    """What a certificate says."""

    organisation: str
    holder: str
    title: str
    issued: str
    valid: str
    """Until when, in words."""
    code: str
    address: str
    """Where anybody can verify it."""
    font: str = ""
    """A TrueType file for scripts that the plain one lacks; "" for the plain one (Latin)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One centred line: its text, the height of its baseline from the top, size, weight and colour."""

    text: str
    y: float
    size: float
    bold: bool
    colour: str


def lines(diploma: Diploma) -> list[Line]:
    """The sheet, from top to bottom."""
    return [
        Line(diploma.organisation, 105, 16, True, ACCENT),
        Line("Certificate of completion", 165, 34, True, INK),
        Line("This certifies that", 215, 13, False, MUTED),
        Line(diploma.holder, 265, 30, True, INK),
        Line("has completed the course", 305, 13, False, MUTED),
        Line(diploma.title, 350, 24, True, INK),
        Line(f"Issued on {diploma.issued}  ·  {diploma.valid}", 410, 13, False, INK),
        Line(f"Code {diploma.code}", 475, 13, True, INK),
        Line(f"Verify it at {diploma.address}", 497, 10, False, MUTED),
    ]


def to_pdf(diploma: Diploma) -> bytes:
    """The certificate as a PDF of one page, A4 across."""
    plain, bold = _registered(diploma.font)
    sheet = BytesIO()
    canvas = Canvas(sheet, pagesize=(WIDTH, HEIGHT), invariant=True)
    canvas.setTitle(f"{diploma.title}: {diploma.holder}")
    canvas.setAuthor(diploma.organisation)
    canvas.setSubject("Certificate of completion")
    canvas.setStrokeColor(ACCENT)
    canvas.setLineWidth(3)
    canvas.roundRect(30, 30, WIDTH - 60, HEIGHT - 60, 10)
    for line in lines(diploma):
        name = bold if line.bold else plain
        text = writable(line.text, diploma.font)
        size = line.size
        while size > 6 and pdfmetrics.stringWidth(text, name, size) > WIDTH - 2 * MARGIN:
            size -= 1
        canvas.setFont(name, size)
        canvas.setFillColor(line.colour)
        canvas.drawCentredString(WIDTH / 2, HEIGHT - line.y, text)
    canvas.showPage()
    canvas.save()
    return sheet.getvalue()


def to_png(diploma: Diploma) -> bytes:
    """The certificate as a picture."""
    image = Image.new("RGB", (round(WIDTH * SCALE), round(HEIGHT * SCALE)), "white")
    draw = ImageDraw.Draw(image)
    edge = 30 * SCALE
    box = (edge, edge, image.width - edge, image.height - edge)
    draw.rounded_rectangle(box, radius=10 * SCALE, outline=ACCENT, width=3 * SCALE)
    for line in lines(diploma):
        text = writable(line.text, diploma.font)
        size = line.size
        path = _paths(diploma.font)[line.bold]
        font = ImageFont.truetype(path, round(size * SCALE))
        while size > 6 and font.getlength(text) > (WIDTH - 2 * MARGIN) * SCALE:
            size -= 1
            font = ImageFont.truetype(path, round(size * SCALE))
        draw.text((image.width / 2, line.y * SCALE), text, font=font, fill=line.colour, anchor="ms")
    picture = BytesIO()
    image.save(picture, "PNG", optimize=True)
    return picture.getvalue()


def writable(text: str, font: str = "") -> str:
    """The text in letters that the font has: one it lacks loses its accent, and is a question mark where that fails."""
    have = _letters(_paths(font)[False])
    found = []
    for letter in unicodedata.normalize("NFC", text):
        if ord(letter) in have:
            found.append(letter)
        else:
            bare = [each for each in unicodedata.normalize("NFKD", letter) if ord(each) in have]
            found.append("".join(bare) or "?")
    return "".join(found)


def _paths(font: str) -> tuple[str, str]:
    """The files of the plain and the bold font."""
    return (font, font) if font else (str(_FONTS / "Vera.ttf"), str(_FONTS / "VeraBd.ttf"))


@cache
def _letters(path: str) -> frozenset[int]:
    """The characters a font can draw."""
    return frozenset(TTFont("any", path).face.charToGlyph)


@cache
def _registered(font: str) -> tuple[str, str]:
    """The fonts' names, known to the PDF writer from now on."""
    names = tuple(f"diploma-{Path(path).stem}" for path in _paths(font))
    for name, path in zip(names, _paths(font), strict=True):
        pdfmetrics.registerFont(TTFont(name, path))
    return names[0], names[1]
