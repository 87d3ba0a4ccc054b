"""The REST API, its description, and the figures that Prometheus reads."""

from prm.env import env

API_RATE = env.int("PRM_API_RATE", default=3000)
"""Requests a minute for each API key and for each person at the API."""
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "integrations.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["integrations.permissions.ScopeAllows"],
    "DEFAULT_THROTTLE_CLASSES": ["integrations.throttling.PerCaller"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["prm.api.parsers.JsonBody"],
    "DEFAULT_METADATA_CLASS": None,  # the schema describes the API; OPTIONS does not do so a second time
    "DEFAULT_PAGINATION_CLASS": "prm.paging.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "prm.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partner segmentation API",
    "DESCRIPTION": "Records in, segments out: push partners, customers and deals, pull members, follow changes.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["prm.api.schema.only_the_api"],
    "POSTPROCESSING_HOOKS": ["prm.api.schema.complete"],
}

METRICS_TOKEN = env.str("PRM_METRICS_TOKEN", default="")
"""What Prometheus sends as `Authorization: Bearer …` to read /metrics; empty: administrators only."""
