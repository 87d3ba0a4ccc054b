"""Who is in or out by hand: decided, looked up, taken back; many at once from a list of records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from segments.models import Override, Segment
from segments.overriding import set_override
from tests.segments.console.conftest import compute

PAGE = "/console/segments/gold/by-hand/"
GATHER = "/console/lists/partner/gather/"


@pytest.fixture
def _urls(settings: Any) -> None:
    """The whole product: the lists of records are another app's."""


def decided(**changes: Any) -> dict[str, Any]:
    return {"who": "Birch", "kind": "include", "reason": "Pilot customer", "until": "", **changes}


def names(channel: Any) -> set[str]:
    compute()
    rows = Segment.objects.get(slug="gold").memberships.filter(left_at=None).values_list("subject_id", flat=True)
    return {key for key, partner in channel.partners.items() if partner.pk in set(rows)}


def test_decide__by_name__lets_in_with_author_reason_and_end(channel: Any, as_: Any) -> None:
    client = as_("channel_manager")
    until = (timezone.localdate() + timedelta(days=3)).isoformat()
    assert client.post(PAGE, decided(until=until)).status_code == 302
    made = Override.objects.get()
    assert (made.subject_id, made.kind, made.reason) == (channel.partners["P2"].pk, "include", "Pilot customer")
    assert made.author == str(channel.people["channel_manager"])
    assert timezone.localtime(made.expires_at).date() == timezone.localdate() + timedelta(days=4)
    assert names(channel) == {"P1", "P2", "P3"}
    page = client.get(PAGE).content.decode()
    for words in ("Birch", "Let in", "Pilot customer", "Ends soon"):
        assert words in page


def test_decide__kept_out_then_removed__rule_decides_again(channel: Any, as_: Any) -> None:
    client = as_("channel_manager")
    client.post(PAGE, decided(who="P1", kind="exclude"))
    assert names(channel) == {"P3"}
    assert client.post(f"{PAGE}P1/remove/").status_code == 302
    assert names(channel) == {"P1", "P3"}


def test_decide__several_so_called__asks_which(channel: Any, as_: Any) -> None:
    channel.partners["P4"].name = "Birch and sons"
    channel.partners["P4"].save(update_fields=["name"])
    client = as_("channel_manager")
    answer = client.post(PAGE, decided())
    assert answer.status_code == 400
    assert "Several are called that" in answer.content.decode()
    assert client.post(PAGE, decided(chosen="P4")).status_code == 302
    assert Override.objects.get().subject_id == channel.partners["P4"].pk


def test_decide__past_day_or_nobody__says_so_and_keeps_what_was_typed(channel: Any, as_: Any) -> None:
    client = as_("channel_manager")
    past = client.post(PAGE, decided(until="2020-01-01"))
    assert "past already" in past.content.decode()
    assert "Pilot customer" in past.content.decode()
    assert "Nobody is called that" in client.post(PAGE, decided(who="Zzz")).content.decode()
    assert not Override.objects.exists()


def test_decide__once_more__says_what_it_takes_the_place_of(channel: Any, as_: Any) -> None:
    set_override(
        segment=channel.gold, subject_id=channel.partners["P2"].pk, kind="exclude", author="Ada", reason="Owes us"
    )
    answer = as_("channel_manager").post(PAGE, decided(), follow=True)
    assert "takes the place of what Ada decided: Owes us" in answer.content.decode()


def test_page__ended_and_other_regions__shown_apart(channel: Any, as_: Any) -> None:
    for key in ("P1", "P2"):
        set_override(
            segment=channel.gold, subject_id=channel.partners[key].pk, kind="include", author="Ada", reason=key * 3
        )
    Override.objects.filter(subject_id=channel.partners["P1"].pk).update(expires_at=timezone.now() - timedelta(days=1))
    client = as_("channel_manager")
    over = client.get(PAGE, {"shown": "over"}).content.decode()
    assert "P1P1P1" in over
    assert "P2P2P2" not in over
    regional = as_("regional").get(PAGE).content.decode()
    assert "P1P1P1" in regional
    assert "P2P2P2" not in regional
    assert as_("analyst").get(PAGE).status_code == 200
    assert as_("analyst").post(PAGE, decided()).status_code == 403


def test_gather__ticked_rows__onto_a_new_list_and_taken_back(channel: Any, as_: Any) -> None:
    client = as_("channel_manager")
    ids = [channel.partners[key].pk for key in ("P1", "P2")]
    asked = client.post(GATHER, {"id": ids})
    assert "Put 2 partners on a list" in asked.content.decode()
    answer = client.post(GATHER, {"id": ids, "put": "1", "name": "Advisory board"}, follow=True)
    assert "2 put on Advisory board." in answer.content.decode()
    board = Segment.objects.get(name="Advisory board")
    assert (board.kind, board.status) == ("list", "active")
    compute()
    board.refresh_from_db()
    assert board.member_count == 2
    step = answer.context["steps"][0]
    undone = client.post(
        f"/console/segments/{board.slug}/by-hand/undo/", {"at": step["created_at"].isoformat()}, follow=True
    )
    assert "2 taken back" in undone.content.decode()
    compute()
    board.refresh_from_db()
    assert board.member_count == 0


def test_gather__all_that_the_list_shows__leaves_what_was_decided_before(channel: Any, as_: Any) -> None:
    client = as_("channel_manager")
    client.post(GATHER, {"id": channel.partners["P1"].pk, "put": "1", "name": "Board"})
    board = Segment.objects.get(name="Board")
    set_override(segment=board, subject_id=channel.partners["P4"].pk, kind="exclude", author="Ada", reason="No")
    sent = {"everything": "1", "query": "f.region=EMEA", "put": "1", "list": "board", "reason": "Spring event"}
    answer = client.post(GATHER, sent, follow=True)
    assert "1 were on it already. 1 are kept out by hand and stay out." in answer.content.decode()
    client.post(GATHER, {**sent, "query": ""})
    compute()
    board.refresh_from_db()
    assert board.member_count == 4
    assert set(board.overrides.filter(kind="include").values_list("reason", flat=True)) == {
        "Put on the list from the console",
        "Spring event",
    }


def test_gather__regional_manager__only_those_of_the_region(channel: Any, as_: Any) -> None:
    answer = as_("regional").post(GATHER, {"everything": "1", "query": "", "put": "1", "name": "Mine"}, follow=True)
    assert "2 put on Mine" in answer.content.decode()


def test_gather__neither_or_both__asks(channel: Any, as_: Any) -> None:
    client = as_("channel_manager")
    for more in ({}, {"list": "nothing"}):
        answer = client.post(GATHER, {"id": channel.partners["P1"].pk, "put": "1", **more})
        assert answer.status_code == 400
    assert client.post("/console/lists/deal/gather/").status_code == 404
