"""What is let go of at night: what is older than its days, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from integrations.models import Answer, Webhook, WebhookDelivery
from partners import outbox
from partners.models import Activity, Import, Journal, JournalLine, Origin, OutboxEvent, Partner, Touched
from people.models import User
from prm import audit, forgetting, scheduling
from prm.celery import app
from prm.tasks import forget
from segments.models import Recompute

pytestmark = pytest.mark.django_db


def days_ago(days: float):
    return timezone.now() - timedelta(days=days)


def test_forget__activity__old_detail_goes_and_the_partner_is_looked_at_again() -> None:
    partner = Partner.objects.create(external_id="P-1", name="Acme")
    for kind in Activity.Kind:
        Activity.objects.create(partner=partner, kind=kind, at=days_ago(1096))
        Activity.objects.create(partner=partner, kind=kind, at=days_ago(1094))
    Touched.objects.all().delete()
    assert forgetting.forget()["activity"] == 3
    assert Activity.objects.filter(at__lt=days_ago(1095)).count() == len(Activity.Kind) - 3
    assert Activity.objects.filter(at__gt=days_ago(1095)).count() == len(Activity.Kind)
    assert Touched.objects.get().ids == [partner.pk]


def an_import(status: str, days: float) -> Import:
    item = Import(subject="partner", filename="p.csv", status=status, created_at=days_ago(days))
    item.finished_at = days_ago(days) if status in {"applied", "failed"} else None
    item.file.save("p.csv", ContentFile(b"external_id,name\n"), save=False)
    item.rejects_file.save("rejects.csv", ContentFile(b"line\n"), save=False)
    item.result = {"created": 1}
    item.save()
    return item


def test_forget__import_files__gone_with_the_outcome_kept__and_what_runs_is_left_alone(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    old, young = an_import("applied", 91), an_import("applied", 89)
    abandoned, running = an_import("uploaded", 91), an_import("running", 91)
    gone = [Path(file.path) for item in (old, abandoned) for file in (item.file, item.rejects_file)]
    stays = [Path(file.path) for item in (young, running) for file in (item.file, item.rejects_file)]
    assert forgetting.forget()["import_files"] == 2
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in stays)
    old.refresh_from_db()
    assert (old.file.name, old.rejects_file.name, old.result) == ("", "", {"created": 1})
    assert not Import.objects.filter(pk=abandoned.pk).exists()
    assert forgetting.forget()["import_files"] == 0


def test_forget__journals_answers_runs_events_deliveries_sessions__only_the_old() -> None:
    for days in (1, 31):
        origin = Origin.objects.create(kind=Origin.Kind.FORM, label=str(days), at=days_ago(days))
        journal = Journal.objects.create(origin=origin, subject="partner")
        JournalLine.objects.create(journal=journal, record_id=1, before={})
    for number, days in enumerate((0.5, 1.5)):
        Answer.objects.create(owner="o", key=str(number), fingerprint="f", status=200, body=b"", at=days_ago(days))
    for days in (89, 91):
        Recompute.objects.create(
            status="succeeded",
            trigger="change",
            as_of=days_ago(days),
            finished_at=days_ago(days),
            settled_at=days_ago(days),
        )
    for days in (31, 29, 1):
        OutboxEvent.objects.create(type="x.done", payload={}, created_at=days_ago(days))
    outbox.number_events()
    webhook = Webhook.objects.create(name="CRM", url="https://example.com/", event_types=[])
    for days in (31, 29):
        WebhookDelivery.objects.create(
            webhook=webhook, type="x", body="{}", state="delivered", finished_at=days_ago(days)
        )
    for days in (1, -1):
        Session.objects.create(session_key=f"s{days}", session_data="", expire_date=days_ago(days))
    done = forgetting.forget()
    assert Journal.objects.get().origin.label == "1"
    assert JournalLine.objects.count() == 1
    assert done["answers"] == done["runs"] == done["events"] == done["deliveries"] == done["sessions"] == 1
    assert Session.objects.get().session_key == "s-1"
    assert set(forgetting.forget().values()) == {0}


def test_forget__audit__for_ever_until_told__then_the_state_of_then_stays(settings) -> None:
    model = audit.tables()["user"]
    user = User.objects.create_user("ada@example.com", role="administrator")
    for name in ("One", "Two", "Three"):
        User.objects.filter(pk=user.pk).update(name=name)
    mine = model.objects.filter(pgh_obj_id=user.pk).order_by("pgh_id")
    ids = list(mine.values_list("pk", flat=True))
    model.objects.filter(pk__in=ids[:3]).update(pgh_created_at=days_ago(400))
    assert "audit" not in forgetting.forget()
    assert mine.count() == 4
    settings.KEEP_DAYS = {**settings.KEEP_DAYS, "audit": 365}
    assert forgetting.forget()["audit"] == 2
    assert list(mine.values_list("name", flat=True)) == ["Two", "Three"]


def test_forget__one_kind_fails__the_others_are_done_and_it_is_told(monkeypatch) -> None:
    Session.objects.create(session_key="s", session_data="", expire_date=days_ago(1))

    def broken(_keep: timedelta) -> int:
        raise OSError("The disk is away")

    monkeypatch.setitem(forgetting.KINDS, "import_files", broken)
    with pytest.raises(forgetting.Incomplete, match="import_files"):
        forget()
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)  # beat closes connections
def test_beat__entry_of_an_earlier_version__is_gone() -> None:
    every, _ = IntervalSchedule.objects.get_or_create(every=1, period="days")
    PeriodicTask.objects.create(name="webhooks' log", task="integrations.forget_deliveries", interval=every)
    scheduling.Scheduler(app=app, lazy=True).update_from_dict(app.conf.beat_schedule)
    assert not PeriodicTask.objects.filter(name="webhooks' log").exists()
    assert PeriodicTask.objects.get(name="forget").task == "prm.forget"
