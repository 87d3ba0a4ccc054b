"""Messages that the product sends by itself: reminders, answers, news. Written when first needed; staff may reword them."""

from __future__ import annotations

from dataclasses import dataclass

from programs.messages.models import Message


@dataclass(frozen=True, slots=True)
class Notice:
    """One of them, as it reads until somebody changes it. `places` are filled in as well as those of every message."""

    subject: str
    body: str
    link_label: str
    places: frozenset[str] = frozenset({"course", "day"})
    kind: str = Message.Kind.TRAINING
    link: str = "/portal/training/"


def _answer(subject: str, body: str, link_label: str, *places: str, link: str) -> Notice:
    text = f"Hello {{{{ name }}}},\n\n{body}"
    return Notice(subject, text, link_label, frozenset(places), Message.Kind.ANSWER, link)


COURSE_DUE = "course_due"
COURSE_OVERDUE = "course_overdue"
CERTIFICATE_ENDING = "certificate_ending"
CERTIFICATE_ENDED = "certificate_ended"
CLAIM_APPROVED = "claim_approved"
CLAIM_REJECTED = "claim_rejected"
CLAIM_PAID = "claim_paid"
FUND_APPROVED = "fund_approved"
FUND_REJECTED = "fund_rejected"
FUND_ENDING = "fund_ending"
REGISTRATION_APPROVED = "registration_approved"
REGISTRATION_REJECTED = "registration_rejected"
REGISTRATION_ENDING = "registration_ending"
REGISTRATION_EXPIRED = "registration_expired"
DISPUTE_ACCEPTED = "dispute_accepted"
DISPUTE_REJECTED = "dispute_rejected"
PLAN_WAITING = "plan_waiting"
NEW_OFFERS = "new_offers"
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
    CLAIM_APPROVED: _answer(
        "Your claim of {{ amount }} is approved",
        "the claim of {{ amount }} under “{{ incentive }}” is approved. You are told when it is paid.",
        "Open the claim", "amount", "incentive", link="/portal/claims/",
    ),
    CLAIM_REJECTED: _answer(
        "Your claim of {{ amount }} is rejected",
        "the claim of {{ amount }} under “{{ incentive }}” is rejected:\n\n{{ reason }}\n\n"
        "Its sum is free again, so you can file it anew once that is put right.",
        "Open the claim", "amount", "incentive", "reason", link="/portal/claims/",
    ),
    CLAIM_PAID: _answer(
        "Your claim of {{ amount }} is paid",
        "the claim of {{ amount }} under “{{ incentive }}” is paid. Reference of the payment: {{ reference }}",
        "Open the claim", "amount", "incentive", "reference", link="/portal/claims/",
    ),
    FUND_APPROVED: _answer(
        "{{ title }}: {{ amount }} is yours to spend",
        "your request “{{ title }}” is approved: {{ amount }}, to be claimed with proof until {{ day }}. {{ reason }}",
        "Open the request", "title", "amount", "day", "reason", link="/portal/claims/",
    ),
    FUND_REJECTED: _answer(
        "{{ title }} is not approved",
        "your request “{{ title }}” is not approved:\n\n{{ reason }}\n\nPlease spend nothing on our account.",
        "Open the request", "title", "amount", "reason", link="/portal/claims/",
    ),
    FUND_ENDING: _answer(
        "Claim {{ title }} until {{ day }}",
        "{{ amount }} of “{{ title }}” is not claimed yet. You can claim it with proof until {{ day }}; after that it goes "
        "back into the pot.",
        "Claim it", "title", "amount", "day", link="/portal/claims/",
    ),
    REGISTRATION_APPROVED: _answer(
        "{{ customer }} is registered to you",
        "{{ product }} for {{ customer }} is registered to {{ company }}: nobody else can register the same until {{ day }}.",
        "Open the deal", "customer", "product", "day", link="/portal/deals/",
    ),
    REGISTRATION_REJECTED: _answer(
        "{{ customer }} could not be registered",
        "{{ product }} for {{ customer }} could not be registered:\n\n{{ reason }}",
        "Open the registration", "customer", "product", "reason", link="/portal/deals/",
    ),
    REGISTRATION_ENDING: _answer(
        "{{ customer }} is protected until {{ day }} only",
        "{{ product }} for {{ customer }} is registered to {{ company }} until {{ day }}. If the deal needs longer, speak to "
        "your channel manager before then.",
        "Open the deal", "customer", "product", "day", link="/portal/deals/",
    ),
    REGISTRATION_EXPIRED: _answer(
        "The registration of {{ customer }} has ended",
        "{{ product }} for {{ customer }} is no longer protected: others may register the same. The deal stays yours to "
        "work on, and you can register it again.",
        "Open the registration", "customer", "product", link="/portal/deals/",
    ),
    DISPUTE_ACCEPTED: _answer(
        "{{ fact }}: you were right",
        "you told us that {{ fact }} should be “{{ claimed }}”. We agree. {{ answer }}",
        "See what we know about you", "fact", "claimed", "answer", link="/portal/company/",
    ),
    DISPUTE_REJECTED: _answer(
        "{{ fact }}: why it stays as it is",
        "you told us that {{ fact }} should be “{{ claimed }}”. We left it as it is:\n\n{{ answer }}",
        "See what we know about you", "fact", "claimed", "answer", link="/portal/company/",
    ),
    PLAN_WAITING: _answer(
        "{{ title }}: we stand by our plan. Do you?",
        "{{ vendor }} stands by the joint plan “{{ title }}” as it is written now. Read it, and agree or say what to change.",
        "Open the plan", "title", link="/portal/plans/",
    ),
    NEW_OFFERS: Notice(
        "New for {{ company }}: {{ offers }}",
        "Hello {{ name }},\n\nthis is new for {{ company }}: {{ offers }}.\n\nYour home page says why you see it and what "
        "it earns you.",
        "Open my home page", frozenset({"offers"}), Message.Kind.OFFER, "/portal/",
    ),
}  # fmt: skip


EXAMPLES = {
    "course": "Selling with confidence",
    "day": "30 June",
    "amount": "EUR 1,250.00",
    "incentive": "Focus rebate",
    "reason": "The invoice is of last year.",
    "reference": "SEPA 4711",
    "title": "Breakfast for twenty customers",
    "customer": "Nordlicht Werke",
    "product": "Managed service",
    "fact": "Tier",
    "claimed": "Gold",
    "answer": "It is right from today on.",
    "offers": "“Focus playbook”, “Focus rebate” and 2 more",
}
"""What stands in the places where a text is looked at before anybody is told."""


def examples_of(name: str) -> dict[str, str]:
    """By place of this text beside the usual ones, something that might stand there; none for a message of no notice."""
    return {place: EXAMPLES[place] for place in places_of(name)} if name else {}


def places_of(name: str) -> frozenset[str]:
    """What this text may say beside the places of every message."""
    return NOTICES[name].places


def notice(name: str) -> Message:
    """The message of that name; made of the words above where it is not there yet."""
    words = NOTICES[name]
    message, _ = Message.objects.get_or_create(
        notice=name,
        defaults={
            "subject": words.subject,
            "body": words.body,
            "kind": words.kind,
            "status": Message.Status.JOURNEY,
            "link": words.link,
            "link_label": words.link_label,
        },
    )
    return message
