"""The pages of groupings and predictions, and what workers do for them."""

import csv
import io

import numpy as np
import pytest
from django.test import Client

from insights import tasks
from insights.groupings import searching
from insights.groupings.models import Grouping
from insights.predictions import scoring
from insights.predictions.models import Prediction
from partners.models import Partner
from partners.vocabulary import Subject
from people import roles
from people.models import User
from segments.models import Segment
from segments.rulebook import rulebook
from segments.rules import to_json
from tests.insights.predictions.test_training import TODAY, leaving_with_a_sign, trained

pytestmark = pytest.mark.django_db
PAGE = "/console/insights/groupings/"


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(User.objects.create_user(email="carl@example.com", role=roles.CHANNEL_MANAGER))
    return client


def two_kinds(count: int = 120) -> None:
    """Small resellers with many customers of their own kind, and large integrators."""
    chance = np.random.default_rng(2)
    Partner.objects.bulk_create(
        Partner(
            external_id=f"P{n}",
            name=f"P{n}",
            partner_type="si" if n % 3 == 0 else "reseller",
            employees=int((900 if n % 3 == 0 else 12) * np.exp(chance.normal(0, 0.2))),
            annual_revenue=int((90e6 if n % 3 == 0 else 1e6) * np.exp(chance.normal(0, 0.2))),
        )
        for n in range(count)
    )


def searched(client: Client, *fields: str) -> Grouping:
    answer = client.post(PAGE, {"subject": "partner", "fields_chosen": fields})
    assert answer.status_code == 302
    found = Grouping.objects.get(pk=int(answer["Location"].rstrip("/").rpartition("/")[2]))
    assert "worker is at it" in client.get(answer["Location"]).content.decode()
    tasks.search_groups(found.pk)
    found.refresh_from_db()
    return found


def test_search__two_kinds__are_shown_with_their_rules_and_become_a_segment(manager: Client) -> None:
    two_kinds()
    found = searched(manager, "employees", "annual_revenue", "partner_type")
    assert found.status == Grouping.Status.FOUND
    assert [group["size"] for group in found.result["groups"]] == [80, 40]
    assert found.result["fidelity"] >= 0.95
    page = manager.get(f"{PAGE}{found.pk}/").content.decode()
    assert page.count('<circle class="dot dot-') == 120
    assert "Make it a segment" in page
    answer = manager.post(f"{PAGE}{found.pk}/1/", follow=True)
    made = Segment.objects.get()
    assert made.status == Segment.Status.DRAFT
    rule = found.result["groups"][1]["rule"]
    assert made.draft is not None and made.draft.rule == to_json(rulebook(Subject.PARTNER, rule).parse(rule))
    assert answer.redirect_chain[-1][0] == f"/console/segments/{made.slug}/edit/"
    assert manager.post(f"{PAGE}{found.pk}/7/").status_code == 404


def test_groupings__analyst__reads_what_was_found_and_asks_for_nothing(client: Client) -> None:
    client.force_login(User.objects.create_user(email="ann@example.com", role=roles.ANALYST))
    two_kinds()
    found = searching.request(subject=Subject.PARTNER, fields=["employees", "partner_type"], by="Carl")
    tasks.search_groups(found.pk)
    assert "Search for groups" not in client.get(PAGE).content.decode()
    page = client.get(f"{PAGE}{found.pk}/").content.decode()
    assert "The rule in words" in page
    assert "Make it a segment" not in page
    assert client.post(PAGE, {"subject": "partner", "fields_chosen": ["employees"]}).status_code == 403
    assert PAGE in client.get("/console/insights/").content.decode()


def test_scores__file__is_what_the_page_shows(client: Client) -> None:
    client.force_login(User.objects.create_user(email="ann@example.com", role=roles.ANALYST))
    leaving_with_a_sign(1)
    scoring.score(prediction=trained(), today=TODAY)
    page = client.get("/console/insights/predictions/churn/")
    text = b"".join(client.get("/console/insights/predictions/churn/?as=csv")).decode("utf-8-sig")  # type: ignore[arg-type]
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == page.context["page"].paginator.count > 100
    top = page.context["page"].object_list[0]
    assert (lines[0]["External id"], float(lines[0]["Chance"])) == (top.partner.external_id, float(top.score))
    assert all(reason["words"] in lines[0]["What moves it most"] for reason in top.reasons)


def test_groupings__only_some_regions_in_scope__no_tab_leads_there(client: Client) -> None:
    client.force_login(User.objects.create_user(email="e@example.com", role=roles.CHANNEL_MANAGER, regions=["EMEA"]))
    assert PAGE not in client.get("/console/insights/").content.decode()
    assert client.get(PAGE).status_code == 403


def test_search__no_groups__says_that_there_are_none(manager: Client) -> None:
    chance = np.random.default_rng(1)
    Partner.objects.bulk_create(
        Partner(external_id=f"P{n}", name=f"P{n}", employees=int(v), annual_revenue=int(w))
        for n, (v, w) in enumerate(zip(chance.normal(100, 10, 200), chance.normal(1e6, 1e5, 200), strict=True))
    )
    found = searched(manager, "employees", "annual_revenue")
    assert found.status == Grouping.Status.NOTHING
    assert "one cloud" in manager.get(f"{PAGE}{found.pk}/").content.decode()


def test_search__twice_by_workers__is_done_once(manager: Client) -> None:
    two_kinds()
    found = searched(manager, "employees")
    tasks.search_groups(found.pk)
    again = Grouping.objects.get(pk=found.pk)
    assert again.finished_at == found.finished_at


@pytest.mark.parametrize("fields", [(), ("name",), ("no_such",)])
def test_search__unfit_facts__are_refused_with_a_reason(manager: Client, fields: tuple[str, ...]) -> None:
    answer = manager.post(PAGE, {"subject": "partner", "fields_chosen": fields})
    assert answer.status_code == 400
    assert not Grouping.objects.exists()


def test_predictions__nothing_learned__says_what_is_needed(manager: Client) -> None:
    assert "Nothing learned yet" in manager.get("/console/insights/predictions/").content.decode()
    manager.post("/console/insights/predictions/churn/learn/")
    tasks.learn(Prediction.objects.get().pk)
    assert "eighteen months" in manager.get("/console/insights/predictions/").content.decode()


def test_predictions__in_use__are_judged_and_explained_within_the_viewers_region(client: Client) -> None:
    leaving_with_a_sign(1)
    found = trained()
    Partner.objects.filter(external_id__lt="P0150").update(region="EMEA")
    scoring.score(prediction=found, today=TODAY)
    client.force_login(User.objects.create_user(email="e@example.com", role=roles.CHANNEL_MANAGER, regions=["EMEA"]))
    page = client.get("/console/insights/predictions/").content.decode()
    assert "In use" in page and "a simple guess" in page
    scores = client.get("/console/insights/predictions/churn/")
    shown = {each.partner.region for each in scores.context["page"]}
    assert shown == {"EMEA"}
    assert "sign-ins in 90 days" in scores.content.decode()
    assert client.post("/console/insights/predictions/churn/learn/").status_code == 403
