"""The console's programmes, by role."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partners.models import Partner
from people import roles
from programs import uptake
from programs.models import Offer, Program, Uptake
from programs.settling import settle
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db

READ = [
    "/console/programs/",
    "/console/programs/guide/",
    "/console/partners/P1/offers/",
]
EDIT = [
    "/console/programs/new/",
    "/console/programs/new/content/",
    "/console/programs/new/lesson/",
    "/console/programs/guide/edit/",
]
ACTIONS = [f"/console/programs/guide/{verb}/" for verb in ("activate", "archive", "delete")]
EFFECTS = ["/console/programs/new/content/effect/", "/console/programs/guide/effect/content/"]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def gold() -> Any:
    return segment("gold", [partner("P1", region="EMEA"), partner("P2", region="APAC")], name="Gold partners")


@pytest.fixture
def guide(gold: Any) -> Program:
    made = program("guide", any=[gold], detail={"body": "Read me"})
    settle()
    return made


@pytest.fixture
def visitor(client: Client) -> Client:
    """Signed in as a channel manager."""
    client.force_login(staff())
    return client


@pytest.mark.parametrize("role", [roles.ADMINISTRATOR, roles.CHANNEL_MANAGER, roles.ANALYST])
def test_pages__each_staff_role__may_read_and_the_editors_edit(client: Client, guide: Program, role: str) -> None:
    client.force_login(staff(role))
    for address in READ:
        assert client.get(address).status_code == 200, address
    expected = 403 if role == roles.ANALYST else 200
    for address in EDIT:
        assert client.get(address).status_code == expected, address
    for address in EFFECTS:
        assert client.post(address).status_code == expected, address
    for address in ACTIONS:
        assert client.post(address).status_code == (403 if role == roles.ANALYST else 302), address


def test_pages__partner_or_signed_out__kept_out(client: Client, guide: Program) -> None:
    for address in READ + EDIT:
        assert client.get(address).status_code == 302
    client.force_login(colleague(partner("P3")))
    for address in READ + EDIT:
        assert client.get(address).status_code == 404, address
    for address in ACTIONS + EFFECTS:
        assert client.post(address).status_code == 404, address


def test_list__tallies__count_those_the_viewer_may_see(client: Client, guide: Program) -> None:
    from django.utils import timezone

    Offer.objects.filter(partner__external_id="P1").update(opened_at=timezone.now())
    uptake.tally()
    client.force_login(staff(regions=["EMEA"]))
    [row] = client.get("/console/programs/").context["rows"]
    assert (row.on_count, row.opened_count, row.started_count) == (1, 1, 0)
    client.force_login(staff(roles.ADMINISTRATOR))
    [row] = client.get("/console/programs/").context["rows"]
    assert (row.on_count, row.opened_count) == (2, 1)
    Offer.objects.filter(partner__external_id="P1").update(withdrawn_at=timezone.now())
    partner("P9", region="LATAM")
    Offer.objects.create(program=guide, partner=Partner.objects.get(external_id="P9"), offered_at=timezone.now())
    uptake.tally(programs=[guide.pk])
    [row] = client.get("/console/programs/").context["rows"]
    assert (row.on_count, row.opened_count) == (2, 1)
    Offer.objects.filter(partner__external_id="P9").delete()
    uptake.tally()
    assert not Uptake.objects.filter(region="LATAM").exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [("", {"guide", "basics"}), ("?kind=course", {"basics"}), ("?status=archived", {"old"}), ("?q=GUI", {"guide"})],
)
def test_list__filters__narrow_it(visitor: Client, guide: Program, gold: Any, query: str, found: set[str]) -> None:
    program("basics", kind="course", any=[gold])
    program("old", any=[gold], status="archived")
    rows = visitor.get(f"/console/programs/{query}").context["rows"]
    assert {row.program.slug for row in rows} == found


@pytest.mark.parametrize("address", ["/console/programs/", "/console/programs/guide/", "/console/partners/P1/offers/"])
def test_pages__more_rows__same_number_of_queries(visitor: Client, guide: Program, gold: Any, address: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert visitor.get(address).status_code == 200
        return len(captured)

    few = queries()
    from tests.programs.world import set_members

    crowd = [partner(f"X{number}") for number in range(30)]
    set_members(gold, [*Partner.objects.filter(external_id__in=["P1", "P2"]), *crowd])
    for number in range(10):
        program(f"p{number}", any=[gold, segment(f"s{number}")], kind="course" if number % 2 else "content")
    settle()
    assert queries() == few <= 12


def test_page__targeting__in_words_with_partners_and_reasons(visitor: Client, guide: Program) -> None:
    html = visitor.get("/console/programs/guide/").content.decode()
    assert "Partners who are in Gold partners." in html
    assert "In Gold partners" in html
    assert "Company P1" in html


def test_page__segment_archived__warns(visitor: Client, guide: Program, gold: Any) -> None:
    gold.status = "archived"
    gold.save(update_fields=["status"])
    assert "counts as having no members" in visitor.get("/console/programs/guide/").content.decode()


def test_new__content_with_file__saved_as_draft_then_activated(visitor: Client, gold: Any) -> None:
    entered = {
        "name": "Starter Kit",
        "any": ["gold"],
        "language": "en",
        "priority": "3",
        "file": SimpleUploadedFile("kit.pdf", b"%PDF-1.7"),
    }
    response = visitor.post("/console/programs/new/content/", entered)
    assert response.headers["Location"] == "/console/programs/starter-kit/"
    made = Program.objects.get()
    assert (made.slug, made.status, made.priority, made.content.filename) == ("starter-kit", "draft", 3, "kit.pdf")
    assert visitor.get("/console/programs/starter-kit/").context["effect"].enter == 2
    visitor.post("/console/programs/starter-kit/activate/")
    settle()
    assert Offer.objects.on().count() == 2


def test_new__course__lessons_in_order_and_blank_rows_left_out(visitor: Client, gold: Any) -> None:
    entered = {
        "name": "Basics",
        "any": ["gold"],
        "minutes": "20",
        "lesson_title": ["One", "", "Two"],
        "lesson_body": ["First\r\nline", "", "Second"],
    }
    assert visitor.post("/console/programs/new/course/", entered).status_code == 302
    lessons = Program.objects.get().course.lessons
    assert [(lesson["title"], lesson["body"]) for lesson in lessons] == [("One", "First\nline"), ("Two", "Second")]
    assert len({lesson["key"] for lesson in lessons}) == 2


@pytest.mark.parametrize(
    ("kind", "entered", "says"),
    [
        ("content", {"name": "", "language": "en"}, "This field is required"),
        ("content", {"name": "X", "language": "en", "url": "ftp://x"}, "A link begins with https://"),
        ("content", {"name": "X", "language": "en", "any": ["nowhere"]}, "nowhere is not one of the available choices"),
        (
            "content",
            {"name": "X", "language": "en", "starts_on": "2026-02-02", "ends_on": "2026-02-01"},
            "before the first",
        ),
        ("content", {"name": "Guide", "language": "en"}, "already"),
        ("content", {"name": "???", "language": "en"}, "Use small letters"),
        (
            "course",
            {"name": "X", "minutes": "5", "lesson_title": [""], "lesson_body": ["text"]},
            "Lesson 1 needs a title",
        ),
        ("incentive", {"name": "X", "type": "rebate", "currency": "EUR"}, "either a rate or an amount"),
        ("incentive", {"name": "X", "type": "rebate", "currency": "EUR", "rate": "5", "amount": "5"}, "not both"),
        ("incentive", {"name": "X", "type": "rebate", "currency": "EUR", "rate": "five"}, "Enter a number"),
    ],
)
def test_new__invalid__says_what_is_wrong_and_keeps_the_input(
    visitor: Client, guide: Program, kind: str, entered: dict[str, Any], says: str
) -> None:
    response = visitor.post(f"/console/programs/new/{kind}/", entered)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert Program.objects.count() == 1


def test_new__unknown_kind__is_not_found(visitor: Client) -> None:
    assert visitor.get("/console/programs/new/party/").status_code == 404


def test_edit__program__fields_start_from_it_and_changes_are_kept(visitor: Client, guide: Program) -> None:
    response = visitor.get("/console/programs/guide/edit/")
    form = response.context["form"]
    assert form["body"].value() == "Read me"
    assert form["any"].value() == ["gold"]
    response = visitor.post(
        "/console/programs/guide/edit/",
        {"name": "Guide 2", "slug": "guide-2", "any": ["gold"], "language": "de", "body": "New"},
    )
    assert response.headers["Location"] == "/console/programs/guide-2/"
    changed = Program.objects.get()
    assert (changed.name, changed.content.body, changed.content.language) == ("Guide 2", "New", "de")


def test_edit__segment_no_longer_active__stays_a_choice(visitor: Client, guide: Program, gold: Any) -> None:
    gold.status = "draft"
    gold.save(update_fields=["status"])
    form = visitor.get("/console/programs/guide/edit/").context["form"]
    assert form.fields["any"].choices == [("gold", "Gold partners (not active)")]


def test_effect__chosen_segments__counts_whom_it_reaches(visitor: Client, gold: Any) -> None:
    html = visitor.post("/console/programs/new/content/effect/", {"any": ["gold"]}).content.decode()
    assert ">2<" in html
    assert "choose at least one" in visitor.post("/console/programs/new/content/effect/", {}).content.decode()


def test_activate__for_nobody__stays_a_draft_and_says_why(visitor: Client, gold: Any) -> None:
    program("guide", status="draft", detail={"body": "x"})
    response = visitor.post("/console/programs/guide/activate/", follow=True)
    assert "Choose at least one segment" in response.content.decode()
    assert Program.objects.get().status == "draft"


def test_delete__was_on_offer__kept_and_says_why(visitor: Client, guide: Program) -> None:
    response = visitor.post("/console/programs/guide/delete/", follow=True)
    assert "Archive it instead" in response.content.decode()
    assert Program.objects.exists()


def test_partner_offers__outside_the_viewers_regions__is_not_found(client: Client, guide: Program) -> None:
    client.force_login(staff(regions=["EMEA"]))
    assert client.get("/console/partners/P1/offers/").status_code == 200
    assert client.get("/console/partners/P2/offers/").status_code == 404
