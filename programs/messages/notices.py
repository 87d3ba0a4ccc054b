"""Messages that the product sends by itself: reminders. Written when first needed; staff may put them in other words."""

from __future__ import annotations

from dataclasses import dataclass

from programs.messages.models import Message


@dataclass(frozen=True, slots=True)
class Notice:
    """One of them, as it reads until somebody changes it. `{{ course }}` and `{{ day }}` are filled in as well."""

    subject: str
    body: str
    link_label: str


COURSE_DUE = "course_due"
COURSE_OVERDUE = "course_overdue"
CERTIFICATE_ENDING = "certificate_ending"
CERTIFICATE_ENDED = "certificate_ended"
NOTICES = {
    COURSE_DUE: Notice(
        "{{ course }} is due on {{ day }}",
        "Hello {{ name }},\n\nthe course “{{ course }}” is to be completed by {{ day }}. "
        "You can stop at any time and carry on where you left it.",
        "Open the course",
    ),
    COURSE_OVERDUE: Notice(
        "{{ course }} was due on {{ day }}",
        "Hello {{ name }},\n\nthe course “{{ course }}” was to be completed by {{ day }}. "
        "You can still complete it, the sooner the better.",
        "Open the course",
    ),
    CERTIFICATE_ENDING: Notice(
        "Your certificate “{{ course }}” ends on {{ day }}",
        "Hello {{ name }},\n\nyour certificate “{{ course }}” is valid until {{ day }}. "
        "Take the course again before then, and a new one follows it; the old one stays in your transcript.",
        "Renew it",
    ),
    CERTIFICATE_ENDED: Notice(
        "Your certificate “{{ course }}” has ended",
        "Hello {{ name }},\n\nyour certificate “{{ course }}” was valid until {{ day }}. "
        "Take the course again to earn a new one.",
        "Renew it",
    ),
}
WORDS = frozenset({"course", "day"})
"""What these texts may say beside the places of every message."""


def notice(name: str) -> Message:
    """The message of that name; made of the words above where it is not there yet."""
    words = NOTICES[name]
    message, _ = Message.objects.get_or_create(
        notice=name,
        defaults={
            "subject": words.subject,
            "body": words.body,
            "kind": Message.Kind.TRAINING,
            "status": Message.Status.JOURNEY,
            "link": "/portal/training/",
            "link_label": words.link_label,
        },
    )
    return message
