"""The demo's journey and its first announcement."""

from __future__ import annotations

from people.models import User
from programs.journeys.models import Journey
from programs.journeys.templates import install_onboarding
from programs.messages import composing
from programs.messages.composing import MessageDraft
from programs.models import Message
from programs.targeting import Targeting
from segments.models import Segment

ONBOARDED = "new-partners-onboarding"
NEWS = "Your new partner portal, {{ name }}"


def make_journeys(*, owner: User) -> int:
    """Onboarding for those who are new, on from the start; how many journeys were made."""
    before = Journey.objects.count()
    segment = Segment.objects.filter(slug=ONBOARDED).first()
    if segment is not None:
        install_onboarding(segment=segment, author=owner, start=True)
    return Journey.objects.count() - before


def announce(*, owner: User) -> int:
    """Tell everybody in a segment that partners may see about the portal; how many messages were sent, 0 if told before."""
    found = Message.objects.filter(subject=NEWS).first()
    if found is not None and found.status == Message.Status.SENT:
        return 0
    segments = Segment.objects.active().filter(subject="partner", partner_visible=True)
    targeting = Targeting(any=tuple(segments.order_by("slug").values_list("slug", flat=True)))
    if not targeting.names_somebody:
        return 0
    if found is None:
        draft = MessageDraft(
            subject=NEWS,
            body="Everything {{ vendor }} has for {{ company }} is in one place now: **what is for you**, why you see it, "
            "and what it earns.\n\n- Under *Resources* and *Training*: what helps you sell.\n- Under *My segments*: where "
            "you belong, and what that brings.\n- Under *My company*: what we know about you. Tell us what is wrong.",
            link="/portal/segments/",
            link_label="See my segments",
            targeting=targeting,
        )
        found = composing.create_message(draft=draft, author=owner)
    composing.send_off(message=found)
    return 1
