"""`{% load telling %}`: the bell of the portal's navigation."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from people.roles import is_partner
from programs.messages.reading import unseen_count

register = template.Library()


@register.inclusion_tag("portal/bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """The way to the notifications, with how many are new. One query on every page of the portal."""
    request = context["request"]
    url = reverse("portal_notifications")
    current = "page" if request.path == url else "true" if request.path.startswith(url) else ""
    return {"url": url, "count": unseen_count(request.user) if is_partner(request.user) else 0, "current": current}
