"""The schema and the docs page."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.urls import get_resolver
from jsonschema import Draft202012Validator

from tests import callers
from tests.access.addresses import walk


@pytest.mark.django_db
def test_schema__generated__valid_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    schema = json.loads(capsys.readouterr().out)
    assert schema["openapi"].startswith("3.1")
    rule = schema["components"]["schemas"]["RuleGroup"]["properties"]["rules"]["items"]
    assert rule == {"$ref": "#/components/schemas/Rule"}


@pytest.mark.django_db
def test_schema__every_operation__documents_its_refusals(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--format", "openapi-json")
    schema = json.loads(capsys.readouterr().out)
    operations = [(path, method, op) for path, item in schema["paths"].items() for method, op in item.items()]
    assert len(operations) > 40
    for path, method, operation in operations:
        assert {"400", "401", "403", "404", "405", "406", "429", "500"} <= set(operation["responses"]), (path, method)


@pytest.mark.django_db
def test_schema__every_address_of_the_api__is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--format", "openapi-json")
    described = {path.replace("{", "<").replace("}", ">") for path in json.loads(capsys.readouterr().out)["paths"]}
    routes = {"/" + route for route in walk(get_resolver().url_patterns) if route.startswith("api/v1/")}
    plain = {route.replace("<str:", "<").replace("<slug:", "<").replace("<int:", "<") for route in routes}
    undescribed = {"/api/v1/schema/", "/api/v1/docs/", "/api/v1/^.*$"}
    assert plain - undescribed == described


@pytest.mark.django_db
def test_schema__served__to_anybody() -> None:
    assert callers.nobody().get("schema/").status_code == 200


@pytest.mark.django_db
def test_docs__served__without_inline_script() -> None:
    page = callers.nobody().get("docs/")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    policy = page.headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy
    script = callers.nobody().get("docs/?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")


@pytest.mark.django_db
def test_index__with_a_key__names_the_lists() -> None:
    caller = callers.key("admin")
    links = caller.get("").json()
    assert links["partners"].endswith("/api/v1/partners/")
    for link in links.values():
        assert caller.get(link).status_code == 200


@pytest.mark.django_db
def test_schema__every_operation__has_examples_that_fit(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--format", "openapi-json")
    schema = json.loads(capsys.readouterr().out)
    checked = 0
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            for body in [operation.get("requestBody", {}), *good]:
                for media_type, content in body.get("content", {}).items():
                    value = content["examples"]["example"]["value"]
                    whole = {**content["schema"], "components": schema["components"]}
                    faults = list(Draft202012Validator(whole).iter_errors(value))
                    assert not faults, (path, method, media_type, faults[0].message)
                    checked += 1
    assert checked > 100
