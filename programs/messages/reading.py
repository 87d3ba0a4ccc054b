"""What people do with what they were told: saw it, followed its button, want no more of it."""

from __future__ import annotations

from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from people import preferences
from people.roles import Viewer
from programs.messages.models import Delivery


def unseen_count(viewer: Viewer) -> int:
    """Announcements the person has not looked at. One query."""
    deliveries = Delivery.objects.visible_to(viewer).in_portal(timezone.localdate())
    return deliveries.filter(seen_at=None).count()


def see(*, delivery: Delivery) -> None:
    """The person looked at it; only the first time counts."""
    now = timezone.now()
    if Delivery.objects.filter(pk=delivery.pk, seen_at=None).update(seen_at=now):
        delivery.seen_at = now


def see_all(*, viewer: Viewer) -> int:
    """The person has taken note of everything; how many were new to them."""
    ids = Delivery.objects.visible_to(viewer).filter(seen_at=None).values("pk")
    return Delivery.objects.filter(pk__in=ids, seen_at=None).update(seen_at=timezone.now())


def click(*, delivery: Delivery) -> None:
    """The person followed the button, in the portal or in the mail; so they saw it, too."""
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk, clicked_at=None).update(
        clicked_at=now, seen_at=Coalesce("seen_at", Value(now))
    )


def unsubscribe(*, delivery: Delivery) -> bool:
    """No more mail of this kind to the person; False when it is essential and so cannot be switched off."""
    if delivery.message.is_essential:
        return False
    preferences.switch_off(user_id=delivery.user_id, kind=delivery.message.kind)
    return True
