"""What a person wants to be told, and how: switched by themselves, or by the link in a mail."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from people.models import Preference, User


def preference_of(user: User) -> Preference:
    """The person's preferences; one that is not stored yet has everything on."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


@transaction.atomic
def change_preferences(
    *,
    user: User,
    mail_off: Collection[str],
    time_zone: str,
    language: str | None = None,
    address_works: bool = False,
) -> None:
    """Switch these kinds of mail off and all others on, set the person's time zone ("": the organisation's) and language.

    `address_works`: the person says mail reaches them again after some of it came back. ValidationError for an unknown
    zone.
    """
    if time_zone and time_zone not in available_timezones():
        raise ValidationError({"time_zone": f"“{time_zone}” is not a time zone. Choose one from the list."})
    values: dict[str, object] = {"mail_off": sorted(set(mail_off))}
    if language is not None:
        values["language"] = language[:10]
    if address_works:
        values |= {"bounced_at": None, "bounce_reason": ""}
    Preference.objects.update_or_create(user=user, defaults=values)
    if user.time_zone != time_zone:
        user.time_zone = time_zone
        user.save(update_fields=["time_zone"])


@transaction.atomic
def switch_off(*, user_id: int, kind: str) -> bool:
    """No more mail of this kind; True when this call is what switched it off."""
    Preference.objects.get_or_create(user_id=user_id)
    kept = Preference.objects.select_for_update().get(user_id=user_id)
    if kind in kept.mail_off:
        return False
    kept.mail_off = sorted({*kept.mail_off, kind})
    kept.save(update_fields=["mail_off"])
    return True


@transaction.atomic
def mark_bounced(*, user_id: int, reason: str) -> None:
    """Mail to the person came back for good: no more is sent until somebody says that the address works again."""
    Preference.objects.update_or_create(
        user_id=user_id, defaults={"bounced_at": timezone.now(), "bounce_reason": reason[:300]}
    )
