"""The suggestion: spend follows what could be won, in steps, and the total stays. Coverage against counting by hand."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from insights.allocating import STEP, Share, suggest
from insights.covering import coverage_of
from insights.gathering import Everybody
from partners import snapshot
from partners.models import Customer
from partners.vocabulary import Subject
from tests.programs import world


def test_suggest__spend_far_from_what_could_be_won__moves_a_step_towards_it() -> None:
    found = suggest([Share("Rich", 900.0, 1, 500.0, 600.0), Share("Open", 100.0, 1, 100.0, 1000.0)])
    rich, opened = found
    assert opened.change == pytest.approx(STEP * 100)
    assert rich.change == pytest.approx(-STEP * 100)
    assert opened.open_share == pytest.approx(0.9)
    assert "more spend has somewhere to go" in opened.said
    assert "10 % of the spend and 50 % of the people" in opened.said


def test_suggest__random_shares__total_unchanged_and_no_step_too_long() -> None:
    dice = random.Random(4)
    for _ in range(200):
        shares = [
            Share(
                str(n),
                dice.choice([0.0, dice.uniform(0, 900)]),
                dice.random(),
                dice.uniform(0, 500),
                dice.uniform(0, 900),
            )
            for n in range(dice.randrange(1, 9))
        ]
        found = suggest(shares)
        assert sum(each.change for each in found) == pytest.approx(0, abs=1e-6)
        total = sum(share.spend for share in shares)
        left = sum(share.open for share in shares)
        for each in found:
            room = STEP * (each.share.spend or total / len(shares))
            assert abs(each.change) <= room + 1e-9
            if each.change and left:
                goal = total * each.share.open / left
                assert (each.change > 0) == (goal > each.share.spend)


def test_suggest__nothing_spent_or_nothing_to_win__leaves_all_as_it_is() -> None:
    assert [each.change for each in suggest([Share("A", 0, 0, 5, 9), Share("B", 0, 0, 5, 50)])] == [0, 0]
    assert [each.change for each in suggest([Share("A", 7, 0, 9, 9), Share("B", 1, 0, 9, 5)])] == [0, 0]
    assert suggest([]) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kept", [(), ("customer",), ("customer", "partner")])
def test_coverage__random_links__counted_as_by_hand_and_within_scope(
    kept: tuple[str, ...], settings: Any, tmp_path: Path
) -> None:
    settings.SNAPSHOT_ABOVE, settings.SNAPSHOT_DIR = 1, str(tmp_path)
    dice = random.Random(9)
    partners = [world.partner(f"P-{n}", region=dice.choice(["EMEA", "NA"])) for n in range(15)]
    buyers = [
        Customer.objects.create(external_id=f"C-{n}", name="x", region=dice.choice(["EMEA", "NA"])) for n in range(30)
    ]
    for buyer in buyers:
        buyer.partners.set(dice.sample(partners, dice.randrange(3)))
    rows = [world.segment(f"p-{n}", dice.sample(partners[1:], 6)) for n in range(3)]
    columns = []
    for number in range(3):
        columns.append(world.segment(f"c-{number}", subject="customer"))
        world.set_members(columns[-1], dice.sample(buyers[1:], 12))  # type: ignore[arg-type]
    partners[0].deleted_at = buyers[0].deleted_at = timezone.now()
    partners[0].save(update_fields=["deleted_at"])
    buyers[0].save(update_fields=["deleted_at"])
    for subject in kept:
        snapshot.write(Subject(subject))
    viewers: list[Any] = [Everybody(), world.staff(email="e@vendor.example", regions=["EMEA"])]
    for viewer in viewers:
        seen_partners = {
            p.pk for p in partners if not p.deleted_at and (not viewer.regions or p.region in viewer.regions)
        }
        seen_buyers = {c.pk for c in buyers if not c.deleted_at and (not viewer.regions or c.region in viewer.regions)}
        links = [
            (p, c.pk) for c in buyers for p in c.partners.values_list("pk", flat=True)
            if p in seen_partners and c.pk in seen_buyers
        ]  # fmt: skip
        found = coverage_of(rows, columns, viewer)
        for at, row in enumerate(rows):
            members = set(row.memberships.values_list("subject_id", flat=True))
            for place, column in enumerate(columns):
                customers = set(column.memberships.values_list("subject_id", flat=True))
                both = [(p, c) for p, c in links if p in members and c in customers]
                assert found.served[at, place] == len({c for _, c in both})
                assert found.partners[at, place] == len({p for p, _ in both})
                assert found.customers[place] == len(customers & seen_buyers)
                assert found.reached[place] == len({c for _, c in links if c in customers})
            assert found.members[at] == len(members & seen_partners)
    assert np.any(found.served)
