"""A check of our own beside the tool's: every refusal is a problem that tells what is wrong, and a 400 where."""

from __future__ import annotations

import json
from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def as_lines(ctx: Any, value: Any) -> Any:
    """Records as lines, text as it is."""
    if isinstance(value, bytes):
        return value
    return value.encode(errors="replace") if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.check
def refusals_say_where_and_why(ctx: Any, response: Any, case: Any) -> None:
    if response.status_code < 400:
        return
    kind = response.headers.get("content-type", [""])[0]
    assert kind.startswith("application/problem+json"), (response.status_code, kind)
    if case.method.upper() == "HEAD":
        return
    problem = response.json()
    assert {"type", "title", "status", "detail", "instance"} <= set(problem), problem
    assert problem["status"] == response.status_code and len(problem["detail"]) > 5, problem
    for error in problem.get("errors", []):
        assert {"pointer", "code", "detail"} <= set(error) and error["detail"], problem
    if problem["type"] == "urn:problem:invalid":
        assert problem["errors"], problem
