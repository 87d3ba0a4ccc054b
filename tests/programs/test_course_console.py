"""Writing courses in the console, and reading how people fare."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from people import roles
from programs.models import Course, LessonFile
from programs.quizzing import hand_in
from programs.taking import complete_lesson, start_offer
from tests.programs.courses import RIGHT, lessons, offered
from tests.programs.world import colleague, partner, program, segment, staff

pytestmark = pytest.mark.django_db
BASE = "/console/programs/basics/"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(staff())
    return client


@pytest.fixture
def course(db: None) -> Any:
    return program("basics", kind="course", status="draft", detail={"lessons": lessons()}).course


def titles() -> list[str]:
    return [lesson["title"] for lesson in Course.objects.get().lessons]


def questions() -> list[dict[str, Any]]:
    return list(Course.objects.get().lessons[1]["quiz"]["questions"])


def test_lessons__added_moved_removed__in_order(editor: Client, course: Any) -> None:
    assert editor.post(f"{BASE}lessons/new/page/", {"title": "Third", "body": "x"}).status_code == 302
    video = {"title": "Film", "url": "https://video.example/1"}
    assert editor.post(f"{BASE}lessons/new/video/", video).status_code == 302
    key = Course.objects.get().lessons[3]["key"]
    answer = editor.post(f"{BASE}lessons/{key}/move/", {"to": "up"})
    assert answer.headers["Location"] == f"{BASE}lessons/?moved={key}"
    assert titles() == ["Read this", "The quiz", "Film", "Third"]
    html = editor.get(f"{BASE}lessons/?moved={key}").content.decode()
    assert "Move Film up" in html and "autofocus" in html
    editor.post(f"{BASE}lessons/read/delete/")
    editor.post(f"{BASE}lessons/quiz/move/", {"to": "up"})
    assert titles() == ["The quiz", "Film", "Third"]


def test_lesson__changed__keeps_key_and_questions(editor: Client, course: Any) -> None:
    entered = {"title": "Test yourself", "body": "Calm", "pass_mark": "60", "attempts": "0"}
    assert editor.post(f"{BASE}lessons/quiz/", entered).status_code == 302
    lesson = Course.objects.get().lessons[1]
    assert (lesson["key"], lesson["title"], lesson["quiz"]["pass_mark"]) == ("quiz", "Test yourself", 60)
    assert len(questions()) == 4


@pytest.mark.parametrize(
    ("kind", "entered", "says"),
    [
        ("page", {"title": ""}, "This field is required"),
        ("video", {"title": "Film", "url": "javascript:alert(1)"}, "begins with https://"),
        ("file", {"title": "File"}, "add a file"),
        ("quiz", {"title": "Q", "pass_mark": "200", "attempts": "1", "text": "?"}, "less than or equal to 100"),
        ("quiz", {"title": "Q", "pass_mark": "80", "attempts": "1", "text": "?"}, "from 2"),
    ],
)
def test_lesson_new__wrong__said_and_nothing_kept(
    editor: Client, course: Any, kind: str, entered: dict[str, str], says: str
) -> None:
    answer = editor.post(f"{BASE}lessons/new/{kind}/", entered)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert len(titles()) == 2


def test_lesson_file__content_is_not_what_the_name_says__refused(editor: Client, course: Any) -> None:
    bad = SimpleUploadedFile("plan.pdf", b"<html><script>1</script>")
    answer = editor.post(f"{BASE}lessons/new/file/", {"title": "Plan", "upload": bad})
    assert answer.status_code == 422 and "not what its name says" in answer.content.decode()
    assert not LessonFile.objects.exists()
    good = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 ...")
    assert editor.post(f"{BASE}lessons/new/file/", {"title": "Plan", "upload": good}).status_code == 302
    stored = LessonFile.objects.get()
    assert (stored.filename, stored.media_type, stored.size) == ("plan.pdf", "application/pdf", 12)
    assert Course.objects.get().lessons[2]["file"] == stored.pk


def test_quiz__made_with_its_first_question__then_more(editor: Client, course: Any) -> None:
    entered = {
        "title": "Second quiz",
        "pass_mark": "80",
        "attempts": "3",
        "text": "Right?",
        "choice": ["a", "b", "c"],
        "choice_text": ["Yes", "No", ""],
        "right": "a",
    }
    answer = editor.post(f"{BASE}lessons/new/quiz/", entered)
    assert answer.status_code == 302
    quiz = Course.objects.get().lessons[2]["quiz"]
    assert quiz["questions"][0]["correct"] == ["a"] and len(quiz["questions"][0]["choices"]) == 2
    number = {"text": "How many?", "value": "7", "tolerance": ""}
    assert editor.post(f"{answer.headers['Location']}questions/new/number/", number).status_code == 302
    assert len(Course.objects.get().lessons[2]["quiz"]["questions"]) == 2


def test_questions__changed_moved_removed__last_one_stays(editor: Client, course: Any) -> None:
    at = f"{BASE}lessons/quiz/questions/"
    assert editor.get(f"{at}m/").status_code == 200
    entered = {"text": "Where then?", "accepted": "Bern\r\n\r\nBerne", "explanation": "Capital"}
    assert editor.post(f"{at}t/", entered).status_code == 302
    assert questions()[3]["accepted"] == ["Bern", "Berne"]
    editor.post(f"{at}t/move/", {"to": "up"})
    assert [question["id"] for question in questions()] == ["s", "m", "t", "n"]
    for key in ("s", "m", "t", "n"):
        editor.post(f"{at}{key}/delete/")
    assert [question["id"] for question in questions()] == ["n"]
    assert editor.get(f"{at}gone/").status_code == 404
    assert editor.post(f"{at}gone/move/", {"to": "up"}).status_code == 404


def test_preview__as_a_partner__without_answers(editor: Client, course: Any) -> None:
    html = editor.get(f"{BASE}lessons/quiz/preview/").content.decode()
    assert "Which ones?" in html and "SAID-WHY" not in html
    assert "<em>it</em>" in editor.get(f"{BASE}lessons/read/preview/").content.decode()


def test_edit__programme_form__lessons_stay(editor: Client, course: Any) -> None:
    before = Course.objects.get().lessons
    entered = {"name": "Basics anew", "slug": "basics", "minutes": "20", "due_days": "14", "gives_certificate": "on"}
    assert editor.post(f"{BASE}edit/", entered).status_code == 302
    changed = Course.objects.get()
    assert (changed.lessons, changed.due_days, changed.gives_certificate) == (before, 14, True)


def test_results__who_started_passed_failed__with_averages(editor: Client, django_assert_max_num_queries: Any) -> None:
    one = partner("P1", region="EMEA")
    offer = offered(segment("gold", [one]))
    good, bad, idle = (colleague(one, f"{name}@p1.example") for name in ("good", "bad", "idle"))
    for person in (good, bad, idle):
        start_offer(offer_id=offer.pk, user=person)
        complete_lesson(offer_id=offer.pk, user=person, number=1)
    hand_in(offer_id=offer.pk, user=good, number=2, attempt=1, answers=RIGHT)
    for attempt in (1, 2):
        hand_in(offer_id=offer.pk, user=bad, number=2, attempt=attempt, answers={})
    with django_assert_max_num_queries(14):
        html = editor.get(f"{BASE}results/").content.decode()
    for words in ("good@p1.example", "No attempts left", "Allow another", "33 %"):
        assert words in html, words
    stuck = bad.enrolments.get()
    editor.post(f"{BASE}results/{stuck.pk}/attempt/")
    assert "No attempts left" not in editor.get(f"{BASE}results/").content.decode()
    editor.force_login(staff(roles.CHANNEL_MANAGER, email="far@vendor.example", regions=["APAC"]))
    assert "good@p1.example" not in editor.get(f"{BASE}results/").content.decode()
    assert editor.post(f"{BASE}results/{stuck.pk}/attempt/").status_code == 404
