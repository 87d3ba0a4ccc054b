"""Imports, changes in bulk and undos whose message was lost are sent again, and only those."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from kombu.exceptions import OperationalError

from partners import left_behind
from partners.bulk import request_change
from partners.importing import Options, request_apply, start_import
from partners.importing.runs import run
from partners.models import BulkChange, Import, Journal, Partner
from partners.vocabulary import Subject
from people.models import User

pytestmark = pytest.mark.django_db(transaction=True)
FILE = b"external_id,name\nP-1,Acme\n"


@pytest.fixture
def sent(monkeypatch: Any) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(left_behind.current_app, "send_task", lambda name, args, **_: found.append((name, args[0])))
    return found


def age(rows: Any, seconds: float) -> None:
    rows.update(created_at=timezone.now() - timedelta(seconds=seconds))


def queued_import() -> Import:
    item = start_import(subject=Subject.PARTNER, file=ContentFile(FILE), filename="p.csv", user=None)
    return request_apply(import_id=item.pk, options=Options())


def test_import__broker_away_when_it_was_asked_for__is_noted_and_sent_again(
    monkeypatch: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("The broker is away")

    with monkeypatch.context() as patched:
        patched.setattr(left_behind.current_app, "send_task", away)
        item = queued_import()  # whoever asked sees that it waits, not an error
    assert item.status == Import.Status.QUEUED
    found: list[Any] = []
    monkeypatch.setattr(left_behind.current_app, "send_task", lambda *args, **_: found.append(args))
    assert left_behind.send_again() == 0  # it may be on its way
    age(Import.objects.all(), 61)
    assert left_behind.send_again() == 1
    assert found == [(settings.IMPORT_TASK, [item.pk])]
    run(item.pk)
    assert Partner.objects.count() == 1
    assert left_behind.send_again() == 0


def test_import__its_worker_fell_silent__is_sent_again__a_live_one_is_not(
    sent: list, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    item = queued_import()
    sent.clear()
    now = timezone.now()
    Import.objects.filter(pk=item.pk).update(status="running", heartbeat_at=now)
    assert left_behind.send_again() == 0
    Import.objects.filter(pk=item.pk).update(heartbeat_at=now - timedelta(seconds=30))
    assert left_behind.send_again() == 1
    assert sent == [(settings.IMPORT_TASK, item.pk)]


def test_bulk_and_undo__nobody_at_it__are_sent_again(sent: list, settings: Any) -> None:
    user = User.objects.create_user("ada@example.com", role="administrator")
    partner = Partner.objects.create(external_id="P-1", name="Acme")
    change = request_change(subject=Subject.PARTNER, field="city", value="Bonn", ids=[partner.pk], user=user)
    sent.clear()
    assert left_behind.send_again() == 0
    age(BulkChange.objects.all(), 61)
    assert left_behind.send_again() == 1
    Journal.objects.update(status=Journal.Status.QUEUED)
    assert left_behind.send_again() == 2
    assert sent[1:] == [(settings.BULK_TASK, change.pk), (settings.UNDO_TASK, Journal.objects.get().pk)]
