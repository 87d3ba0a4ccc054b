"""Partners and customers as the segments' pages name them: a name, a link, a few facts, within a viewer's scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from partners.facts import vocabulary
from partners.vocabulary import Subject
from people.roles import Viewer
from segments.console.vocabulary import subjects_of

PAGES = {Subject.PARTNER: "console_partner", Subject.CUSTOMER: "console_customer"}
FACTS = {
    Subject.PARTNER: ("partner_type", "tier", "region"),
    Subject.CUSTOMER: ("industry", "lifecycle_stage", "region"),
}
"""The choices shown beside a name."""


@dataclass(frozen=True, slots=True)
class Named:
    """One partner or customer, ready to be shown."""

    pk: int
    external_id: str
    name: str
    url: str
    facts: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def labelled(self) -> list[tuple[str, str]]:
        """The facts with their heads."""
        return list(zip(self.labels, self.facts, strict=True))


class Names:
    """Turns records of one subject into `Named`; reads the labels of choices once."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        fields = vocabulary(subject)
        self.columns = tuple(fields[name].label for name in FACTS[subject])
        """Heads of the facts."""
        self._labels = {
            name: {choice.value: choice.label for choice in fields[name].choices} for name in FACTS[subject]
        }

    def of(self, record: Any) -> Named:
        """One record."""
        return Named(
            record.pk,
            record.external_id,
            record.name or record.external_id,
            reverse(PAGES[self.subject], args=[record.external_id]),
            tuple(labels.get(getattr(record, name), getattr(record, name)) for name, labels in self._labels.items()),
            self.columns,
        )

    def by_id(self, ids: Iterable[int], viewer: Viewer) -> dict[int, Named]:
        """Those of the ids that the viewer may see. One query."""
        return {record.pk: self.of(record) for record in subjects_of(self.subject, viewer).filter(pk__in=list(ids))}
