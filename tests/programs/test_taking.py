"""Opening, starting and completing by a partner's people."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from partners.models import Activity
from programs.models import Enrolment, Offer
from programs.settling import settle
from programs.taking import NotOnOffer, Refused, complete_lesson, complete_offer, open_offer, start_offer
from tests.programs.world import colleague, partner, program, segment, set_members, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def one() -> Any:
    """A partner."""
    return partner("P1")


@pytest.fixture
def gold(one: Any) -> Any:
    """The segment it is in."""
    return segment("gold", [one])


def offered(**fields: Any) -> Offer:
    """A programme of that kind, on offer to the one partner there is."""
    made = program("thing", **fields)
    settle()
    return Offer.objects.get(program=made)


def noted() -> list[str]:
    return list(Activity.objects.order_by("id").values_list("kind", flat=True))


def test_open_offer__content_twice__noted_once(one: Any, gold: Any) -> None:
    offer = offered(any=[gold])
    user = colleague(one)
    assert open_offer(offer=offer, user=user).changed
    assert not open_offer(offer=Offer.objects.get(), user=user).changed
    stale = Offer.objects.get()
    stale.opened_at = None
    assert not open_offer(offer=stale, user=user).changed
    activity = Activity.objects.get()
    assert (activity.partner, activity.user, activity.kind, activity.about) == (one, user, "content_opened", "thing")


def test_open_offer__of_another_company__nothing_is_written(gold: Any) -> None:
    offer = offered(any=[gold])
    assert not open_offer(offer=offer, user=colleague(partner("P2"))).changed
    assert not open_offer(offer=offer, user=staff()).changed
    assert Offer.objects.get().opened_at is None


def test_start_offer__course__enrols_the_person(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    user, other = colleague(one), colleague(one, "second@p1.example")
    assert start_offer(offer_id=offer.pk, user=user).changed
    began = Offer.objects.get().started_at
    assert not start_offer(offer_id=offer.pk, user=user).changed
    assert start_offer(offer_id=offer.pk, user=other).changed
    assert Offer.objects.get().started_at == began is not None
    assert Offer.objects.get().opened_at is not None
    assert set(Enrolment.objects.values_list("user_id", "partner_id")) == {(user.pk, one.pk), (other.pk, one.pk)}
    assert noted() == ["course_started", "course_started"]


def test_start_offer__incentive__registers_interest(one: Any, gold: Any) -> None:
    offer = offered(kind="incentive", any=[gold])
    assert start_offer(offer_id=offer.pk, user=colleague(one)).offer.started_at is not None
    assert not Enrolment.objects.exists()


def test_start_offer__content__refused(one: Any, gold: Any) -> None:
    offer = offered(any=[gold])
    with pytest.raises(Refused, match="open it"):
        start_offer(offer_id=offer.pk, user=colleague(one))


def test_start_offer__withdrawn__refused_with_reason(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    set_members(gold, [])
    settle()
    with pytest.raises(NotOnOffer, match="no longer on offer"):
        start_offer(offer_id=offer.pk, user=colleague(one))
    assert not Enrolment.objects.exists()


def test_start_offer__another_company__refused(gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    with pytest.raises(NotOnOffer):
        start_offer(offer_id=offer.pk, user=colleague(partner("P2")))
    assert Offer.objects.get().started_at is None


def test_start_offer__lapsed_and_never_enrolled__refused(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    start_offer(offer_id=offer.pk, user=colleague(one))
    set_members(gold, [])
    settle()
    with pytest.raises(NotOnOffer):
        start_offer(offer_id=offer.pk, user=colleague(one, "late@p1.example"))


def test_complete_lesson__in_order__last_completes_the_course(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    user = colleague(one)
    start_offer(offer_id=offer.pk, user=user)
    with pytest.raises(Refused, match="Finish lesson 1 first"):
        complete_lesson(offer_id=offer.pk, user=user, number=2)
    with pytest.raises(Refused, match="0 of 2"):
        complete_offer(offer_id=offer.pk, user=user)
    assert complete_lesson(offer_id=offer.pk, user=user, number=1).lessons_done == 1
    assert complete_lesson(offer_id=offer.pk, user=user, number=1).lessons_done == 1
    assert complete_lesson(offer_id=offer.pk, user=user, number=2).completed
    assert complete_lesson(offer_id=offer.pk, user=user, number=2).completed
    assert Offer.objects.get().completed_at is not None
    assert Enrolment.objects.get().completed_at is not None
    assert noted() == ["course_started", "course_completed"]
    with pytest.raises(Refused, match="no lesson 3"):
        complete_lesson(offer_id=offer.pk, user=user, number=3)


def test_complete_lesson__not_started__refused(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    with pytest.raises(Refused, match="Start the course"):
        complete_lesson(offer_id=offer.pk, user=colleague(one), number=1)


def test_complete_lesson__left_the_segment_meanwhile__still_completable(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    user = colleague(one)
    start_offer(offer_id=offer.pk, user=user)
    set_members(gold, [])
    assert settle().lapsed == 1
    complete_lesson(offer_id=offer.pk, user=user, number=1)
    assert complete_lesson(offer_id=offer.pk, user=user, number=2).completed
    kept = Offer.objects.get()
    assert kept.completed_at is not None
    assert kept.withdrawn_at is None


def test_complete_offer__course_was_shortened__can_be_finished(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    user = colleague(one)
    start_offer(offer_id=offer.pk, user=user)
    complete_lesson(offer_id=offer.pk, user=user, number=1)
    course = offer.program.course
    course.lessons = course.lessons[:1]
    course.save(update_fields=["lessons"])
    assert complete_offer(offer_id=offer.pk, user=user).completed


def test_complete_offer__incentive__refused(one: Any, gold: Any) -> None:
    offer = offered(kind="incentive", any=[gold])
    with pytest.raises(Refused, match="Only a course"):
        complete_offer(offer_id=offer.pk, user=colleague(one))


def test_take__partner_deleted__refused(one: Any, gold: Any) -> None:
    offer = offered(kind="course", any=[gold])
    one.deleted_at = timezone.now()
    one.save(update_fields=["deleted_at"])
    with pytest.raises(NotOnOffer):
        start_offer(offer_id=offer.pk, user=colleague(one))
