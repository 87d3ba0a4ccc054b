"""Whatever changes, in whatever rules: following it comes to what working everything out anew would come to."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from partners.models import Customer, Deal, Partner
from segments import membership
from segments.following import follow
from segments.models import Override, Recompute, Segment
from segments.sets import create_set
from segments.verifying import verify
from tests.segments.factories import EVERYONE, customer, group, leaf, partner, published, recomputed

pytestmark = pytest.mark.django_db
SEEDS = int(os.environ.get("TEST_SEEDS", "4"))
REGIONS, TIERS, STAGES = ["EMEA", "NA", ""], ["gold", "silver", ""], ["open", "won", "lost"]
WEEK = {"last": 7, "unit": "days"}


def count(of: str, where: Any = None) -> dict[str, Any]:
    return {"aggregate": "count", "of": of, **({"where": where} if where else {})}


class Channel:
    """Partners, customers and deals that change at random, and segments of every kind over them."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311
        self.partners = [partner(f"p{number}") for number in range(10)]
        self.customers = [customer(f"c{number}") for number in range(8)]
        self.deals = [
            Deal.objects.create(external_id=f"d{number}", partner=self.dice.choice(self.partners), stage="open")
            for number in range(12)
        ]
        for _ in range(20):
            self.change()
        self.slugs: dict[str, list[str]] = {"partner": [], "customer": []}
        for number in range(9):
            subject = self.dice.choice(["partner", "partner", "customer"])
            slug = f"s{number}"
            published(slug, self.rule(subject), subject)
            self.slugs[subject].append(slug)
        for subject, slugs in self.slugs.items():
            self.set_of(subject, slugs)
        for slug in self.slugs["partner"][:2]:
            Override.objects.create(
                segment=Segment.objects.get(slug=slug), subject_id=self.dice.choice(self.partners).pk,
                kind=self.dice.choice(["include", "exclude"]), author="A", reason="R",
            )  # fmt: skip

    def rule(self, subject: str) -> dict[str, Any]:
        parts = [self.leaf(subject) for _ in range(self.dice.choice([1, 1, 2]))]
        return {**group(self.dice.choice(["and", "or"]), *parts), "not": self.dice.random() < 0.2}

    def leaf(self, subject: str) -> dict[str, Any]:
        of, other = ("customers", "customer") if subject == "partner" else ("partners", "partner")
        choices = [
            leaf("region", self.dice.choice(["=", "!="]), "EMEA"),
            leaf("employees", self.dice.choice(["<", ">"]), 5),
            leaf("employees", "topPercent", 40),
            leaf("deals_won", ">=", 1),
            leaf(count("deals", leaf("stage", "=", "won")), ">=", self.dice.choice([0, 1, 2])),
            leaf({"aggregate": "share", "of": "deals", "where": leaf("stage", "=", "won")}, ">=", "0.5"),
            leaf({"aggregate": "sum", "of": "deals.amount", "window": WEEK}, ">", 10),
            leaf(count(of, leaf("region", "=", "EMEA")), ">=", 1),
        ]
        if subject == "partner":
            choices += [leaf("tier", "=", "gold"), leaf("joined_on", "inLast", WEEK), leaf("customers_count", ">", 1)]
        if known := getattr(self, "slugs", {}).get(subject):
            choices += [leaf("segment", self.dice.choice(["in", "notIn"]), [self.dice.choice(known)])] * 3
        if known := getattr(self, "slugs", {}).get(other):
            choices += [leaf(count(of, leaf("segment", "in", [self.dice.choice(known)])), ">=", 1)] * 2
        return self.dice.choice(choices)

    def set_of(self, subject: str, slugs: list[str]) -> None:
        """A set of some of them, in the order in which they were made: none refers to a later one."""
        some = sorted(self.dice.sample(slugs, min(3, len(slugs))))
        if some:
            published(f"rest-{subject}", EVERYONE, subject)
            create_set(
                slug=f"set-{subject}", name="S", subject=subject, mode=self.dice.choice(["exclusive", "overlapping"]),
                segments=some, everyone_else=f"rest-{subject}", author="A. Author",
            )  # fmt: skip

    def change(self) -> None:
        """One thing that people, imports or programs do."""
        dice, today = self.dice, timezone.localdate()
        match dice.randrange(8):
            case 0 | 1:
                Partner.objects.filter(pk=dice.choice(self.partners).pk).update(
                    region=dice.choice(REGIONS), tier=dice.choice(TIERS), employees=dice.choice([None, 3, 7, 9])
                )
            case 2:
                day = dice.choice([None, today - timedelta(days=3), today - timedelta(days=30)])
                Partner.objects.filter(pk=dice.choice(self.partners).pk).update(joined_on=day)
            case 3:
                Customer.objects.filter(pk=dice.choice(self.customers).pk).update(
                    region=dice.choice(REGIONS), employees=dice.choice([None, 3, 7])
                )
            case 4:
                link = dice.choice(self.customers).partners
                (link.add if dice.random() < 0.6 else link.remove)(dice.choice(self.partners))
            case 5 | 6:
                Deal.objects.filter(pk=dice.choice(self.deals).pk).update(
                    stage=dice.choice(STAGES), amount=dice.choice([None, 5, 20]), partner=dice.choice(self.partners),
                    customer=dice.choice([None, *self.customers]), closed_on=dice.choice([None, today]),
                )  # fmt: skip
            case 7:
                model, records = dice.choice([(Partner, self.partners), (Customer, self.customers)])
                gone = dice.choice([None, None, timezone.now()])
                model.objects.filter(pk=dice.choice(records).pk).update(deleted_at=gone)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_follow__any_rules_sets_and_changes__as_working_everything_out_anew(seed: int) -> None:
    channel = Channel(seed)
    assert recomputed().failed == {}
    for _ in range(6):
        for _ in range(channel.dice.choice([1, 1, 4])):
            channel.change()
        follow()
        for run in Recompute.objects.filter(status=Recompute.Status.QUEUED).order_by("id"):
            membership.recompute(run=run)
        assert verify().drift == []
    again = recomputed()
    assert (again.entered, again.left, again.failed) == (0, 0, {})
