"""What a file is, by what is in it. Pure values.

A name says what somebody calls a file, not what it is: a page of scripts called plan.pdf is still a page of scripts. Only
types that browsers and offices open as documents, pictures, sound or film are taken.
"""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath
from typing import IO

LARGEST = 50 * 1024 * 1024
"""Bytes."""
HEAD = 8192
"""Bytes looked at to tell what it is."""
TAKEN = "PDF, Word, Excel, PowerPoint, OpenDocument, text, CSV, ZIP, pictures (PNG, JPEG, GIF, WebP), MP3, MP4 and WebM"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "zip": "application/zip",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_FOLDERS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_ACTIVE = (b"<!doctype", b"<html", b"<svg", b"<script", b"<?xml", b"<?php", b"#!", b"<body", b"<iframe")


class Unfit(ValueError):
    """It cannot be taken; the message says why and what to do."""


def media_type_of(name: str) -> str:
    """What a stored file is sent as: by its name, which was checked against its content when it came in."""
    return _TYPES.get(ending(name), "application/octet-stream")


def ending(name: str) -> str:
    """The ending of a file's name, in small letters, without the dot."""
    return PurePosixPath(name).suffix.lower().removeprefix(".")


def check(*, name: str, size: int, file: IO[bytes]) -> str:
    """The media type of a file that may be taken; `Unfit` where its size, its type or its content forbids it."""
    kind = ending(name)
    if size > LARGEST:
        raise Unfit(f"The file is larger than {LARGEST // 2**20} MB. Make it smaller, or give a link to it.")
    if not size:
        raise Unfit("The file is empty.")
    if kind not in _TYPES:
        raise Unfit(f"Files of this type are not taken. Use one of: {TAKEN}.")
    file.seek(0)
    head = file.read(HEAD)
    fits = _is_text(head) if kind in {"txt", "md", "csv"} else _fits(kind, head, file)
    file.seek(0)
    if not fits:
        raise Unfit(f"What is in the file is not what its name says ({kind.upper()}). Save it anew in that format.")
    return _TYPES[kind]


def _fits(kind: str, head: bytes, file: IO[bytes]) -> bool:
    """The first bytes are those of the type."""
    match kind:
        case "pdf":
            return head.startswith(b"%PDF-")
        case "png":
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case "jpg" | "jpeg":
            return head.startswith(b"\xff\xd8\xff")
        case "gif":
            return head.startswith((b"GIF87a", b"GIF89a"))
        case "webp":
            return head.startswith(b"RIFF") and head[8:12] == b"WEBP"
        case "mp3":
            return head.startswith(b"ID3") or (head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2)
        case "mp4" | "m4v":
            return head[4:8] == b"ftyp"
        case "webm":
            return head.startswith(b"\x1aE\xdf\xa3")
    return _is_archive(kind, head, file)


def _is_archive(kind: str, head: bytes, file: IO[bytes]) -> bool:
    """A ZIP that holds what the office format needs."""
    if not head.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if kind in _FOLDERS:
                return any(name.startswith(_FOLDERS[kind]) for name in names)
            if kind.startswith("od"):
                return archive.read("mimetype")[:100].decode("ascii", "replace") == _TYPES[kind]
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError):
        return False
    return kind == "zip"


def _is_text(head: bytes) -> bool:
    """Readable text that no browser would take for a page."""
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # a letter cut in two at the end of what was read is no fault
            return False
    return not head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_ACTIVE)
