"""Values of records in lists: `{% load records %}`."""

from __future__ import annotations

from django import template

from partners import wording
from partners.models import Record
from partners.profile import value_of

register = template.Library()


@register.simple_tag(takes_context=True)
def said(context: template.Context, record: Record, name: str) -> str:
    """A field of a record in a reader's words, by the `vocabulary` that the page was given."""
    field = context["vocabulary"][name]
    return wording.words(field, value_of(record, field))
