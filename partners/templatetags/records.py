"""Values of records in lists: `{% load records %}`."""

from __future__ import annotations

from django import template

from partners import wording
from partners.models import Customer, Partner, Record
from partners.profile import value_of
from people.roles import Viewer

register = template.Library()


@register.simple_tag(takes_context=True)
def said(context: template.Context, record: Record, name: str) -> str:
    """A field of a record in a reader's words, by the `vocabulary` that the page was given."""
    field = context["vocabulary"][name]
    return wording.words(field, value_of(record, field))


@register.filter
def open_to(record: object, viewer: Viewer) -> bool:
    """A colleague may open a partner's or a customer's page: it is there, and in their regions, as `visible_to` finds it."""
    if not isinstance(record, Partner | Customer) or record.deleted_at is not None:
        return False
    return not viewer.regions or record.region in viewer.regions
