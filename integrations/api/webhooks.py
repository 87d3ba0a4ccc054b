"""`webhooks/`: where events are sent. For keys of scope admin, and administrators."""

from __future__ import annotations

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.api import values
from integrations.models import ApiKey, Webhook
from integrations.webhooks import authoring
from integrations.webhooks.authoring import Signed
from partners.api.pages import each, page
from partners.api.schema import PAGING, ref
from partners.api.strict import StrictSerializer, checked


class WebhookWrite(StrictSerializer):
    """What a webhook is made of."""

    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=1000)
    event_types = serializers.ListField(child=serializers.CharField(max_length=60), max_length=50)
    segments = serializers.ListField(child=serializers.CharField(max_length=100), max_length=1000, required=False)


class WebhookChange(WebhookWrite):
    """What may be changed of it."""

    enabled = serializers.BooleanField(required=False)


class Rotation(StrictSerializer):
    """How long the old secret counts."""

    overlap_hours = serializers.IntegerField(min_value=0, max_value=168, default=24)


class AdministratorsOnly(APIView):
    """Reading tells where events go, so that too takes the right to administer."""

    read_scope = ApiKey.Scope.ADMIN
    write_scope = ApiKey.Scope.ADMIN


def one(request: Request, webhook_id: int) -> Webhook:
    """The webhook, or 404."""
    found: Webhook = get_object_or_404(Webhook.objects.visible_to(request.user), pk=webhook_id)
    return found


def with_secret(signed: Signed, status: int) -> Response:
    """The answer that alone shows the secret; it is not kept readable for repeats either."""
    body = {**values.webhook(signed.webhook), "secret": signed.secret}
    place = reverse("api_webhook", args=[signed.webhook.pk])
    response = Response(body, status=status, headers={"Location": place, "Cache-Control": "no-store"})
    response.holds_secret = True  # type: ignore[attr-defined]
    return response


class WebhookList(AdministratorsOnly):
    """All of them."""

    page_ordering = ("id",)

    @extend_schema(
        operation_id="webhooks_list", tags=["webhooks"], parameters=PAGING, responses={200: ref("WebhookPage")}
    )
    def get(self, request: Request) -> Response:
        """A page of webhooks."""
        return page(Webhook.objects.visible_to(request.user), request, self, each(values.webhook))

    @extend_schema(
        operation_id="webhooks_create",
        tags=["webhooks"],
        request={"application/json": ref("WebhookWrite")},
        responses={201: ref("WebhookWithSecret")},
    )
    def post(self, request: Request) -> Response:
        """Makes one. It is told of what happens from now on; `secret` is shown this once."""
        asked = checked(WebhookWrite, request.data)
        return with_secret(authoring.create_webhook(**asked, created_by=str(request.user)), 201)


class WebhookDetail(AdministratorsOnly):
    """One."""

    @extend_schema(operation_id="webhooks_read", tags=["webhooks"], responses={200: ref("Webhook")})
    def get(self, request: Request, webhook_id: int) -> Response:
        """How it stands."""
        return Response(values.webhook(one(request, webhook_id)))

    @extend_schema(
        operation_id="webhooks_change",
        tags=["webhooks"],
        request={"application/json": ref("WebhookChange")},
        responses={200: ref("Webhook")},
    )
    @transaction.atomic
    def patch(self, request: Request, webhook_id: int) -> Response:
        """Changes what is sent; `enabled` switches it off and on."""
        found = one(request, webhook_id)
        asked = checked(WebhookChange, request.data, partial=True)
        enabled = asked.pop("enabled", None)
        found = authoring.change_webhook(webhook=found, **asked) if asked else found
        if enabled is not None:
            found = authoring.switch_on(webhook=found) if enabled else authoring.switch_off(webhook=found)
        return Response(values.webhook(found))

    @extend_schema(operation_id="webhooks_delete", tags=["webhooks"], responses={204: None})
    def delete(self, request: Request, webhook_id: int) -> Response:
        """Takes it away, with its log."""
        authoring.delete_webhook(webhook=one(request, webhook_id))
        return Response(status=204)


class WebhookRotate(AdministratorsOnly):
    """Its secret."""

    @extend_schema(
        operation_id="webhooks_rotate",
        tags=["webhooks"],
        request={"application/json": ref("WebhookRotation")},
        responses={200: ref("WebhookWithSecret")},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        """A new secret, shown this once; the old one signs too for `overlap_hours`."""
        hours = checked(Rotation, request.data)["overlap_hours"]
        return with_secret(authoring.rotate_secret(webhook=one(request, webhook_id), overlap=values.hours(hours)), 200)


class WebhookTest(AdministratorsOnly):
    """A test event."""

    @extend_schema(
        operation_id="webhooks_test",
        tags=["webhooks"],
        request={"application/json": ref("Nothing")},
        responses={202: ref("WebhookDelivery")},
    )
    def post(self, request: Request, webhook_id: int) -> Response:
        """Has a worker send a test event, once; its delivery tells what came of it."""
        checked(StrictSerializer, request.data)
        made = authoring.send_test(webhook=one(request, webhook_id))
        place = reverse("api_webhook_delivery", args=[webhook_id, made.pk])
        return Response(values.delivery(made), status=202, headers={"Location": place})
