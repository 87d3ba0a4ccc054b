"""The portal's notifications: what the signed-in person was told."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people.guards import partner_required
from programs.messages import reading, words
from programs.messages.letters import words_of
from programs.messages.models import Delivery
from programs.messages.querysets import DeliveryQuerySet

PAGE = 20


def _mine(request: HttpRequest) -> DeliveryQuerySet:
    found: DeliveryQuerySet = Delivery.objects.visible_to(request.user).in_portal(timezone.localdate())
    return found.select_related("message", "user", "partner")


@require_safe
@partner_required
def notifications(request: HttpRequest) -> HttpResponse:
    """Everything told, latest first; what is new stands out."""
    page = Paginator(_mine(request), PAGE).get_page(request.GET.get("page"))
    rows = [{"delivery": each, "subject": words.line(each.message.subject, words_of(each))} for each in page]
    has_new = any(each.seen_at is None for each in page)
    return render(request, "portal/notifications.html", {"page": page, "rows": rows, "has_new": has_new})


@require_safe
@partner_required
def notification(request: HttpRequest, pk: int) -> HttpResponse:
    """One announcement in full; looking at it marks it seen."""
    delivery = get_object_or_404(_mine(request), pk=pk)
    reading.see(delivery=delivery)
    said = words_of(delivery)
    context = {
        "delivery": delivery,
        "message": delivery.message,
        "subject": words.line(delivery.message.subject, said),
        "body": words.html(delivery.message.body, said),
    }
    return render(request, "portal/notification.html", context)


@require_POST
@partner_required
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """The button of an announcement: noted, and on to where it leads."""
    delivery = get_object_or_404(_mine(request).exclude(message__link=""), pk=pk)
    reading.click(delivery=delivery)
    return redirect(delivery.leads_to)


@require_POST
@partner_required
def see_all(request: HttpRequest) -> HttpResponse:
    """Everything is taken note of."""
    reading.see_all(viewer=request.user)
    return redirect("portal_notifications")
