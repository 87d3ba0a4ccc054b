"""A page of a list as an answer, in the form that the settings name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView


def page(
    queryset: QuerySet[Any], request: Request, view: APIView, represent: Callable[[list[Any]], list[dict[str, Any]]]
) -> Response:
    """The asked page of the rows, each as JSON. `view.page_ordering` says in which order they come."""
    paging: Any = api_settings.DEFAULT_PAGINATION_CLASS
    pages = paging()
    return pages.get_paginated_response(represent(pages.paginate_queryset(queryset, request, view=view)))


def each(represent: Callable[[Any], dict[str, Any]]) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """For rows that are told one by one."""
    return lambda rows: [represent(row) for row in rows]
