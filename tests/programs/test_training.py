"""Quizzes handed in, courses completed, certificates earned and verified."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from threading import Thread
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from partners.columns import read_table
from partners.models import Activity
from partners.vocabulary import Subject
from people import roles
from programs import certifying, diplomas
from programs.models import Certificate, Enrolment, LessonFile, Offer, QuizAttempt
from programs.quizzing import NoAttemptsLeft, grant_attempt, hand_in
from programs.settling import settle
from programs.taking import Refused, complete_lesson, start_offer
from tests.programs.courses import RIGHT, RIGHT_FORM, lessons, offered
from tests.programs.world import colleague, partner, segment, set_members

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
def learner(one: Any) -> Any:
    return colleague(one)


@pytest.fixture
def visitor(learner: Any, client: Client) -> Client:
    client.force_login(learner)
    return client


def begun(offer: Offer, user: Any) -> Offer:
    """Started, and the first lesson read: the quiz is next."""
    start_offer(offer_id=offer.pk, user=user)
    complete_lesson(offer_id=offer.pk, user=user, number=1)
    return offer


def test_hand_in__failed_then_passed__course_complete(gold: Any, learner: Any) -> None:
    offer = begun(offered(gold), learner)
    with pytest.raises(Refused, match="Pass the quiz"):
        complete_lesson(offer_id=offer.pk, user=learner, number=2)
    first = hand_in(offer_id=offer.pk, user=learner, number=2, attempt=1, answers={"s": "b"})
    assert (first.attempt.score, first.attempt.passed, first.completed) == (25, False, False)
    second = hand_in(offer_id=offer.pk, user=learner, number=2, attempt=2, answers=RIGHT)
    assert (second.attempt.score, second.attempt.passed, second.completed) == (100, True, True)
    assert Enrolment.objects.get().completed_at is not None
    with pytest.raises(Refused, match="passed this quiz already"):
        hand_in(offer_id=offer.pk, user=learner, number=2, attempt=3, answers=RIGHT)


def test_hand_in__same_attempt_twice__first_stands(gold: Any, learner: Any) -> None:
    offer = begun(offered(gold), learner)
    hand_in(offer_id=offer.pk, user=learner, number=2, attempt=1, answers={})
    again = hand_in(offer_id=offer.pk, user=learner, number=2, attempt=1, answers=RIGHT)
    assert (again.is_new, again.attempt.passed) == (False, False)
    assert QuizAttempt.objects.count() == 1


def test_hand_in__attempts_used_up__refused_until_another_is_granted(gold: Any, learner: Any) -> None:
    offer = begun(offered(gold), learner)
    for number in (1, 2):
        hand_in(offer_id=offer.pk, user=learner, number=2, attempt=number, answers={})
    with pytest.raises(NoAttemptsLeft):
        hand_in(offer_id=offer.pk, user=learner, number=2, attempt=3, answers=RIGHT)
    grant_attempt(enrolment=Enrolment.objects.get())
    assert hand_in(offer_id=offer.pk, user=learner, number=2, attempt=3, answers=RIGHT).completed


@pytest.mark.parametrize("attempt", [0, 2, 99])
def test_hand_in__attempt_that_is_not_due__refused(gold: Any, learner: Any, attempt: int) -> None:
    offer = begun(offered(gold), learner)
    with pytest.raises(Refused, match="out of date"):
        hand_in(offer_id=offer.pk, user=learner, number=2, attempt=attempt, answers=RIGHT)


def test_hand_in__lesson_before_not_done__refused(gold: Any, learner: Any) -> None:
    offer = offered(gold)
    start_offer(offer_id=offer.pk, user=learner)
    with pytest.raises(Refused, match="Finish lesson 1 first"):
        hand_in(offer_id=offer.pk, user=learner, number=2, attempt=1, answers=RIGHT)
    with pytest.raises(Refused, match="no quiz here"):
        hand_in(offer_id=offer.pk, user=learner, number=1, attempt=1, answers=RIGHT)


def test_hand_in__left_the_segment__still_completable(gold: Any, learner: Any) -> None:
    offer = begun(offered(gold, gives_certificate=True), learner)
    set_members(gold, [])
    assert settle().lapsed == 1
    assert hand_in(offer_id=offer.pk, user=learner, number=2, attempt=1, answers=RIGHT).completed
    assert Certificate.objects.get().user == learner


@pytest.mark.django_db(transaction=True)
def test_hand_in__two_tabs_at_once__one_attempt() -> None:
    company = partner("P1")
    person = colleague(company)
    offer = begun(offered(segment("gold", [company])), person)
    made: list[bool] = []

    def tab() -> None:
        try:
            made.append(hand_in(offer_id=offer.pk, user=person, number=2, attempt=1, answers=RIGHT).is_new)
        finally:
            connection.close()

    tabs = [Thread(target=tab) for _ in range(4)]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()
    assert sorted(made) == [False, False, False, True]
    assert QuizAttempt.objects.count() == 1
    assert Activity.objects.filter(kind="course_completed").count() == 1


def test_progress__lessons_moved_and_added__done_stays_done(gold: Any, learner: Any) -> None:
    offer = begun(offered(gold), learner)
    course = offer.program.course
    course.lessons = [{"key": "new", "kind": "page", "title": "New", "body": ""}, *reversed(course.lessons)]
    course.save(update_fields=["lessons"])
    assert complete_lesson(offer_id=offer.pk, user=learner, number=3).lessons_done == 1
    with pytest.raises(Refused, match="changed meanwhile"):
        complete_lesson(offer_id=offer.pk, user=learner, number=1, key="read")
    assert complete_lesson(offer_id=offer.pk, user=learner, number=1, key="new").lessons_done == 2


def test_certificate__earned_once__kept_and_counted_as_a_fact(gold: Any, one: Any, learner: Any) -> None:
    offer = begun(offered(gold, gives_certificate=True, certificate_months=12), learner)
    hand_in(offer_id=offer.pk, user=learner, number=2, attempt=1, answers=RIGHT)
    complete_lesson(offer_id=offer.pk, user=learner, number=1)
    found = Certificate.objects.get()
    assert (found.holder, found.title, found.partner) == ("Robin", "Basics", one)
    assert found.expires_on is not None

    def valid(at: datetime) -> int:
        return int(
            read_table(Subject.PARTNER, ["certificates_valid"], as_of=at).columns["certificates_valid"].values[0]
        )

    assert valid(timezone.now() - timedelta(days=1)) == 0
    assert valid(timezone.now() + timedelta(seconds=1)) == 1_000_000
    last = datetime(found.expires_on.year, found.expires_on.month, found.expires_on.day, 12, tzinfo=UTC)
    assert valid(last) == 1_000_000
    assert valid(last + timedelta(days=1)) == 0
    table = read_table(Subject.PARTNER, ["last_training_on", "courses_started"], as_of=timezone.now())
    assert table.columns["last_training_on"].values[0] == (timezone.localdate() - date(1970, 1, 1)).days
    assert table.columns["courses_started"].values[0] == 1_000_000


def given(learner: Any, one: Any, gold: Any, **fields: Any) -> Certificate:
    """A certificate."""
    course = offered(gold).program.course
    return Certificate.objects.create(
        code=certifying.new_code(),
        course=course,
        partner=one,
        user=learner,
        holder="Robin Roe",
        title="Basics",
        **fields,
    )


def test_verify__anybody__valid_expired_or_forged(client: Client, learner: Any, one: Any, gold: Any) -> None:
    found = given(learner, one, gold, expires_on=timezone.localdate())
    answer = client.get(f"/certificates/{found.code}/")
    html = answer.content.decode()
    assert answer.status_code == 200 and "This certificate is valid" in html
    assert "Robin Roe" in html and "Basics" in html
    assert learner.email not in html and one.name not in html and one.external_id not in html
    assert answer["X-Robots-Tag"] == "noindex"
    Certificate.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert "This certificate has expired" in client.get(f"/certificates/{found.code}/").content.decode()
    forged = found.code[:-1] + ("0" if found.code[-1] != "0" else "1")
    for code in (forged, "nothing", "%00", "ÄÖÜ"):
        answer = client.get(f"/certificates/{code}/")
        assert answer.status_code == 404 and "Robin Roe" not in answer.content.decode()


def test_verify__code_typed_carelessly__found(client: Client, learner: Any, one: Any, gold: Any) -> None:
    found = given(learner, one, gold)
    typed = found.code.replace("-", " ").replace("0", "o").replace("1", "l").lower()
    assert client.get("/certificates/", {"code": typed}).headers["Location"] == f"/certificates/{found.code}/"
    assert client.get("/certificates/", {"code": "x"}).headers["Location"] == "/certificates/unknown/"
    assert client.get("/certificates/").status_code == 200


def test_certificate_files__holder_and_admin__others_not(visitor: Client, learner: Any, one: Any, gold: Any) -> None:
    found = given(learner, one, gold)
    pdf = visitor.get(f"/portal/certificates/{found.code}.pdf")
    assert pdf.content.startswith(b"%PDF-") and pdf["Content-Type"] == "application/pdf"
    png = visitor.get(f"/portal/certificates/{found.code}.png")
    assert Image.open(BytesIO(png.content)).size == (1684, 1191)
    assert visitor.get(f"/portal/certificates/{found.code}.html").status_code == 404
    for user, status in (
        (colleague(one, "boss@p1.example", roles.PARTNER_ADMIN), 200),
        (colleague(one, "other@p1.example"), 404),
        (colleague(partner("P2"), "boss@p2.example", roles.PARTNER_ADMIN), 404),
    ):
        visitor.force_login(user)
        assert visitor.get(f"/portal/certificates/{found.code}.pdf").status_code == status


def test_writable__letters_the_font_lacks__lose_their_accent() -> None:
    assert diplomas.writable("Zoë Łęcka") == "Zoë Łecka"
    assert diplomas.writable("王") == "?"


def test_player__quiz_page__answers_do_not_leak_until_handed_in(visitor: Client, learner: Any, gold: Any) -> None:
    offer = begun(offered(gold), learner)
    address = f"/portal/offers/{offer.pk}/lessons/2/"
    before = visitor.get(address).content.decode()
    assert "Which ones?" in before and 'value="1"' in before
    for secret in ("SAID-WHY", "99.9", "Zürich", "correct"):
        assert secret not in before
    answer = visitor.post(f"{address}quiz/", {"attempt": "1", "q-s": "b", "q-n": "5"})
    assert answer.headers["Location"] == f"{address}?attempt=1"
    failed = visitor.get(f"{address}?attempt=1").content.decode()
    assert "SAID-WHY" in failed and "Not passed yet: 25 %" in failed and "1 attempt left" in failed
    assert "99.9" not in failed and "Zürich" not in failed
    visitor.post(f"{address}quiz/", {"attempt": "2", **RIGHT_FORM})
    passed = visitor.get(address).content.decode()
    assert "Passed: 100 %" in passed and "Attempts:" in passed
    assert "Not passed yet: 25 %" in visitor.get(f"{address}?attempt=1").content.decode()
    assert "99.9" in visitor.get(f"{address}?attempt=1").content.decode()
    assert "You have completed this course" in visitor.get(f"/portal/offers/{offer.pk}/").content.decode()
    assert visitor.get(f"/portal/offers/{offer.pk}/resume/").headers["Location"] == f"/portal/offers/{offer.pk}/"


def test_player__handed_in_from_a_second_tab__told_and_unchanged(visitor: Client, learner: Any, gold: Any) -> None:
    offer = begun(offered(gold), learner)
    address = f"/portal/offers/{offer.pk}/lessons/2/quiz/"
    visitor.post(address, {"attempt": "1"})
    html = visitor.post(address, {"attempt": "1", **RIGHT_FORM}, follow=True).content.decode()
    assert "handed in before" in html and "Not passed yet" in html
    assert QuizAttempt.objects.count() == 1


@pytest.mark.parametrize("attempt", ["", "x", "-1", "9" * 30])
def test_player__odd_attempt__sent_back(visitor: Client, learner: Any, gold: Any, attempt: str) -> None:
    offer = begun(offered(gold), learner)
    answer = visitor.post(f"/portal/offers/{offer.pk}/lessons/2/quiz/", {"attempt": attempt})
    assert answer.headers["Location"] == f"/portal/offers/{offer.pk}/resume/"
    assert not QuizAttempt.objects.exists()


def test_lesson_file__open_lesson_only__by_range(visitor: Client, one: Any, learner: Any, gold: Any) -> None:
    offer = offered(gold)
    course = offer.program.course
    stored = LessonFile(course=course, filename="film.mp4", media_type="video/mp4", size=10)
    stored.file.save("film.mp4", ContentFile(b"0123456789"))
    course.lessons = [{"key": "film", "kind": "file", "title": "Film", "body": "", "file": stored.pk}]
    course.save(update_fields=["lessons"])
    address = f"/portal/offers/{offer.pk}/lessons/1/file/"
    assert visitor.get(address).status_code == 404
    start_offer(offer_id=offer.pk, user=learner)
    assert "<video" in visitor.get(f"/portal/offers/{offer.pk}/lessons/1/").content.decode()
    part = visitor.get(address, headers={"Range": "bytes=2-4"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"234")  # type: ignore[attr-defined]
    assert part["Content-Range"] == "bytes 2-4/10"
    visitor.force_login(colleague(partner("P2")))
    assert visitor.get(address).status_code == 404


def test_pages__training__few_queries(
    visitor: Client, learner: Any, gold: Any, django_assert_max_num_queries: Any
) -> None:
    offer = begun(offered(gold, gives_certificate=True), learner)
    hand_in(offer_id=offer.pk, user=learner, number=2, attempt=1, answers={})
    hand_in(offer_id=offer.pk, user=learner, number=2, attempt=2, answers=RIGHT)
    for address in (f"offers/{offer.pk}/", f"offers/{offer.pk}/lessons/2/", "training/transcript/", "training/"):
        with django_assert_max_num_queries(12):
            assert visitor.get(f"/portal/{address}").status_code == 200
    html = visitor.get("/portal/training/transcript/").content.decode()
    assert "Basics" in html and "100 %" in html and Certificate.objects.get().code in html


def test_course__due_after_days__shown_and_overdue_said(visitor: Client, gold: Any) -> None:
    offer = offered(gold, due_days=10, of=lessons())
    due = timezone.localdate() + timedelta(days=10)
    assert f"Due {due:%-d %B %Y}" in visitor.get("/portal/training/").content.decode()
    Offer.objects.update(offered_at=timezone.now() - timedelta(days=11))
    assert "This course was due" in visitor.get(f"/portal/offers/{offer.pk}/").content.decode()
