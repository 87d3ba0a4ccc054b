"""Ready journeys. The first: onboarding for whoever enters a segment."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from programs.journeys import authoring
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.journeys.models import Journey
from programs.messages import composing
from programs.messages.composing import MessageDraft
from programs.models import Message, Program
from segments.models import Segment

ONBOARDING = "onboarding"
NOTHING_LEARNT: dict[str, Any] = {
    "combinator": "or",
    "not": False,
    "rules": [
        {"field": "trainings_completed", "operator": "null"},
        {"field": "trainings_completed", "operator": "=", "value": "0"},
    ],
}
NOTHING_SOLD: dict[str, Any] = {
    "combinator": "or",
    "not": False,
    "rules": [
        {"field": "deals_open", "operator": "null"},
        {"field": "deals_open", "operator": "=", "value": "0"},
    ],
}
WELCOME = MessageDraft(
    subject="Welcome, {{ name }}",
    body="Good to have {{ company }} with us.\n\nEverything that is for you is on your home page: what to read first, "
    "the course to begin with, and what you can earn. Your channel manager will call you within a few days.",
    kind=Message.Kind.OFFER,
    link="/portal/",
    link_label="Open my home page",
    for_journeys=True,
)
FIRST_COURSE = MessageDraft(
    subject="Half an hour that pays off",
    body="Hello {{ name }},\n\npartners who take their first course in the first weeks sell sooner. "
    "The courses chosen for {{ company }} are waiting.",
    kind=Message.Kind.TRAINING,
    link="/portal/training/",
    link_label="See my courses",
    for_journeys=True,
)


@transaction.atomic
def install_onboarding(
    *, segment: Segment, program: Program | None = None, author: Any, start: bool = False
) -> Journey:
    """Onboarding of whoever enters the segment; once per segment, however often it is called.

    A welcome (and `program`, when given) at once, a call by the channel manager after two days, a nudge after a fortnight
    for those who have learnt nothing yet, and a talk after sixty days with those who have registered no deal.
    """
    slug = f"{ONBOARDING}-{segment.slug}"[:100].strip("-")
    found = Journey.objects.filter(slug=slug).first()
    if found is not None:
        return found
    journey = authoring.create_journey(
        draft=JourneyDraft(
            slug=slug,
            name=f"Onboarding: {segment.name}"[:200],
            segment=segment.slug,
            description="Welcomes whoever enters, and sees that they get going.",
        )
    )
    welcome = composing.create_message(draft=WELCOME, author=author)
    nudge = composing.create_message(draft=FIRST_COURSE, author=author)
    steps = [
        StepDraft("message", message=welcome.pk),
        StepDraft("task", wait_days=2, text="Call them: what do they sell, to whom, and what do they need first?"),
        StepDraft("message", wait_days=14, message=nudge.pk, condition=NOTHING_LEARNT),
        StepDraft("task", wait_days=60, text="No deal registered yet: what is in their way?", condition=NOTHING_SOLD),
    ]
    if program is not None:
        steps.insert(1, StepDraft("offer", program=program.slug))
    for step in steps:
        authoring.add_step(journey=journey, draft=step)
    return authoring.start(journey=journey, members_too=True) if start else journey
