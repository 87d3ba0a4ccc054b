"""What working with partners needs: claims, disputes and tasks to settle, content that waits or runs out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Count, F, Max, Min, Q
from django.urls import reverse
from django.utils import timezone

from partners import wording
from people import roles
from people.models import User
from prm.needs.need import Need
from programs.models import Claim, Content, Dispute, FundRequest, ManagerTask, Program

SOON = timedelta(days=14)
SHOWN = 5


def _many(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def claims(viewer: User) -> Iterable[Need]:
    """Claims that nobody decided on. One query."""
    if not roles.may_edit(viewer):
        return
    waiting = Claim.objects.visible_to(viewer).filter(status=Claim.Status.SUBMITTED)
    found = waiting.aggregate(count=Count("pk"), first=Min("filed_at"))
    if found["count"]:
        said = f"The oldest came in on {wording.day(found['first'])}."
        yield Need(_many(found["count"], "claim to decide on", "claims to decide on"), said, reverse("console_claims"))


def fund_requests(viewer: User) -> Iterable[Need]:
    """Requests for funds that nobody decided on: a partner waits before it spends. One query."""
    if not roles.may_edit(viewer):
        return
    waiting = FundRequest.objects.visible_to(viewer).filter(status=FundRequest.Status.SUBMITTED)
    found = waiting.aggregate(count=Count("pk"), first=Min("starts_on"))
    if found["count"]:
        said = f"The first would begin on {wording.day(found['first'])}."
        title = _many(found["count"], "request for funds to decide on", "requests for funds to decide on")
        yield Need(title, said, reverse("console_fund_requests"))


def disputes(viewer: User) -> Iterable[Need]:
    """Values that partners say are wrong. One query."""
    if not roles.may_edit(viewer):
        return
    count = Dispute.objects.visible_to(viewer).filter(status=Dispute.Status.OPEN).count()
    if count:
        said = "A partner says that a value is wrong." if count == 1 else "Partners say that values are wrong."
        yield Need(_many(count, "dispute to answer", "disputes to answer"), said, reverse("console_disputes"))


def tasks(viewer: User) -> Iterable[Need]:
    """What journeys gave this person to do. One query."""
    if not roles.may_edit(viewer):
        return
    count = ManagerTask.objects.of(viewer).open().count()
    if count:
        title = _many(count, "task to do", "tasks to do")
        yield Need(title, "Journeys ask for it, partner by partner.", reverse("console_tasks"))


def approvals(viewer: User) -> Iterable[Need]:
    """Content of which a newer version than the one in force waits for another person. One query."""
    if not roles.may_edit(viewer):
        return
    rows = Content.objects.filter(needs_approval=True).exclude(program__status=Program.Status.ARCHIVED)
    rows = rows.annotate(newest=Max("versions__number")).filter(newest__gt=F("shown_version"))
    for row in rows.select_related("program").order_by("program__name")[:SHOWN]:
        said = f"Version {row.newest} waits for approval; partners do not see it yet."
        yield Need(f"{row.program.name} waits for approval", said, reverse("console_program", args=[row.program.slug]))


def expiring(viewer: User) -> Iterable[Need]:
    """Active programmes whose content runs out, or that end, within a fortnight. One query."""
    if not roles.may_edit(viewer):
        return
    today = timezone.localdate()
    span = (today, today + SOON)
    rows = Program.objects.visible_to(viewer).running_on(today)
    rows = rows.filter(Q(content__expires_on__range=span) | Q(ends_on__range=span)).select_related("content")
    for row in rows.order_by("ends_on", "name")[:SHOWN]:
        content = getattr(row, "content", None)
        runs_out = content.expires_on if content and content.expires_on and content.expires_on <= span[1] else None
        day = min(day for day in (runs_out, row.ends_on) if day)
        said = f"Partners {'see' if row.kind == Program.Kind.CONTENT else 'have'} it until {wording.day(day)}."
        yield Need(f"{row.name} is running out", said, reverse("console_program", args=[row.slug]))
