"""A partner says that a fact about them is wrong; staff answer, and may correct it at once."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from partners.models import Origin, Partner
from partners.profile import Said
from partners.records import change_record
from partners.rows import Invalid
from people.models import User
from programs.voices.models import Dispute


@transaction.atomic
def dispute(*, partner: Partner, user: User, said: Said, claimed: str, comment: str = "") -> Dispute:
    """Note that a value is wrong and what it should be. One at a time for each field: ValidationError for a second."""
    claimed = claimed.strip()
    if not claimed or len(claimed) > 500:
        raise ValidationError({"claimed": "Say what would be right, in at most 500 characters."})
    try:
        with transaction.atomic():
            return Dispute.objects.create(
                partner=partner,
                user=user,
                field=said.field.name,
                label=said.field.label,
                shown=said.words[:500],
                claimed=claimed,
                comment=comment.strip()[:1000],
            )
    except IntegrityError:
        raise ValidationError(
            {"claimed": f"Your company has already told us about {said.field.label}. We are looking into it."}
        ) from None


@transaction.atomic
def answer(*, dispute: Dispute, user: User, accept: bool, text: str, correct: bool = False) -> Dispute:
    """Accept or not, with words for the partner. `correct`: an accepted claim is written into the record at once.

    ValidationError when it was answered before, when a refusal gives no reason, and when the claim is not a value that
    the field can take.
    """
    dispute = Dispute.objects.select_for_update(of=("self",)).select_related("partner").get(pk=dispute.pk)
    if dispute.status != Dispute.Status.OPEN:
        raise ValidationError(f"{dispute.answered_by or 'Somebody'} has answered it already.", code="answered")
    if not accept and not text.strip():
        raise ValidationError({"answer": "Say why, for the partner to read."})
    if accept and correct:
        origin = Origin(kind=Origin.Kind.FORM, label=f"{user}, on the partner's word", user=user)
        try:
            change_record(record=dispute.partner, values={dispute.field: dispute.claimed}, origin=origin)
        except Invalid as invalid:
            reasons = "; ".join(str(reason) for reason in invalid.errors.values())
            raise ValidationError({"correct": f"“{dispute.claimed}” cannot be kept: {reasons}."}) from None
    dispute.status = Dispute.Status.ACCEPTED if accept else Dispute.Status.REJECTED
    dispute.answer, dispute.answered_by, dispute.answered_at = text.strip()[:1000], user, timezone.now()
    dispute.save(update_fields=["status", "answer", "answered_by", "answered_at"])
    return dispute
