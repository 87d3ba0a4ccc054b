"""What the rule builder in the browser needs to know: fields, operators in plain words, values and coverage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from partners.coverage import coverage, value_counts
from partners.facts import vocabulary
from partners.models import Customer, Partner
from partners.vocabulary import Field, FieldType, Subject
from people.roles import Viewer, may_reveal
from segments.models import Segment
from segments.operators import OPERATORS, SEGMENT_FIELD, SEGMENT_OPERATORS, operators_of
from segments.relations import related
from segments.rules import Related
from segments.rules.aggregating import FUNCTIONS, SHARES

COVERAGE_SECONDS = 600
"""Coverage is a hint beside a field: it may be this old."""
MOST_VALUES = 50
MOST_CHOICES = 1000
MODELS: dict[Subject, type[Partner] | type[Customer]] = {Subject.PARTNER: Partner, Subject.CUSTOMER: Customer}
PICKED = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.ORDERED_CHOICE, FieldType.MULTI_CHOICE})
"""Types whose values are picked from those there are."""

AGGREGATE_WORDS = {
    "count": "Number of",
    "sum": "Total of",
    "average": "Average of",
    "minimum": "Lowest of",
    "maximum": "Highest of",
    "distinct": "Number of different",
    "share": "Share of",
    "latest": "Latest of",
    "growth": "Growth of",
}

Value = dict[str, str | int | None]


def subjects_of(subject: Subject, viewer: Viewer) -> QuerySet[Any]:
    """The partners or customers a viewer may see."""
    return MODELS[subject].objects.visible_to(viewer)


def builder_data(viewer: Viewer, *, without: str = "") -> dict[str, Any]:
    """Both subjects' words as the builder reads them; `without`: the slug of the segment that is being edited.

    Two queries for the fields, one for the segments, however many there are.
    """
    segments = list(
        Segment.objects.visible_to(viewer)
        .exclude(status=Segment.Status.ARCHIVED)
        .exclude(slug=without)
        .values_list("slug", "name", "subject")
    )
    relations = related()
    return {
        subject.value: _words(subject, segments) | {"relations": _relations(relations.get(subject.value, {}))}
        for subject in MODELS
    }


def _relations(known: Mapping[str, Related]) -> list[dict[str, Any]]:
    """The related records that can be counted, added up and so on, each with its fields and the dates to go by."""
    return [
        {
            "name": name,
            "label": name.capitalize(),
            "date": relation.date,
            "fields": [_field(field) for field in relation.vocabulary.values()],
        }
        for name, relation in known.items()
    ]


def _functions() -> list[dict[str, Any]]:
    """What can be worked out from related records, and from which of their fields."""
    return [
        {
            "name": name,
            "label": AGGREGATE_WORDS[name],
            "types": sorted(kind.value for kind in types),
            "of": "rows" if name in ("count", "share") else "either" if name == "growth" else "field",
            "keeps_type": name in ("sum", "average", "minimum", "maximum", "latest"),
            "is_share": name in SHARES,
        }
        for name, (types, _) in FUNCTIONS.items()
    ]


def _words(subject: Subject, segments: list[tuple[str, str, str]]) -> dict[str, Any]:
    fields = [_field(field) for field in vocabulary(subject).values()]
    choices = [{"value": slug, "label": name} for slug, name, of in segments if of == subject]
    if choices:
        fields.append(
            {
                "name": SEGMENT_FIELD,
                "label": "Segment",
                "type": "segment",
                "kind": "segment",
                "description": "Members of other segments",
                "choices": choices,
            }
        )
    return {"noun": subject.value, "fields": fields, "operators": _operators(), "functions": _functions()}


def _field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type.value,
        "kind": field.kind.value,
        "description": field.description,
        "is_share": field.is_share,
        "choices": [{"value": choice.value, "label": choice.label} for choice in field.choices],
    }


def _operators() -> dict[str, list[dict[str, Any]]]:
    of_fields = {
        kind.value: [
            {
                "name": operator.name,
                "label": operator.words_for(kind),
                "takes": operator.operand.value,
                "negative": operator.is_negative,
            }
            for operator in operators_of(kind)
        ]
        for kind in FieldType
    }
    of_segments = [
        {"name": name, "label": words, "takes": "many", "negative": name in OPERATORS and OPERATORS[name].is_negative}
        for name, words in SEGMENT_OPERATORS.items()
    ]
    return {**of_fields, "segment": of_segments}


def filled(subject: Subject, viewer: Viewer) -> dict[str, int]:
    """How many of the viewer's subjects have a value, by field; remembered for a while."""
    scope = hashlib.sha256(json.dumps(sorted(viewer.regions)).encode()).hexdigest()[:16]
    name = f"coverage:{subject.value}:{scope}"
    return cache.get_or_set(name, lambda: coverage(subject, viewer), COVERAGE_SECONDS) or {}


def shares(subject: Subject, viewer: Viewer) -> dict[str, float]:
    """Share of the viewer's subjects with a value (0 to 1), by field; nothing for computed facts and without subjects."""
    counts = filled(subject, viewer)
    everyone = counts.get("external_id", 0)
    return {name: count / everyone for name, count in counts.items()} if everyone else {}


def values_of(subject: Subject, name: str, viewer: Viewer, search: str) -> list[Value] | None:
    """The values to pick from for a field, with how many of the viewer's subjects have each; None: no such field.

    Choices come whole (an ordered one in its order, others commonest first), text by what is typed. Of a sensitive field,
    whoever may not read its values sees the choices there could be, uncounted, and no text.
    """
    field = vocabulary(subject).get(name)
    if field is None:
        return None
    if field.type not in PICKED:
        return []
    hidden = field.sensitive and not may_reveal(viewer)
    if field.is_choice and field.choices:
        return _choices(subject, field, viewer, search, counted=not hidden)
    if hidden:
        return []
    found = value_counts(subject, name, viewer, search, MOST_VALUES)
    return [{"value": value, "label": value, "count": count} for value, count in found]


def _choices(subject: Subject, field: Field, viewer: Viewer, search: str, *, counted: bool) -> list[Value]:
    counts = dict(value_counts(subject, field.name, viewer, "", MOST_CHOICES)) if counted else {}
    wanted = search.strip().casefold()
    listed = [(choice.value, choice.label) for choice in field.choices]
    if field.type is not FieldType.ORDERED_CHOICE:
        listed.sort(key=lambda pair: -counts.get(pair[0], 0))
    return [
        {"value": value, "label": label, "count": counts.get(value, 0) if counted else None}
        for value, label in listed
        if wanted in value.casefold() or wanted in label.casefold()
    ]
