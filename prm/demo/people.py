"""The demo's people: one sign-in per role, all with one password, and a channel manager for every region."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from partners.models import Partner, TeamMember
from people import roles
from people.models import User
from prm.demo.places import REGIONS

PASSWORD = "open-the-portal-7"  # noqa: S105 - the demo's own, printed on every run


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo. `partner`: position of their company; -1 for vendor staff."""

    email: str
    name: str
    role: str
    regions: tuple[str, ...] = ()
    partner: int = -1
    signs_in: bool = True


PEOPLE = (
    Person("ada@vendor.example", "Ada Lindqvist", roles.ADMINISTRATOR),
    Person("carl@vendor.example", "Carl Okafor", roles.CHANNEL_MANAGER),
    Person("emma@vendor.example", "Emma Rossi", roles.CHANNEL_MANAGER, ("EMEA",)),
    Person("ann@vendor.example", "Ann Takahashi", roles.ANALYST),
    Person("paula@partner.example", "Paula Brandt", roles.PARTNER_ADMIN, partner=0),
    Person("martin@partner.example", "Martin Vogel", roles.PARTNER_MEMBER, partner=0),
    Person("olivia@other.example", "Olivia Reed", roles.PARTNER_ADMIN, partner=1),
    Person("noah@vendor.example", "Noah Bergeron", roles.CHANNEL_MANAGER, ("NA",), signs_in=False),
    Person("lucia@vendor.example", "Lucía Fuentes", roles.CHANNEL_MANAGER, ("LATAM",), signs_in=False),
    Person("aiko@vendor.example", "Aiko Mori", roles.CHANNEL_MANAGER, ("APAC",), signs_in=False),
)
SIGN_INS = tuple(person for person in PEOPLE if person.signs_in)
OWNER = "carl@vendor.example"


def managers() -> dict[str, str]:
    """The address of each region's channel manager."""
    return {region: person.email for person in PEOPLE for region in REGIONS if person.regions == (region,)}


@transaction.atomic
def make() -> int:
    """Make the people who are not there yet; returns how many. Nobody's password, role or regions are ever changed."""
    have = set(User.objects.filter(email__in=[person.email for person in PEOPLE]).values_list("email", flat=True))
    missing = [person for person in PEOPLE if person.email not in have]
    # Hashing is slow on purpose; the password is no secret, so one hash does for all.
    hashed = make_password(PASSWORD) if missing else ""
    for person in missing:
        user = User.objects.create_user(person.email, name=person.name, role=person.role, regions=list(person.regions))
        if person.signs_in:
            user.password = hashed
            user.save(update_fields=["password"])
    return len(missing)


@transaction.atomic
def seat(companies: list[str]) -> int:
    """Put the partners' people into their companies (external ids, by position); returns how many had no seat yet."""
    found = {partner.external_id: partner for partner in Partner.objects.filter(external_id__in=companies)}
    seated = 0
    for person in SIGN_INS:
        if person.partner >= 0:
            user = User.objects.get(email=person.email)
            partner = found[companies[person.partner]]
            seated += TeamMember.objects.get_or_create(user=user, defaults={"partner": partner})[1]
    return seated


def sign_ins() -> list[dict[str, str]]:
    """Who can sign in: e-mail, password, role and what they see. An empty password: theirs has been changed."""
    users = {user.email: user for user in User.objects.filter(email__in=[person.email for person in SIGN_INS])}
    companies = dict(TeamMember.objects.filter(user__in=users.values()).values_list("user__email", "partner__name"))
    ours = {hashed for hashed in {user.password for user in users.values()} if check_password(PASSWORD, hashed)}
    said = []
    for person in SIGN_INS:
        if user := users.get(person.email):
            is_ours = user.is_active and user.password in ours
            said.append(
                {
                    "email": user.email,
                    "password": PASSWORD if is_ours else "",
                    "role": user.role,
                    "sees": companies.get(user.email) or ", ".join(user.regions) or "everything",
                }
            )
    return said
