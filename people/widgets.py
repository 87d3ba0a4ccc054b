"""Widgets of forms that more than one app has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import escape, format_html, format_html_join
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
        before, begun = f'<div><label for="{escape(own)}_', f'"><input type="checkbox" name="{escape(name)}" value="'
        named, ended = f'" id="{escape(own)}_', f'"{more}'
        boxes = [
            f"{before}{place}{begun}{escape(code)}{named}{place}{ended}{' checked' if str(code) in chosen else ''}>"
            f" {escape(words)}</label></div>"
            for place, (code, words) in enumerate(self.choices)
        ]
        return format_html('<div id="{}">{}</div>', own, SafeString("".join(boxes)))
