"""Webhooks: made and changed, the secret seen once, what was sent and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.console.webhook_forms import RotationForm, WebhookForm
from integrations.models import Webhook, WebhookDelivery
from integrations.webhooks import authoring
from integrations.webhooks.models import EVENTS
from people.guards import administrator_required
from segments.models import Segment

PAGE = 25


def _one(request: HttpRequest, pk: int) -> Webhook:
    found: Webhook = get_object_or_404(Webhook.objects.visible_to(request.user), pk=pk)
    return found


@require_safe
@administrator_required
def webhooks(request: HttpRequest) -> HttpResponse:
    """All of them, and how each fares."""
    waiting = Count("deliveries", filter=Q(deliveries__state="waiting", deliveries__express=False))
    rows = Webhook.objects.visible_to(request.user).annotate(waiting_count=waiting)
    return render(request, "console/webhooks/list.html", {"webhooks": rows, "event_count": len(EVENTS)})


@require_http_methods(["GET", "POST"])
@administrator_required
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """A new one; the answer alone shows its secret."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = authoring.create_webhook(**form.cleaned_data, created_by=str(request.user))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _page(request, made.webhook, secret=made.secret)
    return render(request, "console/webhooks/form.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@administrator_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one."""
    webhook = _one(request, pk)
    form = WebhookForm.of(webhook, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            authoring.change_webhook(webhook=webhook, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Saved.")
            return redirect("console_webhook", pk)
    words = {"form": form, "webhook": webhook}
    return render(request, "console/webhooks/form.html", words, status=400 if form.errors else 200)


@require_safe
@administrator_required
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """How one fares, and what was sent."""
    return _page(request, _one(request, pk))


def _page(request: HttpRequest, found: Webhook, *, secret: str = "") -> HttpResponse:
    state = request.GET.get("state", "")
    rows = WebhookDelivery.objects.filter(webhook=found).defer("body").prefetch_related("attempts").order_by("-id")
    if state in WebhookDelivery.State.values:
        rows = rows.filter(state=state)
    words: dict[str, Any] = {
        "webhook": found,
        "secret": secret,
        "segments": list(
            Segment.objects.filter(slug__in=found.segments).order_by("name").values_list("name", flat=True)
        ),
        "events": [EVENTS.get(each, each) for each in found.event_types],
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "waiting_count": found.deliveries.filter(state="waiting", express=False).count(),
        "states": WebhookDelivery.State.choices,
        "state": state,
        "rotation": RotationForm(),
    }
    return render(request, "console/webhooks/page.html", words)


@require_safe
@administrator_required
def delivery(request: HttpRequest, pk: int, delivery_id: int) -> HttpResponse:
    """One message, and each attempt."""
    found = get_object_or_404(WebhookDelivery, webhook=_one(request, pk), pk=delivery_id)
    words = {"webhook": found.webhook, "delivery": found, "attempts": found.attempts.order_by("-id")}
    return render(request, "console/webhooks/delivery.html", words)


@require_POST
@administrator_required
def redeliver(request: HttpRequest, pk: int, delivery_id: int) -> HttpResponse:
    """Send a message again, or stop trying it."""
    found = get_object_or_404(WebhookDelivery, webhook=_one(request, pk), pk=delivery_id)
    if request.POST.get("act") == "give_up":
        authoring.give_up(delivery=found)
        messages.success(request, "Given up. Those behind it leave now; this one can still be sent again.")
    else:
        authoring.redeliver(delivery=found)
        messages.success(request, "On its way again.")
    return redirect("console_webhook_delivery", pk, delivery_id)


@require_POST
@administrator_required
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a test event."""
    made = authoring.send_test(webhook=_one(request, pk))
    messages.success(request, "The test event is on its way. Look at this page again in a moment.")
    return redirect("console_webhook_delivery", pk, made.pk)


@require_POST
@administrator_required
@never_cache
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret; the answer alone shows it."""
    form = RotationForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose how long the old secret counts.")
        return redirect("console_webhook", pk)
    signed = authoring.rotate_secret(webhook=_one(request, pk), overlap=form.period)
    return _page(request, signed.webhook, secret=signed.secret)


@require_POST
@administrator_required
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off."""
    found = _one(request, pk)
    if request.POST.get("to") == "on":
        authoring.switch_on(webhook=found)
        messages.success(request, "On: it goes on where it stood.")
    else:
        authoring.switch_off(webhook=found)
        messages.success(request, "Off: nothing is sent, and nothing is lost for a month.")
    return redirect("console_webhook", pk)


@require_POST
@administrator_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it away."""
    found = _one(request, pk)
    authoring.delete_webhook(webhook=found)
    messages.success(request, f"The webhook “{found.name}” is gone.")
    return redirect("console_webhooks")
