"""An import undone, its rejects mended and sent again, its history narrowed."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners import undoing
from partners.importing import run, upsert_rows
from partners.models import Attribute, Customer, Deal, Import, Journal, JournalLine, Origin, Partner
from partners.records import delete_record
from partners.vocabulary import Subject


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    """Files go to a folder of the test, tasks nowhere: tests run them themselves."""
    settings.MEDIA_ROOT = str(tmp_path)
    for module in ("importing.runs", "undoing", "touching"):
        monkeypatch.setattr(f"partners.{module}.current_app.send_task", lambda *args, **options: None)


def applied(client, text: str, subject="partner", name="spring.csv") -> Import:
    """A file taken in as it stands: its header names the fields."""
    file = SimpleUploadedFile(name, text.encode())
    path = client.post("/console/imports/new/", {"subject": subject, "file": file})["Location"]
    form = client.get(path).context["form"]
    data = {bound.name: bound.value() for bound in form if bound.value() not in (None, False)}
    assert client.post(path, data).status_code == 302
    pk = int(path.rstrip("/").rpartition("/")[2])
    run(pk)
    assert client.post(f"{path}apply/").status_code == 302
    run(pk)
    item = Import.objects.get(pk=pk)
    assert item.status == "applied", item.error
    return item


def undone(client, item: Import) -> dict:
    assert client.post(f"/console/imports/{item.pk}/undo/").status_code == 302
    assert "Undoing it" in client.get(f"/console/imports/{item.pk}/").content.decode()
    assert "Putting back" in client.get(f"/console/imports/{item.pk}/progress/").content.decode()
    undoing.undo(journal_id=item.origin.journal.pk)
    return Journal.objects.get(origin=item.origin).outcome


def stated(model) -> dict:
    """Every present record as it is, without when and by whom."""
    hidden = ("provenance", "updated_at", "created_at")
    rows = {row["external_id"]: row for row in model.objects.filter(deleted_at=None).values()}
    return {key: {n: v for n, v in row.items() if n not in hidden} for key, row in rows.items()}


def test_undo__import_that_made_and_changed__puts_everything_back(sign_in, records):
    Attribute.objects.create(subject="partner", name="score", label="Score", type="number")
    Partner.objects.filter(external_id="P-1").update(
        custom={"score": "1.5"}, verticals=["energy"], joined_on="2020-02-29", annual_revenue="10.50", city="Rome"
    )
    before = stated(Partner)
    client = sign_in("administrator")
    text = (
        "external_id,name,tier,employees,verticals,joined_on,annual_revenue,city,score,parent\n"
        "P-1,Alder,platinum,99,retail,2021-01-01,11,,2,P-2\n"
        "P-2,Beacon,silver,5,energy,2021-01-01,12,Oslo,3,\n"
        "N-1,New,gold,1,retail,2021-01-01,13,Lyon,4,P-1\n"
    )
    item = applied(client, text)
    assert (item.result["created"], item.result["updated"]) == (1, 2)
    assert "Undo this import?" in client.get(f"/console/imports/{item.pk}/").content.decode()
    outcome = undone(client, item)
    assert (outcome["restored"], outcome["deleted"], outcome["kept_count"]) == (2, 1, 0)
    assert stated(Partner) == before
    labels = set(
        Origin.objects.filter(pk=Partner.objects.get(external_id="P-1").provenance["tier"]).values_list("label")
    )
    assert labels == {("Undo of spring.csv",)}
    page = client.get(f"/console/imports/{item.pk}/").content.decode()
    assert "2 records put back" in page
    assert "Undo this import?" not in page
    assert "Undone" in client.get("/console/imports/").content.decode()


def test_undo__fields_and_records_changed_since__stay_and_are_named(sign_in, records):
    client = sign_in("administrator")
    item = applied(
        client, "external_id,name,city,tier\nP-1,Alder & Sons,Lyon,platinum\nN-1,New,Oslo,\nN-2,Newer,Oslo,\n"
    )
    upsert_rows(
        subject=Subject.PARTNER,
        rows=[{"external_id": "P-1", "city": "Porto"}, {"external_id": "N-1", "city": "Bergen"}],
        origin=Origin(kind="form", label="Somebody"),
    )
    Deal.objects.create(external_id="D-9", partner=Partner.objects.get(external_id="N-2"))
    outcome = undone(client, item)
    assert (outcome["restored"], outcome["deleted"], outcome["kept_count"]) == (1, 0, 3)
    assert {(one["external_id"], *one["fields"], one["reason"]) for one in outcome["kept"]} == {
        ("P-1", "city", "changed since"),
        ("N-1", "changed since it was made"),
        ("N-2", "has deals or customers by now"),
    }
    assert Partner.objects.values_list("city", "tier").get(external_id="P-1") == ("Porto", "gold")
    assert Partner.objects.present().filter(external_id__startswith="N-").count() == 2


def test_undo__customers_and_their_partners__are_as_before(sign_in, records):
    before = {c.external_id: set(c.partners.values_list("external_id", flat=True)) for c in Customer.objects.all()}
    client = sign_in("administrator")
    item = applied(client, "external_id,name,partners\nC-1,Cobalt Foods,P-2\nC-2,Delta Bank,P-1\n", "customer")
    assert set(Customer.objects.get(external_id="C-1").partners.values_list("external_id", flat=True)) == {"P-2"}
    assert undone(client, item)["restored"] == 2
    assert {
        c.external_id: set(c.partners.values_list("external_id", flat=True)) for c in Customer.objects.all()
    } == before


def test_undo__record_brought_back_by_the_import__goes_again(sign_in, records):
    delete_record(record=records["away"], origin=Origin(kind="form", label="Somebody"))
    client = sign_in("administrator")
    item = applied(client, "external_id,name\nP-2,Beacon again\n")
    assert Partner.objects.present().filter(external_id="P-2").exists()
    assert undone(client, item)["deleted"] == 1
    assert not Partner.objects.present().filter(external_id="P-2").exists()


def test_undo__twice_or_too_late__is_refused(sign_in, records):
    client = sign_in("administrator")
    item = applied(client, "external_id,name\nN-1,New\n")
    undone(client, item)
    answer = client.post(f"/console/imports/{item.pk}/undo/", follow=True)
    assert "undone before" in answer.content.decode()
    other = applied(client, "external_id,name\nN-2,New\n")
    Origin.objects.filter(pk=other.origin_id).update(at=other.origin.at - timedelta(days=31))
    assert "longer ago" in client.post(f"/console/imports/{other.pk}/undo/", follow=True).content.decode()
    assert undoing.forget_old() > 0
    assert not JournalLine.objects.filter(journal__origin=other.origin_id).exists()
    assert "no longer kept" in client.post(f"/console/imports/{other.pk}/undo/", follow=True).content.decode()
    assert sign_in("regional").post(f"/console/imports/{item.pk}/undo/").status_code == 403
    assert sign_in("channel_manager").post(f"/console/imports/{item.pk}/undo/").status_code == 404  # not theirs


def test_same_file_twice__second_has_nothing_to_undo(sign_in, records):
    client = sign_in("administrator")
    applied(client, "external_id,name\nN-1,New\n")
    again = applied(client, "external_id,name\nN-1,New\n")
    assert (again.origin, Journal.objects.count()) == (None, 1)
    assert "Undo this import?" not in client.get(f"/console/imports/{again.pk}/").content.decode()


MESSY = 'external_id;name;tier;employees\nN-1;One;gold;1\nN-2;=Two;tin;many\nN-3;"Three;3";zinc;3\n'


def test_rejects__mended_and_sent_again__land_with_the_same_mapping(sign_in, records):
    client = sign_in("administrator")
    item = applied(client, MESSY)
    assert (item.result["created"], item.result["rejected"]) == (1, 2)
    text = b"".join(client.get(f"/console/imports/{item.pk}/rejects/")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 4  # N-2 is in it twice
    mended, header = [], rows[0]
    for row in rows[1:]:
        values = dict(zip(header, row, strict=True))
        values["tier"] = "silver" if values["column"] == "tier" else values["tier"]
        values["employees"] = "22" if values["column"] == "employees" else values["employees"]
        mended.append(list(values.values()))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([header, *mended])
    file = SimpleUploadedFile("mended.csv", out.getvalue().encode("utf-8"))
    answer = client.post(f"/console/imports/{item.pk}/correct/", {"file": file})
    assert answer.status_code == 302
    again = Import.objects.exclude(pk=item.pk).get()
    assert (again.corrects, again.status, again.filename) == (item, "queued", "corrected spring.csv")
    run(again.pk)
    again.refresh_from_db()
    assert (again.status, again.result["created"], again.result["rejected"]) == ("tried", 2, 0)
    client.post(f"/console/imports/{again.pk}/apply/")
    run(again.pk)
    assert list(
        Partner.objects.filter(external_id__in=["N-2", "N-3"]).order_by("external_id").values_list("name", "tier")
    ) == [
        ("=Two", "silver"),
        ("Three;3", "silver"),
    ]
    assert Partner.objects.get(external_id="N-2").employees == 22


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("external_id,name\nN-2,Two\n", "not the rejects file"),
        ("line,column,value,reason,external_id,name,tier,employees\n99,,,,N-9,Nine,gold,1\n", "no line 99"),
        ("line,column,value,reason,external_id,name,tier,employees\nx,,,,N-9,Nine,gold,1\n", "leave the first column"),
        ("", "empty"),
    ],
)
def test_rejects__another_file__is_refused_with_the_reason(sign_in, records, text, said):
    client = sign_in("administrator")
    item = applied(client, MESSY)
    answer = client.post(
        f"/console/imports/{item.pk}/correct/", {"file": SimpleUploadedFile("x.csv", text.encode() or b"\n")}
    )
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Import.objects.count() == 1


def test_imports__narrowed__are_those(sign_in, records, people):
    mine = Import.objects.create(
        subject="partner", filename="a.csv", status="applied", created_by=people["administrator"]
    )
    Import.objects.create(subject="deal", filename="b.csv", status="failed", result={"rejected": 2})

    def found(query: str) -> list[str]:
        return [item.filename for item in sign_in("administrator").get(f"/console/imports/?{query}").context["page"]]

    assert found("") == ["b.csv", "a.csv"]
    assert found("status=failed") == found("status=rejects") == found("subject=deal") == found("q=B.") == ["b.csv"]
    assert found("by=me") == [mine.filename]
    assert found("status=nothing") == found("q=%00zz") == []
