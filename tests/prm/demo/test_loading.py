"""The demo as it is loaded: complete, told apart by segment, alive in the portal, and untouched by a second load."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.db.models import Sum

from partners.models import Activity, Attribute, Customer, Deal, Origin, Partner, Registration, TeamMember
from partners.registering import conflicts
from people import roles
from people.models import User
from prm.demo import people, programs
from prm.demo import segments as plans
from prm.demo.industries import DEFAULT, PROFILES
from prm.demo.loading import Loaded, load
from prm.demo.marks import Wish
from programs.models import Claim, Enrolment, FundRequest, Offer, PlaySegment, Program
from programs.uptake import Uptake
from segments.models import Membership, Recompute, Segment

IT = PROFILES[DEFAULT]
WISH = Wish(IT, partners=300, customers=1_500, deals=6_000)


def silent(line: str) -> None:
    """Nobody listens."""


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Not here: the demo is loaded once for many tests, and its one hash has to stay readable in each."""


def prints() -> dict[str, Any]:
    """What every table of the product holds, as one number each: changes whenever a row does."""
    models = (User, TeamMember, Partner, Customer, Deal, Activity, Attribute, Origin, Segment, Membership, Recompute)
    tables = [model._meta.db_table for model in (*models, Program, Offer, Enrolment)]
    with connection.cursor() as cursor:
        said = {}
        for table in [*tables, "partners_customer_partners"]:
            cursor.execute(f"SELECT count(*), sum(hashtextextended(t::text, 0)::numeric) FROM {table} t")
            said[table] = cursor.fetchone()
    return said


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    """The demo data, loaded once for this module's tests and taken back after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        loaded = load(WISH, say=silent)
        connection.check_constraints()  # once, or every test's end would check all these rows again
        yield loaded
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_load__default_industry__all_records_are_in(demo: Loaded) -> None:
    assert demo.counts["partners"] == Partner.objects.present().count() == WISH.partners
    assert demo.counts["customers"] == Customer.objects.present().count() == WISH.customers
    assert demo.counts["deals"] == Deal.objects.present().count() == WISH.deals
    assert demo.changed > WISH.partners + WISH.customers + WISH.deals
    origin = Origin.objects.get(kind=Origin.Kind.DEMO, label=WISH.label)
    assert set(Partner.objects.get(external_id="PRT-000001").provenance.values()) == {origin.pk}
    assert Partner.objects.exclude(parent=None).exists()
    assert Partner.objects.filter(region="EMEA", channel_manager__email="emma@vendor.example").count() > 50
    assert Partner.objects.filter(custom__has_key="survey_score").count() > 200


@pytest.mark.django_db
def test_load__every_segment__has_members_and_not_everybody(demo: Loaded) -> None:
    planned = plans.plans(IT)
    assert len(planned) >= 12
    for plan in planned:
        segment = Segment.objects.get(slug=plan.slug)
        everybody = WISH.partners if plan.subject == "partner" else WISH.customers
        members = Membership.objects.current().filter(segment=segment).count()
        assert segment.status == Segment.Status.ACTIVE
        assert 3 <= members <= 0.6 * everybody, (plan.slug, members)
        assert segment.member_count == members
        assert segment.description
        assert segment.objective


@pytest.mark.django_db
def test_load__every_program__is_offered_to_somebody_and_not_everybody(demo: Loaded) -> None:
    drafted = programs.drafts(IT, today=demo.today)
    assert len(drafted) >= 12
    plays = [draft for draft in drafted if not draft.targeting.slugs]
    for draft in plays:
        segments = PlaySegment.objects.filter(play__program__slug=draft.slug).values("segment")
        assert Membership.objects.current().filter(segment__in=segments).count() >= 3, draft.slug
    for draft in [draft for draft in drafted if draft not in plays]:
        offered = Offer.objects.on().filter(program__slug=draft.slug, lapsed_at=None).count()
        assert 3 <= offered <= 0.7 * WISH.partners, (draft.slug, offered)


@pytest.mark.django_db
def test_load__content_that_was_looked_at__is_opened_by_companies_that_have_it(demo: Loaded) -> None:
    for slug in programs.PAGES:
        readers = Activity.objects.filter(kind="content_opened", about=slug).values("partner")
        offers = Offer.objects.on().filter(program__slug=slug, partner__team=None)
        assert not offers.filter(partner__in=readers, opened_at=None).exists(), slug
        assert not offers.exclude(partner__in=readers).exclude(opened_at=None).exists(), slug
        opened = offers.exclude(opened_at=None).count()
        assert opened > 0 or not offers.exists(), slug
        tallied = Uptake.objects.filter(program__slug=slug).aggregate(n=Sum("opened_count"))["n"] or 0
        assert tallied >= opened, slug


@pytest.mark.django_db
def test_load__each_role__signs_in(demo: Loaded) -> None:
    said = people.sign_ins()
    assert {each["role"] for each in said} == set(roles.LABELS)
    for each in said:
        user = authenticate(None, email=each["email"], password=each["password"])
        assert user is not None
        assert user.role == each["role"]
    assert [each["sees"] for each in said[:4]] == ["everything", "everything", "EMEA", "everything"]
    assert User.objects.get(email="noah@vendor.example").has_usable_password() is False


@pytest.mark.django_db
def test_load__partner_admin__finds_a_portal_that_is_alive(demo: Loaded) -> None:
    paula, olivia = (User.objects.get(email=email) for email in ("paula@partner.example", "olivia@other.example"))
    partner = paula.team_member.partner
    assert Membership.objects.current().filter(subject_id=partner.pk, segment__subject="partner").count() >= 4
    offers = Offer.objects.visible_to(paula).on()
    assert set(offers.values_list("program__kind", flat=True)) == {"content", "course", "incentive"}
    assert offers.filter(program__kind="course", started_at__isnull=False, completed_at=None).exists()
    assert offers.filter(completed_at__isnull=False).exists()
    assert offers.filter(program__kind="incentive", started_at__isnull=False).exists()
    assert offers.filter(opened_at=None).exists()
    theirs = set(Offer.objects.visible_to(olivia).on().values_list("program__slug", flat=True))
    ours = set(offers.values_list("program__slug", flat=True))
    assert theirs - ours
    assert ours - theirs
    assert Deal.objects.visible_to(paula).exists()
    assert Customer.objects.visible_to(paula).exists()


@pytest.mark.django_db
def test_load__queues__have_something_to_decide(demo: Loaded) -> None:
    assert Claim.objects.filter(status="submitted").exists()
    assert set(FundRequest.objects.values_list("status", flat=True)) == {"submitted", "approved"}
    waiting = Registration.objects.filter(status="submitted")
    assert any(conflicts(each) for each in waiting)


@pytest.mark.django_db
def test_load__second_time__changes_nothing(demo: Loaded) -> None:
    before = prints()
    again = load(WISH, say=silent, today=date(2031, 1, 1))
    assert again.changed == 0
    assert again.counts == demo.counts
    assert again.today == demo.today
    assert prints() == before


@pytest.mark.django_db
def test_load__marks_lost__finds_all_rows_as_they_are(demo: Loaded) -> None:
    before = prints()
    Origin.objects.filter(label__startswith=f"{WISH.label}: ").delete()
    again = load(WISH, say=silent)
    after = prints()
    assert again.counts == demo.counts
    moved = {
        "partners_activity",
        "partners_origin",
        "segments_recompute",
        "segments_segment",
    }  # written anew, or run again
    assert {table: after[table] for table in after.keys() - moved} == {
        table: before[table] for table in before.keys() - moved
    }


@pytest.mark.django_db
def test_load__changed_password__is_kept_and_not_told(demo: Loaded) -> None:
    user = User.objects.get(email="ann@vendor.example")
    user.set_password("something else entirely")
    user.save(update_fields=["password"])
    load(WISH, say=silent)
    user.refresh_from_db()
    assert user.check_password("something else entirely")
    assert {each["email"]: each["password"] for each in people.sign_ins()}["ann@vendor.example"] == ""
