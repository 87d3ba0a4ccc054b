"""Sales plays of the segments that customers are in, and the customers of a company by segment. (Reads.)"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from partners.models import Customer
from people import roles
from people.roles import Viewer
from programs.models import Content, KitItem, Offer, PlaySegment, Program, Target
from segments.models import Membership, Segment


@dataclass(slots=True)
class Standing:
    """The segments of a customer that may be named to the viewer, and the plays for it."""

    segments: list[Segment] = field(default_factory=list)
    plays: list[Program] = field(default_factory=list)


def running_plays(viewer: Viewer) -> QuerySet[Program]:
    """Plays in force today. To a partner's people: those for all partners, and those on offer to their company."""
    today = _today()
    plays = (
        Program.objects.running_on(today)
        .filter(kind=Program.Kind.CONTENT, content__form="play")
        .exclude(content__expires_on__lt=today)
        .filter(Q(content__needs_approval=False) | Q(content__shown_version__gt=0))
    )
    if roles.is_partner(viewer):
        on_offer = Offer.objects.visible_to(viewer).on().filter(lapsed_at=None).values("program_id")
        plays = plays.filter(Q(pk__in=on_offer) | ~Q(pk__in=Target.objects.values("program_id")))
    elif not roles.is_vendor(viewer):
        return plays.none()
    return plays.select_related("content")


def standings(viewer: Viewer, customer_ids: Collection[int]) -> dict[int, Standing]:
    """Per customer, its segments and plays. The caller has seen to it that the viewer may see the customers. Two queries."""
    found = {pk: Standing() for pk in customer_ids}
    links: dict[int, list[Program]] = {}
    plays = {play.pk: play for play in running_plays(viewer)}
    for segment_id, play_id in PlaySegment.objects.filter(play__in=list(plays)).values_list("segment_id", "play_id"):
        links.setdefault(segment_id, []).append(plays[play_id])
    stays = (
        Membership.objects.current()
        .filter(subject_id__in=list(found), segment__subject="customer", segment__status="active")
        .filter(Q(segment__partner_visible=True) | Q(segment__in=list(links)))
        .select_related("segment")
        .order_by("segment__name")
    )
    for stay in stays:
        standing = found[stay.subject_id]
        if stay.segment.partner_visible or roles.is_vendor(viewer):
            standing.segments.append(stay.segment)
        standing.plays += [play for play in links.get(stay.segment_id, []) if play not in standing.plays]
    for standing in found.values():
        standing.plays.sort(key=lambda play: (-play.priority, play.name))
    return found


def customers_by_segment(viewer: Viewer) -> list[tuple[Segment, int]]:
    """The segments of customers that partners may see, with how many of the viewer's customers are in each. Two queries."""
    shown = {
        segment.pk: segment
        for segment in Segment.objects.filter(subject="customer", status="active", partner_visible=True).order_by(
            "name"
        )
    }
    mine = Customer.objects.visible_to(viewer).order_by().values("pk")
    stays = Membership.objects.current().filter(subject_id__in=mine, segment__in=list(shown)).order_by()
    counts = dict(stays.values_list("segment_id").annotate(Count("pk")))
    return [(segment, counts[pk]) for pk, segment in shown.items() if pk in counts]


def play_for(viewer: Viewer, customer: Customer, slug: str) -> Program | None:
    """The play of that slug, where it is for this customer."""
    plays = standings(viewer, [customer.pk])[customer.pk].plays
    return next((play for play in plays if play.slug == slug), None)


def shown_items(content: Content) -> list[KitItem]:
    """What a kit or play holds and may be seen today, in order. One query; none for a single resource."""
    if content.form == Content.Form.PIECE:
        return []
    items = content.items.exclude(item__program__status=Program.Status.ARCHIVED)
    items = items.exclude(item__expires_on__lt=_today()).select_related("item__program").order_by("position", "id")
    return list(items.filter(Q(item__needs_approval=False) | Q(item__shown_version__gt=0)))


def _today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())
