"""The lines of the rule language that are about what is stored: runs and edits, previews, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from partners.models import Deal, Partner, TeamMember
from people import roles
from people.models import User
from people.roles import Viewer
from segments import drafting, members, overlaps, publishing, sharding
from segments.history import between
from segments.members import member_counts
from segments.models import Change, Membership, Recompute, Segment
from segments.movements import recent_changes
from segments.overriding import set_override
from segments.previewing import difference, moves, preview
from segments.sets import create_set
from segments.trend import trend
from segments.verifying import verify
from tests import callers
from tests.segments.factories import (
    EVERYONE,
    customer,
    draft,
    group,
    leaf,
    partner,
    published,
    recomputed,
    republish,
    staff,
)
from tests.segments.factories import members as stored

pytestmark = pytest.mark.django_db

EMEA, NA = leaf("region", "=", "EMEA"), leaf("region", "=", "NA")


@pytest.fixture
def people() -> list[Partner]:
    made = [
        partner("ann", region="EMEA", tier="gold", employees=10, joined_on=date(2026, 1, 5)),
        partner("bob", region="EMEA", employees=5),
        partner("cid", region="NA", tier="gold", joined_on=timezone.localdate() - timedelta(days=3)),
        partner("dot"),
    ]
    for number, (record, stage) in enumerate(zip(made, ("won", "lost", "won", "open"), strict=True)):
        Deal.objects.create(
            external_id=f"d{number}", partner=record, stage=stage, amount=100 * number, closed_on=date(2026, 2, 1)
        )
    for number, record in enumerate(made):
        customer(f"c{number}", region="EMEA" if number % 2 else "NA").partners.add(record)
    return made


def while_it_runs(patch: pytest.MonkeyPatch, what: Callable[[], Any]) -> None:
    """Once, between reading and publishing of the next run."""
    real = sharding.answer
    left = [what]

    def answer(*args: Any) -> Any:
        found = real(*args)
        if left:
            left.pop()()
        return found

    patch.setattr(sharding, "answer", answer)


# --- 13 ---------------------------------------------------------------------------------------------------------------


def test_rule_13__edited_and_not_published_while_a_run_is_on__the_run_is_of_the_published_rule(
    people: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = published("s", EMEA)
    while_it_runs(monkeypatch, lambda: drafting.change_rule(segment=segment, rule=NA, author="A. Author"))
    recomputed()
    assert stored("s") == ["ann", "bob"]
    assert set(Membership.objects.values_list("version", flat=True)) == {1}
    recomputed()
    assert stored("s") == ["ann", "bob"], "an edit is no publication"


def test_rule_13__two_that_belong_together_published_while_a_run_is_on__neither_mixes(
    people: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, rest = published("base", EMEA), published("rest", leaf("segment", "notIn", ["base"]))
    published("gold", leaf("tier", "=", "gold"))
    recomputed()

    def edit() -> None:
        republish(base, NA)
        republish(rest, group("and", leaf("segment", "notIn", ["base"]), leaf("region", "notNull")))

    Partner.objects.filter(external_id="bob").update(tier="gold")
    while_it_runs(monkeypatch, edit)
    done = recomputed()
    details = Recompute.objects.get(pk=done.run_id).details
    assert "newer version" in details["base"]["skipped"]
    assert "newer version" in details["rest"]["skipped"]
    assert (stored("base"), stored("rest")) == (["ann", "bob"], ["cid", "dot"]), "the members of version 1 stay"
    assert stored("gold") == ["ann", "bob", "cid"], "what was not edited is written"
    recomputed()
    assert (stored("base"), stored("rest")) == (["cid"], ["ann", "bob"])
    assert verify().drift == []


def test_rule_13__only_the_time_zone_published_while_a_run_is_on__the_run_does_not_write(
    people: list[Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = published("s", EMEA)

    def edit() -> None:
        drafting.change_rule(segment=segment, rule=EMEA, zone="Asia/Tokyo", author="A. Author")
        publishing.publish(segment=segment, author="A. Author", queue=False)

    while_it_runs(monkeypatch, edit)
    recomputed()
    assert stored("s") == []
    recomputed()
    assert stored("s") == ["ann", "bob"]
    assert set(Membership.objects.values_list("version", flat=True)) == {2}


# --- 14 ---------------------------------------------------------------------------------------------------------------

WON = {"aggregate": "sum", "of": "deals.amount", "where": leaf("stage", "=", "won")}
KINDS: dict[str, Any] = {
    "not": {"combinator": "and", "not": True, "rules": [EMEA]},
    "missing": leaf("employees", "<", 10, missing="match"),
    "aggregate": leaf(WON, ">=", 100),
    "share": leaf({"aggregate": "share", "of": "customers", "where": EMEA}, ">=", "0.5"),
    "percentile": leaf("employees", "topPercent", 50),
    "within": leaf({"aggregate": "count", "of": "deals"}, "topPercent", 50, within="region"),
    "window": leaf("joined_on", "inLast", {"last": 7, "unit": "days"}),
    "anniversary": leaf("joined_on", "anniversaryInNext", {"next": 1, "unit": "years"}),
    "reference": leaf("segment", "notIn", ["emea"]),
    "of customers": leaf(
        {"aggregate": "count", "of": "customers", "where": leaf("segment", "in", ["c-emea"])}, ">=", 1
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_rule_14__preview_of_every_kind__what_publishing_stores(kind: str, people: list[Partner]) -> None:
    published("emea", EMEA)
    published("c-emea", EMEA, "customer")
    recomputed()
    seen = preview(subject="partner", rule=KINDS[kind], viewer=staff(), sample_size=100)
    assert seen.errors == ()
    published("s", KINDS[kind])
    recomputed()
    assert [row["external_id"] for row in seen.sample] == stored("s")
    assert seen.count == Segment.objects.get(slug="s").member_count
    assert 0 < seen.count < len(people), "the case says something"


def test_rule_14__difference_with_overrides_and_a_set__what_publishing_moves(people: list[Partner]) -> None:
    segment = published("s", EMEA)
    published("gold", leaf("tier", "=", "gold"))
    create_set(slug="f", name="F", subject="partner", mode="exclusive", segments=["gold", "s"], author="A. Author")
    ann, _, _, dot = people
    set_override(segment=segment, subject_id=dot.pk, kind="include", author="A", reason="R")
    recomputed()
    assert stored("s") == ["bob", "dot"]
    drafting.change_rule(segment=segment, rule=leaf("name", "notNull"), author="A. Author")
    set_override(segment=segment, subject_id=people[1].pk, kind="exclude", author="A", reason="R")
    segment = Segment.objects.select_related("draft").get(slug="s")
    shown, all_of_it = difference(segment, staff()), moves(segment)
    assert ([row["external_id"] for row in shown.leave.sample], shown.enter.count) == (["bob"], 0)
    before = timezone.now()
    publishing.publish(segment=segment, author="A. Author", queue=False)
    done = recomputed()
    moved = between(segment, before, timezone.now())
    assert (set(moved.entered), set(moved.left)) == (set(all_of_it.enter), set(all_of_it.leave))
    assert (done.entered, done.left) == (0, 1)
    assert stored("s") == ["dot"]
    assert ann.pk not in moved.entered, "she is in a segment before it"


# --- 15 ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def regional() -> Viewer:
    return staff("emea@example.com", ("EMEA",))


def test_rule_15__counts_trend_overlap_and_moves__of_those_in_the_viewers_regions(
    people: list[Partner], regional: Viewer
) -> None:
    segment, gold = published("all"), published("gold", leaf("tier", "=", "gold"))
    recomputed()
    segment.refresh_from_db()
    gold.refresh_from_db()
    everybody = staff()
    assert member_counts([segment, gold], everybody) == {segment.pk: 4, gold.pk: 2}
    assert member_counts([segment, gold], regional) == {segment.pk: 2, gold.pk: 1}
    assert trend(segment, regional, days=30)[-1].members == 2
    assert {pk: len(seen) for pk, seen in overlaps.seen_members([segment, gold], regional).items()} == {
        segment.pk: 2,
        gold.pk: 1,
    }
    assert {move.external_id for move in recent_changes(viewer=regional, limit=50)} == {"ann", "bob"}
    assert Change.objects.visible_to(regional).count() == 3


def test_rule_15__preview_and_difference__count_and_show_those_in_scope(
    people: list[Partner], regional: Viewer
) -> None:
    segment = published("s", EMEA)
    recomputed()
    seen = preview(subject="partner", rule=EVERYONE, viewer=regional)
    assert (seen.count, seen.total) == (2, 2)
    assert {row["external_id"] for row in seen.sample} == {"ann", "bob"}
    moved = difference(segment, regional, rule=leaf("region", "null"))
    assert (moved.enter.count, moved.leave.count, moved.total) == (0, 2, 0), "dot is in no region of theirs"


def test_rule_15__partners_people__meet_no_segment_and_no_change(people: list[Partner]) -> None:
    published("s", EMEA)
    recomputed()
    theirs = callers.person(roles.PARTNER_ADMIN, email="boss@ann.example")
    TeamMember.objects.create(user=User.objects.get(email="boss@ann.example"), partner=people[0])
    for address in ("segments/", "segments/s/members/", "changes/", "segments/s/members/bob/"):
        assert theirs.get(address).status_code in (403, 404), address


def test_rule_15__a_percentile__is_of_everybody_and_shown_to_those_who_may_see(
    people: list[Partner], regional: Viewer
) -> None:
    rule = leaf({"aggregate": "sum", "of": "deals.amount"}, "topPercent", 50)
    segment = published("top", rule)
    recomputed()
    assert stored("top") == ["cid", "dot"]
    assert preview(subject="partner", rule=rule, viewer=regional).count == 0, "what one may see changes no answer"
    assert members.count(segment, regional) == 0
    assert draft("other").pk
