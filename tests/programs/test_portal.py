"""The portal: each company its own offers, the reason in words, taking them up."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from partners.models import Activity
from people import roles
from programs.models import Content, Enrolment, Offer, Program
from programs.settling import settle
from tests.programs.world import colleague, partner, program, segment, set_members, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def one() -> Any:
    return partner("P1", name="Acme Cloud")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one], name="Gold partners", partner_visible=True)


@pytest.fixture
def visitor(one: Any, client: Client) -> Client:
    """Signed in as somebody of the partner's."""
    client.force_login(colleague(one))
    return client


def offer_of(made: Program) -> Offer:
    settle()
    return Offer.objects.on().get(program=made)


def page(visitor: Client, address: str) -> str:
    response = visitor.get(address)
    assert response.status_code == 200, response
    return response.content.decode()


def test_home__offers__grouped_with_the_reason(visitor: Client, gold: Any) -> None:
    program("guide", any=[gold], summary="All about it")
    program("basics", kind="course", any=[gold])
    program("bonus", kind="incentive", any=[gold])
    settle()
    html = page(visitor, "/portal/")
    for words in ("Acme Cloud", "Resources", "Training", "Incentives", "Guide", "5 % of the deal", "What to do next"):
        assert words in html
    assert "Because you are in Gold partners" in html


def test_home__segment_not_shown_to_partners__is_not_named(visitor: Client, one: Any) -> None:
    secret = segment("at-risk", [one], name="About to be dropped")
    program("guide", any=[secret])
    settle()
    for address in ("/portal/", f"/portal/offers/{Offer.objects.get().pk}/", "/portal/segments/"):
        assert "About to be dropped" not in page(visitor, address)
    assert "Selected for your company" in page(visitor, "/portal/")


def test_home__nothing_on_offer__says_so(visitor: Client) -> None:
    assert "Nothing on offer just now" in page(visitor, "/portal/")


def test_home__two_partners__see_different_homes(gold: Any) -> None:
    other = partner("P2")
    silver = segment("silver", [other])
    program("for-gold", any=[gold])
    program("for-silver", any=[silver])
    settle()
    homes = []
    for company in (partner_of("P1"), other):
        visitor = Client()
        visitor.force_login(colleague(company))
        homes.append(page(visitor, "/portal/"))
    assert "For Gold" in homes[0] and "For Silver" not in homes[0]
    assert "For Silver" in homes[1] and "For Gold" not in homes[1]


def partner_of(external_id: str) -> Any:
    from partners.models import Partner

    return Partner.objects.get(external_id=external_id)


@pytest.mark.parametrize(
    ("method", "tail"),
    [
        ("get", ""),
        ("get", "file/"),
        ("post", "start/"),
        ("get", "lessons/1/"),
        ("post", "lessons/1/"),
        ("post", "complete/"),
    ],
)
@pytest.mark.parametrize("kind", ["content", "course", "incentive"])
def test_offer__of_another_company__is_not_found(gold: Any, method: str, tail: str, kind: str) -> None:
    offer = offer_of(program("thing", kind=kind, any=[gold]))
    stranger = Client()
    stranger.force_login(colleague(partner("P2")))
    assert getattr(stranger, method)(f"/portal/offers/{offer.pk}/{tail}").status_code == 404
    fresh = Offer.objects.get()
    assert (fresh.opened_at, fresh.started_at) == (None, None)


def test_offer__withdrawn__is_not_found(visitor: Client, gold: Any) -> None:
    offer = offer_of(program("guide", any=[gold]))
    assert visitor.get(f"/portal/offers/{offer.pk}/").status_code == 200
    set_members(gold, [])
    settle()
    assert visitor.get(f"/portal/offers/{offer.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["", "resources/", "training/", "incentives/", "segments/"])
def test_portal__signed_out_or_staff__kept_out(client: Client, name: str) -> None:
    assert client.get(f"/portal/{name}").status_code == 302
    client.force_login(staff())
    assert client.get(f"/portal/{name}").status_code == 404


def test_content__opened__rendered_safely_and_noted_once(visitor: Client, gold: Any) -> None:
    body = "## Hello\n\n**bold** <script>alert(1)</script> [x](javascript:alert(2))"
    offer = offer_of(program("guide", any=[gold], detail={"body": body, "url": "https://vendor.example/x"}))
    html = page(visitor, f"/portal/offers/{offer.pk}/")
    assert "<strong>bold</strong>" in html
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert "https://vendor.example/x" in html
    page(visitor, f"/portal/offers/{offer.pk}/")
    assert Activity.objects.filter(kind="content_opened", about="guide").count() == 1


def test_content_file__on_offer__downloads_and_others_cannot(visitor: Client, gold: Any) -> None:
    made = program("guide", any=[gold])
    content = Content.objects.get(program=made)
    content.file.save("price list.html", ContentFile(b"<script>1</script>"))
    offer = offer_of(made)
    assert "Download" in page(visitor, f"/portal/offers/{offer.pk}/")
    response = visitor.get(f"/portal/offers/{offer.pk}/file/")
    assert b"".join(response.streaming_content) == b"<script>1</script>"  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert visitor.get(f"/media/{content.file.name}").status_code == 404
    set_members(gold, [])
    settle()
    assert visitor.get(f"/portal/offers/{offer.pk}/file/").status_code == 404


def test_course__start_to_finish__completed_for_person_and_company(visitor: Client, gold: Any) -> None:
    offer = offer_of(program("basics", kind="course", any=[gold]))
    base = f"/portal/offers/{offer.pk}/"
    assert "Start the course" in page(visitor, base)
    assert visitor.get(f"{base}lessons/1/").headers["Location"] == base
    assert visitor.post(f"{base}start/").headers["Location"] == f"{base}lessons/1/"
    assert "Carry on" in page(visitor, "/portal/")
    assert visitor.get(f"{base}lessons/2/").headers["Location"] == f"{base}resume/"
    assert visitor.get(f"{base}resume/").headers["Location"] == f"{base}lessons/1/"
    assert "Lesson 1 of 2" in page(visitor, f"{base}lessons/1/")
    assert visitor.post(f"{base}lessons/1/").headers["Location"] == f"{base}lessons/2/"
    assert "Finish the course" in page(visitor, f"{base}lessons/2/")
    assert visitor.post(f"{base}lessons/2/").headers["Location"] == base
    assert "You have completed this course" in page(visitor, base)
    assert Enrolment.objects.get().completed_at is not None
    assert Offer.objects.get().completed_at is not None
    assert visitor.get(f"{base}lessons/3/").status_code == 404


def test_course__left_the_segment__begun_goes_on_and_others_cannot_start(visitor: Client, one: Any, gold: Any) -> None:
    offer = offer_of(program("basics", kind="course", any=[gold]))
    base = f"/portal/offers/{offer.pk}/"
    visitor.post(f"{base}start/")
    set_members(gold, [])
    settle()
    assert "What you have begun you can finish" in page(visitor, base)
    late = Client()
    late.force_login(colleague(one, "late@p1.example"))
    assert "Start the course" not in page(late, base)
    assert "cannot be started any more" in page(late, base)
    response = late.post(f"{base}start/", follow=True)
    assert "no longer on offer" in response.content.decode()
    visitor.post(f"{base}lessons/1/")
    visitor.post(f"{base}lessons/2/")
    assert Offer.objects.get().completed_at is not None


def test_incentive__start__interest_is_noted(visitor: Client, gold: Any) -> None:
    offer = offer_of(
        program(
            "bonus", kind="incentive", any=[gold], detail={"rate": None, "amount": "1500.50", "terms": "*Fair* ones"}
        )
    )
    base = f"/portal/offers/{offer.pk}/"
    html = page(visitor, base)
    assert "EUR 1,500.50" in html
    assert "<em>Fair</em>" in html
    response = visitor.post(f"{base}start/", follow=True)
    assert "noted your company" in response.content.decode()
    assert Offer.objects.get().started_at is not None


@pytest.mark.parametrize("tail", ["start/", "complete/"])
def test_taking__by_get__refused(visitor: Client, gold: Any, tail: str) -> None:
    offer = offer_of(program("basics", kind="course", any=[gold]))
    assert visitor.get(f"/portal/offers/{offer.pk}/{tail}").status_code == 405


def test_segments__visible_ones__with_since_and_what_they_bring(visitor: Client, one: Any, gold: Any) -> None:
    segment("hidden", [one], name="Hidden one")
    program("guide", any=[gold])
    settle()
    html = page(visitor, "/portal/segments/")
    assert "Gold partners" in html
    assert "1 January 2020" in html
    assert "Guide" in html
    assert "Hidden one" not in html


def leaf(field: str, operator: str, value: Any) -> dict[str, Any]:
    """A rule of one condition."""
    return {"combinator": "and", "not": False, "rules": [{"field": field, "operator": operator, "value": value}]}


def test_segments__rule__is_told_in_words_unless_it_says_too_much(visitor: Client, one: Any) -> None:
    from partners.models import Attribute

    Attribute.objects.create(subject="partner", name="credit", label="Credit note", type="text", sensitive=True)
    segment("emea", [one], partner_visible=True, rule=leaf("region", "=", "EMEA"))
    segment("watched", [one], name="Watched closely")
    segment("by-credit", [one], partner_visible=True, rule=leaf("credit", "=", "poor"))
    segment("by-segment", [one], partner_visible=True, rule=leaf("segment", "in", ["watched"]))
    html = page(visitor, "/portal/segments/")
    assert "Partners where Region is" in html
    assert "Credit note" not in html
    assert "Watched closely" not in html


@pytest.mark.parametrize("address", ["/portal/", "/portal/resources/", "/portal/segments/"])
def test_pages__more_offers__same_number_of_queries(
    visitor: Client, one: Any, gold: Any, address: str, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(visitor, address)
        return len(captured)

    program("first", any=[gold])
    settle()
    page(visitor, address)
    few = queries()
    for number in range(8):
        extra = segment(f"s{number}", [one], partner_visible=True)
        for kind in ("content", "course", "incentive"):
            program(f"{kind}-{number}", kind=kind, any=[extra, gold])
    settle()
    assert queries() == few <= 12


def test_offer__each_kind__few_queries(visitor: Client, gold: Any, django_assert_max_num_queries: Any) -> None:
    for kind in ("content", "course", "incentive"):
        offer = offer_of(program(kind, kind=kind, any=[gold]))
        page(visitor, f"/portal/offers/{offer.pk}/")
        with django_assert_max_num_queries(12):
            page(visitor, f"/portal/offers/{offer.pk}/")


def test_home__person_without_a_company__is_told(client: Client) -> None:
    from people.models import User

    client.force_login(User.objects.create_user("lost@x.example", role=roles.PARTNER_MEMBER))
    assert "not linked to a company" in page(client, "/portal/")
