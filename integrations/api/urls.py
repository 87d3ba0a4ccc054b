"""The addresses of webhooks."""

from django.urls import path

from integrations.api import deliveries, webhooks

urlpatterns = [
    path("webhooks/", webhooks.WebhookList.as_view(), name="api_webhooks"),
    path("webhooks/<int:webhook_id>/", webhooks.WebhookDetail.as_view(), name="api_webhook"),
    path("webhooks/<int:webhook_id>/rotate/", webhooks.WebhookRotate.as_view(), name="api_webhook_rotate"),
    path("webhooks/<int:webhook_id>/test/", webhooks.WebhookTest.as_view(), name="api_webhook_test"),
    path("webhooks/<int:webhook_id>/deliveries/", deliveries.DeliveryList.as_view(), name="api_webhook_deliveries"),
    path(
        "webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/",
        deliveries.DeliveryDetail.as_view(),
        name="api_webhook_delivery",
    ),
    path(
        "webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/redeliver/",
        deliveries.DeliveryRedeliver.as_view(),
        name="api_webhook_redeliver",
    ),
]
