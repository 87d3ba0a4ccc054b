"""Writing programmes, and every refusal."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from programs.authoring import activate, archive, change_program, create_program, delete_program, draft_of
from programs.drafts import ContentDraft, CourseDraft, IncentiveDraft, ProgramDraft
from programs.effects import Effect, effects_of_members, would_offer
from programs.models import Offer, Program
from programs.settling import settle
from programs.targeting import Targeting
from tests.programs.world import partner, program, segment

pytestmark = pytest.mark.django_db


def draft(**fields: Any) -> ProgramDraft:
    """A guide for gold partners."""
    whole: dict[str, Any] = {
        "slug": "guide",
        "name": "Guide",
        "detail": ContentDraft(body="Read me"),
        "targeting": Targeting(any=("gold",)),
    }
    return ProgramDraft(**whole | fields)


def refusal(call: Any, **arguments: Any) -> dict[str, list[str]]:
    """The errors by field of a call that must be refused."""
    with pytest.raises(ValidationError) as caught:
        call(**arguments)
    return caught.value.message_dict


def test_create_program__valid__is_a_draft_and_offers_nothing() -> None:
    segment("gold", [partner("P1")])
    made = create_program(draft=draft())
    assert (made.status, made.kind, made.content.body) == ("draft", "content", "Read me")
    assert draft_of(made) == draft()
    settle()
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field", "says"),
    [
        ({"slug": "Not a slug"}, "slug", "small letters"),
        ({"name": " "}, "name", "name"),
        ({"targeting": Targeting(any=("nowhere",))}, "any", "no segment “nowhere”"),
        ({"targeting": Targeting(all=("smes",))}, "all", "“smes” is a segment of customers"),
        ({"targeting": Targeting(none=("old",))}, "none", "“old” is archived"),
        ({"targeting": Targeting(any=("gold",), none=("gold",))}, "none", "more than once"),
        ({"starts_on": date(2026, 5, 2), "ends_on": date(2026, 5, 1)}, "ends_on", "before the first"),
        ({"detail": ContentDraft(url="javascript:alert(1)")}, "url", "https://"),
        ({"detail": CourseDraft(lessons=({"title": "", "body": "x"},))}, "lessons", "Lesson 1 needs a title"),
        ({"detail": CourseDraft(minutes=0)}, "minutes", "minutes"),
        ({"detail": IncentiveDraft()}, "rate", "either a rate or an amount"),
        ({"detail": IncentiveDraft(rate=Decimal(5), amount=Decimal(5))}, "rate", "not both"),
        ({"detail": IncentiveDraft(rate=Decimal(101))}, "rate", "at most 100"),
        ({"detail": IncentiveDraft(amount=Decimal("1.005"))}, "amount", "two decimal places"),
        ({"detail": IncentiveDraft(rate=Decimal(5), currency="euro")}, "currency", "three-letter"),
        ({"detail": IncentiveDraft(rate=Decimal(5), type="bribe")}, "type", "rebate"),
    ],
)
def test_create_program__invalid__refused_by_field(fields: dict[str, Any], field: str, says: str) -> None:
    segment("gold")
    segment("smes", subject="customer")
    segment("old", status="archived")
    errors = refusal(create_program, draft=draft(**fields))
    assert says in " ".join(errors[field])
    assert not Program.objects.exists()


def test_create_program__slug_taken__refused() -> None:
    segment("gold")
    create_program(draft=draft())
    assert "already" in refusal(create_program, draft=draft())["slug"][0]


@pytest.mark.parametrize("targeting", [Targeting(), Targeting(none=("gold",))])
def test_activate__would_be_for_nobody__refused(targeting: Targeting) -> None:
    segment("gold")
    made = create_program(draft=draft(targeting=targeting))
    assert "at least one segment" in refusal(activate, program=made)["any"][0]
    made.refresh_from_db()
    assert made.status == "draft"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"detail": ContentDraft()}, "body"),
        ({"detail": CourseDraft()}, "lessons"),
        ({"ends_on": date(2020, 1, 1)}, "ends_on"),
    ],
)
def test_activate__nothing_to_show_or_over__refused(fields: dict[str, Any], field: str) -> None:
    segment("gold")
    assert field in refusal(activate, program=create_program(draft=draft(**fields)))


def test_activate__committed__queues_a_settle(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("programs.dispatch.current_app.send_task", lambda *args: sent.append(args))
    segment("gold")
    made = create_program(draft=draft())
    with django_capture_on_commit_callbacks(execute=True):
        activate(program=made)
    assert sent == [("programs.settle", [[made.pk]])]


def test_activate__several_in_one_transaction__one_message_for_those_that_stay(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("programs.dispatch.current_app.send_task", lambda *args: sent.append(args))
    segment("gold")
    made = [create_program(draft=draft(slug=f"p{number}")) for number in range(4)]
    with django_capture_on_commit_callbacks(execute=True):
        with suppress(ZeroDivisionError), transaction.atomic():
            activate(program=made[0])
            raise ZeroDivisionError
        for program in made[1:]:
            activate(program=program)
        with suppress(ZeroDivisionError), transaction.atomic():
            archive(program=made[3])
            raise ZeroDivisionError
    assert sent == [("programs.settle", [[program.pk for program in made[1:]]])]


def test_activate__for_new_members_without_first_day__counts_from_today() -> None:
    segment("gold")
    assert activate(program=create_program(draft=draft(new_members_only=True))).starts_on == timezone.localdate()


def test_change_program__active__targets_and_detail_follow_and_settle() -> None:
    segment("gold", [partner("P1")])
    segment("silver", [partner("P2")])
    made = activate(program=create_program(draft=draft()))
    settle()
    changed = replace(
        draft_of(made),
        name="New name",
        targeting=Targeting(all=("silver",)),
        detail=ContentDraft(url="https://x.example/"),
    )
    change_program(program=made, draft=changed)
    settle()
    assert list(Offer.objects.on().values_list("partner__external_id", "program__name")) == [("P2", "New name")]
    assert draft_of(Program.objects.get()) == changed


def test_change_program__active_and_targets_removed__refused() -> None:
    segment("gold")
    made = activate(program=create_program(draft=draft()))
    assert "any" in refusal(change_program, program=made, draft=draft(targeting=Targeting()))


def test_change_program__other_kind__refused() -> None:
    segment("gold")
    made = create_program(draft=draft())
    assert "kind" in refusal(change_program, program=made, draft=draft(detail=CourseDraft()))


def test_archive__on_offer__is_withdrawn_by_the_next_settle() -> None:
    segment("gold", [partner("P1")])
    made = activate(program=create_program(draft=draft()))
    settle()
    archive(program=made)
    assert settle().withdrawn == 1


def test_delete_program__was_on_offer__refused() -> None:
    segment("gold", [partner("P1")])
    made = activate(program=create_program(draft=draft()))
    settle()
    archive(program=made)
    with pytest.raises(ValidationError, match="Archive it instead"):
        delete_program(program=made)
    never = create_program(draft=draft(slug="never"))
    delete_program(program=never)
    assert not Program.objects.filter(slug="never").exists()


def test_would_offer__before_activation__says_what_settling_then_does() -> None:
    one, two, three = partner("P1"), partner("P2"), partner("P3")
    segment("gold", [one, two])
    segment("silver", [two, three])
    made = activate(program=create_program(draft=draft()))
    settle()
    effect = would_offer(targeting=Targeting(any=("silver",)), program=made)
    assert (effect.enter, effect.leave, effect.stay) == (1, 1, 1)
    assert would_offer(targeting=Targeting(none=("gold",))).enter == 0
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert would_offer(targeting=Targeting(any=("silver",)), starts_on=tomorrow).enter == 0


def test_effects_of_members__segment_about_to_change__programs_named_with_counts() -> None:
    from pyroaring import BitMap64

    one, two = partner("P1"), partner("P2")
    gold, silver = segment("gold", [one]), segment("silver", [one])
    program("guide", any=[gold])
    program("unmoved", any=[silver])
    settle()
    assert effects_of_members(members={"gold": BitMap64([two.pk])}) == [
        Effect(enter=1, leave=1, stay=0, program="guide", name="Guide")
    ]
