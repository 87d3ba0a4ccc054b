"""The guided set-up, step by step, by HTTP; the whole way in a browser is among the journeys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import strip_tags

from insights import checkups
from insights.linting import lint
from insights.mistakes import material
from insights.models import SetCheckup
from people import roles
from people.models import User
from prm import loop
from programs.models import PlaySegment, Program
from segments import membership, sets
from segments.models import Guide, Recompute, Segment, SegmentComment, SegmentProfile
from tests.programs import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(broker: Any) -> User:
    return world.staff()


@pytest.fixture
def client(manager: User) -> Client:
    made = Client()
    made.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


@pytest.fixture
def guide(manager: User) -> Guide:
    return Guide.objects.create(
        name="Partner tiers",
        subject="partner",
        objective="More deals",
        kpi="Deals a quarter",
        target="20 by June",
        measure="won",
        target_value="20",
        facts=["tier", "annual_revenue"],
        created_by=manager,
    )


@pytest.fixture
def channel() -> None:
    for number, tier in enumerate(["gold", "gold", "silver", "silver", "silver", ""]):
        world.partner(f"P-{number}", tier=tier, annual_revenue=100 * number)


def split(client: Client, guide: Guide, fact: str = "tier") -> list[Segment]:
    """Make the groups of a fact; they in their order."""
    assert client.post(f"/console/guide/{guide.pk}/groups/split/", {"fact": fact}).status_code == 302
    guide.refresh_from_db()
    assert guide.set is not None
    return [entry.segment for entry in guide.set.entries.select_related("segment").order_by("position")]


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


STEPS = ("objective", "data", "variables", "groups", "profiles", "strategy", "review", "publish", "date")


@pytest.mark.parametrize("step", STEPS)
def test_step__empty_portal__says_why_and_leads_on(step: str, client: Client, guide: Guide) -> None:
    guide.facts = []
    guide.save(update_fields=["facts"])
    page = text(client, f"/console/guide/{guide.pk}/{step}/")
    assert f"Step {STEPS.index(step) + 1} of 9" in page
    main = page.split("<main", 1)[1]
    assert main.count("button-primary") == 1 or (step == "groups" and "Choose facts first" in main)


def test_home__empty_portal__offers_the_guide_first(client: Client) -> None:
    page = text(client, "/console/")
    assert "Set up your first segments" in page
    assert page.split("<main", 1)[1].count("button-primary") == 1


def test_home__guide_under_way__leads_back_to_it(client: Client, guide: Guide) -> None:
    assert f"/console/guide/{guide.pk}/" in text(client, "/console/")
    guide.finished_at = timezone.now()
    guide.save(update_fields=["finished_at"])
    assert f"/console/guide/{guide.pk}/" not in text(client, "/console/")


def test_resume__as_things_get_done__goes_to_the_first_step_that_is_not(client: Client, guide: Guide) -> None:
    resume = f"/console/guide/{guide.pk}/"
    assert client.get(resume).headers["Location"] == f"{resume}data/"
    world.partner("P-1", tier="gold")
    assert client.get(resume).headers["Location"] == f"{resume}groups/"


def test_other_page__after_a_step__leads_back_until_left(client: Client, guide: Guide) -> None:
    text(client, f"/console/guide/{guide.pk}/groups/")
    assert "Back to Groups" in strip_tags(text(client, "/console/segments/new/"))
    assert client.post("/console/guide/leave/").status_code == 302
    assert "Back to Groups" not in strip_tags(text(client, "/console/segments/new/"))
    assert Guide.objects.filter(pk=guide.pk).exists()


def test_new__objective__begins_and_goes_to_the_data(client: Client, manager: User) -> None:
    sent = {"name": "Tiers", "subject": "customer", "objective": "Sell more", "target_value": ""}
    answer = client.post("/console/guide/new/", sent)
    made = Guide.objects.get()
    assert answer.headers["Location"] == f"/console/guide/{made.pk}/data/"
    assert (made.subject, made.objective, made.created_by) == ("customer", "Sell more", manager)


def test_new__no_objective__is_asked_for(client: Client) -> None:
    answer = client.post("/console/guide/new/", {"name": "Tiers", "subject": "partner", "objective": ""})
    assert answer.status_code == 400
    assert not Guide.objects.exists()


def test_objective__said_anew__segments_that_carried_it_follow_and_others_stay(
    client: Client, guide: Guide, channel: None
) -> None:
    gold, silver, *_ = split(client, guide)
    silver.objective = "Its own"
    silver.save(update_fields=["objective"])
    sent = {"name": "Tiers", "objective": "Better deals", "target": "30 by June", "kpi": guide.kpi, "measure": "won"}
    answer = client.post(f"/console/guide/{guide.pk}/objective/", {**sent, "target_value": "30"})
    assert answer.status_code == 302
    gold.refresh_from_db()
    silver.refresh_from_db()
    assert (gold.objective, silver.objective) == ("Better deals", "Its own")
    assert (gold.profile.target, gold.profile.target_value) == ("30 by June", 30)


def test_data__manager_of_some_regions__is_told_whom_to_ask(client: Client, guide: Guide, manager: User) -> None:
    manager.regions = ["EMEA"]
    manager.save(update_fields=["regions"])
    page = text(client, f"/console/guide/{guide.pk}/data/").split("<main", 1)[1]
    assert "ask a colleague" in page
    assert "/console/imports/new/" not in page


def test_variables__chosen__are_kept_with_how_many_have_them_shown(client: Client, guide: Guide, channel: None) -> None:
    address = f"/console/guide/{guide.pk}/variables/"
    assert "5 of 6" in text(client, address)
    assert client.post(address, {"facts": ["tier", "region"]}).status_code == 302
    assert client.post(address, {"facts": ["nothing"]}).status_code == 400
    assert client.post(address, {}).status_code == 400
    guide.refresh_from_db()
    assert guide.facts == ["tier", "region"]


def test_split__ordered_fact__highest_first_with_everyone_else(client: Client, guide: Guide, channel: None) -> None:
    segments = split(client, guide)
    assert [each.name for each in segments] == ["Tier: Gold", "Tier: Silver", "Tier: everyone else"]
    assert segments[0].draft is not None
    assert segments[0].draft.rule["rules"] == [{"field": "tier", "operator": "=", "value": "gold"}]
    assert {each.status for each in segments} == {"draft"}
    assert {each.objective for each in segments} == {"More deals"}
    profile = SegmentProfile.objects.get(segment=segments[0])
    assert (profile.kpi, profile.measure, profile.target_value) == ("Deals a quarter", "won", 20)
    assert guide.set is not None
    assert guide.set.mode == "exclusive"
    assert guide.set.entries.get(is_rest=True).segment == segments[2]


def test_split__number__in_slices(client: Client, guide: Guide, channel: None) -> None:
    top, middle, rest = split(client, guide, "annual_revenue")
    assert top.draft is not None
    assert top.draft.rule["rules"][0]["operator"] == "topPercent"
    assert (middle.name.startswith("Upper middle"), rest.name.endswith("everyone else")) == (True, True)
    client.post(f"/console/guide/{guide.pk}/publish/", {})
    assert loop.run_recompute(run=membership.request_recompute(trigger=Recompute.Trigger.MANUAL)) is not None
    checkups.check_all()
    assert [finding.code for finding in lint(*material()) if finding.is_set] == []
    assert SetCheckup.objects.get().exclusive == 1


@pytest.mark.parametrize("fact", ["tier", "region", "nothing"])
def test_split__too_little_to_tell_apart__refused_and_nothing_made(client: Client, guide: Guide, fact: str) -> None:
    world.partner("P-1", tier="gold")
    answer = client.post(f"/console/guide/{guide.pk}/groups/split/", {"fact": fact}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/console/guide/{guide.pk}/groups/"
    assert not Segment.objects.exists()


def test_template__taken__its_set_is_the_guides_as_drafts(client: Client, guide: Guide) -> None:
    address = f"/console/guide/{guide.pk}/groups/template/"
    assert client.post(address, {"template": "lifecycle"}).status_code == 302
    guide.refresh_from_db()
    assert guide.set is not None
    assert guide.set.entries.exists()
    assert not Segment.objects.exclude(status="draft").exists()


def test_template__of_the_other_subject__refused(client: Client, guide: Guide) -> None:
    guide.subject = "customer"
    guide.save(update_fields=["subject"])
    client.post(f"/console/guide/{guide.pk}/groups/template/", {"template": "lifecycle"})
    assert not Segment.objects.exists()


def test_groups__drafts_made_meanwhile__stand_in_the_list_and_become_the_set(client: Client, guide: Guide) -> None:
    made = world.segment("mine", status="draft")
    old = world.segment("old")
    address = f"/console/guide/{guide.pk}/groups/"
    page = text(client, address)
    assert 'name="place-mine" value="1"' in page
    assert 'name="place-old" value=""' in page
    sent = {"name": "Tiers", "mode": "exclusive", "place-mine": "1", "everyone_else": ""}
    assert client.post(address, sent).headers["Location"] == f"/console/guide/{guide.pk}/profiles/"
    guide.refresh_from_db()
    assert guide.set is not None
    assert [entry.segment for entry in guide.set.entries.all()] == [made]
    made.refresh_from_db()
    assert made.objective == "More deals"
    assert old.set_entries.count() == 0


def test_profiles__written__are_kept_on_the_segments(client: Client, guide: Guide, channel: None) -> None:
    gold, silver, _rest = split(client, guide)
    sent = {f"{gold.slug}-needs": "Leads", f"{silver.slug}-support_level": "Phone"}
    assert client.post(f"/console/guide/{guide.pk}/profiles/", sent).status_code == 302
    assert gold.profile.needs == "Leads"
    assert silver.profile.support_level == "Phone"
    resume = client.get(f"/console/guide/{guide.pk}/").headers["Location"]
    assert resume.endswith("/strategy/"), "the rest need no profile"


def test_strategy__programme_from_here__is_for_the_group(client: Client, guide: Guide, channel: None) -> None:
    gold, *_ = split(client, guide)
    address = f"/console/programs/new/content/?any={gold.slug}"
    assert address in text(client, f"/console/guide/{guide.pk}/strategy/")
    form = client.get(address).context["form"]
    assert form["any"].value() == [gold.slug]
    world.program("kit", any=[gold], status="draft")
    page = text(client, f"/console/guide/{guide.pk}/strategy/")
    assert "Carry on without" not in page


def test_strategy__customers__a_play_for_them(client: Client, guide: Guide, channel: None) -> None:
    segment = world.segment("buyers", subject="customer", status="draft")
    guide.subject = "customer"
    guide.save(update_fields=["subject"])
    client.post(f"/console/guide/{guide.pk}/groups/", {"name": "B", "mode": "exclusive", f"place-{segment.slug}": "1"})
    address = "/console/programs/new/content/?form=play&amp;customer_segments=buyers"
    assert address in text(client, f"/console/guide/{guide.pk}/strategy/")
    form = client.get(address.replace("&amp;", "&")).context["form"]
    assert (form["form"].value(), form["customer_segments"].value()) == ("play", ["buyers"])


def test_review__asked__drafts_are_in_review_with_the_question(
    client: Client, guide: Guide, channel: None, manager: User
) -> None:
    gold, *_ = split(client, guide)
    ann = User.objects.create_user("ann@vendor.example", role=roles.ANALYST, name="Ann")
    sent = {"reviewers": [str(ann.pk)], "question": "Anybody in the wrong place?"}
    assert client.post(f"/console/guide/{guide.pk}/review/", sent).status_code == 302
    gold.refresh_from_db()
    assert gold.status == "in_review"
    said = SegmentComment.objects.filter(segment=gold).get()
    assert said.text == "Asked: Ann. Anybody in the wrong place?"
    other = Client()
    other.force_login(ann, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "is in review" in other.get("/console/").content.decode()


def test_review__partner_says_something__is_kept_with_the_group(client: Client, guide: Guide, channel: None) -> None:
    gold, *_ = split(client, guide)
    sent = {"segment": gold.slug, "partner": "Acme", "text": "We are more than gold."}
    assert client.post(f"/console/guide/{guide.pk}/review/note/", sent).status_code == 302
    assert SegmentComment.objects.get().text == "Acme says: We are more than gold."
    assert "Acme says" in text(client, f"/console/guide/{guide.pk}/review/")
    client.post(f"/console/guide/{guide.pk}/review/note/", {**sent, "text": " "})
    assert SegmentComment.objects.count() == 1


def test_publish__all_at_once__segments_active_and_programmes_on_offer(
    client: Client, guide: Guide, channel: None
) -> None:
    gold, *_ = split(client, guide)
    kit = world.program("kit", any=[gold], status="draft", detail={"body": "Hello"})
    other = world.program("other", any=[world.segment("far")], status="draft", detail={"body": "Hello"})
    counts = client.get(f"/console/guide/{guide.pk}/publish/counts/")
    assert [(row.segment.name, row.enter) for row in counts.context["rows"]] == [
        ("Tier: Gold", 2),
        ("Tier: Silver", 3),
        ("Tier: everyone else", 1),
    ]
    answer = client.post(f"/console/guide/{guide.pk}/publish/", {"with_programs": "on"})
    assert answer.headers["Location"] == f"/console/guide/{guide.pk}/date/"
    assert {entry.segment.status for entry in guide.set.entries.all()} == {"active"}  # type: ignore[union-attr]
    kit.refresh_from_db()
    other.refresh_from_db()
    assert (kit.status, other.status) == ("active", "draft")


def test_publish__play_for_customers_of_the_set__goes_on_offer_with_them(
    client: Client, guide: Guide, broker: Any
) -> None:
    segment = world.segment("buyers", subject="customer", status="draft")
    made = sets.create_set(
        slug="trades", name="Trades", subject="customer", mode="exclusive", segments=["buyers"], author="A. Author"
    )
    Guide.objects.filter(pk=guide.pk).update(subject="customer", set=made)
    play = world.program("play", status="draft", detail={"body": "Hello", "form": "play"})
    PlaySegment.objects.create(play=play.content, segment=segment)
    assert "No programme waits" not in text(client, f"/console/guide/{guide.pk}/publish/")
    client.post(f"/console/guide/{guide.pk}/publish/", {"with_programs": "on"})
    play.refresh_from_db()
    segment.refresh_from_db()
    assert (segment.status, play.status) == ("active", "active")


def test_publish__programme_unfinished__nothing_is_published(client: Client, guide: Guide, channel: None) -> None:
    gold, *_ = split(client, guide)
    empty = world.program("kit", any=[gold], status="draft", detail={"body": ""})
    answer = client.post(f"/console/guide/{guide.pk}/publish/", {"with_programs": "on"}, follow=True)
    assert "Nothing was published" in answer.content.decode()
    gold.refresh_from_db()
    assert gold.status == "draft"
    assert Program.objects.get(pk=empty.pk).status == "draft"


def test_date__set__segments_carry_it_and_the_guide_is_done(client: Client, guide: Guide, channel: None) -> None:
    address = f"/console/guide/{guide.pk}/date/"
    day = timezone.localdate() + timedelta(days=90)
    split(client, guide)
    assert client.post(address, {"review_on": day.isoformat()}).status_code == 400, "not published yet"
    client.post(f"/console/guide/{guide.pk}/publish/", {})
    assert client.post(address, {"review_on": timezone.localdate().isoformat()}).status_code == 400
    assert client.post(address, {"review_on": day.isoformat()}).status_code == 302
    assert set(SegmentProfile.objects.values_list("review_on", flat=True)) == {day}
    guide.refresh_from_db()
    assert guide.finished_at is not None
    assert "What came of it" in text(client, address)
    assert "Back to" not in strip_tags(text(client, "/console/segments/"))


def test_give_up__made_segments__stay(client: Client, guide: Guide, channel: None) -> None:
    split(client, guide)
    assert client.post(f"/console/guide/{guide.pk}/give-up/").status_code == 302
    assert not Guide.objects.exists()
    assert Segment.objects.count() == 3


@pytest.mark.parametrize("step", [step for step in STEPS if step not in ("groups",)])
def test_step__more_groups__as_many_queries(step: str, client: Client, guide: Guide, channel: None) -> None:
    address = f"/console/guide/{guide.pk}/{step}/"

    def queries() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        return len(caught)

    segments = split(client, guide)
    few = queries()
    more = [world.segment(f"more-{number}", status="draft") for number in range(6)]
    assert guide.set is not None
    slugs = [each.slug for each in (*segments[:-1], *more)]
    sets.change_set(segment_set=guide.set, author="A", segments=slugs)
    assert queries() <= few
