"""What a new segment can start from: another segment, one partner or customer, a list of ids."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from partners.console.imports import on_a_page
from partners.facts import vocabulary
from partners.importing.reading import Source
from partners.importing.workbooks import FileProblem
from partners.profile import value_of
from partners.vocabulary import FieldType, Subject
from people.roles import Viewer
from segments.console.vocabulary import MODELS, subjects_of
from segments.models import Segment
from segments.rules.values import MAX_VALUES

ALIKE = {
    Subject.PARTNER: ("partner_type", "tier", "region", "specialisations", "verticals", "employees"),
    Subject.CUSTOMER: ("industry", "region", "adoption_level", "technologies", "needs", "employees"),
}
"""What makes one company like another."""
LARGEST_FILE = 2_000_000
"""Bytes of a file of ids, characters of ids that were typed."""
_HEADS = frozenset({"external id", "id", "partner", "partner id", "customer", "customer id"})


@dataclass(frozen=True, slots=True)
class Start:
    """Values for the form of a new segment, and what to tell about them."""

    values: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    problem: str = ""


def start(request: HttpRequest) -> Start:
    """`?from=slug`, `?like=id&subject=`, or ids that were sent as text or as a file."""
    viewer = request.user
    subject = request.POST.get("subject") or request.GET.get("subject")
    subject = subject if subject in MODELS else Subject.PARTNER.value
    if request.method == "POST":
        return from_ids(viewer, Subject(subject), _sent(request))
    if request.GET.get("from"):
        return from_segment(viewer, request.GET["from"])
    if request.GET.get("like"):
        return like(viewer, Subject(subject), request.GET["like"].strip())
    return Start({"subject": subject})


def from_segment(viewer: Viewer, slug: str) -> Start:
    """A copy of a segment's newest rule, to be changed."""
    found = Segment.objects.visible_to(viewer).select_related("draft").filter(slug=slug).first()
    if found is None or found.draft is None:
        return Start(problem="That segment does not exist any more.")
    values = {name: getattr(found, name) for name in ("subject", "description", "objective", "partner_visible")}
    values |= {"name": f"{found.name} (copy)"[:200], "rule": _text(found.draft.rule), "zone": found.draft.zone}
    return Start(values, f"Copied from {found.name}. Change what should be different.")


def like(viewer: Viewer, subject: Subject, who: str) -> Start:
    """Others like this one: a rule of its kind, place, size and what it is good at."""
    records: Any = subjects_of(subject, viewer)
    record = records.filter(external_id=who).first()
    if record is None:
        found = list(records.search(who).order_by("name", "id")[:2])
        if len(found) != 1:
            problem = f"Several are called “{who}”. Use the id." if found else f"Nobody is called “{who}”. Try the id."
            return Start({"subject": subject.value}, problem=problem)
        record = found[0]
    rules = []
    words = vocabulary(subject)
    for name in ALIKE[subject]:
        value = value_of(record, words[name])
        if value is None:
            continue
        if words[name].type is FieldType.MULTI_CHOICE:
            rules.append({"field": name, "operator": "containsAny", "value": list(value)})
        elif isinstance(value, Decimal):
            ends = [str((value / 2).to_integral_value()), str((value * 2).to_integral_value())]
            rules.append({"field": name, "operator": "between", "value": ends})
        else:
            rules.append({"field": name, "operator": "=", "value": value})
    if not rules:
        return Start(
            {"subject": subject.value}, problem=f"Too little is known about {record} to look for others like it."
        )
    values = {
        "subject": subject.value,
        "name": f"Like {record}"[:200],
        "rule": _text({"combinator": "and", "not": False, "rules": rules}),
    }
    return Start(values, f"These conditions are what is known about {record}. Take out what should not matter.")


def from_ids(viewer: Viewer, subject: Subject, given: bytes) -> Start:
    """Exactly the records of these ids, of those that there are and the viewer may see."""
    try:
        ids = list(dict.fromkeys(read_ids(given)))
    except FileProblem as problem:
        return Start({"subject": subject.value}, problem=on_a_page(str(problem)))
    if not ids:
        return Start(
            {"subject": subject.value}, problem="There was no id in it. Put one on each line, or in the first column."
        )
    if len(ids) > MAX_VALUES:
        return Start({"subject": subject.value}, problem=f"{len(ids):,} ids are too many; {MAX_VALUES:,} is the most.")
    known = set(subjects_of(subject, viewer).filter(external_id__in=ids).values_list("external_id", flat=True))
    listed = [each for each in ids if each in known]
    unknown = [each for each in ids if each not in known]
    note = f"{len(listed):,} of {len(ids):,} ids are known."
    if unknown:
        more = f" and {len(unknown) - 10:,} more" if len(unknown) > 10 else ""
        note += f" Left out: {', '.join(unknown[:10])}{more}."
    if not listed:
        return Start({"subject": subject.value}, problem=note)
    rule = {"field": "external_id", "operator": "in", "value": listed}
    return Start({"subject": subject.value, "rule": _text({"combinator": "and", "not": False, "rules": [rule]})}, note)


def read_ids(given: bytes) -> list[str]:
    """The first column of a CSV or XLSX file, or one id a line; a head that names the id says the column and is passed over.

    FileProblem says what is wrong with a file that cannot be read, or is too large to be one of ids.
    """
    if len(given) > LARGEST_FILE:
        raise FileProblem(f"This is more than {LARGEST_FILE // 10**6} MB. Leave only the column of ids in it.")
    if not given.strip():
        return []
    source = Source(given)
    heads = [head.casefold().replace("_", " ") for head in source.header]
    place = next((at for at, head in enumerate(heads) if head in _HEADS), None)
    ids = [] if place is not None else source.header[:1]
    for row in source.rows():
        if row.problem:
            raise FileProblem(f"Line {row.line} cannot be read: it {row.problem}.")
        ids += row.cells[place or 0 :][:1]
    return [text for each in ids if (text := each.strip())]


def _sent(request: HttpRequest) -> bytes:
    upload = request.FILES.get("file")
    given = request.POST.get("ids", "").encode() if upload is None else upload.read(LARGEST_FILE + 1)
    return bytes(given)


def _text(rule: Any) -> str:
    return json.dumps(rule, indent=2, ensure_ascii=False)
