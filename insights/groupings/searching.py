"""Asks for a search for groups, and carries it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from insights.groupings import finding, telling
from insights.groupings.finding import Groups, Labels, Nothing
from insights.groupings.models import Grouping
from insights.groupings.ruling import rules
from insights.groupings.spreading import USABLE, Floats, Spread, spread
from partners.columns import read_table
from partners.facts import vocabulary
from partners.models import Customer, Partner
from partners.tables import Table
from partners.vocabulary import Field, Subject
from segments.evaluate import evaluate
from segments.rulebook import clock_at, rulebook
from segments.sentences import sentence

TASK = "insights.search_groups"
FEWEST, MOST = 1, 12
"""How many facts may be looked at together."""
AMONG = 20_000
"""Groups are sought among so many subjects at most, drawn by chance; the rules then hold for everybody."""
DRAWN = 600
"""Points of the picture."""
SEED = 7


def usable(subject: Subject) -> list[Field]:
    """The facts that groups can be sought by: not free text, not ids, nothing sensitive."""
    found = vocabulary(subject).values()
    return [field for field in found if field.type in USABLE and not field.sensitive and not field.refers_to]


@transaction.atomic
def request(*, subject: Subject, fields: Sequence[str], by: str) -> Grouping:
    """Note a search, for workers to carry out. ValidationError when the facts do not serve."""
    known = {field.name for field in usable(subject)}
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise ValidationError({"fields": f"Groups cannot be sought by {', '.join(unknown)}."})
    if not FEWEST <= len(set(fields)) <= MOST:
        raise ValidationError({"fields": f"Choose from {FEWEST} to {MOST} facts."})
    made = Grouping.objects.create(subject=subject, fields=list(dict.fromkeys(fields)), requested_by=by[:200])
    send(made)
    return made


def send(grouping: Grouping) -> None:
    """To the workers, once the transaction is committed."""
    transaction.on_commit(lambda: current_app.send_task(TASK, [grouping.pk]), robust=True)


def search(*, grouping: Grouping) -> Grouping:
    """Carry a search out; one that is finished already is left as it is. What it finds is the same every time."""
    if grouping.status != Grouping.Status.WAITING:
        return grouping
    subject = Subject(grouping.subject)
    words = vocabulary(subject)
    gone = [name for name in grouping.fields if name not in words]
    if gone:
        return _finish(grouping, Grouping.Status.FAILED, reason=f"There is no attribute {', '.join(gone)} any more.")
    fields = [words[name] for name in grouping.fields]
    table = read_table(subject, grouping.fields, as_of=timezone.now(), ids=_sample(subject))
    points = spread(table, fields)
    found = finding.find(points)
    if isinstance(found, Nothing):
        measures = {"silhouette": round(found.silhouette, 3), "chance": round(found.chance, 3), "among": len(table)}
        return _finish(grouping, Grouping.Status.NOTHING, reason=found.reason, result=measures)
    return _finish(grouping, Grouping.Status.FOUND, result=_told(subject, table, points, found))


def _finish(grouping: Grouping, status: str, *, reason: str = "", result: dict[str, Any] | None = None) -> Grouping:
    grouping.status, grouping.reason, grouping.result = status, reason, result or {}
    grouping.finished_at = timezone.now()
    grouping.save(update_fields=["status", "reason", "result", "finished_at"])
    return grouping


def _sample(subject: Subject) -> list[int]:
    model = Partner if subject is Subject.PARTNER else Customer
    ids = np.fromiter(model.objects.present().order_by("pk").values_list("pk", flat=True).iterator(), dtype=np.int64)
    if len(ids) > AMONG:
        ids = np.sort(np.random.default_rng(SEED).choice(ids, AMONG, replace=False))
    return ids.tolist()


def _told(subject: Subject, table: Table, points: Spread, found: Groups) -> dict[str, Any]:
    """The groups with their rules, and how true the rules are: measured by the interpreter that segments are found by."""
    written = rules(points, found.labels)
    verdicts = []
    clock = clock_at()
    groups = []
    for number, rule in enumerate(written):
        book = rulebook(subject, rule)
        node = book.parse(rule)
        verdict, own = evaluate(node, table, vocabulary=book.vocabulary, clock=clock), found.labels == number
        verdicts.append(verdict)
        both = int((verdict & own).sum())
        traits = telling.traits(points, own)
        groups.append(
            {
                "name": telling.name(traits, number + 1),
                "size": int(own.sum()),
                "share": round(float(own.mean()), 4),
                "rule": rule,
                "sentence": sentence(node, book.vocabulary, subject=subject, segments=book.names, clock=clock),
                "precision": round(both / max(1, int(verdict.sum())), 4),
                "recall": round(both / max(1, int(own.sum())), 4),
                "traits": [
                    {
                        "words": t.words,
                        "figures": t.figures,
                        "is_share": t.is_share,
                        "own": _number(t.own),
                        "others": _number(t.others),
                    }
                    for t in traits
                ],
            }
        )
    return {
        "among": len(table),
        "count": found.count,
        "silhouette": round(found.silhouette, 3),
        "chance": round(found.chance, 3),
        "silhouettes": {str(k): round(value, 3) for k, value in found.silhouettes.items()},
        "fidelity": round(_fidelity(np.array(verdicts), found.labels), 4),
        "groups": groups,
        "picture": _picture(points.points, found.labels),
    }


def _fidelity(verdicts: np.ndarray[Any, np.dtype[np.bool_]], labels: Labels) -> float:
    """The share of subjects of whom the rule of their own group is true, and no other."""
    own = verdicts[labels, np.arange(len(labels))]
    return float((own & (verdicts.sum(axis=0) == 1)).mean())


def _picture(points: Floats, labels: Labels) -> list[list[float]]:
    """Some subjects on the two axes along which they differ most (principal components): x, y from 0 to 1, group."""
    rows = np.random.default_rng(SEED).choice(len(points), size=min(DRAWN, len(points)), replace=False)
    centred = points[rows] - points[rows].mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    placed = centred @ axes[:2].T
    if placed.shape[1] < 2:
        placed = np.column_stack([placed, np.zeros(len(placed))])
    low, high = placed.min(axis=0), placed.max(axis=0)
    scaled = (placed - low) / np.where(high > low, high - low, 1.0)
    return [
        [round(float(x), 3), round(float(y), 3), int(labels[row])] for (x, y), row in zip(scaled, rows, strict=True)
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
