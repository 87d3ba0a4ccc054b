"""A preview from kept columns and those that changed since is the preview of a full load, whatever happened in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from partners import snapshot
from partners.models import Attribute, Customer, Partner, TeamMember
from partners.snapshot import bases
from partners.vocabulary import Subject
from people import roles
from people.models import User
from segments import counting
from segments.models import Override
from segments.previewing import Preview, preview
from tests.segments.factories import group, leaf, published, recomputed, staff

pytestmark = pytest.mark.django_db(transaction=True)

RULES = [
    leaf("region", "=", "EMEA"),
    leaf("region", "!=", "EMEA"),
    leaf("region", "null"),
    leaf("employees", "between", [3, 11]),
    leaf("employees", "<", 9, missing="match"),
    leaf("technologies", "containsAny", ["a", "c"]),
    leaf("technologies", "containsNone", ["a"]),
    leaf("technologies", "equalsSet", ["a", "b"]),
    leaf("technologies", "notNull"),
    leaf("technologies", "containsAny", ["b"], missing="match"),
    leaf("name", "contains", "1"),
    leaf("scored", "inLast", {"last": 30, "unit": "days"}),
    group(
        "or",
        group("and", leaf("region", "in", ["NA", ""][:1]), leaf("employees", ">=", 6)),
        leaf("name", "endsWith", "7"),
    ),
    {**group("and", leaf("region", "=", "NA"), leaf("employees", "notNull")), "not": True},
    leaf("employees", "topPercent", 20),
    {"everyone": True},
]


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.SNAPSHOT_ABOVE, settings.SNAPSHOT_DIR = 1, str(tmp_path)
    Attribute.objects.create(subject="customer", name="scored", label="Scored", type="date")
    today = timezone.localdate()
    for number in range(24):
        Customer.objects.create(
            external_id=f"c{number:02}",
            name=f"C {number}",
            region=("EMEA", "NA", "")[number % 3],
            employees=number or None,
            technologies=[[], ["a"], ["a", "b"], ["c", "b"]][number % 4],
            custom={"scored": str(today)} if number % 5 == 0 else {},
        )
    snapshot.write(Subject.CUSTOMER)
    yield
    bases._open.clear()


def answer(viewer: User, rule: Any) -> Preview:
    return preview(subject="customer", rule=rule, viewer=viewer, sample_size=5)


def same_as_loaded(settings: Any, *viewers: User) -> bool:
    """All rules by either way. True when the kept columns served."""
    for viewer in viewers:
        served = [answer(viewer, rule) for rule in RULES]
        settings.SNAPSHOT_ABOVE = 0
        assert [answer(viewer, rule) for rule in RULES] == served
        settings.SNAPSHOT_ABOVE = 1
    return snapshot.sides(Subject.CUSTOMER, ["region"], as_of=timezone.now()) is not None


def test_preview__changed_made_and_deleted__as_a_full_load(kept: None, settings: Any) -> None:
    viewers = (staff(), staff("na@example.com", ("NA",)))
    assert same_as_loaded(settings, *viewers)
    Customer.objects.filter(external_id__in=["c01", "c02", "c06"]).update(
        region="NA", technologies=["z", "c"], employees=9
    )
    assert same_as_loaded(settings, *viewers)
    Customer.objects.filter(external_id__in=["c00", "c06"]).update(deleted_at=timezone.now())
    Customer.objects.create(external_id="a-new", name="New 17", region="NA", employees=7, technologies=["a"])
    assert same_as_loaded(settings, *viewers)
    Customer.objects.filter(external_id="c06").update(deleted_at=None)
    Customer.objects.filter(external_id="c04").update(region="")
    Customer.objects.get(external_id="c23").delete()
    assert same_as_loaded(settings, *viewers)


def test_preview__only_what_changed_last__is_read_again(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from partners.snapshot import serving

    asked: list[list[int]] = []
    real = serving.read_table

    def noted(*given: Any, **rest: Any) -> Any:
        asked.append(list(rest["ids"]))
        return real(*given, **rest)

    viewer, rule = staff(), leaf("region", "=", "LATAM")
    first, second = Customer.objects.order_by("pk")[:2]
    Customer.objects.filter(pk=first.pk).update(region="LATAM")
    assert answer(viewer, rule).count == 1
    monkeypatch.setattr(serving, "read_table", noted)
    assert answer(viewer, rule).count == 1
    assert asked == []
    Customer.objects.filter(pk=second.pk).update(region="LATAM")
    assert answer(viewer, rule).count == 2
    assert asked == [[second.pk]]


def test_preview__partner_s_people__those_their_company_serves_now(kept: None, settings: Any) -> None:
    ann = Partner.objects.create(external_id="ann", name="Ann")
    person = User.objects.create_user(email="ann@example.com", role=roles.PARTNER_ADMIN)
    TeamMember.objects.create(user=person, partner=ann)
    ann.customers.add(*Customer.objects.filter(external_id__in=["c01", "c04"]))
    assert answer(person, {"everyone": True}).total == 2
    ann.customers.add(Customer.objects.get(external_id="c07"))
    assert answer(person, {"everyone": True}).total == 3
    assert same_as_loaded(settings, person)


def test_preview__overrides_of_the_segment__count(kept: None) -> None:
    segment = published("s", leaf("region", "=", "EMEA"), subject="customer")
    recomputed()
    outside = Customer.objects.get(external_id="c01")
    Override.objects.create(segment=segment, subject_id=outside.pk, kind="include", author="A", reason="R")
    seen = preview(subject="customer", rule=leaf("region", "=", "EMEA"), viewer=staff(), segment=segment, sample_size=3)
    assert seen.count == 9
    assert [row["external_id"] for row in seen.sample] == ["c00", "c01", "c03"]


def test_remembered__more_than_fits__the_latest_stay() -> None:
    known = counting.Remembered(16, most=4)
    masks = {name: np.arange(16) % (name + 2) == 0 for name in range(3)}
    for name, mask in masks.items():
        known[name] = mask
    assert known.get(0) is None
    assert known.get(1).tolist() == masks[1].tolist()
    assert known.get(2).tolist() == masks[2].tolist()
