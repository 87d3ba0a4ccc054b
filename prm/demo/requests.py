"""What the demo's partner users have asked for, so that the queues of the console have something to decide."""

from __future__ import annotations

from decimal import Decimal

from django.core.files.base import ContentFile

from partners import registering
from partners.models import Deal, Registration
from partners.registering import Wish
from people.models import User
from programs import claims
from programs.models import Claim, Incentive
from programs.taking import Refused

PROOF = b"%PDF-1.4\n% An invoice of the demo\n"


def file_requests() -> None:
    """Registrations, two of them for the same deal, and a claim. Nothing where there is some already."""
    people = {
        user.email: user for user in User.objects.filter(email__in=("paula@partner.example", "olivia@other.example"))
    }
    paula, olivia = people.get("paula@partner.example"), people.get("olivia@other.example")
    if paula is None or olivia is None:
        return
    if not Registration.objects.exists():
        _register(paula, olivia)
    if not Claim.objects.exists():
        _claim(paula)


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


def _claim(paula: User) -> None:
    fund = Incentive.objects.filter(program__slug="market-development-funds").first()
    if fund is None:
        return
    try:
        claims.file_claim(
            incentive_id=fund.pk,
            user=paula,
            amount=Decimal("1250.00"),
            note="Breakfast for twenty customers, with a talk",
            proof=ContentFile(PROOF, name="invoice.pdf"),
        )
    except Refused:
        return
