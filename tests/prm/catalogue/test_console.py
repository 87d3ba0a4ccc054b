"""The pages of ready templates: look, install, start, take away."""

from pathlib import Path
from typing import Any

import pytest
import redis
from django.test import Client

from partners import activity, attributes, snapshot
from partners.models import Partner
from partners.vocabulary import FieldType, Subject
from people import roles
from people.models import User
from prm import loop
from prm.catalogue import listing
from prm.tasks import count_template
from programs.models import Offer, Program
from segments.models import Membership, Recompute, Segment
from tests.segments.factories import draft, leaf

pytestmark = pytest.mark.django_db
PAGE = "/console/templates/micro/"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(User.objects.create_user(email="carl@example.com", role=roles.CHANNEL_MANAGER))
    return client


def test_list__an_industry__shows_its_templates_and_the_general_ones(manager: Client) -> None:
    page = manager.get("/console/templates/?industry=energy").content.decode()
    assert "Energy partners by type" in page
    assert "Stages of a partnership" in page
    assert "Automotive partners by type" not in page
    assert "Automotive partners by type" in manager.get("/console/templates/").content.decode()


def test_list__install_all__every_template_of_the_industry_is_there_as_drafts(manager: Client) -> None:
    assert "Install 1" in manager.get("/console/templates/?industry=energy").content.decode()
    page = manager.post("/console/templates/install/", {"industry": "energy"}, follow=True).content.decode()
    wanted = [segment.slug for each in listing.templates("energy") for segment in each.segments]
    assert set(Segment.objects.values_list("slug", flat=True)) == set(wanted)
    assert set(Segment.objects.values_list("status", flat=True)) == {Segment.Status.DRAFT}
    assert set(Program.objects.values_list("status", flat=True)) == {Program.Status.DRAFT}
    assert f"{len(wanted)} segments and {Program.objects.count()} programmes are new, as drafts" in page
    assert 'id="install"' not in page
    assert "In part" not in page
    again = manager.post("/console/templates/install/", {"industry": "energy"}, follow=True).content.decode()
    assert "0 segments and 0 programmes are new" in again


def test_list__install_all__an_attribute_of_another_type__installs_nothing(manager: Client) -> None:
    wanted = listing.fields(listing.templates())[0]
    other = FieldType.DATE if wanted.type != FieldType.DATE else FieldType.TEXT
    attributes.create_attribute(subject=wanted.subject, name=wanted.name, label=wanted.label, type=other)
    page = manager.post("/console/templates/install/", follow=True).content.decode()
    assert "Nothing was installed" in page
    assert not Segment.objects.exists()


def test_template__before_and_after_installation__says_where_it_stands(manager: Client) -> None:
    assert "Install as drafts" in manager.get(PAGE).content.decode()
    page = manager.post(PAGE + "install/", follow=True).content.decode()
    assert "is installed, as drafts" in page
    assert "Install as drafts" not in page
    assert "Start…" in page
    assert Segment.objects.get(slug="gold-and-above").owner is not None
    assert "was there already" in manager.post(PAGE + "install/", follow=True).content.decode()


def test_counts__rule_that_holds__says_how_many_and_what_it_means(manager: Client) -> None:
    for number, tier in enumerate(["gold", "platinum", "silver"]):
        Partner.objects.create(external_id=f"P-{number}", name=f"P-{number}", tier=tier)
    page = manager.get(PAGE + "counts/").content.decode()
    assert "Gold" in page
    assert ">2<" in page
    assert "come with the installation" in page  # the second refers to the first, which is not there yet


def test_counts__rules_that_read_much_of_a_large_population__are_counted_by_a_worker_and_kept(
    manager: Client, settings: Any, tmp_path: Path, broker: redis.Redis
) -> None:
    partners = [
        Partner.objects.create(external_id=f"P-{number}", name=f"P-{number}", region="EMEA") for number in range(4)
    ]
    for partner in partners[:3]:
        activity.record(partner_id=partner.pk, user_id=None, kind="course_completed", about="basics")
    settings.SNAPSHOT_ABOVE, settings.SNAPSHOT_DIR = 2, str(tmp_path)
    user = User.objects.get()
    far = User.objects.create_user(email="far@example.com", role=roles.CHANNEL_MANAGER, regions=["NA"])
    address = "/console/templates/behaviour/counts/"
    for _ in range(2):
        page = manager.get(address).content.decode()
        assert "A worker is at it" in page
        assert f'hx-get="{address}"' in page
    count_template("behaviour", user.pk)
    page = manager.get(address).content.decode()
    assert "As of" in page
    assert "hx-get" not in page
    assert page.count(">3<") == 1
    count_template("behaviour", far.pk)
    manager.force_login(far)
    assert ">3<" not in manager.get(address).content.decode()
    manager.post("/console/templates/behaviour/install/")
    assert "A worker is at it" in manager.get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_counts__rules_over_kept_columns__are_there_at_once(manager: Client, settings: Any, tmp_path: Path) -> None:
    for number, tier in enumerate(["gold", "platinum", "silver"]):
        Partner.objects.create(external_id=f"P-{number}", name=f"P-{number}", tier=tier)
    settings.SNAPSHOT_ABOVE, settings.SNAPSHOT_DIR = 2, str(tmp_path)
    snapshot.write(Subject.PARTNER)
    assert ">2<" in manager.get(PAGE + "counts/").content.decode()


def test_start__installed__members_and_offers_come(manager: Client) -> None:
    Partner.objects.create(external_id="P-1", name="P-1", tier="gold")
    manager.post(PAGE + "install/")
    page = manager.post(PAGE + "start/", follow=True).content.decode()
    assert "2 segments are published and 1 programme on offer" in page
    assert set(Segment.objects.values_list("status", flat=True)) == {Segment.Status.ACTIVE}
    loop.run_recompute(run=Recompute.objects.get())
    assert Membership.objects.current().filter(segment__slug="gold-and-above").count() == 1
    assert Offer.objects.count() == 0  # nobody is growing


def test_remove__drafts__go_and_published_ones_stay(manager: Client) -> None:
    manager.post(PAGE + "install/")
    page = manager.post(PAGE + "remove/", follow=True).content.decode()
    assert "3 drafts are taken away" in page
    assert not Segment.objects.exists()
    assert not Program.objects.exists()
    manager.post(PAGE + "install/")
    manager.post(PAGE + "start/")
    manager.post(PAGE + "remove/")
    assert Segment.objects.count() == 2


def test_remove__set_of_drafts__goes_too(manager: Client) -> None:
    manager.post("/console/templates/lifecycle/install/")
    manager.post("/console/templates/lifecycle/remove/")
    assert not Segment.objects.exists()


def test_remove__draft_that_another_refers_to__stays_and_says_why(manager: Client) -> None:
    manager.post(PAGE + "install/")
    draft("mine", leaf("segment", "in", ["gold-and-above"]))
    page = manager.post(PAGE + "remove/", follow=True).content.decode()
    assert "Mine" in page
    assert Segment.objects.count() == 3


def test_install__attribute_of_another_type__says_what_to_do(manager: Client) -> None:
    attributes.create_attribute(subject=Subject.CUSTOMER, name="conditions", type=FieldType.TEXT)
    page = manager.post("/console/templates/healthcare-customers-by-need/install/", follow=True).content.decode()
    assert "Archive that one" in page


def test_template__unknown__is_not_found(manager: Client) -> None:
    assert manager.get("/console/templates/nonsense/").status_code == 404
