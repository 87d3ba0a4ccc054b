"""Keys, the clock and the audit log, as an administrator meets them."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from integrations.models import ApiKey
from partners.models import Attribute
from people.models import User
from prm.audit import door, log, tables
from prm.celery import app
from prm.console.schedules import rhythm
from prm.scheduling import NIGHTLY, Scheduler, nightly, set_nightly
from segments.beside import SegmentProfile
from segments.models import Segment, SegmentVersion
from tests.callers import Caller, Client

KEYS = "/console/keys/"


def bearer(secret: str) -> Caller:
    return Caller(Client(), Authorization=f"Bearer {secret}")


def test_key__made__is_shown_once_works_and_is_revoked(sign_in, records, broker):
    client = sign_in("administrator")
    answer = client.post(KEYS, {"name": " CRM <b>sync</b> ", "scope": "read", "expires_on": ""})
    secret = answer.context["made"].secret
    assert secret in answer.content.decode()
    assert answer["Cache-Control"].startswith("max-age=0")
    assert "CRM &lt;b&gt;sync&lt;/b&gt;" in answer.content.decode()
    assert secret not in client.get(KEYS).content.decode()
    assert bearer(secret).get("partners/").status_code == 200
    assert bearer(secret).post("partners/bulk/", []).status_code == 403
    key = ApiKey.objects.get()
    assert key.last_used_at is not None
    assert client.post(f"{KEYS}{key.prefix}/revoke/").status_code == 302
    assert bearer(secret).get("partners/").status_code == 401
    assert "Revoked" in client.get(KEYS).content.decode()


def test_key__sent_twice__is_made_once_and_shown_again(sign_in, records, broker):
    client = sign_in("administrator")
    sent = {"name": "CRM", "scope": "read", "csrfmiddlewaretoken": "of one page"}
    first, second = (client.post("/console/keys/", sent) for _ in range(2))
    assert first.content == second.content
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 51),
        ("name", " "),
        ("scope", "root"),
        ("expires_on", "2020-01-01"),
        ("expires_on", "x"),
    ],
)
def test_key__wrong_value__is_refused(sign_in, records, field, value):
    data = {"name": "Sync", "scope": "read", "expires_on": "", field: value}
    answer = sign_in("administrator").post(KEYS, data)
    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not ApiKey.objects.exists()


def test_key__last_day__works_until_its_end(sign_in, records):
    day = timezone.localdate()
    sign_in("administrator").post(KEYS, {"name": "Sync", "scope": "read", "expires_on": day.isoformat()})
    key = ApiKey.objects.get()
    assert not key.has_expired
    assert timezone.localtime(key.expiry_date - timedelta(seconds=1)).date() == day


@pytest.mark.django_db(transaction=True)
def test_schedules__nightly_hour__is_changed_and_outlives_a_restart_of_beat(sign_in, records):
    client = sign_in("administrator")
    assert "02:00" in client.get("/console/schedules/").content.decode()
    assert client.post("/console/schedules/", {"at": "04:30"}).status_code == 302
    Scheduler(app=app, lazy=False).setup_schedule()  # as beat does when it starts
    task = PeriodicTask.objects.get(name=NIGHTLY)
    assert (task.crontab.hour, task.crontab.minute, task.task) == ("4", "30", "prm.recompute_nightly")
    assert str(nightly()) == "04:30"
    page = client.get("/console/schedules/").content.decode()
    assert "Chosen by administrator@example.com" in page
    assert "Work that was left waiting" in page and "Every minute" in page
    assert "Every day at 04:30" in page and "AM" not in page
    assert client.post("/console/schedules/", {"at": "25:00"}).status_code == 400
    assert str(nightly()) == "04:30"


@pytest.mark.parametrize(
    ("minute", "hour", "day_of_week", "words"),
    [
        ("0", "0", "*", "Every day at 00:00"),
        ("30", "12", "*", "Every day at 12:30"),
        ("5", "23", "1", "At 23:05, only on Monday"),
    ],
)
def test_schedules__by_the_clock__is_told_in_24_hours(settings, minute, hour, day_of_week, words):
    at = CrontabSchedule(minute=minute, hour=hour, day_of_week=day_of_week, timezone=settings.TIME_ZONE)
    assert rhythm(PeriodicTask(name="x", crontab=at)) == words


@pytest.mark.django_db(transaction=True)
def test_schedules__nothing_chosen__follows_the_settings():
    Scheduler(app=app, lazy=False).setup_schedule()
    assert (nightly().hour, nightly().by) == (2, "")
    with pytest.raises(ValueError, match="hour"):
        set_nightly(hour=24, minute=0, by="x")


def test_audit__change_of_a_person__says_who_what_before_and_after(sign_in, records, people):
    client, analyst = sign_in("administrator"), people["analyst"]
    form = client.get(f"/console/people/{analyst.pk}/").context["form"]
    data = {bound.name: bound.value() for bound in form if bound.value() not in (None, False)}
    assert client.post(f"/console/people/{analyst.pk}/", {**data, "name": "Ann <i>"}).status_code == 302
    text = client.get("/console/audit/?kind=user").content.decode()
    assert "Ann &lt;i&gt;" in text and "The system" in text
    assert f"/console/people/{analyst.pk}/<" not in text  # an address is for machines
    (entry,) = [e for e in log(kind="user")[0] if not e.is_new]
    assert (entry.who, entry.where) == ("administrator@example.com", f"/console/people/{analyst.pk}/")
    assert [(d.label, d.before, d.after) for d in entry.differences] == [("Name", "", "Ann <i>")]
    assert log(who=people["administrator"].pk)[0] == [entry]
    assert log(who=people["analyst"].pk)[0] == []


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("/api/v1/segments/few/", "Through the API"),
        ("/admin/people/user/1/change/", "In the administration"),
        ("/portal/team/", "In the portal"),
        ("/console/people/1/", ""),
        ("", ""),
    ],
)
def test_audit__the_door_somebody_came_by__is_told_unless_it_is_the_usual_one(where, words):
    assert door(where) == words


def test_audit__what_refers_to_another_record__calls_it_by_its_name(sign_in, records, people):
    made = Segment.objects.create(slug="few", name="Few", subject="partner", owner=people["channel_manager"])
    everybody = {"everyone": True}
    gone, last = (SegmentVersion.objects.create(segment=made, number=n, rule=everybody) for n in (1, 3))
    Segment.objects.filter(pk=made.pk).update(published=gone, owner=people["analyst"])
    Segment.objects.filter(pk=made.pk).update(published=last)
    SegmentProfile.objects.create(segment=made)
    pk = gone.pk
    gone.delete()
    entries = log(kind="segment")[0]
    assert [[(d.label, d.before, d.after) for d in entry.differences] for entry in entries] == [
        [("Published", f"one that is gone ({pk})", "version 3")],
        [
            ("Owner", "channel_manager@example.com", "analyst@example.com"),
            ("Published", "", f"one that is gone ({pk})"),
        ],
        [],
    ]
    assert [entry.name for entry in log(kind="segmentprofile")[0]] == ["Few"]


def test_audit__more_records_referred_to__cost_no_more(sign_in, records):
    def queries(count: int) -> int:
        for n in range(count):
            made = Segment.objects.create(slug=f"s-{count}-{n}", name=f"S {n}", subject="partner")
            version = SegmentVersion.objects.create(segment=made, number=1, rule={"everyone": True})
            Segment.objects.filter(pk=made.pk).update(published=version)
        with CaptureQueriesContext(connection) as captured:
            log()
        return len(captured)

    assert queries(1) == queries(15)


def test_audit__every_kept_model__is_in_it_and_nothing_secret(sign_in, records):
    assert {"user", "attribute", "segment", "program", "apikey"} <= set(tables())
    client = sign_in("administrator")
    client.post(KEYS, {"name": "Sync", "scope": "read"})
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number")
    Segment.objects.create(slug="few", name="Few", subject="partner")
    key = ApiKey.objects.get()
    client.post(f"{KEYS}{key.prefix}/revoke/")
    text = client.get("/console/audit/").content.decode()
    for said in ("API key", ">Programme<", "Sync", "Score", "Few", "Revoked"):
        assert said in text
    assert key.hashed_key not in text


def test_audit__of_a_profile__is_called_by_its_segment_and_says_days_and_versions_as_people_do(records):
    segment = Segment.objects.create(slug="few", name="Few", subject="partner")
    profile = SegmentProfile.objects.create(segment=segment)
    SegmentProfile.objects.filter(pk=profile.pk).update(review_on=date(2027, 2, 28))
    version = SegmentVersion.objects.create(segment=segment, number=3, rule={"combinator": "and", "rules": []})
    Segment.objects.filter(pk=segment.pk).update(published=version)
    (changed,) = [e for e in log(kind="segmentprofile")[0] if not e.is_new]
    assert changed.name == "Few"
    assert [(d.label, d.before, d.after) for d in changed.differences] == [("Next review", "", "28 February 2027")]
    (published,) = [e for e in log(kind="segment")[0] if not e.is_new]
    assert ("Published", "", "version 3") in [(d.label, d.before, d.after) for d in published.differences]


def test_audit__pages__go_on_without_gap_or_repeat_at_the_same_cost(sign_in, records):
    def made(count: int, name: str) -> None:
        for n in range(count):
            Segment.objects.create(slug=f"{name}-{n}", name=f"{name} {n}", subject="partner")
            Attribute.objects.create(subject="partner", name=f"{name}_{n}", label=f"{name} {n}", type="text")

    made(30, "a")
    client = sign_in("administrator")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/console/audit/")
        return len(captured)

    queries()
    before = queries()
    made(60, "b")
    assert queries() == before
    every, place = [], None
    while True:
        entries, place = log(place=place, limit=17)
        every += [entry.place for entry in entries]
        if place is None:
            break
    assert len(every) == len(set(every)) == 180 + User.objects.count()
    assert every == sorted(every, reverse=True)
    first = client.get("/console/audit/").content.decode()
    following = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert client.get(f"/console/audit/{following}").status_code == 200
    for word in ("x", "2026|a|1", "%00", "2026-01-01T00:00:00+00:00|segment|x"):
        assert client.get(f"/console/audit/?cursor={word}&who=x&kind=x").status_code == 200
