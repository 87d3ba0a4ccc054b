"""`webhooks/{id}/deliveries/`: what was sent, what came of it, and sending it again."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from integrations.api import values
from integrations.api.webhooks import AdministratorsOnly, one
from integrations.models import WebhookDelivery
from integrations.webhooks import authoring
from partners.api.filters import chosen
from partners.api.pages import each, page
from partners.api.schema import PAGING, ref
from partners.api.strict import StrictSerializer, checked

STATE = OpenApiParameter("state", {"type": "string", "enum": list(WebhookDelivery.State.values)})


class DeliveryList(AdministratorsOnly):
    """A webhook's messages, newest first. Kept for a month after they ended."""

    page_ordering = ("-id",)

    @extend_schema(
        operation_id="webhooks_deliveries",
        tags=["webhooks"],
        parameters=[*PAGING, STATE],
        responses={200: ref("WebhookDeliveryPage")},
    )
    def get(self, request: Request, webhook_id: int) -> Response:
        """A page of deliveries, of one `state` or all."""
        found = WebhookDelivery.objects.filter(webhook=one(request, webhook_id))
        state = chosen(request, "state", WebhookDelivery.State.values)
        found = found.filter(state=state) if state else found
        return page(found.defer("body"), request, self, each(values.delivery))


class DeliveryDetail(AdministratorsOnly):
    """One message."""

    @extend_schema(operation_id="webhooks_delivery", tags=["webhooks"], responses={200: ref("WebhookDelivery")})
    def get(self, request: Request, webhook_id: int, delivery_id: int) -> Response:
        """The message, with every attempt to deliver it."""
        found = get_object_or_404(WebhookDelivery, webhook=one(request, webhook_id), pk=delivery_id)
        return Response(values.whole_delivery(found))


class DeliveryRedeliver(AdministratorsOnly):
    """Sending it again."""

    @extend_schema(
        operation_id="webhooks_redeliver",
        tags=["webhooks"],
        request={"application/json": ref("Nothing")},
        responses={202: ref("WebhookDelivery")},
    )
    def post(self, request: Request, webhook_id: int, delivery_id: int) -> Response:
        """Has a worker send it again at once, under its own id, whatever became of it before."""
        checked(StrictSerializer, request.data)
        found = get_object_or_404(WebhookDelivery, webhook=one(request, webhook_id), pk=delivery_id)
        return Response(values.delivery(authoring.redeliver(delivery=found)), status=202)
