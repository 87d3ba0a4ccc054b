"""A run in shares gives the very members of a run in one piece, whoever works them out and whoever dies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from kombu.exceptions import OperationalError
from pyroaring import BitMap64

from partners.models import Customer, Deal, Partner
from segments import membership, sharding
from segments.models import Membership, Recompute, SetEntry, Shard
from segments.packing import pack, unpack
from segments.sets import create_set
from segments.verifying import verify
from tests.segments.factories import customer, group, leaf, members, partner, published, recomputed

REGIONS = ("EMEA", "NA", "APAC", "")


@pytest.fixture
def many(transactional_db: None, settings: Any, broker: Any) -> None:
    settings.SHARD_ABOVE = -1
    settings.SHARDS = 5
    for number in range(40):
        partner(f"p{number:02}", region=REGIONS[number % 4])
        customer(f"c{number:02}", region=REGIONS[number % 3])


def test_sharded__same_members_as_in_one_piece(many: None, settings: Any) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    published("rest", leaf("segment", "notIn", ["emea"]))
    published("customers", leaf("region", "in", ["EMEA", "NA"]), subject="customer")
    recomputed()
    here = set(Membership.objects.current().values_list("segment__slug", "subject_id"))
    assert len(members("emea")) == 10
    assert Shard.objects.count() == 0
    settings.SHARD_ABOVE = 10**9
    again = recomputed()
    assert (again.entered, again.left) == (0, 0)
    assert set(Membership.objects.current().values_list("segment__slug", "subject_id")) == here
    assert verify().drift == []


def test_sharded__a_helper_worked_some_out__taken_from_there(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    helped: list[int] = []
    worked: list[int] = []

    def send(name: str, args: list[Any], **rest: Any) -> None:
        if not helped:
            helped.append(sharding.help_out(*args))

    real = sharding._work

    def work(run: Recompute, shard: Shard, *args: Any, **rest: Any) -> Any:
        worked.append(shard.number)
        return real(run, shard, *args, **rest)

    monkeypatch.setattr(sharding.current_app, "send_task", send)
    monkeypatch.setattr(sharding, "_work", work)
    recomputed()
    assert helped == [5]
    assert sorted(worked) == [0, 1, 2, 3, 4]
    assert len(members("emea")) == 10


def test_sharded__broker_away__the_run_goes_on_without_helpers(many: None, monkeypatch: pytest.MonkeyPatch) -> None:
    published("emea", leaf("region", "=", "EMEA"))

    def away(*args: Any, **rest: Any) -> None:
        raise OperationalError("Connection refused.")

    monkeypatch.setattr(sharding.current_app, "send_task", away)
    recomputed()
    assert len(members("emea")) == 10
    assert not Recompute.objects.exclude(status="succeeded").exists()


def test_sharded__connection_lost_in_the_middle__the_run_waits_to_be_taken_over(
    many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    real = sharding._work

    def work(*args: Any, **rest: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return real(*args, **rest)

    monkeypatch.setattr(sharding, "_work", work)
    with pytest.raises(DatabaseError):
        recomputed()
    connection.close()  # as between two tasks
    run = Recompute.objects.latest("pk")
    assert (run.status, run.error) == ("running", "")
    monkeypatch.setattr(sharding, "_work", real)
    Recompute.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    membership.recompute(run=run)
    assert len(members("emea")) == 10
    assert verify().drift == []


def test_help_out__run_is_over__nothing_to_do(many: None) -> None:
    published("emea", leaf("region", "=", "EMEA"))
    done = recomputed()
    assert sharding.help_out(done.run_id, 1, "no-such-snapshot") == 0


def test_pack__unpacked__is_the_same() -> None:
    members = {"a": BitMap64([1, 2, 2**40]), "ü": BitMap64()}
    assert unpack(pack(members, {"x": None})) == (members, {"x": None})


def test_sharded__aggregates_percentiles_and_sets__same_members_as_in_one_piece(many: None, settings: Any) -> None:
    for number, record in enumerate(Partner.objects.order_by("pk")):
        for deal in range(number % 4):
            Deal.objects.create(
                external_id=f"d{number}-{deal}", partner=record, stage="won", amount=100 * number + deal
            )
    served = Customer.objects.order_by("pk")
    for number, record in enumerate(Partner.objects.order_by("pk")):
        record.customers.set([served[number], served[(number * 7) % 40]])
    published("emea-customers", leaf("region", "=", "EMEA"), subject="customer")
    inside = group("and", leaf("segment", "in", ["emea-customers"]))
    published("selling", leaf({"aggregate": "sum", "of": "deals.amount"}, ">", 1000))
    published("busy", leaf({"aggregate": "count", "of": "deals"}, ">=", 2))
    published("top", leaf({"aggregate": "sum", "of": "deals.amount"}, "topPercent", 10, within="region"))
    published("european", leaf({"aggregate": "share", "of": "customers", "where": inside}, ">=", "0.5"))
    create_set(slug="f", name="F", subject="partner", mode="exclusive", segments=["busy", "selling"], author="A")
    recomputed()
    sizes = {slug: len(members(slug)) for slug in ("selling", "busy", "top", "european", "emea-customers")}
    lost = SetEntry.objects.get(segment__slug="selling").lost_count
    assert all(sizes.values())
    assert lost > 0
    settings.SHARD_ABOVE = 10**9
    again = recomputed()
    assert (again.entered, again.left) == (0, 0)
    assert SetEntry.objects.get(segment__slug="selling").lost_count == lost
    assert verify().drift == []
