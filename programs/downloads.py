"""What leaves as a file: the ledger as a statement (CSV), and the proof of a claim."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from django.http import FileResponse, Http404, StreamingHttpResponse

from programs.accounts import Claim, LedgerEntry

HEADER = ("id", "date", "incentive", "partner", "kind", "deal", "claim", "amount", "currency", "reason", "booked_at")
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet would take for a formula."""


def lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """CSV line by line, the header first. Amounts are plain decimals; a reversal's is below 0."""
    yield _line(HEADER)
    for entry in entries:
        yield _line(
            (
                entry.pk,
                entry.on.isoformat(),
                _text(entry.incentive.program.name),
                _text(entry.partner.external_id),
                entry.kind,
                _text(entry.deal.external_id) if entry.deal else "",
                entry.claim_id or "",
                entry.amount,
                entry.currency,
                _text(entry.reason),
                entry.at.isoformat(timespec="seconds"),
            )
        )


def statement(entries: Any, name: str) -> StreamingHttpResponse:
    """The entries, oldest first, as a download; streamed, however many there are."""
    rows = entries.select_related("incentive__program", "partner", "deal").order_by("id").iterator(chunk_size=2000)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


def proof_of(claim: Claim) -> FileResponse:
    """A claim's proof as a download: never shown in place, so nothing in it can run here."""
    if not claim.proof.name or not claim.proof.storage.exists(claim.proof.name):
        raise Http404
    return FileResponse(
        claim.proof.open("rb"), as_attachment=True, filename=claim.proof_name, content_type="application/octet-stream"
    )


def _line(cells: Iterable[Any]) -> str:
    out = StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(RISKY) else value
