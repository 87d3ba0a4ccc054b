"""The first page: claims, disputes, tasks, approvals, what runs out, decisions that end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from people import roles
from prm.needs import needs_of
from programs.models import Claim, ContentVersion, Dispute, FundRequest, ManagerTask
from segments.models import Override
from tests.programs import world


@pytest.fixture
def waiting(people, records):
    """One of each that waits."""
    today = timezone.localdate()
    gold = world.segment("gold", [records["home"]])
    bonus = world.program("bonus", kind="incentive", any=[gold])
    Claim.objects.create(incentive=bonus.incentive, partner=records["home"], amount="10.00", currency="EUR")
    fund = world.program(
        "fund", kind="incentive", detail={"type": "mdf", "rate": None, "amount": "9.00", "asks_first": True}
    )
    FundRequest.objects.create(
        incentive=fund.incentive, partner=records["home"], title="Fair", plan="A stand", amount="9.00", currency="EUR",
        starts_on=today, ends_on=today,
    )  # fmt: skip
    Dispute.objects.create(partner=records["home"], field="tier", label="Tier", claimed="Gold")
    ManagerTask.objects.create(partner=records["home"], text="Call", assignee=people[roles.CHANNEL_MANAGER])
    guide = world.program("guide", any=[gold], detail={"body": "Hello"})
    guide.content.needs_approval = True
    guide.content.shown_version = 1
    guide.content.save()
    ContentVersion.objects.filter(content=guide.content).delete()
    ContentVersion.objects.create(content=guide.content, number=2, body="New")
    flyer = world.program("flyer", any=[gold], detail={"body": "Hello"})
    flyer.content.expires_on = today + timedelta(days=3)
    flyer.content.save()
    world.program("lasting", any=[gold], detail={"body": "Hello"}, ends_on=today + timedelta(days=60))
    Override.objects.create(
        segment=gold,
        subject_id=records["home"].pk,
        kind="include",
        author="Ada",
        reason="Pilot",
        expires_at=timezone.now() + timedelta(days=2),
    )
    return gold


def test_needs__each_that_waits__is_told_with_its_place(waiting, people, sign_in):
    found = {need.title: need for need in needs_of(people[roles.CHANNEL_MANAGER])}
    for title in (
        "1 claim to decide on",
        "1 request for funds to decide on",
        "1 dispute to answer",
        "1 task to do",
        "Guide waits for approval",
        "Flyer is running out",
        "Gold: decisions by hand are ending",
    ):
        assert title in found, list(found)
    assert not any("Lasting" in title for title in found)
    client = sign_in(roles.CHANNEL_MANAGER)
    for need in found.values():
        assert client.get(need.address).status_code == 200, need


def test_needs__analyst_who_cannot_act__is_not_asked(waiting, people):
    titles = [need.title for need in needs_of(people[roles.ANALYST])]
    assert not any(word in title for title in titles for word in ("claim", "dispute", "task", "running out"))
