"""`manage.py demo` as it is typed."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from partners.models import Origin, Partner
from people.models import User
from prm.demo import people

SMALL = ("--partners", "40", "--customers", "80", "--deals", "300")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db
def test_demo__twice__prints_the_sign_ins_both_times(settings) -> None:
    settings.DEBUG = True
    first, second = run(*SMALL), run(*SMALL)
    assert first == second
    rows = [line.split() for line in first.splitlines() if "@" in line]
    assert [row[0].partition("@")[0] for row in rows] == ["ada", "carl", "emma", "ann", "paula", "martin", "olivia"]
    assert {row[1] for row in rows} == {people.PASSWORD}
    assert "Administrator" in first
    assert "40 partners" in first
    assert len(first.splitlines()) <= 15


@pytest.mark.django_db
def test_demo__json__is_one_object_with_sign_ins_and_counts(settings) -> None:
    settings.DEBUG = True
    said = json.loads(run(*SMALL, "--json"))
    assert said["counts"]["partners"] == 40
    assert said["counts"]["deals"] == 300
    assert said["changed"] > 420
    assert len(said["sign_ins"]) == 7
    assert set(said["sign_ins"][0]) == {"email", "password", "role", "sees"}
    assert json.loads(run(*SMALL, "--json"))["changed"] == 0


@pytest.mark.django_db
def test_demo__today_given__data_lies_around_it(settings) -> None:
    settings.DEBUG = True
    assert json.loads(run(*SMALL, "--json", "--today", "2026-03-01"))["today"] == "2026-03-01"
    assert not Partner.objects.filter(joined_on__gt="2026-03-01").exists()
    assert "1 March 2026" in run(*SMALL)


@pytest.mark.django_db
def test_demo__in_production__refuses_and_writes_nothing(settings) -> None:
    settings.DEBUG, settings.SITE_URL = False, "https://partners.example.com"
    with pytest.raises(CommandError, match="--yes-in-production"):
        run(*SMALL)
    assert not User.objects.exists()
    assert not Origin.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("site", ["http://127.0.0.1:8000", "http://localhost:8123", "http://[::1]:8000"])
def test_demo__debug_off_but_on_this_machine__loads(settings, site: str) -> None:
    settings.DEBUG, settings.SITE_URL = False, site
    assert "40 partners" in run(*SMALL)


@pytest.mark.django_db
def test_demo__in_production_and_meant__loads(settings) -> None:
    settings.DEBUG, settings.SITE_URL = False, "https://partners.example.com"
    assert "40 partners" in run(*SMALL, "--yes-in-production")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--partners", "3"), "20 or more"),
        (("--deals", "many"), "whole number"),
        (("--industry", "fishing"), "fishing"),
    ],
)
def test_demo__impossible_wish__says_what_is_possible(arguments: tuple[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)
