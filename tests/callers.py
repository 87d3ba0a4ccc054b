"""Who calls the API in tests: keys of each scope and people of each role."""

from __future__ import annotations

from typing import Any

from django.test import Client

from integrations.keys import create_key
from people.models import User

ROOT = "/api/v1/"


class Caller:
    """A client of the API: addresses relative to its root, JSON bodies, answers as Django's test client gives them."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client = client
        self.headers = headers

    def call(self, method: str, address: str, body: Any = None, **options: Any) -> Any:
        """One request."""
        url = address if address.startswith(("/", "http")) else ROOT + address
        headers = {**self.headers, **options.pop("headers", {})}
        if body is not None:
            options.setdefault("content_type", "application/json")
            options["data"] = body
        return getattr(self.client, method)(url, headers=headers, **options)

    def get(self, address: str, **options: Any) -> Any:
        query = options.pop("query", None)
        return self.call("get", address, **({"data": query} if query else {}), **options)

    def post(self, address: str, body: Any = None, **options: Any) -> Any:
        return self.call("post", address, {} if body is None else body, **options)

    def put(self, address: str, body: Any, **options: Any) -> Any:
        return self.call("put", address, body, **options)

    def patch(self, address: str, body: Any, **options: Any) -> Any:
        return self.call("patch", address, body, **options)

    def delete(self, address: str, **options: Any) -> Any:
        return self.call("delete", address, **options)


def key(scope: str = "read", *, raising: bool = True, **fields: Any) -> Caller:
    """A machine with a key of the scope."""
    secret = create_key(name=fields.pop("name", f"{scope} key"), scope=scope, **fields).secret
    return Caller(Client(raise_request_exception=raising), Authorization=f"Bearer {secret}")


def person(role: str, **fields: Any) -> Caller:
    """A signed-in person of the role."""
    client = Client()
    client.force_login(User.objects.create_user(fields.pop("email", f"{role}@example.com"), role=role, **fields))
    return Caller(client)


def nobody() -> Caller:
    """Without key or session."""
    return Caller(Client())


def assert_problem(response: Any, status: int, *, pointer: str | None = None, code: str | None = None) -> Any:
    """The answer is a problem of the status, complete in shape; with the fault at the pointer. Gives its body."""
    assert response.status_code == status, (response.status_code, response.content[:500])
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    assert body["status"] == status
    for error in body.get("errors", []):
        assert {"pointer", "code", "detail"} <= set(error)
    if pointer is not None:
        assert pointer in [error["pointer"] for error in body["errors"]], body
    if code is not None:
        assert code in [error["code"] for error in body["errors"]], body
    return body
