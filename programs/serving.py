"""Files on their way out: by range, as a download, of a type the browser may not second-guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from django.core.files.storage import Storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header, quote_etag

CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def span(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte that a Range header asks for; None where the whole is to be sent (no or several ranges).

    ValueError where the range lies outside the file.
    """
    match = _RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size - 1
        if int(last) == 0:
            raise ValueError("an empty range")
    else:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < int(first):
            return None
    if start >= size:
        raise ValueError("outside the file")
    return start, end


def send(request: HttpRequest, *, storage: Storage, name: str, filename: str, media_type: str) -> HttpResponseBase:
    """The stored file, or the part of it that `Range` asks for (206; 416 outside of it).

    Always a download with `nosniff`: whatever is in it, nothing of it runs on these pages. The caller has checked who asks.
    """
    if not name or not storage.exists(name):
        raise Http404
    size = storage.size(name)
    stamp = quote_etag(f"{storage.get_modified_time(name).timestamp():.6f}-{size}")
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": stamp,
        "Content-Disposition": content_disposition_header(True, filename) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-cache",
    }
    if stamp in [each.strip() for each in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=304, headers=headers)
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", stamp) != stamp:
        asked = ""
    try:
        part = span(asked, size)
    except ValueError:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    file = storage.open(name, "rb")
    if part is None:
        return FileResponse(file, as_attachment=True, filename=filename, content_type=media_type, headers=headers)
    start, end = part
    headers |= {"Content-Range": f"bytes {start}-{end}/{size}", "Content-Length": str(end - start + 1)}
    return StreamingHttpResponse(_bytes(file, start, end), status=206, content_type=media_type, headers=headers)


def is_start(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """The answer begins the file: a download. Further pieces of it, and looks without taking, are none."""
    return request.method == "GET" and (
        answer.status_code == 200
        or (answer.status_code == 206 and answer.headers["Content-Range"].startswith("bytes 0-"))
    )


def _bytes(file: Any, start: int, end: int) -> Iterator[bytes]:
    """The bytes from start to end, both included, in chunks."""
    source: IO[bytes] = file
    with file:
        source.seek(start)
        left = end - start + 1
        while left and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
