"""Keys: made, used, refused; what each scope may do."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from integrations.keys import NotRotated, create_key, rotate_key
from integrations.models import ApiKey
from tests import callers
from tests.callers import assert_problem

pytestmark = pytest.mark.django_db


def test_create_api_key__valid__is_the_only_line_and_opens_the_api() -> None:
    out = StringIO()
    call_command("create_api_key", "CRM", "--scope", "read", stdout=out)
    [line] = out.getvalue().splitlines()
    caller = callers.Caller(callers.nobody().client, Authorization=f"Bearer {line}")
    assert caller.get("partners/").status_code == 200
    assert ApiKey.objects.get().name == "CRM"


def test_create_api_key__stored__only_as_a_hash() -> None:
    out = StringIO()
    call_command("create_api_key", "CRM", "--scope", "read", stdout=out)
    secret = out.getvalue().strip().partition(".")[2]
    assert secret not in str(ApiKey.objects.values().get())


def test_create_api_key__unknown_scope__refused() -> None:
    with pytest.raises(CommandError):
        call_command("create_api_key", "CRM", "--scope", "root")
    assert not ApiKey.objects.exists()


def test_create_api_key__name_too_long__says_so() -> None:
    with pytest.raises(CommandError, match="50"):
        call_command("create_api_key", "x" * 51, "--scope", "read")


def test_key__used__is_noted() -> None:
    callers.key("read").get("partners/")
    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer", "Bearer a b", "Bearer \xff", "Basic YTpi"])
def test_key__wrong__401_with_a_challenge(header: str) -> None:
    response = callers.nobody().get("partners/", headers={"Authorization": header})
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_key__expired_or_revoked__401() -> None:
    caller = callers.key("read", expires_at=timezone.now() - timedelta(seconds=1))
    assert_problem(caller.get("partners/"), 401)
    caller = callers.key("read")
    ApiKey.objects.update(revoked=True)
    assert_problem(caller.get("partners/"), 401)


WRITES: list[tuple[str, str, Any, str]] = [
    ("post", "partners/", {"external_id": "P9", "name": "Nine"}, "write"),
    ("put", "partners/P9/", {"name": "Nine"}, "write"),
    ("post", "partners/bulk/", [{"external_id": "P9", "name": "Nine"}], "write"),
    ("post", "segments/", {"slug": "s", "name": "S", "subject": "partner", "rule": {"everyone": True}}, "write"),
    ("post", "recomputes/", {}, "write"),
    ("post", "programs/", {"kind": "content", "slug": "c", "name": "C"}, "write"),
    ("post", "fields/", {"subject": "partner", "name": "fleet", "label": "Fleet", "type": "number"}, "admin"),
    ("post", "segments/preview/", {"subject": "partner", "rule": {"everyone": True}}, "read"),
]
RANK = ["read", "write", "admin"]


@pytest.mark.parametrize("scope", RANK)
@pytest.mark.parametrize(("method", "address", "body", "needed"), WRITES)
def test_scope__below_what_is_needed__403(scope: str, method: str, address: str, body: Any, needed: str) -> None:
    response = callers.key(scope).call(method, address, body)
    if RANK.index(scope) < RANK.index(needed):
        assert_problem(response, 403)
    else:
        assert response.status_code in (200, 201, 202), response.content


@pytest.mark.parametrize(
    ("role", "reads", "writes", "administers"),
    [
        ("administrator", 200, 201, 201),
        ("channel_manager", 200, 201, 403),
        ("analyst", 200, 403, 403),
        ("partner_admin", 403, 403, 403),
        ("partner_member", 403, 403, 403),
    ],
)
def test_session__by_role__may_do_what_the_role_may(role: str, reads: int, writes: int, administers: int) -> None:
    caller = callers.person(role)
    assert caller.get("partners/").status_code == reads
    assert caller.post("partners/", {"external_id": "P1", "name": "One"}).status_code == writes
    field = {"subject": "partner", "name": "fleet", "label": "Fleet", "type": "number"}
    assert caller.post("fields/", field).status_code == administers


def test_session__no_csrf_token__403() -> None:
    caller = callers.person("administrator")
    caller.client.handler.enforce_csrf_checks = True
    assert_problem(caller.post("partners/", {"external_id": "P1", "name": "One"}), 403)


def test_rotate__both_work_during_the_overlap_then_the_new_alone() -> None:
    old = create_key(name="CRM", scope="write")
    new = rotate_key(key=old.key, overlap=timedelta(days=7))
    assert (new.key.name, new.key.scope, new.key.expiry_date) == ("CRM", "write", None)
    with_old, with_new = (
        callers.Caller(callers.nobody().client, Authorization=f"Bearer {each.secret}") for each in (old, new)
    )
    assert with_old.get("partners/").status_code == with_new.get("partners/").status_code == 200
    ApiKey.objects.filter(pk=old.key.pk).update(expiry_date=timezone.now() - timedelta(seconds=1))
    assert_problem(with_old.get("partners/"), 401)
    assert with_new.get("partners/").status_code == 200


def test_rotate__never_prolongs_and_not_twice() -> None:
    soon = timezone.now() + timedelta(days=1)
    old = create_key(name="CRM", scope="read", expires_at=soon)
    new = rotate_key(key=old.key, overlap=timedelta(days=7))
    old.key.refresh_from_db()
    assert old.key.expiry_date == new.key.expiry_date == soon
    with pytest.raises(NotRotated, match="replaced already"):
        rotate_key(key=old.key, overlap=timedelta(days=7))
    ApiKey.objects.update(revoked=True)
    with pytest.raises(NotRotated, match="works no more"):
        rotate_key(key=old.key, overlap=timedelta(days=7))
    with pytest.raises(NotRotated, match="30 days"):
        rotate_key(key=new.key, overlap=timedelta(days=31))


def test_keys_page__rotated__shows_the_new_key_once_and_what_it_replaces() -> None:
    client = callers.person("administrator").client
    old = create_key(name="CRM", scope="write").key
    shown = client.post(f"/console/keys/{old.prefix}/rotate/").content.decode()
    new = ApiKey.objects.exclude(pk=old.pk).get()
    assert f"{new.prefix}." in shown and f'in place of <span class="mono">{old.prefix}' in shown
    assert f"{new.prefix}." not in client.get("/console/keys/").content.decode()
    again = client.post(f"/console/keys/{old.prefix}/rotate/", follow=True).content.decode()
    assert "was replaced already" in again and ApiKey.objects.count() == 2
