"""A load that is cut off, or that would mix two vendors."""

from typing import Any

import pytest

from prm.demo import loading, programs, records
from prm.demo import segments as plans
from prm.demo.industries import DEFAULT, PROFILES
from prm.demo.loading import load
from prm.demo.marks import OtherVendor, Wish
from programs.models import Enrolment
from segments.models import Segment

IT = PROFILES[DEFAULT]


def silent(line: str) -> None:
    """Nobody listens."""


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["load_records", "load_activity", "segments", "programs", "take_up"])
def test_load__cut_off_in_any_step__is_completed_by_the_next(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = Wish(IT, partners=60, customers=200, deals=600)
    place, name = {
        "load_records": (records, "_load_deals"),
        "load_activity": (records, "load_activity"),
        "segments": (loading.segments, "make"),
        "programs": (loading.programs, "make"),
        "take_up": (loading.taking, "take_up"),
    }[step]

    def cut_off(*args: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(place, name, cut_off)
        load(wish, say=silent)
    done = load(wish, say=silent)
    whole = {"partners": 60, "customers": 200, "deals": 600}
    assert {name: done.counts[name] for name in whole} == whole
    assert done.counts["segments"] == len(plans.plans(IT))
    assert done.counts["programs"] == len(programs.drafts(IT, today=done.today))
    assert done.counts["offers"] > 60
    assert Enrolment.objects.exists()
    assert load(wish, say=silent).changed == 0


@pytest.mark.django_db
def test_load__another_industry_is_there__refuses_to_mix_them() -> None:
    small = {"partners": 40, "customers": 60, "deals": 200}
    load(Wish(IT, **small), say=silent)
    with pytest.raises(OtherVendor, match="Northwind Systems"):
        load(Wish(PROFILES["retail"], **small), say=silent)
    assert not Segment.objects.filter(slug="e-commerce-specialists").exists()


@pytest.mark.django_db
def test_load__more_is_asked_for__adds_the_rest() -> None:
    load(Wish(IT, partners=40, customers=60, deals=200), say=silent)
    more = load(Wish(IT, partners=80, customers=120, deals=400), say=silent)
    assert {name: more.counts[name] for name in ("partners", "customers", "deals")} == {
        "partners": 80,
        "customers": 120,
        "deals": 400,
    }
    assert more.counts["segments"] == len(plans.plans(IT))


@pytest.mark.django_db
@pytest.mark.parametrize("industry", sorted(set(PROFILES) - {DEFAULT}))
def test_load__other_industry__every_segment_has_members(industry: str) -> None:
    wish = Wish(PROFILES[industry], partners=300, customers=400, deals=3_000)
    load(wish, say=silent)
    for plan in plans.plans(wish.profile):
        members = Segment.objects.get(slug=plan.slug).member_count
        assert 0 < members < (300 if plan.subject == "partner" else 400), (plan.slug, members)
