"""The same in several languages: a person is shown one, and told when it is not in theirs."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from people import preferences
from programs import taking
from programs.authoring import activate, change_program, create_program, draft_of
from programs.drafts import ContentDraft, CourseDraft, ProgramDraft
from programs.models import Offer, Program
from programs.portal.shelf import cards
from programs.settling import settle
from programs.targeting import Targeting
from programs.translations import is_in, note
from tests.programs.world import colleague, partner, segment

pytestmark = pytest.mark.django_db
GOLD = Targeting(any=("gold",))


@pytest.fixture(autouse=True)
def queues(broker: Any) -> None:
    """What is handed to workers is handed to a broker of this test's own."""


@pytest.fixture
def reader() -> Any:
    company = partner("P1")
    segment("gold", [company])
    return colleague(company)


def content(slug: str, language: str, translates: str = "") -> Program:
    detail = ContentDraft(body="x", language=language, translates=translates)
    return activate(program=create_program(draft=ProgramDraft(slug, slug.title(), detail, targeting=GOLD)))


def course(slug: str, language: str, translates: str = "") -> Program:
    detail = CourseDraft(lessons=({"title": "One", "body": "x"},), language=language, translates=translates)
    return activate(program=create_program(draft=ProgramDraft(slug, slug.title(), detail, targeting=GOLD)))


def wants(person: Any, language: str) -> None:
    preferences.change_preferences(user=person, mail_off=[], time_zone="", language=language)


def shown(person: Any) -> list[tuple[str, str]]:
    return sorted((card.program.slug, card.language_note) for card in cards(person))


def test_cards__translations__the_preferred_language_else_the_original_that_says_so(reader: Any):
    content("guide", "en")
    content("leitfaden", "de", "guide")
    content("prices", "en")
    settle()
    assert shown(reader) == [("guide", ""), ("prices", "")]
    wants(reader, "de")
    assert shown(reader) == [("leitfaden", ""), ("prices", "In English, not in German")]
    wants(reader, "fr")
    assert shown(reader) == [("guide", "In English, not in French"), ("prices", "In English, not in French")]


def test_cards__original_not_on_offer__the_translation_stands_for_it(reader: Any):
    original = content("guide", "en")
    content("leitfaden", "de", "guide")
    settle()
    Offer.objects.filter(program=original).delete()
    wants(reader, "fr")
    assert shown(reader) == [("leitfaden", "In German, not in French")]


def test_cards__course_begun_in_another_language__stays_beside_the_preferred(reader: Any):
    course("basics", "en")
    course("grundlagen", "de", "basics")
    settle()
    taking.start_offer(offer_id=Offer.objects.get(program__slug="basics").pk, user=reader)
    wants(reader, "de")
    assert [slug for slug, _ in shown(reader)] == ["basics", "grundlagen"]


@pytest.mark.parametrize(
    ("language", "wanted", "expected"),
    [("pt-BR", "pt", True), ("pt", "pt-BR", True), ("pt-BR", "pt-PT", False), ("de", "en", False), ("de", "", False)],
)
def test_is_in__regions__count_where_both_name_one(language: str, wanted: str, expected: bool):
    assert is_in(language, wanted) is expected


def test_note__incentive__has_no_language(reader: Any):
    assert note(Program(kind="incentive"), "de") == ""


def test_author__what_cannot_be_translated__is_said(reader: Any):
    guide = content("guide", "en")
    leitfaden = content("leitfaden", "de", "guide")
    course("basics", "en")
    for slug in ("nothing", "basics", "leitfaden"):
        with pytest.raises(ValidationError) as refusal:
            content("third", "fr", slug)
        assert "translates" in refusal.value.message_dict
    with pytest.raises(ValidationError, match="stays an original"):
        other = content("other", "en")
        draft = draft_of(guide)
        detail = ContentDraft(body="x", translates=other.slug)
        change_program(program=guide, draft=ProgramDraft(draft.slug, draft.name, detail, targeting=GOLD))
    assert draft_of(leitfaden).detail.translates == "guide"


def test_preferences_page__language__is_kept_and_offered_as_there_is(reader: Any):
    content("leitfaden", "de")
    visitor = Client()
    visitor.force_login(reader)
    assert "German" in visitor.get("/portal/preferences/").content.decode()
    visitor.post("/portal/preferences/", {"mail_on": ["news"], "time_zone": "", "language": "de"})
    assert preferences.preference_of(reader).language == "de"
