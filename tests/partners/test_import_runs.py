"""An uploaded file through a worker: tried, applied, redelivered, interrupted."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from partners import importing
from partners.importing import FileProblem, ImportRefused, Options, inspect_file, request_apply, request_dry_run, runs
from partners.importing import start_import as start
from partners.models import Import, Partner
from partners.vocabulary import Subject
from people.models import User
from tests.workers import CeleryWorker

TEXT = "Account ID,Company,Type,colour\n1,A,VAR,red\n2,,MSP,blue\n"
CREATE = Options(create_fields=True)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a folder of the test's own, for this process and the worker's."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setenv("PRM_MEDIA_ROOT", str(tmp_path))


def upload(text: str = TEXT) -> Import:
    user = User.objects.create_user("ann@example.com", role="channel_manager", name="Ann")
    return start(subject=Subject.PARTNER, file=ContentFile(text.encode()), filename="../our partners.csv", user=user)


@pytest.mark.django_db
def test_inspect_file__csv__shows_framing_sample_and_mapping() -> None:
    found = inspect_file(TEXT.replace(",", ";").encode(), Subject.PARTNER)
    assert (found.encoding, found.delimiter, found.header) == (
        "utf-8",
        ";",
        ["Account ID", "Company", "Type", "colour"],
    )
    assert found.sample[0] == ["1", "A", "VAR", "red"]
    assert [(column.field, column.new) for column in found.columns] == [
        ("external_id", False),
        ("name", False),
        ("partner_type", False),
        ("colour", True),
    ]


@pytest.mark.django_db
def test_start_import__not_a_table__refused_and_nothing_kept() -> None:
    with pytest.raises(FileProblem, match="empty"):
        upload("")
    assert Import.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_run_import__tried_then_applied_by_a_worker__outcome_and_rejects_kept(
    celery_worker_process: CeleryWorker,
) -> None:
    item = upload()
    assert (item.filename, item.status) == ("our partners.csv", "uploaded")
    request_dry_run(import_id=item.pk, options=CREATE)
    assert settled(item).status == "tried", item.error
    assert item.result == {"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "rejected": 1}
    assert Partner.objects.count() == 0
    request_apply(import_id=item.pk, options=CREATE)
    assert settled(item).status == "applied", item.error
    assert (item.rows_done, item.rows_total, [reject["line"] for reject in item.rejects]) == (2, 2, [3])
    with item.rejects_file.open("rb") as file:
        assert "2,,MSP,blue" in file.read().decode("utf-8-sig")
    partner = Partner.objects.get()
    assert (partner.name, partner.partner_type, partner.custom) == ("A", "var", {"colour": "red"})


def settled(item: Import) -> Import:
    """The import once a worker has finished with it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        item.refresh_from_db()
        if item.status not in {"queued", "running"}:
            return item
        time.sleep(0.1)
    raise AssertionError(f"still {item.status}")


@pytest.fixture
def queued() -> Import:
    """An import that waits for a worker; none comes by itself."""
    item = upload()
    request_apply(import_id=item.pk, options=CREATE)
    item.refresh_from_db()
    return item


@pytest.mark.django_db
def test_run__delivered_twice__applied_once(queued: Import) -> None:
    assert importing.run(queued.pk) is True
    queued.refresh_from_db()
    stamp = Partner.objects.get().updated_at
    assert importing.run(queued.pk) is True
    assert (queued.status, Partner.objects.get().updated_at) == ("applied", stamp)
    with pytest.raises(ImportRefused, match="applied"):
        request_apply(import_id=queued.pk, options=CREATE)


@pytest.mark.django_db
def test_run__another_worker_alive__left_to_it_and_taken_over_when_it_falls_silent(queued: Import) -> None:
    Import.objects.update(status="running", heartbeat_at=timezone.now())
    assert importing.run(queued.pk) is False
    assert Partner.objects.count() == 0
    Import.objects.update(heartbeat_at=timezone.now() - importing.LEASE - timedelta(seconds=1))
    assert importing.run(queued.pk) is True
    assert Partner.objects.count() == 1


@pytest.mark.django_db
def test_run__another_worker_finished_meanwhile__what_was_done_again_is_taken_back(
    queued: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in = runs.import_file

    def overtaken(**given: Any) -> Any:
        result = take_in(**given)
        Import.objects.filter(pk=queued.pk).update(status="applied")
        return result

    monkeypatch.setattr(runs, "import_file", overtaken)
    assert importing.run(queued.pk) is True
    assert Partner.objects.count() == 0


@pytest.mark.django_db
def test_run__mapping_that_cannot_be__failed_with_the_reason_and_may_be_tried_again(queued: Import) -> None:
    Import.objects.update(options={"mapping": {"Nope": "name"}})
    importing.run(queued.pk)
    queued.refresh_from_db()
    assert (queued.status, "There is no column “Nope”" in queued.error) == ("failed", True)
    assert request_dry_run(import_id=queued.pk, options=CREATE).error == ""


@pytest.mark.django_db(transaction=True)
def test_run__connection_lost_in_the_middle__stays_to_be_taken_up_and_lands_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    item = upload()
    monkeypatch.setattr(runs.current_app, "send_task", lambda *args: None)
    request_apply(import_id=item.pk, options=CREATE)
    take_in = runs.import_file

    def cut_off(**arguments: Any) -> Any:
        take_in(**arguments)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setattr(runs, "import_file", cut_off)
    assert not runs.run(item.pk)
    item.refresh_from_db()
    assert (item.status, item.error, Partner.objects.count()) == ("running", "", 0)
    monkeypatch.setattr(runs, "import_file", take_in)
    Import.objects.update(heartbeat_at=timezone.now() - runs.LEASE - timedelta(seconds=1))
    assert runs.run(item.pk)
    item.refresh_from_db()
    assert (item.status, Partner.objects.count()) == ("applied", 1)
