"""What may be handed in as proof of a claim: pictures, PDF and sheets that are what their name says. Pure values."""

from __future__ import annotations

from pathlib import PurePosixPath

LARGEST = 10 * 1024 * 1024
HEAD = 16
"""How many of a file's first bytes are asked for."""
_ZIP = (b"PK\x03\x04",)
_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".xlsx": _ZIP,
    ".docx": _ZIP,
}
ACCEPTED = ",".join(_BEGINNINGS)
"""For the file field's `accept`."""


def problem(name: str, head: bytes, size: int) -> str:
    """Why the file is not accepted and what to do; "" when it is."""
    ending = PurePosixPath(name).suffix.lower()
    if ending not in _BEGINNINGS:
        return "Hand in a PDF, a picture (PNG or JPEG), or a Word or Excel file."
    if size == 0:
        return "The file is empty. Choose another."
    if size > LARGEST:
        return "The file is larger than 10 MB. Make it smaller first."
    if not head.startswith(_BEGINNINGS[ending]):
        return (
            f"The file is not what its name says: it does not begin as a {ending[1:].upper()} file does. Save it anew."
        )
    return ""
