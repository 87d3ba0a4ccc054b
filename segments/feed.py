"""The change feed's own words: its cursor, and a change as other systems read it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from partners.models import Customer, Partner
from partners.vocabulary import Subject


def write_cursor(change_id: int) -> str:
    """The place behind a change, as callers keep it. What is in it is ours to alter."""
    return base64.urlsafe_b64encode(f"change:{change_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> int:
    """The id of the last change seen; ValueError for what is no cursor of the feed."""
    try:
        kind, _, number = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").partition(":")
    except binascii.Error as error:
        raise ValueError("Not base64.") from error
    if kind == "change" and number.isdigit() and len(number) < 19:
        return int(number)
    raise ValueError("Not a cursor of the feed.")


def described(changes: Iterable[Any]) -> list[dict[str, Any]]:
    """Changes (with their segments) as callers read them: external ids for our own, one query for each subject."""
    rows = list(changes)
    ids: dict[str, set[int]] = {Subject.PARTNER: set(), Subject.CUSTOMER: set()}
    for change in rows:
        ids[change.segment.subject].add(change.subject_id)
    names: dict[str, dict[int, str]] = {}
    for subject, model in ((Subject.PARTNER, Partner), (Subject.CUSTOMER, Customer)):
        wanted = model.objects.filter(pk__in=ids[subject]) if ids[subject] else model.objects.none()
        names[subject] = dict(wanted.values_list("pk", "external_id"))
    return [
        {
            "id": change.pk,
            "cursor": write_cursor(change.pk),
            "segment": change.segment.slug,
            "subject": change.segment.subject,
            "external_id": names[change.segment.subject].get(change.subject_id),
            "change": change.kind,
            "at": change.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "version": change.version,
            "recompute": change.recompute_id,
        }
        for change in rows
    ]
