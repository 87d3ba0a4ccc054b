"""Rules that speak of what programmes keep: enrolments and claims."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from programs.models import Claim, Course, Enrolment, Incentive, Program
from tests.segments.factories import group, leaf, members, partner, published, recomputed, staff

pytestmark = pytest.mark.django_db


def of(aggregate: str, name: str, **rest: Any) -> dict[str, Any]:
    return {"aggregate": aggregate, "of": name, **rest}


def test_rule_08__enrolments__completed_in_a_window() -> None:
    course = Course.objects.create(program=Program.objects.create(slug="basics", name="Basics", kind="course"))
    ann, bob = partner("ann"), partner("bob")
    then = timezone.now() - timedelta(days=200)
    Enrolment.objects.create(course=course, partner=ann, user=staff("a@example.com"), started_at=then,
                             completed_at=timezone.now() - timedelta(days=3))  # fmt: skip
    Enrolment.objects.create(course=course, partner=bob, user=staff("b@example.com"), started_at=then)
    done = group("and", leaf("completed", "=", True), leaf("course", "=", "basics"))
    published("trained", leaf(of("count", "enrolments", where=done, window={"last": 30, "unit": "days"}), ">=", 1))
    published("halfway", leaf(of("share", "enrolments", where=done), "<", 1))
    recomputed()
    assert members("trained") == ["ann"]
    assert members("halfway") == ["bob"]


def test_rule_08__claims__amounts_that_were_paid() -> None:
    program = Program.objects.create(slug="rebate", name="Rebate", kind="incentive")
    incentive = Incentive.objects.create(program=program, type="rebate", amount=Decimal(1))
    ann, bob = partner("ann"), partner("bob")
    for who, status, amount in ((ann, "paid", "100.10"), (ann, "paid", "0.20"), (bob, "rejected", "900")):
        Claim.objects.create(incentive=incentive, partner=who, status=status, amount=Decimal(amount), currency="EUR")
    paid = group("and", leaf("status", "=", "paid"))
    published("paid", leaf(of("sum", "claims.amount", where=paid), "=", "100.30"))
    recomputed()
    assert members("paid") == ["ann"]
