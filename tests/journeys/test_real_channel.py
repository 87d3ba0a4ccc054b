"""The whole loop on the records of a real channel: import → segment → Celery → programme → portals → REST."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from partners.models import Deal, Partner
from partners.team import invite_team_member
from people import roles
from programs.models import Offer
from segments.models import Change, Membership, Segment
from tests.workers import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)
SLUG = "european-warehouses"
RULE = {
    "combinator": "and",
    "not": False,
    "rules": [
        {"field": "partner_type", "operator": "=", "value": "Warehouse"},
        {"field": "territory_group", "operator": "=", "value": "Europe"},
        {"field": "annual_revenue", "operator": ">", "value": "100000"},
    ],
}
PLAIN_SQL = """
    SELECT external_id FROM partners_partner
    WHERE partner_type = 'Warehouse' AND custom->>'territory_group' = 'Europe' AND annual_revenue > 100000 ORDER BY 1
"""


def told(capsys: pytest.CaptureFixture[str], *command: Any, **options: Any) -> dict[str, Any]:
    """What a command printed with --json: its last line."""
    capsys.readouterr()
    call_command(*command, json=True, **options)
    said: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return said


class Machine:
    """A REST client with a key."""

    def __init__(self, scope: str, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        call_command("create_api_key", f"journey {scope}", scope=scope)
        self.headers = {"Authorization": f"Bearer {capsys.readouterr().out.strip()}"}
        self.client = Client()

    def get(self, path: str, accept: str = "application/json", **query: Any) -> Any:
        return self.client.get(f"/api/v1/{path}", query, headers={**self.headers, "Accept": accept})

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers=self.headers,
        )

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers=self.headers,
        )

    def walk(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Every row of a paged list."""
        rows: list[dict[str, Any]] = []
        answer = self.get(path, **query)
        while True:
            assert answer.status_code == 200, answer.content
            page = answer.json()
            rows += page["results"]
            if not page["next"]:
                return rows
            answer = self.client.get(page["next"], headers={**self.headers, "Accept": "application/json"})

    def follow(self, path: str) -> list[dict[str, Any]]:
        """Every line of a feed so far; its `next` never ends, so the first empty page does."""
        rows: list[dict[str, Any]] = []
        page = self.get(path).json()
        while page["results"]:
            rows += page["results"]
            page = self.client.get(page["next"], headers=self.headers).json()
        return rows


def test_real_channel__from_files_to_portals__agrees_with_plain_sql(
    shared_data: Path,
    celery_worker_process: CeleryWorker,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # --- records in -------------------------------------------------------------------------------------------------
    partners_csv, deals_csv = (str(shared_data / "adventureworks" / name) for name in ("partners.csv", "deals.csv"))
    said = told(capsys, "import_records", "partners", partners_csv, create_fields=True)
    assert (said["rows"], said["created"], said["rejected"]) == (701, 701, 0)
    said = told(capsys, "import_records", "deals", deals_csv, create_fields=True)
    assert (said["rows"], said["created"], said["rejected"]) == (3616, 3616, 0)
    for subject, path, rows in (
        ("partners", partners_csv, 701),
        ("deals", deals_csv, 3616),
    ):
        said = told(capsys, "import_records", subject, path, create_fields=True)
        assert (
            said["created"],
            said["updated"],
            said["unchanged"],
            said["rejected"],
        ) == (0, 0, rows, 0)
    assert (Partner.objects.count(), Deal.objects.count()) == (701, 3616)

    # --- a segment, computed by a real worker -----------------------------------------------------------------------
    machine = Machine("write", capsys)
    made = machine.post(
        "segments/",
        {
            "slug": SLUG,
            "name": "European warehouses",
            "subject": "partner",
            "rule": RULE,
        },
    )
    assert made.status_code == 201, made.content
    assert machine.post(f"segments/{SLUG}/publish/", {}).status_code in {200, 202}
    told(capsys, "recompute", segment=[SLUG], workers=True, timeout=60)
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_SQL)
        expected = [row[0] for row in cursor.fetchall()]
    assert 0 < len(expected) < 701
    stays = Membership.objects.current().filter(segment__slug=SLUG).values_list("subject_id", flat=True)
    assert sorted(Partner.objects.filter(pk__in=stays).values_list("external_id", flat=True)) == expected
    assert Segment.objects.get(slug=SLUG).member_count == len(expected)

    # --- a programme, in exactly those portals ----------------------------------------------------------------------
    made = machine.post(
        "content/",
        {
            "slug": "warehouse-kit",
            "name": "Warehouse kit",
            "status": "active",
            "body": "# Welcome",
            "targeting": {"any": [SLUG], "all": [], "none": []},
        },
    )
    assert made.status_code == 201, made.content
    told(capsys, "recompute", workers=True, timeout=60)
    on_offer = Offer.objects.on().filter(program__slug="warehouse-kit")
    assert sorted(on_offer.values_list("partner__external_id", flat=True)) == expected
    outsider = Partner.objects.exclude(external_id__in=expected).first()
    assert outsider is not None
    for external_id, sees in (
        (expected[0], True),
        (expected[-1], True),
        (outsider.external_id, False),
    ):
        user = invite_team_member(
            partner=Partner.objects.get(external_id=external_id),
            email=f"{external_id}@partner.example",
            role=roles.PARTNER_MEMBER,
        ).user
        portal = Client()
        portal.force_login(user)
        assert ("Warehouse kit" in portal.get("/portal/").content.decode()) is sees

    # --- lists out --------------------------------------------------------------------------------------------------
    assert sorted(row["external_id"] for row in machine.walk(f"segments/{SLUG}/members/", page_size=7)) == expected
    answer = machine.get(f"segments/{SLUG}/members/", accept="text/csv")
    text = b"".join(answer.streaming_content).decode()
    assert sorted(row["external_id"] for row in csv.DictReader(io.StringIO(text))) == expected

    # --- one partner leaves -----------------------------------------------------------------------------------------
    last_seen = Change.objects.latest("id").pk
    leaver = expected[0]
    assert machine.patch(f"partners/{leaver}/", {"annual_revenue": "1.00"}).status_code == 200
    told(capsys, "recompute", workers=True, timeout=60)
    told(capsys, "recompute", workers=True, timeout=60)
    changes = Change.objects.filter(pk__gt=last_seen)
    leaver_id = Partner.objects.get(external_id=leaver).pk
    assert [(change.subject_id, change.kind) for change in changes] == [(leaver_id, "left")]
    assert not on_offer.filter(partner_id=leaver_id).exists()
    fed = [row for row in machine.follow("changes/") if row["external_id"] == leaver]
    assert [row["change"] for row in fed] == ["entered", "left"]
    offers = machine.get(f"partners/{leaver}/offers/").json()
    assert offers["results"] == []
