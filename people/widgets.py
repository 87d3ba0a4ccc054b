"""Widgets of forms that more than one app has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class ManyBoxes(forms.CheckboxSelectMultiple):
    """Check boxes as Django draws them, for a thousand choices: put together at once, not by a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The HTML of all boxes."""
        chosen = set(self.format_value(value))
        given = self.build_attrs(self.attrs, attrs)
        own = given.pop("id", "")
        more = format_html_join(
            "", ' {}="{}"', ((key, said) for key, said in given.items() if said not in (None, False))
        )
        boxes = format_html_join(
            "",
            '<div><label for="{0}_{1}"><input type="checkbox" name="{2}" value="{3}"{4} id="{0}_{1}"{5}> {6}</label></div>',
            (
                (own, place, name, code, more, SafeString(" checked") if str(code) in chosen else "", words)
                for place, (code, words) in enumerate(self.choices)
            ),
        )
        return format_html('<div id="{}">{}</div>', own, boxes)
