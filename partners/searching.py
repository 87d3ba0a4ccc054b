"""Whom a search finds, all of them, as ids: for what is counted or put in order among sets of ids."""

from __future__ import annotations

from typing import Any

import numpy as np

from partners.columns import read_ids
from partners.tables import Ints


def matches(records: Any, words: str) -> Ints | None:
    """The ids, ascending, of the records (a query) that a search for the words finds; None without words.

    One query, each way of matching by itself: with "or" between them, every row would be looked at.
    """
    ways = records.ways(words)
    if not ways:
        return None
    rows = [records.filter(way).order_by().values_list("pk") for way in ways]
    return np.unique(read_ids(*rows[0].union(*rows[1:], all=True).query.sql_with_params()))
