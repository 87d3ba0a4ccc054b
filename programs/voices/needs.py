"""What a partner heard its customers need: told to the vendor, for the product team."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from partners.facts import vocabulary
from partners.models import Customer, Partner
from partners.vocabulary import Subject
from people.models import User
from programs.voices.models import NeedReport

FIELD = "needs"


def need_words() -> list[tuple[str, str]]:
    """The needs there are: (value, label). One query."""
    return [(choice.value, choice.label) for choice in vocabulary(Subject.CUSTOMER)[FIELD].choices]


@transaction.atomic
def say_needs(
    *, partner: Partner, user: User, customer: Customer, needs: Collection[str], text: str = ""
) -> NeedReport:
    """Note it; a person's later word takes the place of the earlier one. ValidationError by field.

    The caller has seen to it that the company serves the customer.
    """
    known = {value for value, _ in need_words()}
    if unknown := sorted(set(needs) - known):
        raise ValidationError({"needs": f"There is no need called {', '.join(unknown)}."})
    if not needs and not text.strip():
        raise ValidationError({"needs": "Choose at least one, or say it in your words."})
    kept, _ = NeedReport.objects.update_or_create(
        user=user,
        customer=customer,
        defaults={
            "partner": partner,
            "needs": sorted(set(needs)),
            "text": text.strip()[:1000],
            "said_at": timezone.now(),
        },
    )
    return kept
