"""The OpenAPI schema: components of every app put together, and what each operation may answer besides its own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from integrations.api import schema as integrations
from partners.api import schema as partners
from prm.api.examples import example_of
from programs.api import schema as programs
from segments.api import schema as segments

Json = dict[str, Any]
PROBLEM_ERROR: Json = {
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer into the body; empty: all of it."},
        "parameter": {"type": "string", "description": "The query parameter, where that is at fault."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
    },
    "examples": [
        {
            "type": "urn:problem:invalid",
            "title": "Bad Request",
            "status": 400,
            "detail": "There is no field “regoin”.",
            "instance": "/api/v1/segments/preview/",
            "errors": [
                {"pointer": "/rule/rules/0/field", "code": "unknown_field", "detail": "There is no field “regoin”."}
            ],
        }
    ],
}
ERRORS = {
    "400": "The request cannot be used; `errors` says where and why.",
    "401": "No valid key.",
    "403": "The key or role may not do that.",
    "404": "Nothing here, or nothing that the caller may see.",
    "405": "This address does not take that method.",
    "406": "Not available in the form asked for.",
    "409": "Something stands in the way.",
    "412": "Changed since it was read (If-Match).",
    "413": "Too much at once.",
    "415": "Not a form of body that is read here.",
    "422": "The Idempotency-Key belongs to another request.",
    "429": "Too many requests; Retry-After says when to go on.",
    "500": "Our fault.",
}
_WRITING = {
    "post": {"409", "413", "415", "422"},
    "put": {"409", "412", "413", "415"},
    "patch": {"409", "412", "413", "415"},
    "delete": {"409", "412"},
}
_EVERY = {"400", "401", "403", "404", "405", "406", "429", "500"}
_IF_MATCH: Json = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The ETag last read: the change is refused (412) when somebody else was faster.",
}
_IDEMPOTENCY: Json = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "maxLength": 200},
    "description": "Any unique text. A repeat within a day is not done again; it gets the first answer.",
}


class KeyScheme(OpenApiAuthenticationExtension):
    """`Authorization: Bearer KEY`."""

    target_class = "integrations.authentication.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> Json:
        """The scheme as OpenAPI names it."""
        return {"type": "http", "scheme": "bearer", "description": "An API key, from `manage.py create_api_key`."}


def only_the_api(endpoints: list[Any]) -> list[Any]:
    """Leaves out what is not described: the schema itself and the answer to unknown addresses."""
    return [
        entry
        for entry in endpoints
        if entry[0].startswith("/api/v1/") and not entry[0].startswith(("/api/v1/schema", "/api/v1/docs"))
    ]


def complete(result: Json, generator: Any, request: Any, public: bool) -> Json:
    """Adds the components, the errors and the headers that all operations share."""
    components = result.setdefault("components", {})
    components["schemas"] = {
        **components.get("schemas", {}),
        **partners.COMPONENTS,
        **segments.COMPONENTS,
        **programs.COMPONENTS,
        **integrations.COMPONENTS,
        "Problem": PROBLEM,
        "ProblemError": PROBLEM_ERROR,
    }
    components["responses"] = {f"Problem{status}": _problem(about) for status, about in ERRORS.items()}
    for item in result["paths"].values():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                _complete(method, operation)
    return result


def _complete(method: str, operation: Json) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for media_type, content in body.get("content", {}).items():
            example = example_of(media_type, content.get("schema", {}))
            if example is not None:
                content["examples"] = {"example": {"value": example}}
    for status in sorted(_EVERY | _WRITING.get(method, set())):
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    if method in ("put", "patch", "delete"):
        operation.setdefault("parameters", []).append(_IF_MATCH)
    elif method == "post" and not operation["operationId"].endswith("_bulk"):
        operation.setdefault("parameters", []).append(_IDEMPOTENCY)


def _problem(about: str) -> Json:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": about, "content": content}
