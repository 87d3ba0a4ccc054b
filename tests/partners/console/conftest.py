"""People and records for the console's tests."""

import pytest
from django.test import Client

from partners.models import Customer, Deal, Partner, TeamMember
from people import roles
from people.models import User


@pytest.fixture
def people(db) -> dict[str, User]:
    """One of each role; "regional" is a channel manager of EMEA; partner users belong to P-1."""
    made = {role: User.objects.create_user(f"{role}@example.com", role=role) for role in roles.LABELS}
    made["regional"] = User.objects.create_user("regional@example.com", role=roles.CHANNEL_MANAGER, regions=["EMEA"])
    return made


@pytest.fixture
def records(people) -> dict[str, object]:
    """A partner and customer of EMEA, one of each of NA, a deal for the first two."""
    home = Partner.objects.create(external_id="P-1", name="Alder & Sons", region="EMEA", tier="gold", employees=12)
    away = Partner.objects.create(external_id="P-2", name="Beacon", region="NA", tier="silver")
    for role in (roles.PARTNER_ADMIN, roles.PARTNER_MEMBER):
        TeamMember.objects.create(user=people[role], partner=home)
    buyer = Customer.objects.create(external_id="C-1", name="Cobalt Foods", region="EMEA")
    other = Customer.objects.create(external_id="C-2", name="Delta Bank", region="NA")
    buyer.partners.set([home, away])
    deal = Deal.objects.create(
        external_id="D-1", name="Rollout", partner=home, customer=buyer, amount=100, currency="EUR"
    )
    return {"home": home, "away": away, "buyer": buyer, "other": other, "deal": deal}


@pytest.fixture
def sign_in(people):
    """`sign_in("analyst")`: a client of that person."""

    def signed_in(who: str) -> Client:
        client = Client()
        client.force_login(people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in
