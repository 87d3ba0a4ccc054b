"""The texts, programmes and segments of every industry, before anything is stored."""

from datetime import date

import pytest

from prm.demo.industries import PROFILES, Reach
from prm.demo.programs import COURSES, PAGES, drafts
from prm.demo.segments import plans

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("key", PROFILES)
def test_drafts__any_industry__are_right_and_name_segments_that_exist(key: str) -> None:
    profile = PROFILES[key]
    slugs = {plan.slug for plan in plans(profile) if plan.subject == "partner"}
    programs = drafts(profile, today=TODAY)
    assert len({draft.slug for draft in programs}) == len(programs) >= 12
    for draft in programs:
        assert draft.errors() == {}, draft.slug
        assert set(draft.targeting.slugs) <= slugs, draft.slug
    assert [draft.slug for draft in programs if draft.kind == "content"] == list(PAGES)
    assert [draft.slug for draft in programs if draft.kind == "course"] == list(COURSES)


@pytest.mark.parametrize("key", PROFILES)
def test_texts__any_industry__speak_of_its_vendor(key: str) -> None:
    profile = PROFILES[key]
    by_slug = {draft.slug: draft for draft in drafts(profile, today=TODAY)}
    assert profile.vendor in by_slug["welcome-kit"].detail.body
    for slug in COURSES:
        lessons = [lesson for lesson in by_slug[slug].detail.lessons if lesson.get("kind") != "quiz"]
        assert 3 <= len(lessons) <= 5
        assert all(len(lesson["body"]) > 200 and "{" not in lesson["body"] for lesson in lessons)


@pytest.mark.parametrize("key", PROFILES)
def test_profiles__any_industry__has_every_reach(key: str) -> None:
    profile = PROFILES[key]
    assert {kind.reach for kind in profile.kinds} == set(Reach)
    assert {line.speciality for line in profile.lines} <= {word.value for word in profile.specialities}
    assert len(plans(profile)) >= 12
