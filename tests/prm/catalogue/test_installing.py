"""Installing templates, by verb and by command."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from partners import attributes
from partners.models import Attribute
from partners.vocabulary import FieldType, Subject
from prm.catalogue import listing
from prm.catalogue.installing import FieldTaken, install
from programs.models import Program
from segments import drafting
from segments.models import Segment, SegmentSet

pytestmark = pytest.mark.django_db
HEALTH = "healthcare-customers-by-need"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("install_templates", *arguments, stdout=out)
    return out.getvalue()


def test_install__all_templates__everything_is_a_draft_with_its_profile() -> None:
    done = install(templates=listing.templates(), author="A. Author")
    assert len(done.segments) == Segment.objects.filter(status=Segment.Status.DRAFT).count() > 130
    assert len(done.programs) == Program.objects.filter(status=Program.Status.DRAFT).count() > 60
    assert len(done.sets) == SegmentSet.objects.count() > 12
    luxury = Segment.objects.select_related("profile").get(slug="luxury-buyers")
    assert luxury.profile.kpi == "Test drives that end in an order"
    assert luxury.objective
    assert not Segment.objects.filter(subject=Subject.CUSTOMER, partner_visible=True).exists()


def test_install__again__changes_nothing_and_keeps_what_somebody_changed() -> None:
    first = install(templates=listing.templates(), author="A. Author")
    changed = Segment.objects.get(slug="luxury-buyers")
    drafting.change_details(segment=changed, name="Our luxury buyers")
    again = install(templates=listing.templates(), author="A. Author")
    assert again.made == 0
    assert set(again.kept) == {*first.fields, *first.segments, *first.sets, *first.programs}
    changed.refresh_from_db()
    assert changed.name == "Our luxury buyers"


def test_install__conditions_treated__are_sensitive() -> None:
    install(templates=[listing.CATALOGUE[HEALTH]], author="A. Author")
    sensitive = Attribute.objects.filter(sensitive=True).values_list("name", flat=True)
    assert set(sensitive) == {"conditions", "treatment_needs"}


def test_install__attribute_of_another_type_is_there__refuses_and_writes_nothing() -> None:
    attributes.create_attribute(subject=Subject.CUSTOMER, name="conditions", type=FieldType.TEXT)
    with pytest.raises(FieldTaken, match="conditions"):
        install(templates=[listing.CATALOGUE[HEALTH]], author="A. Author")
    assert not Segment.objects.exists()
    with pytest.raises(CommandError, match="conditions"):
        run("--industry", "healthcare")


def test_install_templates__one_industry__json_says_what_is_new() -> None:
    said = json.loads(run("--industry", "automotive", "--json"))
    assert "large-metropolitan-dealers" in said["segments"]
    assert "luxury-buyers" in said["segments"]
    assert "wealthy-clients" not in said["segments"]
    assert json.loads(run("--industry", "automotive", "--json"))["segments"] == []


def test_install_templates__one_template__only_that() -> None:
    said = json.loads(run("--template", "micro", "--json"))
    assert said["segments"] == ["gold-and-above", "gold-growing-certified"]


def test_install_templates__list__installs_nothing() -> None:
    assert "healthcare-customers-by-need" in run("--list")
    assert len(json.loads(run("--list", "--json"))["templates"]) == len(listing.CATALOGUE)
    assert not Segment.objects.exists()


def test_install_templates__unknown__says_so() -> None:
    with pytest.raises(CommandError, match="no template nonsense"):
        run("--template", "nonsense")
    with pytest.raises(CommandError, match="fishing"):
        run("--industry", "fishing")
