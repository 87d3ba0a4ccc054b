"""CSV by COPY is, byte by byte, what Python writes of the same records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from partners.api.values import joined, represent, stored_only
from partners.facts import vocabulary
from partners.models import Attribute, Customer, Partner
from partners.vocabulary import Subject
from people import roles
from people.models import User
from segments.api import copying
from segments.api.streams import csv_lines

pytestmark = pytest.mark.django_db

TEXTS = [
    "plain", "", "a,b", 'a "quoted" one', "two\nlines", "cr\rlf\r\n", "=1+1", "+49 30 123", "-5", "+1.5", "-x", "@home",
    "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x",
    "\ttab", "\\N", "\\.", "100 %", "%s", "Łódź 日本 🚀", "'already", ";", " ", "-1,5", "1e5", "NULL", "-5\n",
]  # fmt: skip
NUMBERS = [
    "0",
    "5",
    "-5",
    "0.5",
    "-0.000001",
    "0.000012",
    "123456789012.123456",
    "999999999999",
    "1200",
    "0.1",
    "12.500000",
]
CUSTOM: dict[str, list[Any]] = {
    "text": TEXTS,
    "choice": ["a", "=b", "", None],
    "number": ["5", "-0.5", "0.000012", "12.50", "1e5 or so", "", None, 7, "123456789012.5"],
    "money": ["5", "12.5", "-0.01", "=x", "1234567890123456.25", None],
    "date": ["2026-02-28", "", None],
    "boolean": [True, False, None],
    "multi_choice": [["a", "b;c", "=d"], ["=d", "a"], [], None],
}


def written(subject: Subject, model: Any) -> tuple[bytes, bytes]:
    """By COPY, and by Python."""
    fields = stored_only(vocabulary(subject))
    assert copying.can_copy(fields)
    ids = np.array(model.objects.order_by("pk").values_list("pk", flat=True), dtype=np.int64)
    copied = b"".join(copying.copied_lines(ids, subject, fields))
    records = list(joined(model.objects.present(), subject).order_by("pk"))
    lines = list(csv_lines(represent(records, subject, fields, stamps=False), list(fields)))
    return copied, "".join(lines[1:]).encode()


def add_attributes(subject: Subject) -> list[dict[str, Any]]:
    """An attribute of each type, and values of all of them for a number of records."""
    for kind in CUSTOM:
        Attribute.objects.create(subject=subject, name=f"own_{kind}", label=f"Own {kind}", type=kind)
    return [
        {f"own_{kind}": values[number % len(values)] for kind, values in CUSTOM.items()} for number in range(len(TEXTS))
    ]


def test_csv__customers_of_all_sorts__as_python_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "FIRST", 3)
    monkeypatch.setattr(copying, "BATCH", 4)
    partners = [Partner.objects.create(external_id=key, name=key) for key in ("b", "=a", "gone")]
    for number, custom in enumerate(add_attributes(Subject.CUSTOMER)):
        made = Customer.objects.create(
            external_id=f"{'=' if number % 2 else ''}c{number}", name=TEXTS[number] or "x", city=TEXTS[-number],
            country=TEXTS[number - 3], employees=Decimal(NUMBERS[number % len(NUMBERS)]) if number % 5 else None,
            annual_revenue=Decimal(number - 3) / 4 if number % 4 else None, needs=TEXTS[1 : 1 + number % 3],
            technologies=["=x", "y"][: number % 3], custom=custom,
        )  # fmt: skip
        made.partners.set(partners[: number % 4])
    Partner.objects.filter(external_id="gone").update(deleted_at=timezone.now())
    Customer.objects.filter(external_id="c4").update(deleted_at=timezone.now())
    copied, expected = written(Subject.CUSTOMER, Customer)
    assert copied == expected
    assert copied.count(b"\r\n") >= len(TEXTS) - 1


def test_csv__partners_with_their_people_and_parents__as_python_writes_them() -> None:
    manager = User.objects.create(email="mia@example.com", role=roles.CHANNEL_MANAGER)
    above = Partner.objects.create(external_id="-above", name="Above", joined_on=date(999, 1, 2))
    gone = Partner.objects.create(external_id="gone", name="Gone", deleted_at=timezone.now())
    add_attributes(Subject.PARTNER)
    Partner.objects.create(
        external_id="p1", name="P", parent=above, channel_manager=manager, joined_on=date(2024, 2, 29)
    )
    Partner.objects.create(external_id="p2", name="P", parent=gone, verticals=["retail", "energy"])
    copied, expected = written(Subject.PARTNER, Partner)
    assert copied == expected
    assert b"mia@example.com" in copied


def test_csv__what_is_worked_out__is_left_to_python() -> None:
    words = vocabulary(Subject.PARTNER)
    assert not copying.can_copy({"win_rate": words["win_rate"]})
    assert copying.can_copy({"name": words["name"]})
    assert list(copying.copied_lines(np.empty(0, np.int64), Subject.PARTNER, {"name": words["name"]})) == []
