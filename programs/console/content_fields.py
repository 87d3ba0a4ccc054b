"""What the form of content has besides plain fields: the rows of a kit, and the choices of what may go in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict

from programs.models import Content
from segments.models import Segment

SPARE = 3
"""Empty rows below those there are."""


class Items(forms.Widget):
    """Rows of a place, a resource and a message; rows without a resource do not count."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """The rows in the order of their places."""
        if not isinstance(data, QueryDict):
            return list(data.get(name, []))
        rows = zip(data.getlist("item_place"), data.getlist("item"), data.getlist("item_message"), strict=False)
        chosen = [(_place(place), item, message.strip()) for place, item, message in rows if item]
        return [{"content": item, "message": message} for _, item, message in sorted(chosen, key=lambda row: row[0])]


def _place(text: str) -> int:
    """A place as typed; last for anything that is no number."""
    return int(text) if text.isdecimal() and len(text) < 6 else 100_000


def rows_of(value: Any) -> list[dict[str, Any]]:
    """The rows to show, numbered in tens so that one fits in between, with empty ones to fill."""
    rows = [*(value or []), *({"content": "", "message": ""} for _ in range(SPARE))]
    return [{"place": 10 * number, **row} for number, row in enumerate(rows, start=1)]


def item_choices() -> list[tuple[str, str]]:
    """Single resources that a kit may hold. One query."""
    found = Content.objects.filter(form=Content.Form.PIECE).exclude(program__status="archived")
    return list(found.order_by("program__name").values_list("program__slug", "program__name"))


def customer_choices(keep: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Active segments of customers, and those already chosen. One query."""
    found = Segment.objects.filter(subject="customer").filter(Q(status="active") | Q(slug__in=keep))
    return [(each.slug, f"{each.name} ({each.member_count:,})") for each in found.order_by("name")]
