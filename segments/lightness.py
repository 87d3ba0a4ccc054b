"""Whether a rule can be worked out while somebody waits: from columns that are kept, or of a population that is small."""

from __future__ import annotations

from typing import Any

from partners import snapshot
from partners.vocabulary import Subject
from segments.rulebook import rulebook
from segments.rules import RuleInvalid, aggregates_used, fields_used


def is_light(subject: Subject, rule: Any) -> bool:
    """False where it goes over related records of a large population, or over facts of it that move with the instant:
    those are in the database alone. A rule that does not hold is told at once."""
    try:
        node = rulebook(subject, rule).parse(rule)
    except RuleInvalid:
        return True
    if snapshot.count(subject) is None:
        return not snapshot.is_due(subject)
    return not aggregates_used(node) and snapshot.keeps(subject, fields_used(node))
