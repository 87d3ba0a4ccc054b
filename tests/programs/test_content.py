"""Content: files by entitlement and range, expiry, approval, versions, kits, and plays for customers."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from partners.models import Activity, Customer, Deal
from programs import authoring, filetypes, versions
from programs.drafts import ContentDraft, ProgramDraft
from programs.models import Content, ContentVersion, KitItem, Offer, PlaySegment, Program
from programs.settling import settle
from programs.targeting import Targeting
from tests.programs.world import colleague, partner, program, segment, set_members, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def one() -> Any:
    return partner("P1")


@pytest.fixture
def gold(one: Any) -> Any:
    return segment("gold", [one])


@pytest.fixture
def visitor(one: Any, client: Client) -> Client:
    client.force_login(colleague(one))
    return client


def drafted(**detail: Any) -> ProgramDraft:
    return ProgramDraft("guide", "Guide", ContentDraft(**detail), targeting=Targeting(any=("gold",)))


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("asked", "status", "expected", "where"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=4-99", 206, b"456789", "bytes 4-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=5-2", 200, b"0123456789", None),
    ],
)
def test_file__by_range__part_whole_or_416(
    visitor: Client, gold: Any, asked: str, status: int, expected: bytes, where: str | None
) -> None:
    made = program("guide", any=[gold])
    made.content.file.save("plan.pdf", ContentFile(b"0123456789"))
    settle()
    answer = visitor.get(f"/portal/offers/{Offer.objects.get().pk}/file/", headers={"Range": asked})
    assert answer.status_code == status
    assert (body_of(answer) if answer.streaming else answer.content) == expected
    assert answer.headers.get("Content-Range") == where
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


def test_file__downloads_counted_once_each_and_unchanged_is_304(visitor: Client, gold: Any) -> None:
    made = program("guide", any=[gold])
    made.content.file.save("plan.pdf", ContentFile(b"0123456789"))
    settle()
    address = f"/portal/offers/{Offer.objects.get().pk}/file/"
    stamp = visitor.get(address)["ETag"]
    visitor.get(address, headers={"Range": "bytes=5-"})
    assert visitor.get(address, headers={"If-None-Match": stamp}).status_code == 304
    part = visitor.get(address, headers={"Range": "bytes=5-", "If-Range": '"other"'})
    assert part.status_code == 200
    visitor.head(address)
    assert Activity.objects.filter(kind="content_downloaded", about="guide").count() == 2


def archive_of(**files: str) -> bytes:
    held = BytesIO()
    with ZipFile(held, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "held", "media_type"),
    [
        ("plan.pdf", b"%PDF-1.7", "application/pdf"),
        ("PLAN.PDF", b"%PDF-1.7", "application/pdf"),
        ("a.png", b"\x89PNG\r\n\x1a\n...", "image/png"),
        ("a.docx", archive_of(word__document="x"), filetypes._TYPES["docx"]),
        ("a.odt", archive_of(mimetype="application/vnd.oasis.opendocument.text"), filetypes._TYPES["odt"]),
        ("a.zip", archive_of(x="y"), "application/zip"),
        ("a.csv", "a;ü\n".encode(), "text/csv; charset=utf-8"),
        ("a.mp4", b"\x00\x00\x00\x20ftypisom", "video/mp4"),
    ],
)
def test_check__what_its_name_says__taken(name: str, held: bytes, media_type: str) -> None:
    assert filetypes.check(name=name, size=len(held), file=BytesIO(held)) == media_type


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("plan.pdf", b"<html>"),
        ("plan.pdf", b"MZ\x90\x00"),
        ("page.html", b"<html>"),
        ("image.svg", b"<svg>"),
        ("run.exe", b"MZ"),
        ("run.sh", b"#!/bin/sh"),
        ("note.txt", b"\xef\xbb\xbf <!DOCTYPE html>"),
        ("note.txt", b"#!/bin/sh"),
        ("note.txt", b"a\x00b"),
        ("note.csv", b"\xff\xfe\xfa" * 9),
        ("a.docx", archive_of(xl__workbook="x")),
        ("a.docx", b"PK\x03\x04broken"),
        ("a.png", b""),
        ("noending", b"%PDF-1.7"),
    ],
)
def test_check__anything_else__unfit(name: str, held: bytes) -> None:
    with pytest.raises(filetypes.Unfit):
        filetypes.check(name=name, size=len(held), file=BytesIO(held))


def test_check__too_large__said() -> None:
    with pytest.raises(filetypes.Unfit, match="50 MB"):
        filetypes.check(name="a.pdf", size=filetypes.LARGEST + 1, file=BytesIO(b"%PDF-"))


def test_expiry__day_after_the_last__gone_from_the_portal_and_settled_away(visitor: Client, gold: Any) -> None:
    made = program("guide", any=[gold], detail={"body": "Hello"})
    Content.objects.update(expires_on=timezone.localdate())
    settle()
    address = f"/portal/offers/{Offer.objects.get().pk}/"
    assert visitor.get(address).status_code == 200
    Content.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert visitor.get(address).status_code == 404
    assert visitor.get(f"{address}file/").status_code == 404
    assert made.name not in visitor.get("/portal/").content.decode()
    assert settle().withdrawn == 1


def test_approval__another_person__puts_it_in_force(visitor: Client, gold: Any) -> None:
    author, other = staff(), staff(email="second@vendor.example")
    made = authoring.create_program(draft=drafted(body="First", needs_approval=True), author=author)
    with pytest.raises(ValidationError, match="colleague approve it first"):
        authoring.activate(program=made)
    with pytest.raises(ValidationError, match="somebody else approves"):
        versions.approve(program=made, number=1, by=author)
    versions.approve(program=made, number=1, by=other)
    authoring.activate(program=made)
    settle()
    address = f"/portal/offers/{Offer.objects.get().pk}/"
    assert "First" in visitor.get(address).content.decode()
    authoring.change_program(program=made, draft=drafted(body="Second", needs_approval=True), author=other)
    assert "Second" not in visitor.get(address).content.decode()
    assert authoring.draft_of(Program.objects.get()).detail.body == "Second"
    with pytest.raises(ValidationError, match="newer version"):
        versions.approve(program=made, number=1, by=other)
    versions.approve(program=made, number=2, by=author)
    assert "Second" in visitor.get(address).content.decode()


def test_versions__each_change__kept_and_numbered(gold: Any) -> None:
    made = authoring.create_program(draft=drafted(body="First"))
    authoring.change_program(program=made, draft=drafted(body="First"))
    file = ContentFile(b"%PDF-1", name="plan.pdf")
    authoring.change_program(program=made, draft=drafted(body="First", file=file))
    authoring.change_program(program=made, draft=drafted(body="Third", file=None))
    rows = list(ContentVersion.objects.order_by("number").values_list("number", "body", "file"))
    stored = Content.objects.get().file.name
    assert rows == [(1, "First", ""), (2, "First", stored), (3, "Third", stored)]
    assert Content.objects.get().shown_version == 3


def test_kit__on_offer__opens_what_it_holds_and_nothing_else(visitor: Client, gold: Any) -> None:
    piece = program("piece", detail={"body": "Inside"})
    piece.content.file.save("plan.pdf", ContentFile(b"%PDF-1"))
    stale = program("stale", detail={"expires_on": timezone.localdate() - timedelta(days=1)})
    kit = program("kit", any=[gold], detail={"form": "kit"})
    item = KitItem.objects.create(kit=kit.content, item=piece.content, position=1, message="Say this first")
    gone = KitItem.objects.create(kit=kit.content, item=stale.content, position=2)
    settle()
    base = f"/portal/offers/{Offer.objects.get().pk}/"
    html = visitor.get(base).content.decode()
    assert "Say this first" in html and "Piece" in html and "Stale" not in html
    assert "Inside" in visitor.get(f"{base}items/{item.pk}/").content.decode()
    assert body_of(visitor.get(f"{base}items/{item.pk}/file/")) == b"%PDF-1"
    assert visitor.get(f"{base}items/{gone.pk}/").status_code == 404
    assert set(Activity.objects.filter(about="piece").values_list("kind", flat=True)) == {
        "content_opened",
        "content_downloaded",
    }
    stranger = Client()
    stranger.force_login(colleague(partner("P2")))
    for tail in (f"items/{item.pk}/", f"items/{item.pk}/file/"):
        assert stranger.get(f"{base}{tail}").status_code == 404


@pytest.fixture
def served(one: Any) -> Any:
    customer = Customer.objects.create(external_id="C1", name="Bakery Best")
    customer.partners.add(one)
    return customer


def played(served: Any, **fields: Any) -> Program:
    small = segment("small", subject="customer", name="Small firms", partner_visible=True)
    set_members(small, [served])
    play = program("small-play", name="Sell to small firms", detail={"form": "play", "body": "Be quick"}, **fields)
    PlaySegment.objects.create(play=play.content, segment=small)
    return play


def test_play__customer_in_its_segment__shown_to_who_serves_it(visitor: Client, served: Any) -> None:
    play = played(served)
    html = visitor.get("/portal/customers/").content.decode()
    assert "Bakery Best" in html and "Small firms (1)" in html and "Sell to small firms" in html
    assert "Sell to small firms" in visitor.get("/portal/customers/C1/").content.decode()
    address = f"/portal/customers/C1/plays/{play.slug}/"
    assert "Be quick" in visitor.get(address).content.decode()
    assert Activity.objects.filter(kind="content_opened", about="small-play").count() == 1
    stranger = Client()
    stranger.force_login(colleague(partner("P2")))
    for there in ("/portal/customers/C1/", address, f"{address}file/"):
        assert stranger.get(there).status_code == 404
    assert "Bakery" not in stranger.get("/portal/customers/").content.decode()
    Program.objects.update(status="archived")
    assert visitor.get(address).status_code == 404


def test_console__play_for_customers_alone__says_who_opened_it_not_who_has_it_on_offer(
    visitor: Client, served: Any
) -> None:
    played(served)
    for _ in range(2):
        visitor.get("/portal/customers/C1/plays/small-play/")
    client = Client()
    client.force_login(staff())
    page = client.get("/console/programs/small-play/")
    assert (page.context["readers"], page.context["opened"]) == (1, 2)
    said = page.content.decode()
    assert "On offer now" not in said and "No offers here" not in said and "None yet" not in said
    assert "it stands beside each customer it is meant for" in said


def test_play__also_for_partners__only_those_it_is_on_offer_to(
    visitor: Client, served: Any, one: Any, gold: Any
) -> None:
    played(served, any=[gold])
    address = "/portal/customers/C1/plays/small-play/"
    assert visitor.get(address).status_code == 404
    settle()
    assert visitor.get(address).status_code == 200
    set_members(gold, [])
    settle()
    assert visitor.get(address).status_code == 404


def test_play__customer_leaves_the_segment__gone(visitor: Client, served: Any) -> None:
    play = played(served)
    set_members(play.content.customer_segments.get().segment, [])
    assert visitor.get("/portal/customers/C1/plays/small-play/").status_code == 404


def test_pages__many_customers_and_plays__few_queries(
    visitor: Client, served: Any, one: Any, django_assert_max_num_queries: Any
) -> None:
    play = played(served)
    more = [Customer.objects.create(external_id=f"D{number}", name=f"Firm {number}") for number in range(20)]
    for customer in more:
        customer.partners.add(one)
    set_members(play.content.customer_segments.get().segment, [served, *more])
    for address in ("customers/", "customers/?segment=small", "customers/C1/", "customers/C1/plays/small-play/"):
        with django_assert_max_num_queries(12):
            assert visitor.get(f"/portal/{address}").status_code == 200


def test_authoring__play_and_kit__written_and_refused_in_words(gold: Any) -> None:
    segment("small", subject="customer")
    program("piece")
    detail = ContentDraft(
        body="x", form="play", items=({"content": "piece", "message": "First"},), customer_segments=("small",)
    )
    made = authoring.create_program(draft=ProgramDraft("play", "Play", detail))
    authoring.activate(program=made)
    assert authoring.draft_of(made).detail == detail
    for wrong, field in (
        ({"form": "kit", "items": ({"content": "none"},)}, "items"),
        ({"form": "kit", "items": ({"content": "play"},)}, "items"),
        ({"form": "piece", "items": ({"content": "piece"},)}, "items"),
        ({"form": "kit", "customer_segments": ("small",)}, "customer_segments"),
        ({"form": "play", "customer_segments": ("gold",)}, "customer_segments"),
    ):
        with pytest.raises(ValidationError) as refused:
            authoring.create_program(draft=ProgramDraft("other", "Other", ContentDraft(**wrong)))
        assert field in refused.value.message_dict


def test_console__play_written_approved_and_shown_with_its_use(client: Client, served: Any, gold: Any) -> None:
    segment("small", subject="customer", name="Small firms")
    program("piece")
    client.force_login(staff())
    entered = {
        "name": "Play",
        "form": "play",
        "body": "Say this",
        "language": "en",
        "customer_segments": ["small"],
        "item_place": ["20", "10"],
        "item": ["", "piece"],
        "item_message": ["", "First"],
        "needs_approval": "on",
    }
    assert client.post("/console/programs/new/content/", entered).status_code == 302
    html = client.get("/console/programs/play/").content.decode()
    assert "Version 1 waits for approval" in html and "You wrote it" in html and "Small firms" in html
    client.post("/console/programs/play/versions/1/approve/")
    assert Content.objects.get(program__slug="play").shown_version == 0
    assert "Say this" in client.get("/console/programs/play/content/").content.decode()
    client.force_login(staff(email="second@vendor.example"))
    client.post("/console/programs/play/versions/1/approve/")
    assert Content.objects.get(program__slug="play").shown_version == 1
    again = client.get("/console/programs/play/edit/").content.decode()
    assert 'value="First"' in again and "Small firms" in again
    assert client.post("/console/programs/play/edit/", entered | {"slug": "play"}).status_code == 302
    assert ContentVersion.objects.filter(content__program__slug="play").count() == 1
    assert KitItem.objects.get().message == "First"


def test_console__file_of_another_kind_than_its_name__refused(client: Client) -> None:
    client.force_login(staff())
    entered = {"name": "Plan", "language": "en", "file": ContentFile(b"<html>", name="plan.pdf")}
    answer = client.post("/console/programs/new/content/", entered)
    assert answer.status_code == 422 and "not what its name says" in answer.content.decode()


def test_customer_and_deal_pages__of_a_play__name_it(client: Client, visitor: Client, served: Any, one: Any) -> None:
    deal = Deal.objects.create(external_id="D1", partner=one, customer=served)
    played(served)
    assert "Sell to small firms" in visitor.get(f"/portal/deals/{deal.pk}/plays/").content.decode()
    client.force_login(staff())
    assert "Sell to small firms" in client.get("/console/customers/C1/plays/").content.decode()
