"""Notes and the timeline of a partner or customer."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from partners.models import Activity, Customer, Deal, Note, Origin, Partner
from partners.timeline import timeline
from partners.vocabulary import Subject
from segments.models import Change, Segment

NOTES = "/console/partners/P-1/notes/"
AT = datetime(2026, 3, 5, tzinfo=UTC)


def test_note__written__is_shown_with_author_and_escaped(sign_in, records, people):
    client = sign_in("channel_manager")
    assert client.post(NOTES, {"text": " Called <b>Ann</b>\n\nagain "})["Location"] == "/console/partners/P-1/"
    note = Note.objects.get()
    assert (note.text, note.author, note.partner) == (
        "Called <b>Ann</b>\n\nagain",
        people["channel_manager"],
        records["home"],
    )
    text = sign_in("analyst").get(NOTES).content.decode()
    assert "Called &lt;b&gt;Ann" in text
    assert "channel_manager@example.com" in text
    assert "New note" not in text  # an analyst reads


@pytest.mark.parametrize("text", ["", "  \x00 ", "x" * 5001])
def test_note__empty_or_too_long__is_refused(sign_in, records, text):
    client = sign_in("channel_manager")
    assert client.post(NOTES, {"text": text}).status_code == 400
    answer = client.post(NOTES, {"text": text}, headers={"HX-Request": "true"})
    assert 'role="alert"' in answer.content.decode()
    assert not Note.objects.exists()


def test_note__of_another_region_role_or_author__is_not_theirs(sign_in, records, people):
    away = Note.objects.create(partner=records["away"], author=people["channel_manager"], text="Secret")
    home = Note.objects.create(customer=records["buyer"], author=people["channel_manager"], text="Ours")
    regional = sign_in("regional")
    assert regional.get("/console/partners/P-2/notes/").status_code == 404
    assert regional.post(f"/console/notes/{away.pk}/delete/").status_code == 404
    assert regional.post(f"/console/notes/{home.pk}/delete/").status_code == 403
    assert sign_in("analyst").post(NOTES, {"text": "x"}).status_code == 403
    assert sign_in("partner_admin").get(NOTES).status_code == 404
    assert sign_in("administrator").post(f"/console/notes/{home.pk}/delete/").status_code == 302
    assert list(Note.objects.all()) == [away]


def test_timeline__every_source__newest_first_and_paged_without_gap_or_repeat(sign_in, records, people):
    home = records["home"]
    segment = Segment.objects.create(slug="few", name="Few", subject="partner", status="active")
    for n in range(15):
        at = AT + timedelta(days=n % 3)  # many on one instant
        Activity.objects.create(partner=home, kind="sign_in", user=people["partner_admin"], at=at)
        Change.objects.create(segment=segment, subject_id=home.pk, kind="entered", at=at, version=1)
        Deal.objects.create(
            external_id=f"T-{n}",
            name=f"Deal {n}",
            partner=home,
            stage="won",
            registered_on=at.date(),
            closed_on=at.date(),
            amount=5,
        )
    origin = Origin.objects.create(kind="import", label="spring.csv", at=AT)
    home.provenance = {"tier": origin.pk, "region": origin.pk}
    home.save()
    every, place = [], None
    while True:
        events, place = timeline(subject=Subject.PARTNER, record=home, viewer=people["analyst"], place=place, limit=7)
        every += [event.place for event in events]
        if place is None:
            break
    assert len(every) == len(set(every)) == 4 * 15 + 1
    assert every == sorted(every, reverse=True)
    client = sign_in("analyst")
    shown, path, pages = "", "/console/partners/P-1/timeline/", 0
    while path:
        text = client.get(path).content.decode()
        found = re.search(r'hx-get="([^"]+)"', text)
        path = found[1] if found else ""
        shown, pages = shown + text, pages + 1
    assert pages == 4
    assert shown.count("Entered Few") == shown.count("Signed in") == 15
    assert shown.count("Deal won: Deal 7") == shown.count("Deal registered: Deal 7") == 1
    assert "Set: Region, Tier" in shown
    assert "spring.csv" in shown


def test_timeline__customer_of_two_regions__shows_only_deals_in_scope(sign_in, records):
    for n, partner in enumerate((records["home"], records["away"])):
        Deal.objects.create(
            external_id=f"S-{n}", name=f"Sale {n}", partner=partner, customer=records["buyer"], registered_on=AT.date()
        )
    path = "/console/customers/C-1/timeline/"
    assert "Sale 1" in sign_in("analyst").get(path).content.decode()
    text = sign_in("regional").get(path).content.decode()
    assert "Sale 0" in text
    assert "Sale 1" not in text
    assert sign_in("regional").get("/console/customers/C-2/timeline/").status_code == 404


@pytest.mark.parametrize("word", ["x", "2026|a|1", "2026-01-01T00:00:00+00:00|a|%00", "2026-01-01|a|1", "||"])
def test_timeline__changed_place__begins_anew(sign_in, records, word):
    assert sign_in("analyst").get(f"/console/partners/P-1/timeline/?behind={word}").status_code == 200
    assert Partner.objects.exists() and Customer.objects.exists()
