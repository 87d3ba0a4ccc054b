"""How sign-in behaves: nobody signs up by themselves, and a partner's sign-in counts as engagement.

Single sign-on lets in whom the product knows already, by the address that the provider has verified.
"""

import logging
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integrations.webhooks.sealing import seal, unseal
from partners import activity
from partners.models import Activity, TeamMember
from people import roles
from people.callers import address_of
from people.models import User

log = structlog.get_logger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """The hooks that allauth asks; named in the settings. Who came in, by what, and who did not, is logged."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The e-mail address or the password is not correct.",
        "enter_current_password": "This is not your present password.",
        "too_many_login_attempts": "Too many attempts to sign in have failed. Try again later.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: users are invited."""
        return False

    def render_mail(self, template_prefix: str, email: str, context: dict[str, Any], headers: Any = None) -> Any:
        """A mail whose subject, too, knows the organisation."""
        known = {"organisation_name": settings.ORGANISATION_NAME}
        return super().render_mail(template_prefix, email, known | context, headers)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password, or an address that nobody has."""
        log.warning("sign_in_failed", email=str(credentials.get("email", ""))[:200], address=address_of(request))
        super().authentication_failed(request, **credentials)

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whoever is signed in is asked for the password once more."""
        is_right = bool(super().reauthenticate(user, password))
        log.log(logging.INFO if is_right else logging.WARNING, "asked_again", user_id=user.pk, is_right=is_right)
        return is_right

    def logout(self, request: HttpRequest) -> None:
        """Somebody leaves."""
        log.info("signed_out", user_id=request.user.pk)
        super().logout(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Note a partner user's sign-in; `last_sign_in_at` is read from it."""
        by = [str(each.get("method")) for each in get_authentication_records(request, user)]
        log.info("signed_in", user_id=user.pk, by=by, address=address_of(request))
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

    def generate_authenticator_name(self, user: User, type: str) -> str:
        """What a passkey is called until its owner names it."""
        have = Authenticator.objects.filter(user=user, type=type).count()
        return f"Key {have + 1}"

    def encrypt(self, text: str) -> str:
        """As it is stored."""
        return seal(text).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was."""
        return unseal(encrypted_text.encode())


def _not_known(request: HttpRequest) -> HttpResponse:
    return render(request, "account/not_known.html", status=403)
