"""Parts of the design that need a little working out before they are drawn: `{% load parts %}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.urls import NoReverseMatch, reverse

register = template.Library()

SPARK_WIDTH = 120
SPARK_HEIGHT = 32
SPARK_MARGIN = 2


@register.filter
def ago(moment: datetime) -> str:
    """How long since, or until, in the largest unit alone: "2 weeks ago", not "2 weeks, 1 day ago"."""
    return re.sub(r",.*(?= (?:ago|from now)$)", "", str(naturaltime(moment)))


@register.inclusion_tag("parts/nav_item.html", takes_context=True)
def nav_item(context: template.Context, name: str, label: str, icon: str, exact: bool = False) -> dict[str, Any]:
    """One entry of a navigation; nothing when no address has the name.

    Marked when the page is at or beneath it, or says that it belongs there: `door` in its context names the entry.
    """
    try:
        url = reverse(name)
    except NoReverseMatch:
        return {"url": ""}
    request = context.get("request")
    path = request.path if request else ""
    is_within = (not exact and path.startswith(url)) or context.get("door") == name
    current = "page" if path == url else "true" if is_within else ""
    return {"url": url, "label": label, "icon": icon, "current": current}


@register.inclusion_tag("parts/sort.html", takes_context=True)
def sort_head(context: template.Context, field: str, label: str, numeric: bool = False) -> dict[str, Any]:
    """The head of a column that sorts: `?sort=field`, and `?sort=-field` the second time. Other filters stay."""
    query = context["request"].GET.copy()
    sort = context.get("sort", query.get("sort", ""))
    direction = {field: "ascending", f"-{field}": "descending"}.get(str(sort), "")
    query["sort"] = f"-{field}" if direction == "ascending" else field
    for place in ("page", "cursor"):
        query.pop(place, None)
    return {"href": f"?{query.urlencode()}", "label": label, "numeric": numeric, "direction": direction}


@register.inclusion_tag("parts/meter.html")
def meter(value: float, total: float, label: str, kind: str = "") -> dict[str, Any]:
    """A bar of value out of total; the label is what is heard instead of seen."""
    share = min(max(float(value) / float(total), 0.0), 1.0) if total else 0.0
    return {"percent": f"{share * 100:.1f}", "label": label, "kind": kind}


@register.inclusion_tag("parts/sparkline.html")
def sparkline(values: Sequence[float], label: str) -> dict[str, Any]:
    """A trend without axes: values in order, evenly spaced, scaled from their least to their greatest."""
    return {"line": spark_points(values), "label": label}


def spark_points(values: Sequence[float]) -> str:
    """The points of a sparkline as SVG has them; "" for fewer than two values. A flat line runs in the middle."""
    if len(values) < 2:
        return ""
    low, high = float(min(values)), float(max(values))
    step = SPARK_WIDTH / (len(values) - 1)
    room = SPARK_HEIGHT - 2 * SPARK_MARGIN

    def y(value: float) -> float:
        share = (float(value) - low) / (high - low) if high > low else 0.5
        return SPARK_HEIGHT - SPARK_MARGIN - share * room

    return " ".join(f"{index * step:.1f},{y(value):.1f}" for index, value in enumerate(values))
