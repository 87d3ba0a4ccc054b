"""Widgets: many boxes put together at once are those that Django draws."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.test.html import parse_html

from people.widgets import ManyBoxes

CHOICES = [("gold", "Gold & more"), ('"><b>', "<script>"), (3, "Three")]


@pytest.mark.parametrize("value", [[], ["gold"], ["3", '"><b>'], None])
@pytest.mark.parametrize("attrs", [{"id": "id_any"}, {"id": "id_any", "aria-describedby": 'a"b', "required": False}])
def test_many_boxes__any_choice__as_django_draws_them(value: Any, attrs: dict[str, Any]) -> None:
    mine, theirs = (
        parse_html(kind(choices=CHOICES).render("any", value, attrs))
        for kind in (ManyBoxes, forms.CheckboxSelectMultiple)
    )
    assert mine == theirs
