"""Staged rows that the records themselves refuse: they lack what a new record needs, or their parents do not hold up."""

# ruff: noqa: S608 — every name in a statement is this project's own; values travel by COPY or as parameters
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from partners.vocabulary import Subject

if TYPE_CHECKING:
    from partners.importing.staging import Stage


@dataclass(frozen=True, slots=True)
class Refused:
    """A staged row that the records themselves refuse."""

    line: int
    external_id: str
    field: str
    value: str
    reason: str


def taken_out(stage: Stage) -> list[Refused]:
    """Take these rows out of the stage: new ones without a required field, then those whose parents do not hold up."""
    refused = _incomplete(stage)
    while "parent" in stage.slots:  # a row that goes may leave others without their parent
        found = _orphans(stage) or _circles(stage)
        if not found:
            break
        refused += found
    return refused


def _incomplete(stage: Stage) -> list[Refused]:
    required = "partner" if stage.subject is Subject.DEAL else "name"
    if stage.uniform and required in stage.slots:
        return []
    absent = "" if stage.uniform else f"AND NOT ('{required}' = ANY(s.given))"
    found = stage.run(
        f"DELETE FROM {stage.name} s WHERE NOT EXISTS (SELECT 1 FROM {stage.table} t"
        f" WHERE t.external_id = s.external_id) {absent} RETURNING line, external_id"
    )
    reason = f"is new, and a new {stage.subject} needs a {required}"
    return [Refused(line, external_id, required, "", reason) for line, external_id in found]


def _orphans(stage: Stage) -> list[Refused]:
    """Rows whose parent is the record itself, or neither a record nor a row that stays."""
    found = stage.run(
        f"DELETE FROM {stage.name} s WHERE s.parent IS NOT NULL AND (s.parent = s.external_id OR NOT ("
        f"EXISTS (SELECT 1 FROM {stage.table} p WHERE p.external_id = s.parent AND p.deleted_at IS NULL)"
        f" OR EXISTS (SELECT 1 FROM {stage.name} o WHERE o.external_id = s.parent)))"
        " RETURNING line, external_id, parent"
    )
    own = "is the company itself; leave it empty for one without a parent"
    none = "there is no partner “{}”, nor a row of it that could be taken in; add the parent first"
    return [
        Refused(line, external_id, "parent", parent, own if parent == external_id else none.format(parent))
        for line, external_id, parent in found
    ]


def _circles(stage: Stage) -> list[Refused]:
    """Rows that would be above themselves: walk up from each, by the rows' parents where given, else the records'."""
    says = "o.external_id IS NOT NULL" + ("" if stage.uniform else " AND 'parent' = ANY(o.given)")
    found = stage.run(
        "WITH RECURSIVE up (line, start, at) AS ("
        f"SELECT s.line, s.external_id, s.parent FROM {stage.name} s WHERE s.parent IS NOT NULL"
        " UNION SELECT u.line, u.start, above.parent FROM up u CROSS JOIN LATERAL ("
        f"SELECT CASE WHEN {says} THEN o.parent ELSE p.external_id END AS parent FROM (SELECT u.at AS id) here"
        f" LEFT JOIN {stage.name} o ON o.external_id = here.id LEFT JOIN {stage.table} t ON t.external_id = here.id"
        f" LEFT JOIN {stage.table} p ON p.id = t.parent_id) above WHERE above.parent IS NOT NULL AND u.at <> u.start)"
        f" DELETE FROM {stage.name} s USING up WHERE s.line = up.line AND up.at = up.start"
        " RETURNING s.line, s.external_id, s.parent"
    )
    reason = "is, directly or not, a child of this company; a company cannot be above itself"
    return [Refused(line, external_id, "parent", parent, reason) for line, external_id, parent in found]
