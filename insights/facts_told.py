"""Tells scores of partners as a fact that rules can name: an attribute, written by the path of imports with its origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from partners import attributes, importing
from partners.models import Attribute, Origin, Partner
from partners.vocabulary import FieldType, Subject

PART = 10_000
"""Rows that are written together."""


def tell(fact: tuple[str, str, str], scores: Mapping[int, Decimal], *, origin: str) -> None:
    """Give each partner, by id, its score, and take it from everybody else. Only what differs is written.

    `fact` is name, label and description of the attribute, which is made when there is first something to tell.
    """
    name, label, about = fact
    if not Attribute.objects.filter(subject=Subject.PARTNER, name=name, archived_at=None).exists():
        if not scores:
            return
        attributes.create_attribute(
            subject=Subject.PARTNER, name=name, label=label, type=FieldType.NUMBER, description=about
        )
    rows = list(_different(name, scores))
    if not rows:
        return
    came_from = Origin.objects.create(kind=Origin.Kind.PREDICTION, label=origin)
    for start in range(0, len(rows), PART):
        importing.upsert_rows(subject=Subject.PARTNER, rows=rows[start : start + PART], origin=came_from)


def _different(name: str, scores: Mapping[int, Decimal]) -> Iterator[dict[str, Any]]:
    """The rows of the partners whose score is another than the one they have."""
    present = Partner.objects.present().values_list("pk", "external_id", f"custom__{name}")
    for pk, external_id, had in present.iterator(chunk_size=PART):
        score = scores.get(pk)
        if (None if had is None else Decimal(str(had))) != score:
            yield {"external_id": external_id, name: None if score is None else f"{score}"}
