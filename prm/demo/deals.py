"""Two years of deals: registered with the seasons and each partner's own rise or fall, then won, lost or still open. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from prm.demo import customers, partners
from prm.demo.channel import MONTHS, Channel
from prm.demo.customers import Part
from prm.demo.dice import Dice, Floats, Ints, pick_by_row

PART = 25_000
MONTH = 30.4375
SEASON = (0.82, 0.92, 1.22, 0.9, 0.96, 1.2, 0.8, 0.72, 1.14, 1.0, 1.1, 1.32)
"""January to December: quarters end with a push, summers are quiet."""
CURRENCY = "EUR"
LONGEST = 120
"""Days from registration to close, at most."""


@dataclass(frozen=True, slots=True)
class Served:
    """The customers of every partner, one partner after the other: those of i are customers[starts[i]:starts[i + 1]]."""

    starts: Ints
    customers: Ints


def served(channel: Channel, parts: list[Ints]) -> Served:
    """From the `partners` arrays of all customers' parts, in order. Shapes as in `customers.Part`."""
    table = np.concatenate(parts) if parts else np.empty((0, 3), dtype=np.int64)
    customer, column = np.nonzero(table >= 0)
    partner = table[customer, column]
    order = np.argsort(partner, kind="stable")
    starts = np.searchsorted(partner[order], np.arange(len(channel) + 1))
    return Served(starts, customer[order])


def buyers(part: Part) -> Ints:
    """The part's `partners` without those of prospects, who have bought nothing."""
    return np.where((part.stage == 0)[:, None], -1, part.partners)


def external_id(position: int) -> str:
    """The id of the deal at a position."""
    return f"DEAL-{position + 1:07d}"


def shares(channel: Channel, count: int, *, seed: int) -> Ints:
    """How many of `count` deals each partner has, shape (n,)."""
    return Dice(seed, "deal").of("shares").multinomial(count, channel.pull / channel.pull.sum())


def rows(channel: Channel, book: Served, count: int, *, seed: int) -> Iterator[list[dict[str, Any]]]:
    """`count` deals as records, in lists of up to PART, partner after partner."""
    each = shares(channel, count, seed=seed)
    ends = np.cumsum(each)
    for number, start in enumerate(range(0, count, PART)):
        places = np.arange(start, min(start + PART, count))
        yield _rows(channel, book, Dice(seed, "deal", number), places, np.searchsorted(ends, places, side="right"))


def _rows(channel: Channel, book: Served, dice: Dice, places: Ints, partner: Ints) -> list[dict[str, Any]]:
    count, profile, today = len(places), channel.profile, channel.today
    age = _days_ago(channel, dice, partner)
    customer = _customers(book, dice, partner)
    line = _lines(channel, dice, partner)
    price = np.array([each.price for each in profile.lines], dtype=np.float64)[line]
    size = np.clip((channel.revenue[partner] / 6e6) ** 0.22, 0.5, 2.5)
    # Growing partners sell more deals, and larger ones as time goes by.
    rise = (1 + channel.growth[partner]) ** (0.4 * (1 - age / 365))
    amount = np.round(np.maximum(250, price * size * rise * np.exp(dice.bell("amount", count) * 0.6)), 2)
    took = np.clip(np.round(38 * np.exp(dice.bell("took", count) * 0.55)), 3, LONGEST).astype(np.int64)
    lingers = dice.chance("lingers", count) < 0.03
    is_open = (took > age) | (lingers & (age < 300))
    won = dice.chance("won", count) < channel.win_rate[partner]
    blank = is_open & (dice.chance("no amount", count) < 0.12)
    made = []
    for i in range(count):
        registered = today - timedelta(days=int(age[i]))
        made.append(
            {
                "external_id": external_id(int(places[i])),
                "name": f"{profile.lines[line[i]].name} {_quarter(registered)}",
                "partner": partners.external_id(int(partner[i])),
                "customer": customers.external_id(int(customer[i])) if customer[i] >= 0 else "",
                "stage": "open" if is_open[i] else "won" if won[i] else "lost",
                "amount": None if blank[i] else f"{amount[i]:.2f}",
                "currency": CURRENCY,
                "product_line": profile.lines[line[i]].name,
                "registered_on": registered.isoformat(),
                "closed_on": None if is_open[i] else (registered + timedelta(days=int(took[i]))).isoformat(),
            }
        )
    return made


def _days_ago(channel: Channel, dice: Dice, partner: Ints) -> Ints:
    """When each deal was registered: 0 is today, 730 or so the farthest."""
    month = np.arange(MONTHS)
    middle = [channel.today - timedelta(days=round((MONTHS - m - 0.5) * MONTH)) for m in range(MONTHS)]
    season = np.array([SEASON[day.month - 1] for day in middle])
    pace = (1 + channel.growth[partner])[:, None] ** ((month - MONTHS / 2) / 12)
    weight: Floats = season * pace
    weight *= (month >= channel.first_month[partner][:, None]) & (month <= channel.last_month[partner][:, None])
    chosen = pick_by_row(weight, dice.chance("month", len(partner)))
    within = dice.chance("day", len(partner))
    age = ((MONTHS - chosen - within) * MONTH).astype(np.int64)
    joined = channel.joined[partner]
    return np.where(joined >= 0, np.minimum(age, np.maximum(joined - 1, 0)), age)


def _customers(book: Served, dice: Dice, partner: Ints) -> Ints:
    """A customer the partner serves; -1 where it serves none, or nobody noted which."""
    begin, end = book.starts[partner], book.starts[partner + 1]
    chosen = begin + dice.below("customer", end - begin)
    known = (end > begin) & (dice.chance("no customer", len(partner)) >= 0.03)
    if not len(book.customers):
        return np.full(len(partner), -1)
    return np.where(known, book.customers[np.minimum(chosen, len(book.customers) - 1)], -1)


def _lines(channel: Channel, dice: Dice, partner: Ints) -> Ints:
    """The product line: mostly one of those the partner is strong in."""
    names = [word.value for word in channel.profile.specialities]
    strong = channel.specialities[partner][:, [names.index(line.speciality) for line in channel.profile.lines]]
    weight: Floats = strong.astype(np.float64) + 0.06
    return pick_by_row(weight, dice.chance("line", len(partner)))


def _quarter(day: date) -> str:
    return f"Q{(day.month + 2) // 3} {day.year}"
