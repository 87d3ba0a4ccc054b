"""Works out whom a message is for and writes a row for each: the announcement, and the mail that is to leave.

Written in one statement and unique per message, person and occasion: a partner in several targeted segments is told
once, and telling again adds nobody.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from pyroaring import BitMap64

from partners.models import TeamMember
from people import roles
from people.models import User
from programs.audience import members_by_slug
from programs.messages.dispatch import send_soon
from programs.messages.models import Delivery, Message
from programs.messages.quiet import next_open
from programs.targeting import Targeting, entitled_to

_INSERT = """
    INSERT INTO programs_delivery
        (message_id, user_id, partner_id, occasion, token, told_at, mail, due_at, failure_count, note, words, link)
    SELECT %(message)s, u.id, t.partner_id, %(occasion)s, gen_random_uuid(), %(now)s,
        CASE WHEN %(by_mail)s THEN 'waiting' ELSE 'none' END, %(due)s, 0, '', '{}', ''
    FROM partners_teammember t
    JOIN people_user u ON u.id = t.user_id AND u.is_active AND u.role = ANY(%(roles)s)
    JOIN partners_partner p ON p.id = t.partner_id AND p.deleted_at IS NULL
    WHERE t.partner_id = ANY(%(partners)s) AND (%(regions)s = '{}' OR p.region = ANY(%(regions)s))
    ORDER BY u.id
    ON CONFLICT (message_id, user_id, occasion) DO NOTHING
"""
_REMIND = """
    INSERT INTO programs_delivery
        (message_id, user_id, partner_id, occasion, token, told_at, mail, due_at, failure_count, note, words, link)
    SELECT %(message)s, r.user_id, r.partner_id, r.occasion, gen_random_uuid(), %(now)s,
        CASE WHEN %(by_mail)s THEN 'waiting' ELSE 'none' END, %(now)s, 0, '', r.words, r.link
    FROM jsonb_to_recordset(%(rows)s)
        AS r(user_id bigint, partner_id bigint, occasion bigint, words jsonb, link text)
    ORDER BY r.user_id, r.occasion
    ON CONFLICT (message_id, user_id, occasion) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One person to be told on an occasion of their own, in words of their own."""

    user_id: int
    partner_id: int
    occasion: int
    words: dict[str, str]
    link: str


@dataclass(frozen=True, slots=True)
class Told:
    """How many people were told by this call."""

    people: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a message would reach now."""

    partners: int
    """Companies it is for."""
    people: int
    without_people: int
    """Of the companies, those where nobody could be told."""
    without_mail: int
    """Of the people, those whom no mail would reach: switched off, or it came back."""


def targeting_of(message: Message) -> Targeting:
    """The targeting as stored, slugs in order."""
    slugs: dict[str, list[str]] = {"any": [], "all": [], "none": []}
    for target in message.targets.select_related("segment"):
        slugs[target.mode].append(target.segment.slug)
    return Targeting(**{mode: tuple(sorted(names)) for mode, names in slugs.items()})


def partners_of(targeting: Targeting) -> BitMap64:
    """Ids of the partners a targeting names now, each once however many of its segments they are in."""
    return entitled_to(targeting, members_by_slug(targeting.slugs))


@transaction.atomic
def tell(*, message: Message, now: datetime | None = None) -> Told:
    """Write down everybody a message is for, and let the mail leave. Only the first call does anything."""
    now = now or timezone.now()
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.status == Message.Status.SENT:
        return Told(0)
    told = _write(message, list(partners_of(targeting_of(message))), now)
    message.status, message.told_at = Message.Status.SENT, now
    message.save(update_fields=["status", "told_at"])
    return Told(told)


def tell_partner(*, message: Message, partner_id: int, occasion: int, now: datetime) -> Told:
    """Tell the people of one partner, on an occasion of their own: what journeys do, in their transaction."""
    return Told(_write(message, [partner_id], now, occasion=occasion))


def tell_people(*, message: Message, reminders: Collection[Reminder], now: datetime) -> Told:
    """Tell each of these people once per occasion, in the caller's transaction."""
    rows = json.dumps([asdict(each) for each in reminders])
    with connection.cursor() as cursor:
        cursor.execute(_REMIND, {"message": message.pk, "now": now, "by_mail": message.by_mail, "rows": rows})
        told: int = cursor.rowcount
    if told and message.by_mail:
        send_soon()
    return Told(told)


def tell_due(*, now: datetime | None = None) -> int:
    """Send off the scheduled messages whose hour has come; how many. One that another worker has in hand is left to it."""
    now = now or timezone.now()
    told = 0
    due = Message.objects.filter(status=Message.Status.SCHEDULED).exclude(send_at__gt=now)
    for pk in due.values_list("pk", flat=True):
        with transaction.atomic():
            message = Message.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if message is not None and message.status == Message.Status.SCHEDULED:
                tell(message=message, now=now)
                told += 1
    return told


def reach(*, targeting: Targeting, kind: str, admins_only: bool, regions: Collection[str] = ()) -> Reach:
    """Whom it would reach if it were sent now. Two queries beside those of the segments."""
    ids = list(partners_of(targeting))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(DISTINCT p.id), count(u.id), count(DISTINCT p.id) FILTER (WHERE u.id IS NOT NULL),
                count(u.id) FILTER (WHERE %(kind)s = ANY(f.mail_off) OR f.bounced_at IS NOT NULL)
            FROM partners_partner p
            LEFT JOIN partners_teammember t ON t.partner_id = p.id
            LEFT JOIN people_user u ON u.id = t.user_id AND u.is_active AND u.role = ANY(%(roles)s)
            LEFT JOIN people_preference f ON f.user_id = u.id
            WHERE p.deleted_at IS NULL AND p.id = ANY(%(ids)s) AND (%(regions)s = '{}' OR p.region = ANY(%(regions)s))
            """,
            {"ids": ids, "kind": kind, "roles": _roles(admins_only), "regions": list(regions)},
        )
        partners, people, reached, deaf = cursor.fetchone()
    return Reach(partners=partners, people=people, without_people=partners - reached, without_mail=deaf)


def partners_with_people(partners: Collection[int], *, admins_only: bool = False) -> set[int]:
    """Those of the partners (ids) who have somebody to tell."""
    people = TeamMember.objects.filter(partner__in=partners, user__is_active=True, user__role__in=_roles(admins_only))
    return set(people.values_list("partner_id", flat=True))


def zone_of(user: User, partner_id: int) -> ZoneInfo:
    """The person's time zone; else one that a colleague chose; else the organisation's."""
    names = [user.time_zone]
    if not user.time_zone:
        colleagues = User.objects.filter(team_member__partner_id=partner_id).exclude(time_zone="").order_by("id")
        names = list(colleagues.values_list("time_zone", flat=True)[:1])
    for name in names:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo(settings.TIME_ZONE)


def open_from(delivery: Delivery, now: datetime) -> datetime:
    """From when the person may be mailed: now, or the end of their quiet hours. Essential mail does not wait."""
    if delivery.message.is_essential:
        return now
    return next_open(now, zone_of(delivery.user, delivery.partner_id), settings.QUIET_HOURS).astimezone(UTC)


def _roles(admins_only: bool) -> list[str]:
    return [roles.PARTNER_ADMIN] if admins_only else sorted(roles.PARTNER)


def _write(message: Message, partners: Collection[int], now: datetime, *, occasion: int = 0) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "message": message.pk,
                "occasion": occasion,
                "now": now,
                "due": now,
                "by_mail": message.by_mail,
                "roles": _roles(message.admins_only),
                "partners": list(partners),
                "regions": message.regions,
            },
        )
        told: int = cursor.rowcount
    if told and message.by_mail:
        send_soon()
    return told
