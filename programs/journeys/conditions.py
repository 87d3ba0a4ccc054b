"""Rules as conditions of journeys: which of some partners a rule is true of, by the interpreter of the segments."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from partners.reading import one_snapshot
from partners.vocabulary import Subject
from segments import computing, planned
from segments.rulebook import clock_at, rulebook
from segments.rules import RuleInvalid
from segments.sentences import sentence

_OWN = ""


class CannotEvaluate(Exception):
    """The rule does not hold up any more; the text says why."""


def holding(rule: Any, partner_ids: Collection[int], *, as_of: datetime | None = None) -> set[int]:
    """Those of the partners for whom the rule is true. CannotEvaluate, never "for nobody", when it cannot be asked."""
    ids = sorted(set(partner_ids))
    if not ids:
        return set()
    with one_snapshot():
        # Segments named by the rule may be worked out from customers, so only the partners are narrowed down.
        others = planned.plans_named(rule)
        narrowed = None if others else {Subject.PARTNER: ids}
        material = computing.read(
            [planned.Plan(_OWN, Subject.PARTNER, rule), *others], clock=clock_at(as_of), ids=narrowed
        )
        found = computing.work_out(material)
    if _OWN in material.failures:
        raise CannotEvaluate(material.failures[_OWN])
    return {int(pk) for pk in found[_OWN]} & set(ids)


def check(rule: Any) -> None:
    """ValidationError, in words, for a rule that cannot be a condition."""
    try:
        rulebook(Subject.PARTNER, rule).parse(rule)
    except RuleInvalid as invalid:
        raise ValidationError({"condition": [f"{error.pointer}: {error.detail}" for error in invalid.errors]}) from None


def in_words(rule: Any) -> str:
    """The rule as a sentence; "" for none."""
    if rule is None:
        return ""
    book = rulebook(Subject.PARTNER, rule)
    try:
        node = book.parse(rule, saved=True)
    except RuleInvalid as invalid:
        return f"It cannot be asked any more: {invalid.words}"
    return sentence(node, book.vocabulary, segments=book.names)
