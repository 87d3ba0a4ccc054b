"""Other systems that are told by webhook, each at an address of its own, and what each was told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.models import Webhook, WebhookDelivery
from integrations.webhooks.authoring import create_webhook
from integrations.webhooks.models import EVENTS
from partners.models import OutboxEvent
from partners.outbox import last_position
from segments.models import Change
from tests.killing.state import again
from tests.receiver import Receiver

FEW = ("segment.entered", "segment.left", "segment.published")
ONE = "emea-partners"
"""The segment whose changes alone the further endpoints are told: half a million lines each would take an hour."""


@dataclass(frozen=True)
class Endpoint:
    """One of them. It knows the ledger and the events from where they stood when it came."""

    receiver: Receiver
    id: int
    change_cursor: int
    event_cursor: int
    segments: tuple[str, ...] = ()
    """Whose changes alone it is told; none: of every segment."""

    def lines(self) -> QuerySet[Change]:
        """What of the ledger it is to be told, in order."""
        coming = Change.objects.filter(pk__gt=self.change_cursor).order_by("pk")
        return coming.filter(segment__slug__in=self.segments) if self.segments else coming

    def is_told(self) -> bool:
        """The product has told it everything there is, and nothing waits."""
        newest, last = again(Change.objects.order_by("-pk").values_list("pk", flat=True).first), again(last_position)
        behind = Webhook.objects.filter(Q(change_cursor__lt=newest or 0) | Q(event_cursor__lt=last), pk=self.id)
        waiting = WebhookDelivery.objects.filter(webhook=self.id, state="waiting")
        unnumbered = OutboxEvent.objects.filter(position=None)
        return not again(lambda: behind.exists() or waiting.exists() or unnumbered.exists())

    def has_heard_much(self) -> bool:
        """It was told of most of what happens at once when telling is to be met."""
        return len(self.receiver.requests) >= 20

    def again_or_wrong(self) -> tuple[int, str]:
        """Messages that came again under their own id, and what is wrong: "" when each came, unaltered and in order."""
        first: dict[str, bytes] = {}
        arrived = list(self.receiver.requests)
        altered = [request.id for request in arrived if first.setdefault(request.id, request.body) != request.body]
        events: list[Any] = [json.loads(body) for body in first.values()]
        told = [change["id"] for event in events for change in event["data"].get("changes", [])]
        numbers = [event["data"]["number"] for event in events if "number" in event["data"]]
        lines = list(self.lines().values_list("pk", flat=True))
        noted = OutboxEvent.objects.filter(payload__has_key="number", position__gt=self.event_cursor)
        delivered = set(WebhookDelivery.objects.filter(webhook=self.id).values_list("message_id", "state"))
        wrong = {
            "altered": altered,
            "ledger": told != lines and f"{len(told)} lines told of {len(lines)}, or out of order",
            "events": numbers != [event.payload["number"] for event in noted.order_by("position")],
            "log": delivered != {(id, "delivered") for id in first},
        }
        said = "; ".join(f"{name}: {what}" for name, what in wrong.items() if what)
        return len(arrived) - len(first), said and f"endpoint {self.id}: {said}"


class Endpoints:
    """The first is told of everything; a further one comes whenever the newest is in a dead worker's hands."""

    def __init__(self) -> None:
        self.all: list[Endpoint] = []
        self.add(tuple(EVENTS))

    def add(self, types: tuple[str, ...], segments: tuple[str, ...] = ()) -> Endpoint:
        """One more."""
        receiver, name = Receiver(), f"system {len(self.all)}"

        def make() -> Webhook:
            return create_webhook(name=name, url=receiver.url, event_types=types, segments=segments).webhook

        made = again(make)
        self.all.append(Endpoint(receiver, made.pk, made.change_cursor, made.event_cursor, segments))
        return self.all[-1]

    def free(self) -> Endpoint:
        """One that nobody holds: the newest, or a new one."""
        held = Webhook.objects.filter(pk=self.all[-1].id, lease_until__gt=timezone.now())
        return self.add(FEW, (ONE,)) if again(held.exists) or len(self.all) == 1 else self.all[-1]

    def slow_down(self, seconds: float) -> None:
        """How long each takes for an answer."""
        for endpoint in self.all:
            endpoint.receiver.delay = seconds
