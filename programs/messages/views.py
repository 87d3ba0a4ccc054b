"""The doors behind the links of a mail. Whoever holds the mail may use them; they tell nothing about anybody."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from programs.messages import reading
from programs.messages.models import Delivery


def _delivery(token: UUID) -> Delivery:
    return get_object_or_404(Delivery.objects.select_related("message"), token=token)


@require_safe
@never_cache
def open_mail(request: HttpRequest, token: UUID) -> HttpResponse:
    """The button of a mail: noted, and on to where the message leads (nowhere else)."""
    delivery = _delivery(token)
    if request.method == "GET":
        reading.click(delivery=delivery)
    if delivery.leads_to:
        return redirect(delivery.leads_to)
    return redirect("portal_notification", delivery.pk)


@csrf_exempt  # a mail program posts here by itself (RFC 8058); the token is what proves the right
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: UUID) -> HttpResponse:
    """No more of this kind by mail. Looking changes nothing (scanners follow links); the POST does, without signing in."""
    delivery = _delivery(token)
    done = request.method == "POST" and reading.unsubscribe(delivery=delivery)
    return render(request, "mail/unsubscribe.html", {"message": delivery.message, "done": done})
