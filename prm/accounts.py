"""How sign-in behaves: nobody signs up by themselves, and a partner's sign-in counts as engagement."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from partners import activity
from partners.models import Activity, TeamMember
from people import roles
from people.models import User


class AccountAdapter(DefaultAccountAdapter):
    """The hooks that allauth asks; named in the settings."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: users are invited."""
        return False

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Note a partner user's sign-in; `last_sign_in_at` is read from it."""
        if roles.is_partner(user):
            partner_id = TeamMember.objects.filter(user=user).values_list("partner_id", flat=True).first()
            if partner_id is not None:
                activity.record(partner_id=partner_id, user_id=user.pk, kind=Activity.Kind.SIGN_IN)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response
