"""Segments of templates that look at others: at all partners, at a partner's customers, at deals, courses and visits."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from partners.models import Activity, Customer, Deal, Partner
from prm.catalogue import listing
from prm.catalogue.installing import install
from segments import membership, publishing
from segments.models import Membership, Recompute, Segment

pytestmark = pytest.mark.django_db


def members(*templates: str) -> dict[str, set[str]]:
    """External ids of the members of each segment of these templates, installed and computed."""
    made = install(templates=[listing.CATALOGUE[slug] for slug in templates], author="A. Author").segments
    for segment in Segment.objects.filter(slug__in=made).order_by("id"):
        publishing.publish(segment=segment, author="A. Author", queue=False)
    done = membership.recompute(run=membership.request_recompute(trigger=Recompute.Trigger.MANUAL))
    assert done is not None and done.failed == {}
    names = dict(Partner.objects.values_list("pk", "external_id"))
    if Customer.objects.exists() and not names:
        names = dict(Customer.objects.values_list("pk", "external_id"))
    found: dict[str, set[str]] = {slug: set() for slug in made}
    rows = Membership.objects.current().filter(segment__slug__in=made)
    for slug, subject, pk in rows.values_list("segment__slug", "segment__subject", "subject_id"):
        if subject == "partner" or not Partner.objects.exists():
            found[slug].add(names[pk])
    return found


def partner(external_id: str, **values: object) -> Partner:
    return Partner.objects.create(external_id=external_id, name=external_id, **{"lifecycle_stage": "active"} | values)


def won(of: Partner, amount: int, days_ago: int = 30) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    Deal.objects.create(
        external_id=f"D{Deal.objects.count()}",
        name="Deal",
        partner=of,
        stage="won",
        amount=Decimal(amount),
        registered_on=day,
        closed_on=day,
    )


def test_heavy_data_users__ten_customers__the_two_that_use_most() -> None:
    install(templates=[listing.CATALOGUE["telecommunications-customers-by-need"]], author="A. Author")
    for number in range(10):
        Customer.objects.create(
            external_id=f"C{number}", name=f"C{number}", custom={"monthly_usage_gb": str(number * 10)}
        )
    Customer.objects.create(external_id="unknown", name="unknown")
    segment = Segment.objects.get(slug="heavy-data-users")
    publishing.publish(segment=segment, author="A. Author", queue=False)
    membership.recompute(run=membership.request_recompute(trigger=Recompute.Trigger.MANUAL))
    ids = Membership.objects.current().filter(segment=segment).values("subject_id")
    assert set(Customer.objects.filter(pk__in=ids).values_list("external_id", flat=True)) == {"C8", "C9"}


def test_partners_by_their_customers__nine_of_ten_small__counts_and_eight_of_ten_does_not() -> None:
    small = [Customer.objects.create(external_id=f"S{n}", name=f"S{n}", employees=20) for n in range(10)]
    large = [
        Customer.objects.create(external_id=f"L{n}", name=f"L{n}", employees=400, industry="manufacturing")
        for n in range(4)
    ]
    nine, eight = partner("nine"), partner("eight")
    few = partner("few")
    third, fifth = partner("third"), partner("fifth")
    only = partner("only", partner_type="distributor")
    only_but_agent = partner("agent", partner_type="agent", employees=5)
    nobody = partner("nobody", partner_type="distributor", employees=50)
    for customer in [*small[:9], large[0]]:
        customer.partners.add(nine)
    for customer in [*small[:8], *large[:2]]:
        customer.partners.add(eight)
    for customer in small[:2]:
        customer.partners.add(few)
    for customer in [*small[:7], *large[:3]]:
        customer.partners.add(third)
    for customer in [*small[:8], *large[:1]]:
        customer.partners.add(fifth)
    for customer in large:
        customer.partners.add(only)
    large[0].partners.add(only_but_agent)
    found = members("partners-by-their-customers")
    assert found["small-business-resellers"] == {"nine"}
    assert found["factory-distributors"] == {"third", "only"}
    assert found["large-factories-only"] == {"only"}
    assert nobody.external_id not in set().union(*found.values())


def test_behaviour__deals_courses_and_visits__put_partners_where_they_belong() -> None:
    now = timezone.now()
    steady, learner, recent, quiet, gone = (partner(name) for name in ("steady", "learner", "recent", "quiet", "gone"))
    Partner.objects.filter(pk=gone.pk).update(lifecycle_stage="inactive")
    for _ in range(3):
        won(steady, 100, days_ago=10)
    for _ in range(3):
        won(learner, 100, days_ago=120)
    for who, about, days in ((learner, "a", 200), (learner, "b", 150), (recent, "a", 20), (quiet, "a", 300)):
        Activity.objects.create(partner=who, kind="course_completed", about=about, at=now - timedelta(days=days))
    for who, days in ((steady, 1), (learner, 3), (recent, 59), (quiet, 61)):
        Activity.objects.create(partner=who, kind="sign_in", at=now - timedelta(days=days))
    found = members("behaviour")
    assert found["steady-registrars"] == {"steady"}
    assert found["keen-learners"] == {"learner", "recent"}
    assert found["quiet-partners"] == {"quiet"}


def test_value__ten_partners__each_in_one_class_and_potential_before_the_middle() -> None:
    for number in range(10):
        won(partner(f"P{number}", annual_revenue=Decimal(number * 1000 + 1000)), 1000 - 100 * number)
    found = members("value")
    assert found["value-top-tenth"] == {"P0"}
    assert found["value-next-three-tenths"] == {"P1", "P2", "P3"}
    assert found["value-hidden-potential"] == {"P7", "P8", "P9"}
    assert found["value-the-rest"] == {"P4", "P5", "P6"}


def test_micro__gold_growing_and_certified__all_three_are_needed() -> None:
    expert = {"certifications": ["technical_expert"]}
    for name, tier, before, after, more in (
        ("all", "gold", 100, 110, expert),
        ("flat", "gold", 100, 109, expert),
        ("silver", "silver", 100, 200, expert),
        ("bare", "platinum", 100, 200, {}),
    ):
        who = partner(name, tier=tier, **more)
        won(who, before, days_ago=500)
        won(who, after, days_ago=50)
    found = members("micro")
    assert found["gold-growing-certified"] == {"all"}
    assert found["gold-and-above"] == {"all", "flat", "bare"}
