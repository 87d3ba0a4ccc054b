"""Importing a file in the browser's steps."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.importing import run
from partners.models import Attribute, Import, Partner

MESSY = "Partner ID;Company;Tier;Staff\nN-1;One;Gold;12\nN-2;<b>Two</b>;Tin;13\n"


@pytest.fixture(autouse=True)
def media(settings, tmp_path, monkeypatch):
    """Files go to a folder of the test, tasks nowhere: tests run them themselves."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr("partners.importing.runs.current_app.send_task", lambda *args: None)


def upload(client, text=MESSY, name="messy.csv", subject="partner"):
    return client.post(
        "/console/imports/new/", {"subject": subject, "file": SimpleUploadedFile(name, text.encode())}, follow=False
    )


def chosen(client, path, **changes):
    form = client.get(path).context["form"]
    return {bound.name: bound.value() for bound in form if bound.value() not in (None, False)} | changes


def test_import__upload_map_try_apply__lands_the_good_rows(sign_in, records, django_capture_on_commit_callbacks):
    client = sign_in("administrator")
    path = upload(client)["Location"]
    item = Import.objects.get()
    page = client.get(path).content.decode()
    assert "New attribute: Staff" in page
    assert "&lt;b&gt;Two&lt;/b&gt;" in page
    data = chosen(client, path)
    assert data["column_0"] == "external_id"
    data.pop("create_fields")
    assert "Tick “Create what is missing”" in client.post(path, data).content.decode()
    assert client.post(path, {**data, "column_3": "employees"}).status_code == 302
    assert "Waiting for a worker" in client.get(path).content.decode()
    assert "Waiting for a worker" in client.get(f"{path}progress/").content.decode()

    run(item.pk)
    assert client.get(f"{path}progress/")["HX-Refresh"] == "true"
    tried = client.get(path).content.decode()
    assert "Nothing" not in tried
    assert "Some rows would come back" in tried
    assert "Tin" in tried
    assert not Partner.objects.filter(external_id="N-1").exists()

    assert client.post(f"{path}apply/").status_code == 302
    run(item.pk)
    assert "The good rows are in" in client.get(path).content.decode()
    assert Partner.objects.get(external_id="N-1").employees == 12
    assert not Partner.objects.filter(external_id="N-2").exists()
    file = client.get(f"{path}rejects/")
    assert file["Content-Disposition"] == 'attachment; filename="rejects of messy.csv"'
    assert b"Tin" in b"".join(file.streaming_content)
    assert client.post(f"{path}apply/").status_code == 302  # again: harmless
    assert Import.objects.get().status == "applied"


def test_import__new_columns__become_attributes_for_administrators_alone(sign_in, records):
    manager = sign_in("channel_manager")
    path = upload(manager)["Location"]
    form = manager.get(path).context["form"]
    assert "create_fields" not in form.fields
    assert form["column_3"].value() == ""
    assert manager.post(path, {**chosen(manager, path), "column_3": "staff"}).status_code == 400
    assert not Attribute.objects.exists()


def test_import__no_column_fills_the_id__is_refused(sign_in, records):
    client = sign_in("administrator")
    path = upload(client)["Location"]
    response = client.post(path, chosen(client, path, column_0=""))
    assert response.status_code == 400
    assert "No column fills the external id" in response.content.decode()


def test_import__two_columns_for_one_field__is_refused(sign_in, records):
    client = sign_in("administrator")
    path = upload(client)["Location"]
    response = client.post(path, chosen(client, path, column_2="name"))
    assert "Another column fills this field already" in response.content.decode()


@pytest.mark.parametrize("text", ["", "\x00\x01\x02"])
def test_import__not_a_table__is_refused_at_the_upload(sign_in, records, text):
    response = upload(sign_in("administrator"), text)
    assert response.status_code == 400
    assert response.context["form"].errors["file"]
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    "said", [{"encoding": "no-such"}, {"encoding": "rot13"}, {"delimiter": ";;"}, {"delimiter": '"'}]
)
def test_import__framing_that_cannot_be__is_refused_on_the_page(sign_in, records, said):
    client = sign_in("administrator")
    path = upload(client)["Location"]
    response = client.post(path, chosen(client, path, **said))
    assert response.status_code == 400
    assert Import.objects.get().status == "uploaded"


def test_import__columns_named_further_down__are_told_and_read_from_the_row_that_is_said(sign_in, records):
    client = sign_in("administrator")
    path = upload(client, "Company,,Numbers\nExternal ID,Name,Employees\nN-1,One,5\n")["Location"]
    page = client.get(path)
    assert "Column 2 has values but no name in row 1, and cannot be taken in" in page.content.decode()
    data = chosen(client, path, framed=page.context["form"].framed, header_row="2", decimal=",")
    again = client.post(path, data)
    assert again.status_code == 200
    assert "The file was read anew" in again.content.decode()
    assert Import.objects.get().status == "uploaded", "nothing is tried out with columns that nobody has seen"
    form = again.context["form"]
    assert [(bound.label, bound.value()) for bound, _ in form.columns] == [
        ("External ID", "external_id"),
        ("Name", "name"),
        ("Employees", "employees"),
    ]
    assert form["decimal"].value() == ","
    data = {bound.name: bound.value() for bound in form if bound.value() not in (None, False)} | {"framed": form.framed}
    assert client.post(path, data).status_code == 302
    run(Import.objects.get().pk)
    item = Import.objects.get()
    assert (item.status, item.result["created"], item.options["header_row"]) == ("tried", 1, 2)


def test_import__two_columns_of_one_name__one_is_left_out(sign_in, records):
    client = sign_in("administrator")
    path = upload(client, "external_id,name,name\nN-1,One,Uno\n")["Location"]
    data = chosen(client, path)
    data.pop("create_fields", None)
    assert client.post(path, {**data, "column_1": "", "column_2": "name"}).status_code == 302
    run(Import.objects.get().pk)
    assert (Import.objects.get().status, Import.objects.get().error) == ("tried", "")


def test_import__names_of_columns_alone__nothing_to_take_in(sign_in, records):
    client = sign_in("administrator")
    path = upload(client, "external_id,name\n")["Location"]
    assert client.post(path, chosen(client, path)).status_code == 302
    run(Import.objects.get().pk)
    page = client.get(path).content.decode()
    assert "There is nothing to take in" in page
    assert f"{path}apply/" not in page


def test_import__not_offered_to_those_who_may_not(sign_in, records):
    for path in ("/console/partners/", "/console/customers/", "/console/deals/"):
        assert "/console/imports/new/" in sign_in("channel_manager").get(path).content.decode()
        assert "/console/imports/new/" not in sign_in("regional").get(path).content.decode()


def test_import__of_somebody_else__is_not_there(sign_in, records):
    path = upload(sign_in("administrator"))["Location"]
    client = sign_in("channel_manager")
    for address in (path, f"{path}progress/", f"{path}rejects/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{path}apply/").status_code == 404
    assert "messy.csv" not in client.get("/console/imports/").content.decode()
