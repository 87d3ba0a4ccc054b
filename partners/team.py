"""A partner's people: inviting them, making them by command, and letting them go."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from partners.models import Partner, TeamMember
from people import inviting, roles
from people.inviting import Invited
from people.models import User


@transaction.atomic
def invite_team_member(*, partner: Partner, email: str, role: str, name: str = "") -> Invited:
    """Invite a person into a partner's team; one who was let go may come back, into any partner's.

    Raises ValidationError, keyed by field, as `people.inviting.invite` does, for a role of the vendor's side, and for
    somebody who belongs to another company.
    """
    if role not in roles.PARTNER:
        raise ValidationError({"role": "Choose partner admin or partner member."})
    gone = User.objects.select_for_update(of=("self",)).filter(email=email.strip().lower(), is_active=False)
    for user in gone.filter(team_member=None, role__in=roles.PARTNER):
        user.is_active, user.role = True, role
        user.save(update_fields=["is_active", "role"])
    invited = inviting.invite(email=email, role=role, name=name)
    member, _ = TeamMember.objects.get_or_create(user=invited.user, defaults={"partner": partner})
    if member.partner_id != partner.pk:
        raise ValidationError({"email": f"{invited.user.email} belongs to another company."})
    return invited


@transaction.atomic
def remove_team_member(*, member: TeamMember, by: User) -> User:
    """Let a person go: they are signed out everywhere and may not come in until they are invited anew.

    What they did stays. Raises ValidationError for oneself, so that a company is never left without its last admin.
    """
    if member.user_id == by.pk:
        raise ValidationError("You cannot remove yourself. Ask another admin of your company.")
    user = User.objects.select_for_update().get(pk=member.user_id)
    member.delete()
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    return user
