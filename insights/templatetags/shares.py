"""Shares and scores as pages show them."""

from __future__ import annotations

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def percent(value: float | Decimal | None) -> str:
    """0.953 → "95 %"; a dash where there is none."""
    return "–" if value is None else f"{value * 100:.0f} %"


@register.filter
def places(value: float | None, count: int = 2) -> str:
    """A number with so many decimal places; a dash where there is none."""
    return "–" if value is None else f"{value:.{count}f}"


@register.filter
def signed(value: float) -> str:
    """-0.467 → "−0.47", 1.5 → "+1.50"."""
    return f"{value:+.2f}".replace("-", "−") if round(value, 2) else "0.00"
