"""Addresses of the staff's pages about machines, under /console/."""

from django.urls import path

from integrations.console import keys, webhooks

urlpatterns = [
    path("keys/", keys.keys, name="console_keys"),
    path("keys/<str:prefix>/rotate/", keys.rotate, name="console_key_rotate"),
    path("keys/<str:prefix>/revoke/", keys.revoke, name="console_key_revoke"),
    path("webhooks/", webhooks.webhooks, name="console_webhooks"),
    path("webhooks/new/", webhooks.new, name="console_webhook_new"),
    path("webhooks/<int:pk>/", webhooks.webhook, name="console_webhook"),
    path("webhooks/<int:pk>/edit/", webhooks.edit, name="console_webhook_edit"),
    path("webhooks/<int:pk>/test/", webhooks.test, name="console_webhook_test"),
    path("webhooks/<int:pk>/rotate/", webhooks.rotate, name="console_webhook_rotate"),
    path("webhooks/<int:pk>/switch/", webhooks.switch, name="console_webhook_switch"),
    path("webhooks/<int:pk>/delete/", webhooks.delete, name="console_webhook_delete"),
    path("webhooks/<int:pk>/deliveries/<int:delivery_id>/", webhooks.delivery, name="console_webhook_delivery"),
    path(
        "webhooks/<int:pk>/deliveries/<int:delivery_id>/redeliver/",
        webhooks.redeliver,
        name="console_webhook_redeliver",
    ),
]
