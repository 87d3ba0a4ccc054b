"""How sign-in behaves: nobody signs up by themselves, and a partner's sign-in counts as engagement.

Single sign-on lets in whom the product knows already, by the address that the provider has verified.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integrations.webhooks.sealing import seal, unseal
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


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """The hooks that allauth asks of sign-in by OpenID Connect."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: users are invited."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find whom the provider speaks of: as it is known already, or by the address it has verified."""
        if request.user.is_authenticated or sociallogin.state.get("process") == "connect":
            raise ImmediateHttpResponse(_not_known(request))
        if sociallogin.is_existing:
            return
        verified = [each.email.strip().lower() for each in sociallogin.email_addresses if each.verified is True]
        user = User.objects.filter(email__in=verified, is_active=True).first()
        if user is None:
            raise ImmediateHttpResponse(_not_known(request))
        sociallogin.connect(request, user)


class SecondFactorAdapter(DefaultMFAAdapter):
    """The hooks that allauth asks of authenticator apps and passkeys. Their secrets are stored encrypted."""

    def get_totp_issuer(self) -> str:
        """The organisation, as the app lists it."""
        return str(settings.ORGANISATION_NAME)

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return unseal(encrypted_text.encode())


def _not_known(request: HttpRequest) -> HttpResponse:
    return render(request, "account/not_known.html", status=403)
