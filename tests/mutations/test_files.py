"""Damaged files through the import: looked at, tried, taken in. `--mutations 10000` for a long run."""

from __future__ import annotations

import csv
import io
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from partners.importing import FileProblem, ImportResult, Options, Source, import_file, inspect_file, run
from partners.importing.runs import rejects_csv
from partners.models import Customer, Deal, Import, Origin, Partner
from partners.vocabulary import Subject
from people.models import User
from tests.mutations.conftest import Each
from tests.mutations.counting import NeverClosed, records
from tests.mutations.mutating import csv_file, xlsx_file

pytestmark = pytest.mark.django_db
MODELS: dict[str, Any] = {"partner": Partner, "customer": Customer, "deal": Deal}


@pytest.fixture
def client(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    """An administrator's browser; P1, P2 and C1 are there; tasks go nowhere."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr("partners.importing.runs.current_app.send_task", lambda *args: None)
    for key in ("P1", "P2"):
        Partner.objects.create(external_id=key, name=key)
    Customer.objects.create(external_id="C1", name="C")
    browser = Client()
    user = User.objects.create_user("ann@example.com", role="administrator")
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def test_csv__damaged__every_row_lands_or_comes_back(each: Each, client: Client) -> None:
    ends = each("csv", lambda random: through(client, random, csv_file, "file.csv"))
    assert ends["taken in"]
    assert ends["refused"]


def test_xlsx__damaged__every_row_lands_or_comes_back(each: Each, client: Client) -> None:
    ends = each("xlsx", lambda random: through(client, random, xlsx_file, "file.xlsx"))
    assert ends["taken in"]
    assert ends["refused"]


def through(client: Client, random: Random, make: Any, name: str) -> str:
    """One file, by the verbs or now and then by the pages; nothing of it stays."""
    subject = random.choice(list(MODELS)) if make is csv_file else "partner"
    data = make(random, subject)
    with transaction.atomic():
        end = by_pages(client, data, subject, name) if random.random() < 0.2 else by_verbs(data, subject, random)
        transaction.set_rollback(True)
    return end


def by_verbs(data: bytes, subject: str, random: Random) -> str:
    """Looked at, tried, taken in, and taken in again, with options of some kind."""
    options = Options(
        create_fields=random.random() < 0.7,
        decimal=random.choice(["", "", ".", ","]),
        date_format=random.choice(["", "", "dmy", "%d/%m/%Y"]),
        encoding=random.choice(["", "", "", "utf-8", "cp1252", "utf-16"]),
        delimiter=random.choice(["", "", "", ";", "\t"]),
    )
    framing = {"encoding": options.encoding, "delimiter": options.delimiter}
    try:
        inspect_file(data, Subject(subject), **framing)
        before = MODELS[subject].objects.count()
        tried = taken(data, subject, options, dry_run=True)
        assert MODELS[subject].objects.count() == before
        done = taken(data, subject, options)
    except FileProblem as problem:
        assert len(str(problem)) > 20
        return "refused"
    source = Source(data, **framing)
    assert (done.counts(), done.rejects) == (tried.counts(), tried.rejects)
    assert MODELS[subject].objects.count() == before + done.created
    all_accounted_for(done, source, data)
    again = taken(data, subject, options)
    assert (again.rows, again.created, again.rejected) == (done.rows, 0, done.rejected), (done.counts(), again.counts())
    return "taken in"


def taken(data: bytes, subject: str, options: Options, **more: Any) -> ImportResult:
    origin = Origin(kind=Origin.Kind.IMPORT, label="file")
    with transaction.atomic():
        return import_file(subject=Subject(subject), path_or_bytes=data, options=options, origin=origin, **more)


def all_accounted_for(result: ImportResult, source: Source, data: bytes) -> None:
    """Each row of the file is created, updated, unchanged or rejected; each rejected one comes back with line and reason."""
    assert result.rows == result.created + result.updated + result.unchanged + result.rejected, result.counts()
    lines = {reject.line for reject in result.rejects} - {source.header_line}
    assert len(lines) == result.rejected
    assert all(reject.reason for reject in result.rejects)
    if source.kind == "csv":
        text = data.decode(source.encoding)
        for _ in range(source._skip):
            text = text.split("\n", 1)[1]
        expected = records(text, source.delimiter)
        assert result.rows == len(expected), (result.rows, len(expected), source.delimiter)
    back = list(csv.reader(io.StringIO(rejects_csv(result.rejects, source), newline="")))
    assert {row[0] for row in back[1:]} - {str(source.header_line)} == set(map(str, lines))


def by_pages(client: Client, data: bytes, subject: str, name: str) -> str:
    """Uploaded, mapped as suggested, tried, applied, and the rejects fetched: as a person would in a browser."""
    sent = client.post("/console/imports/new/", {"subject": subject, "file": SimpleUploadedFile(name, data)})
    if sent.status_code == 400:
        assert sent.context["form"].errors["file"]
        assert not Import.objects.exists()
        return "refused"
    path = sent["Location"]
    form = client.get(path).context["form"]
    said = {bound.name: bound.value() for bound in form if bound.value() not in (None, False)}
    mapped = client.post(path, said)
    if mapped.status_code == 400:
        assert mapped.context["form"].errors
        return "not mapped"
    assert mapped.status_code == 302
    item = Import.objects.get()
    for step in ("tried", "applied"):
        assert run(item.pk)
        item.refresh_from_db()
        if item.status == "failed":
            assert "on our side" not in item.error, item.error
            assert client.get(path).status_code == 200
            return "refused"
        assert item.status == step
        assert client.get(path).status_code == 200
        assert client.post(f"{path}apply/").status_code == 302
    counts = item.result
    assert counts["rows"] == sum(counts[name] for name in ("created", "updated", "unchanged", "rejected"))
    if item.rejects:
        assert client.get(f"{path}rejects/").status_code == 200
    return "taken in"


def test_counting__strange_texts__as_counted_by_hand() -> None:
    assert records('a,b\n1,"x\ny"\r\n\n2,"p""q"\r3,"a"b,c\n4', ",") == [["1", "x\ny"], ["2", 'p"q'], [], ["4"]]
    with pytest.raises(NeverClosed):
        records('a\n"b', ",")
