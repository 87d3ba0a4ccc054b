"""Two people, or two tabs, with the same thing open: whoever saves second is told what changed, and loses nothing."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

OPENED = "opened"
SHOWN_LETTERS = 80
PLAIN = (
    forms.widgets.Input,
    forms.Textarea,
    forms.CheckboxInput,
    forms.Select,
    forms.RadioSelect,
    forms.CheckboxSelectMultiple,
)
HEAD = "Saved by somebody else while you were working. What you wrote is still here: look at this, then save again."


class MeanwhileMixin(forms.BaseForm):
    """For a form over something that is there already, before `forms.Form` among its bases.

    The page carries along how each field stood when it was opened (`opened_input`). Where a field stands differently at
    saving, the form is refused: fields left alone then show what they hold now, those written in keep what was written.
    Saved again, that goes on top.
    """

    uncompared: frozenset[str] = frozenset()
    """Fields that are looked after in another way."""

    is_new = False
    """It makes something, so there is nothing to compare with."""

    def beside(self) -> dict[str, Any]:
        """What the form changes beside its fields, as it is stored now: by label."""
        return {}

    @property
    def opened_input(self) -> SafeString:
        """How the fields stand now, as a hidden field."""
        if self.is_new:
            return SafeString("")
        return format_html(
            '<input type="hidden" name="{}" value="{}">', self.add_prefix(OPENED), json.dumps(self._now())
        )

    def full_clean(self) -> None:
        """After the form's own checks."""
        super().full_clean()
        sent = self.data.get(self.add_prefix(OPENED)) if self.is_bound else None
        if sent:
            self._compare(sent)

    def _compare(self, sent: str) -> None:
        try:
            opened = json.loads(sent)
        except ValueError:
            return
        now, told = self._now(), []
        for name in now:
            if not isinstance(opened, dict) or opened.get(name, now[name]) == now[name]:
                continue
            if name not in self.fields or not self._is_plain(name):
                label = self[name].label if name in self.fields else name
                told.append(f"{label}: changed by somebody else; yours is shown.")
                continue
            mine = _mark(self[name].data)
            if mine != now[name]:
                told.append(self._words(name, is_mine=mine != opened[name]))
            if mine == opened[name]:
                self._take(name)
        if told:
            self.add_error(None, [HEAD, *told])

    def _now(self) -> dict[str, str]:
        fields = {name: _mark(self._rendered(name)) for name in self.fields if self._is_compared(name)}
        return fields | {label: _mark(value) for label, value in self.beside().items()}

    def _is_compared(self, name: str) -> bool:
        field = self.fields[name]
        is_shown = not isinstance(field.widget, (forms.FileInput, forms.HiddenInput))
        return is_shown and not field.disabled and name not in self.uncompared

    def _is_plain(self, name: str) -> bool:
        """One value, or several ticked: what was sent can be compared with what is there."""
        return isinstance(self.fields[name].widget, PLAIN)

    def _rendered(self, name: str) -> Any:
        """What an untouched field sends, as it stands now."""
        field = self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        if not self._is_plain(name):
            return value
        if isinstance(field.widget, forms.CheckboxInput):
            return bool(value)
        if isinstance(field.widget, (forms.SelectMultiple, forms.CheckboxSelectMultiple)):
            return [str(each) for each in value or []]
        if isinstance(field.widget, forms.Select):
            return "" if value is None else str(value)
        return field.widget.format_value(value)

    def _take(self, name: str) -> None:
        """The field as it is now, as if it had been sent."""
        data: Any = cast(Any, self.data).copy()
        value, key = self._rendered(name), self.add_prefix(name)
        if value is False:
            data.pop(key, None)
        elif isinstance(value, list) and isinstance(data, QueryDict):
            data.setlist(key, value)
        else:
            data[key] = "on" if value is True else value if value is not None else ""
        self.data = data

    def _words(self, name: str, *, is_mine: bool) -> str:
        label = self[name].label
        now = self._said(name, self._rendered(name))
        if is_mine:
            return f"{label} is {now} now; yours is {self._said(name, self[name].data)}."
        return f"{label} is {now} now; you had left it alone."

    def _said(self, name: str, value: Any) -> str:
        """A value in words."""
        if isinstance(value, bool):
            return "ticked" if value else "not ticked"
        known: dict[str, str] = {}
        for key, label in getattr(self.fields[name], "choices", ()):
            if isinstance(label, (list, tuple)):
                known |= {str(k): str(v) for k, v in label}
            else:
                known[str(key)] = str(label)
        values = value if isinstance(value, list) else [value]
        text = ", ".join(known.get(str(each), str(each)) for each in values if each not in (None, ""))
        return f"“{text[:SHOWN_LETTERS]}{'…' if len(text) > SHOWN_LETTERS else ''}”" if text else "empty"


def _mark(value: Any) -> str:
    """The same for the same value, however it was written down."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = sorted(value)
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str, sort_keys=True)
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256(text.encode()).hexdigest()[:12]
