"""What the records and segments need: broken rules, failed runs, rejected rows, reviews, registrations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils import timezone

from integrations.models import Webhook
from partners import wording
from partners.models import Import, Registration
from people import roles
from people.models import User
from prm.needs.need import Need
from segments.models import Override, Recompute, Segment

DAY = timedelta(days=1)
LATE = timedelta(hours=26)
"""A nightly run that did not end within this is missed."""
SHRUNK_BY = 0.1
SHRUNK_LEAST = 5
"""A segment shrinks when it lost this share of its members, and at least so many, within a day."""
LOOKED_AT = 200
"""Runs of the last day whose outcome is added up."""
SHOWN = 5


def invalid(viewer: User) -> Iterable[Need]:
    """Segments whose rule can no longer be evaluated."""
    rows = Segment.objects.visible_to(viewer).exclude(invalid_reason="").filter(status="active")
    for row in rows.order_by("name")[:20]:
        yield Need(row.name, row.invalid_reason, reverse("console_segment", args=[row.slug]), serious=True)


def runs(viewer: User) -> Iterable[Need]:
    """Runs that failed, and a night without one."""
    address = reverse("console_recomputes")
    visible = Recompute.objects.visible_to(viewer)
    for run in visible.filter(status="failed", finished_at__gt=timezone.now() - DAY)[:3]:
        yield Need(f"Recompute {run.pk} failed", run.error, address, serious=True)
    nightly = visible.filter(trigger=Recompute.Trigger.NIGHTLY)
    last = nightly.filter(status=Recompute.Status.SUCCEEDED).first()
    if last is not None and last.requested_at < timezone.now() - LATE:
        hours = int((timezone.now() - last.requested_at) / timedelta(hours=1))
        said = f"The last one that succeeded began {hours} hours ago. Is Celery beat running, and a worker?"
        yield Need("The nightly recompute is missing", said, address, serious=True)


def imports(viewer: User) -> Iterable[Need]:
    """Imports of the last week that failed or sent rows back, and were neither mended nor undone since."""
    rows = Import.objects.visible_to(viewer).filter(created_at__gt=timezone.now() - 7 * DAY)
    mended = rows.filter(status=Import.Status.APPLIED, corrects__isnull=False).values("corrects_id")
    rows = rows.filter(Q(status="failed") | Q(status="applied", result__rejected__gt=0)).exclude(pk__in=mended)
    for row in rows.exclude(origin__journal__status="undone").defer("rejects", "options")[:SHOWN]:
        count = row.result.get("rejected", 0)
        said = row.error or f"{count:,} row{'' if count == 1 else 's'} came back with a reason"
        yield Need(f"Import of {row.filename}", said, reverse("console_import", args=[row.pk]))


def stale(viewer: User) -> Iterable[Need]:
    """Active segments whose members were not worked out since the night before, or whose review is over its date."""
    now = timezone.now()
    rows = Segment.objects.visible_to(viewer).active().filter(invalid_reason="").order_by("computed_at")
    for row in rows.filter(computed_at__lt=now - LATE)[:SHOWN]:
        days = max(1, (now - (row.computed_at or now)).days)
        said = f"Its members are {days} day{'' if days == 1 else 's'} old."
        yield Need(f"{row.name} is stale", said, reverse("console_segment", args=[row.slug]))
    due = (
        rows.filter(profile__review_on__lt=timezone.localdate())
        .order_by("profile__review_on")
        .select_related("profile")
    )
    mine = due.filter(Q(owner_id=viewer.pk) | Q(owner=None)) if not roles.may_administer(viewer) else due
    for row in mine[:SHOWN]:
        said = f"It was to be reviewed by {wording.day(row.profile.review_on or now)}."
        yield Need(f"{row.name} is due for review", said, reverse("console_segment", args=[row.slug]))


def shrinking(viewer: User) -> Iterable[Need]:
    """Active segments that lost a good part of their members within a day."""
    recent = Recompute.objects.visible_to(viewer).filter(status="succeeded", finished_at__gt=timezone.now() - DAY)
    moved = recent.filter(left_count__gt=F("entered_count")).order_by("-id").values_list("details", flat=True)
    lost: dict[str, int] = {}
    for details in moved[:LOOKED_AT]:
        for slug, told in details.items():
            if isinstance(told, dict):
                lost[slug] = lost.get(slug, 0) + int(told.get("left", 0)) - int(told.get("entered", 0))
    lost = {slug: count for slug, count in lost.items() if count >= SHRUNK_LEAST}
    if not lost:
        return
    for row in Segment.objects.visible_to(viewer).active().filter(slug__in=lost).order_by("name"):
        count = lost[row.slug]
        if count >= SHRUNK_BY * (row.member_count + count):
            said = f"{count:,} fewer than a day ago; {row.member_count:,} are left."
            yield Need(f"{row.name} is shrinking", said, reverse("console_segment", args=[row.slug]))


def reviews(viewer: User) -> Iterable[Need]:
    """Segments that wait for colleagues' or partners' word."""
    rows = Segment.objects.visible_to(viewer).filter(status=Segment.Status.IN_REVIEW).order_by("-updated_at")
    for row in rows.select_related("owner")[:SHOWN]:
        said = f"Put up for review by {row.owner}." if row.owner else "Say what you think of it, or publish it."
        yield Need(f"{row.name} is in review", said, reverse("console_segment", args=[row.slug]))


def registrations(viewer: User) -> Iterable[Need]:
    """Deals that partners registered and nobody decided on."""
    if not roles.may_edit(viewer):
        return
    count = Registration.objects.visible_to(viewer).filter(status=Registration.Status.SUBMITTED).count()
    if count:
        said = "A partner waits for an answer." if count == 1 else "Partners wait for an answer."
        noun = "deal registration" if count == 1 else "deal registrations"
        yield Need(f"{count:,} {noun} to decide on", said, reverse("console_registrations"))


def webhooks(viewer: User) -> Iterable[Need]:
    """Webhooks that were stopped after failures, or that have only failed for an hour."""
    if not roles.may_administer(viewer):
        return
    troubled = Q(status=Webhook.Status.FAILED) | Q(
        status=Webhook.Status.ACTIVE, failing_since__lt=timezone.now() - timedelta(hours=1)
    )
    for row in Webhook.objects.visible_to(viewer).filter(troubled).order_by("failing_since")[:SHOWN]:
        address = reverse("console_webhook", args=[row.pk])
        stopped = row.status == Webhook.Status.FAILED
        title = f"The webhook {row.name} was stopped" if stopped else f"The webhook {row.name} fails"
        yield Need(title, row.failure or "Nothing is taken there.", address, serious=stopped)


def ending(viewer: User) -> Iterable[Need]:
    """Decisions by hand that end within a week: from then on the rule decides again."""
    if not roles.may_edit(viewer):
        return
    now = timezone.now()
    rows = Override.objects.filter(expires_at__gt=now, expires_at__lte=now + 7 * DAY)
    rows = rows.filter(segment__in=Segment.objects.visible_to(viewer).active())
    found = rows.values("segment__slug", "segment__name").annotate(count=Count("pk"), first=Min("expires_at"))
    for row in found.order_by("first")[:SHOWN]:
        count = row["count"]
        said = f"{count:,} let in or kept out by hand; the first ends on {wording.day(row['first'])}."
        address = reverse("console_segment_by_hand", args=[row["segment__slug"]]) + "?shown=soon"
        yield Need(f"{row['segment__name']}: decisions by hand are ending", said, address)
