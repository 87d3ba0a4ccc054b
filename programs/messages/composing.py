"""Writing messages: made, changed, sent off, taken back. Every refusal is a ValidationError by field name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from people.roles import Viewer
from programs.messages import notices, telling
from programs.messages.models import Message, MessageTarget
from programs.messages.words import PLACES, unknown_places
from programs.targeting import Targeting
from segments.models import Segment

NOBODY = "Choose at least one segment to be in (any or all). Leaving segments out alone tells nobody."


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message as entered."""

    subject: str
    body: str
    kind: str = Message.Kind.NEWS
    link: str = ""
    link_label: str = ""
    in_portal: bool = True
    by_mail: bool = True
    admins_only: bool = False
    send_at: datetime | None = None
    ends_on: date | None = None
    words: frozenset[str] = frozenset()
    """Places beside the usual ones that its text may have."""
    for_journeys: bool = False
    """Kept as a template that journeys send; it is not sent by hand."""
    targeting: Targeting = field(default_factory=Targeting)

    def errors(self) -> dict[str, list[str]]:
        """What is wrong with it by itself."""
        found: dict[str, list[str]] = {}
        if not self.subject.strip() or len(self.subject) > 200:
            found["subject"] = ["Give it a subject of at most 200 characters."]
        if not self.body.strip():
            found["body"] = ["Write what you want to say."]
        for name in ("subject", "body"):
            unknown = [place for place in unknown_places(getattr(self, name)) if place not in self.words]
            if unknown:
                known = ", ".join(f"{{{{ {place} }}}}" for place in PLACES)
                found.setdefault(name, []).append(f"“{unknown[0]}” cannot be filled in. These can: {known}.")
        parts = urlsplit(self.link)
        on_portal = self.link.startswith("/portal/") and not parts.netloc
        if self.link and not on_portal and not (parts.scheme == "https" and parts.netloc):
            found["link"] = ["A link begins with https:// or, for a page of the portal, with /portal/."]
        if self.link and not self.link_label.strip():
            found["link_label"] = ["Say what the button reads, such as “Open the course”."]
        if not self.in_portal and not self.by_mail:
            found["in_portal"] = ["Choose the portal, mail, or both."]
        if self.kind not in Message.Kind.values:
            found["kind"] = ["Choose what it is about."]
        return found


@transaction.atomic
def create_message(*, draft: MessageDraft, author: Viewer) -> Message:
    """A new message; nobody is told before it is sent off. An author limited to regions writes to those alone."""
    segments = _check(draft)
    message = Message.objects.create(author_id=author.pk, regions=list(author.regions), **_values(draft))
    _write_targets(message, draft, segments)
    return message


@transaction.atomic
def change_message(*, message: Message, draft: MessageDraft) -> Message:
    """Change one that nobody has been told yet, or a template of journeys (what was sent stays as it reads now)."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.status == Message.Status.SENT:
        raise ValidationError("It has been sent and stays as it was. Write a new message instead.", code="sent")
    if message.status == Message.Status.JOURNEY and not draft.for_journeys and message.journey_steps.exists():
        raise ValidationError({"for_journeys": "A journey sends it. Take it out of the journey first."})
    if message.notice:
        draft = replace(draft, for_journeys=True, words=notices.places_of(message.notice))
    segments = _check(draft)
    values = {**_values(draft), "updated_at": timezone.now()}
    for name, value in values.items():
        setattr(message, name, value)
    message.save(update_fields=list(values))
    _write_targets(message, draft, segments)
    return message


@transaction.atomic
def send_off(*, message: Message, now: datetime | None = None) -> Message:
    """Tell everybody it is for: at once, or when its hour comes. Twice is as good as once."""
    now = now or timezone.now()
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.status == Message.Status.SENT:
        return message
    if message.status == Message.Status.JOURNEY:
        raise ValidationError("Journeys send this one. Write a message of its own to send by hand.", code="journey")
    if not telling.targeting_of(message).names_somebody:
        raise ValidationError({"any": [NOBODY]})
    if message.ends_on and message.ends_on < timezone.localdate(now):
        raise ValidationError({"ends_on": ["Its last day is over. Choose a later one first."]})
    message.status = Message.Status.SCHEDULED
    message.updated_at = now
    message.save(update_fields=["status", "updated_at"])
    if message.send_at is None or message.send_at <= now:
        telling.tell(message=message, now=now)
        message.refresh_from_db()
    return message


@transaction.atomic
def take_back(*, message: Message) -> Message:
    """Make a scheduled message a draft again, or remove a draft's schedule; what was sent cannot be taken back."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    if message.status == Message.Status.SENT:
        raise ValidationError("It has been sent and cannot be taken back.", code="sent")
    if message.status == Message.Status.SCHEDULED:
        message.status = Message.Status.DRAFT
        message.updated_at = timezone.now()
        message.save(update_fields=["status", "updated_at"])
    return message


@transaction.atomic
def delete_message(*, message: Message) -> None:
    """Remove one that nobody was told and no journey sends."""
    message = Message.objects.select_for_update().get(pk=message.pk)
    is_used = message.deliveries.exists() or message.journey_steps.exists() or bool(message.notice)
    if message.status == Message.Status.SENT or is_used:
        raise ValidationError("It was sent, or a journey sends it, so it is kept.", code="in_use")
    message.delete()


def draft_of(message: Message) -> MessageDraft:
    """The message as a form starts from."""
    names = ("subject", "body", "kind", "link", "link_label", "in_portal", "by_mail", "admins_only", "send_at")
    return MessageDraft(
        **{name: getattr(message, name) for name in names},
        ends_on=message.ends_on,
        for_journeys=message.status == Message.Status.JOURNEY,
        targeting=telling.targeting_of(message),
    )


def _values(draft: MessageDraft) -> dict[str, Any]:
    names = ("body", "kind", "in_portal", "by_mail", "admins_only", "send_at", "ends_on")
    return {
        **{name: getattr(draft, name) for name in names},
        "subject": draft.subject.strip(),
        "link": draft.link.strip(),
        "link_label": draft.link_label.strip(),
        "status": Message.Status.JOURNEY if draft.for_journeys else Message.Status.DRAFT,
    }


def _check(draft: MessageDraft) -> Sequence[Segment]:
    errors = draft.errors()
    found = {each.slug: each for each in Segment.objects.filter(slug__in=draft.targeting.slugs)}
    for mode in MessageTarget.Mode.values:
        for slug in getattr(draft.targeting, mode):
            if slug not in found or found[slug].subject != "partner" or found[slug].status == "archived":
                errors.setdefault(mode, []).append(f"“{slug}” is not a segment of partners in use. Choose another.")
    for slug in {slug for slug in draft.targeting.slugs if draft.targeting.slugs.count(slug) > 1}:
        errors.setdefault("none", []).append(f"“{slug}” is named more than once. Name each segment once.")
    if errors:
        raise ValidationError(errors)
    return list(found.values())


def _write_targets(message: Message, draft: MessageDraft, segments: Sequence[Segment]) -> None:
    ids = {segment.slug: segment.pk for segment in segments}
    message.targets.all().delete()
    MessageTarget.objects.bulk_create(
        [
            MessageTarget(message=message, segment_id=ids[slug], mode=mode)
            for mode in MessageTarget.Mode.values
            for slug in getattr(draft.targeting, mode)
        ]
    )
