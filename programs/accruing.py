"""Accruing: turns what won deals should have earned into ledger entries. A reconcile: a rerun finds nothing left to do.

What a deal has earned stays earned when the partner leaves the segments, or the programme is changed or archived. It is
taken back only when the deal itself changes: lost, deleted, moved to another partner or day, or worth less. Of several
incentives of one type that a deal qualifies for, one pays: the one that has paid for it already, else the one of the
highest priority, else the older.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from programs.audience import Targeted, targeting_of
from programs.balances import terms_of
from programs.models import Incentive, Program
from programs.money import Line, Sale, decimal, lines
from programs.qualifying import Standing, qualifying, standing

LOCK = 7_205_759_403_792_002
"""Advisory lock of accruing: one at a time, so that the second finds nothing left to do."""


@dataclass(frozen=True, slots=True)
class Accrued:
    """Entries that a run added."""

    accruals: int = 0
    reversals: int = 0


@dataclass(frozen=True, slots=True)
class _Book:
    """One incentive with what qualifies for it and what it has paid."""

    incentive: Incentive
    have: dict[tuple[int, int], Standing]
    sales: dict[int, Sale]


@transaction.atomic
def accrue(*, now: datetime | None = None, wait: bool = True) -> Accrued:
    """Bring the ledger up to what deals should have earned by `now` (default: the present).

    While another is at it, this one waits, or with `wait=False` leaves it to that one and to the clock.
    """
    now = now or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_{'' if wait else 'try_'}advisory_xact_lock(%s)", [LOCK])
        if cursor.fetchone()[0] is False:
            return Accrued()
    rows = StringIO()
    counts = {"accrual": 0, "reversal": 0}
    for books in _by_type(now).values():
        _settle_conflicts(books)
        for book in books:
            sales = list(book.sales.values())
            have = {key: each.net for key, each in book.have.items()}
            changed = lines(terms_of(book.incentive), sales, have, year_start=settings.YEAR_START_MONTH)
            _spell(rows, book, changed, now, counts)
    if any(counts.values()):
        rows.seek(0)
        with connection.cursor() as cursor:
            columns = 'incentive_id, partner_id, deal_id, kind, amount, currency, "on", at, reason, key'
            cursor.copy_expert(f"COPY programs_ledgerentry ({columns}) FROM STDIN", rows)
    return Accrued(accruals=counts["accrual"], reversals=counts["reversal"])


def _by_type(now: datetime) -> dict[str, list[_Book]]:
    """Every incentive that is or was on, by type, the weightiest first. Market development funds are claimed, not earned."""
    found: dict[str, list[_Book]] = {}
    programs = (
        Program.objects.filter(kind=Program.Kind.INCENTIVE)
        .exclude(status=Program.Status.DRAFT)
        .exclude(incentive__type=Incentive.Type.MDF)
        .select_related("incentive")
        .prefetch_related("targets__segment")
        .order_by("-priority", "id")
    )
    for program in programs:
        incentive = program.incentive
        have = standing(incentive, now)
        sales: dict[int, Sale] = {}
        if program.status == Program.Status.ACTIVE:
            targeted = Targeted(program, targeting_of(program.targets.all()))
            sales = {sale.deal: sale for sale in qualifying(targeted, incentive, now)}
        sales |= {each.sale.deal: each.sale for each in have.values() if each.sale}
        found.setdefault(incentive.type, []).append(_Book(incentive, have, sales))
    return found


def _settle_conflicts(books: Collection[_Book]) -> None:
    """Leave every deal with one incentive of the type."""
    payer = {
        each.sale.deal: book.incentive.pk for book in reversed([*books]) for each in book.have.values() if each.sale
    }
    for book in books:
        for deal in list(book.sales):
            if payer.setdefault(deal, book.incentive.pk) != book.incentive.pk:
                del book.sales[deal]


def _spell(rows: StringIO, book: _Book, changed: list[Line], now: datetime, counts: dict[str, int]) -> None:
    """Entries for the lines, as COPY reads them."""
    used: dict[int, int] = {}
    entries = {deal: each.count for (deal, _), each in book.have.items()}
    for line in changed:
        kind = "accrual" if line.due > line.have else "reversal"
        counts[kind] += 1
        used[line.deal] = used.get(line.deal, 0) + 1
        number = entries.get(line.deal, 0) + used[line.deal]
        on = book.have[line.deal, line.partner].on if line.due == 0 else line.on
        cells = (
            book.incentive.pk,
            line.partner,
            line.deal,
            kind,
            decimal(line.due - line.have),
            book.incentive.currency,
            on.isoformat(),
            now.isoformat(),
            _reason(line),
            f"deal:{book.incentive.pk}:{line.deal}:{number}",
        )
        rows.write("\t".join(map(str, cells)) + "\n")


def _reason(line: Line) -> str:
    if line.due == 0:
        return "The deal no longer qualifies: it was changed, lost or removed"
    return "Worked out anew: this deal, or one before it, was changed" if line.have else "Deal won"
