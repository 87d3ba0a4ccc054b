"""The fields that records keep values of, as the attributes stand now: built-in with the choices added to them, and custom.

One query each time, which hands the attributes out only when one was written since: a written row has another transaction
or another place.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django.db import connection

from partners.vocabulary import BUILT_IN, Choice, Field, FieldKind, FieldType, Subject, extend

_known: list[tuple[str, dict[Subject, dict[str, Field]]]] = []
"""The last state and its fields."""
_shares: set[str] = set()

_QUERY = """
    WITH state AS (SELECT concat_ws(' ', pg_postmaster_start_time(), current_database(),
        string_agg(concat_ws(' ', id, xmin, ctid), ',' ORDER BY id)) AS state FROM partners_attribute)
    SELECT state, CASE WHEN state IS DISTINCT FROM %s THEN (SELECT coalesce(json_agg(json_build_object('name', name,
        'subject', subject, 'label', label, 'type', type, 'choices', choices, 'description', description, 'sensitive',
        sensitive, 'built_in', built_in) ORDER BY label, name), '[]')::text
        FROM partners_attribute WHERE archived_at IS NULL) END
    FROM state
"""


def say_in_per_cent(*names: str) -> None:
    """Numbers of these names are fractions that people read and type in per cent. For apps that keep such attributes."""
    _shares.update(names)


def stored_fields() -> dict[Subject, dict[str, Field]]:
    """The fields of each subject by name, archived ones left out. Not to be written into."""
    known = _known[0] if _known else None
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [known[0] if known else None])
        state, attributes = cursor.fetchone()
    if attributes is not None:
        rows = json.loads(attributes)
        by_subject = {s: _fields(s, [row for row in rows if row["subject"] == s.value]) for s in Subject}
        _known[:] = [(state, by_subject)]
        return by_subject
    return known[1] if known else {subject: {} for subject in Subject}


def _fields(subject: Subject, attributes: list[dict[str, Any]]) -> dict[str, Field]:
    fields = {field.name: field for field in BUILT_IN[subject]}
    for attribute in attributes:
        name = attribute["name"]
        choices = tuple(
            Choice(choice["value"], choice.get("label") or choice["value"]) for choice in attribute["choices"]
        )
        if attribute["built_in"]:
            if name in fields:
                sensitive = fields[name].sensitive or attribute["sensitive"]
                fields[name] = replace(extend(fields[name], choices), sensitive=sensitive)
        elif name not in fields:
            fields[name] = Field(
                subject,
                name,
                attribute["label"],
                FieldType(attribute["type"]),
                FieldKind.CUSTOM,
                choices=choices,
                description=attribute["description"],
                sensitive=attribute["sensitive"],
                is_share=name in _shares and attribute["type"] == FieldType.NUMBER,
            )
    return fields
