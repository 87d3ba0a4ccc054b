"""What the demo's partner users have asked for, so that the queues of the console have something to decide."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import transaction

from partners import registering
from partners.models import Deal, Registration
from partners.registering import Wish
from people.models import User
from programs import claims
from programs.funding import asking
from programs.funding.asking import Plan
from programs.models import Claim, Incentive
from programs.taking import Refused

PROOF = b"%PDF-1.4\n% An invoice of the demo\n"


def file_requests(*, owner: User) -> None:
    """Registrations, two of them for the same deal; requests for funds, one of them granted, and a claim under it.

    Nothing where there is some already. `owner` decides.
    """
    people = {
        user.email: user for user in User.objects.filter(email__in=("paula@partner.example", "olivia@other.example"))
    }
    paula, olivia = people.get("paula@partner.example"), people.get("olivia@other.example")
    if paula is None or olivia is None:
        return
    if not Registration.objects.exists():
        _register(paula, olivia)
    if not Claim.objects.exists():
        _claim(paula, owner)


def _register(paula: User, olivia: User) -> None:
    open_deal = Deal.objects.present().filter(stage="open", partner__team__user=paula, customer__isnull=False)
    known = open_deal.exclude(product_line="").select_related("customer").order_by("-id").first()
    wishes = [(paula, Wish("Nordlicht Werke GmbH", "Managed service", "Two new plants", Decimal("48000.00")))]
    if known is not None and known.customer is not None:
        wishes.append((olivia, Wish(known.customer.name.upper(), known.product_line, "Renewal", known.amount)))
    for user, wish in wishes:
        try:
            registering.submit(user=user, wish=wish)
        except registering.Refused:
            continue


@transaction.atomic
def _claim(paula: User, owner: User) -> None:
    fund = Incentive.objects.filter(program__slug="market-development-funds").first()
    if fund is None:
        return
    begins = asking.today() + timedelta(days=3)
    breakfast = Plan(
        "Breakfast for twenty customers",
        "A breakfast with a talk at our place, for twenty customers who run their own servers.",
        Decimal("1250.00"),
        begins,
        begins,
        "Five first meetings",
    )
    fair = Plan(
        "Stand at the regional trade fair",
        "Two days with a demonstrator; invitations to all our customers.",
        Decimal("2400.00"),
        begins + timedelta(days=40),
        begins + timedelta(days=41),
        "Thirty leads, three projects",
    )
    try:
        asked = asking.ask(incentive_id=fund.pk, user=paula, plan=breakfast)
        asking.ask(incentive_id=fund.pk, user=paula, plan=fair)
        asking.grant(request_id=asked.pk, user=owner, note="Please send pictures")
        claims.file_claim(
            incentive_id=fund.pk,
            user=paula,
            amount=Decimal("850.00"),
            note="The hall and the first half of the catering",
            proof=ContentFile(PROOF, name="invoice.pdf"),
            request_id=asked.pk,
        )
    except Refused:
        return
