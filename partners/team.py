"""A partner's people: inviting them, and making them by command."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from partners.models import Partner, TeamMember
from people import inviting, roles
from people.inviting import Invited


@transaction.atomic
def invite_team_member(*, partner: Partner, email: str, role: str, name: str = "") -> Invited:
    """Invite a person into a partner's team.

    Raises ValidationError, keyed by field, as `people.inviting.invite` does, for a role of the vendor's side, and for
    somebody who belongs to another company.
    """
    if role not in roles.PARTNER:
        raise ValidationError({"role": "Choose partner admin or partner member."})
    invited = inviting.invite(email=email, role=role, name=name)
    member, _ = TeamMember.objects.get_or_create(user=invited.user, defaults={"partner": partner})
    if member.partner_id != partner.pk:
        raise ValidationError({"email": f"{invited.user.email} belongs to another company."})
    return invited
