"""The headers of a message, as Standard Webhooks has them: webhook-id, webhook-timestamp, webhook-signature."""

from __future__ import annotations

from datetime import datetime

from standardwebhooks import Webhook as Signer

from integrations.webhooks.models import Webhook, WebhookDelivery
from integrations.webhooks.sealing import unseal

AGENT = "prm-webhooks/1"


def headers_of(webhook: Webhook, delivery: WebhookDelivery, at: datetime) -> dict[str, str]:
    """Signed at this instant with the present secret, and with the one before it while that one counts."""
    sealed = [webhook.sealed_secret]
    if webhook.sealed_old_secret is not None and webhook.old_secret_until and webhook.old_secret_until > at:
        sealed.append(webhook.sealed_old_secret)
    signatures = [Signer(unseal(each)).sign(delivery.message_id, at, delivery.body) for each in sealed]
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": delivery.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
