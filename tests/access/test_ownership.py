"""Every model whose rows belong to a partner, a person or a region: read through `visible_to`, and 404 to strangers.

The list is read from the models, so that a new one fails here until somebody says how its rows are kept apart.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model

from partners.models import Partner
from people.models import User
from tests.access.table import ROWS
from tests.access.world import PEOPLE, World

APPS = {"people", "partners", "segments", "programs", "insights", "integrations"}
OTHER_REGION, OTHER_COMPANY = PEOPLE.index("manager of another region"), PEOPLE.index("other company")

SCOPED: dict[str, tuple[str, ...]] = {
    "partners.Partner": (
        "console/partners/<str:external_id>/",
        "console/partners/<str:external_id>/edit/",
        "api/v1/partners/<str:external_id>/",
    ),
    "partners.Customer": (
        "portal/customers/<str:external_id>/",
        "console/customers/<str:external_id>/",
        "api/v1/customers/<str:external_id>/",
    ),
    "partners.Deal": (
        "portal/deals/<int:pk>/",
        "console/deals/<str:external_id>/",
        "api/v1/deals/<str:external_id>/",
    ),
    "partners.Registration": ("portal/registrations/<int:pk>/", "console/registrations/<int:pk>/"),
    "partners.Note": ("console/notes/<int:pk>/delete/",),
    "partners.BulkChange": ("console/lists/changes/<int:pk>/", "console/lists/changes/<int:pk>/undo/"),
    "partners.SavedView": ("console/lists/views/<int:pk>/delete/",),
    "partners.Import": ("console/imports/<int:pk>/", "console/imports/<int:pk>/rejects/"),
    "programs.Offer": (
        "portal/offers/<int:pk>/",
        "portal/offers/<int:pk>/file/",
        "console/partners/<str:external_id>/offers/",
        "api/v1/partners/<str:external_id>/offers/",
    ),
    "programs.Certificate": ("portal/certificates/<str:code>.<str:form>",),
    "programs.Claim": (
        "portal/claims/<int:pk>/",
        "portal/claims/<int:pk>/proof/",
        "console/claims/<int:pk>/",
        "console/claims/<int:pk>/proof/",
        "api/v1/claims/<int:claim_id>/",
    ),
    "programs.LedgerEntry": ("console/partners/<str:external_id>/statement.csv",),
    "programs.ManagerTask": ("console/tasks/<int:pk>/done/",),
    "programs.FundRequest": (
        "portal/funds/<int:pk>/",
        "portal/funds/<int:pk>/withdraw/",
        "console/funds/<int:pk>/",
        "console/funds/<int:pk>/decide/",
    ),
    "programs.Message": ("console/messages/<int:pk>/edit/",),
    "programs.Delivery": ("portal/notifications/<int:pk>/", "portal/notifications/<int:pk>/follow/"),
    "programs.Plan": ("portal/plans/<int:pk>/", "console/plans/<int:pk>/"),
    "programs.Dispute": ("console/disputes/<int:pk>/",),
    "programs.Feedback": (),
    "programs.Sighting": (),
    "programs.NeedReport": (),
    "segments.Segment": (),
    "segments.Guide": (),
    "insights.SegmentMonth": (),
    "insights.Entering": (),
    "insights.Resource": (),
    "insights.Liking": (),
    "insights.NeedTold": (),
    "programs.Uptake": (),
}
"""Read through `visible_to`; the addresses that name one of their rows, each refused to strangers."""
THROUGH = {
    "people.User": "administrators alone (console/people/), and a company's team for its own people",
    "people.Preference": "one's own alone: no address names one",
    "people.BrowserSession": "one's own alone: no address names one",
    "partners.Origin": "said beside a value of a record that is visible",
    "partners.Activity": "on the page of a visible record",
    "partners.TeamMember": "of one's own company, or of a visible partner",
    "partners.Disclosure": "the audit log, for administrators",
    "partners.Journal": "through the import or the change that it undoes",
    "segments.SegmentComment": "under a segment, which all staff see",
    "programs.Enrolment": "through the offer",
    "programs.ContentVersion": "under a programme, which all staff see",
    "programs.JourneyEntry": "read by the clock",
    "programs.JourneyWatch": "read by the clock",
    "programs.JourneyGrant": "read by the clock",
    "programs.PlanEntry": "under a visible plan",
    "insights.PredictionScore": "joined to partners that are visible",
    "insights.RecruitScore": "joined to partners that are visible",
}
"""Never looked up by themselves: what leads to them."""


def owned() -> dict[str, type[Model]]:
    """The models with a partner, a person or a region of their own."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label not in APPS or hasattr(model, "pgh_tracked_model"):
            continue
        fields = [field for field in model._meta.get_fields() if field.concrete]
        if any(field.related_model in (Partner, User) or field.name in {"region", "regions"} for field in fields):
            found[model._meta.label] = model
    return found


def test_models_with_an_owner__every_one__is_scoped_or_reached_through_one_that_is() -> None:
    assert set(owned()) == set(SCOPED) | set(THROUGH)
    assert not set(SCOPED) & set(THROUGH)


@pytest.mark.parametrize("label", SCOPED)
def test_model__with_an_owner__is_read_through_its_scope(label: str) -> None:
    assert hasattr(apps.get_model(label).objects.all(), "visible_to")


@pytest.mark.parametrize("label", [label for label, routes in SCOPED.items() if routes])
def test_object_of_another__by_every_address_that_names_it__refused(label: str) -> None:
    for route in SCOPED[label]:
        row = ROWS[route]
        stranger = OTHER_COMPANY if route.startswith("portal/") else OTHER_REGION
        assert row.expected[stranger] == (403 if label == "partners.Import" else 404), route


def test_visible_to__strangers__hold_no_row_of_the_company(
    db: None, broker: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    world = World()
    asked = 0
    for label in SCOPED:
        model: Any = apps.get_model(label)
        if not any(field.name == "partner" for field in model._meta.get_fields()):
            continue
        rows = model.objects.filter(partner=world.partner)
        for person in ("manager of another region", "other company"):
            visible = model.objects.visible_to(world.people[person]).filter(partner=world.partner)
            assert not visible.exists(), (label, person)
            asked += rows.exists()
    assert asked >= 16
    for person in ("manager of another region", "other company"):
        assert not Partner.objects.visible_to(world.people[person]).filter(pk=world.partner.pk).exists()
