"""Pages of the API's lists: by cursor, so that a list that grows meanwhile is neither repeated nor skipped."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

if TYPE_CHECKING:  # importing it here would close a circle: views load the classes that settings name
    from rest_framework.views import APIView


class CursorPages(BasePagination):
    """`?cursor=&page_size=` up to 1000; the answer is {"next", "results"}.

    A true keyset: the cursor holds the sort values of the last row shown, and the next page asks for what sorts behind
    them. Missing values sort last, either way round. `id` breaks ties, so every row has one place.
    """

    page_size = 100
    max_page_size = 1000
    ordering: Sequence[str] = ("id",)

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the asked page, in order. `view.page_ordering` names columns, with "-" for descending."""
        self.request = request
        ordering = tuple(getattr(view, "page_ordering", self.ordering))
        if ordering[-1].lstrip("-") != "id":
            ordering += ("id",)
        self.columns = [(name.lstrip("-"), name.startswith("-")) for name in ordering]
        size = self._size(request)
        cursor = request.query_params.get("cursor", "")
        if cursor:
            queryset = queryset.filter(self._behind(queryset.model, self._read(cursor)))
        order = [F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True) for name, down in self.columns]
        rows = list(queryset.order_by(*order)[: size + 1])
        self.next_cursor = self._write(rows[size - 1]) if len(rows) > size else ""
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        """{"next": address or null, "results": […]}."""
        return Response({"next": self.next_link(), "results": data})

    def next_link(self) -> str | None:
        """The address of the next page, with everything else of the query kept."""
        if not self.next_cursor:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = self.next_cursor
        return f"{self.request.build_absolute_uri(self.request.path)}?{query.urlencode()}"

    def _size(self, request: Request) -> int:
        if "page_size" not in request.query_params:
            return self.page_size
        text = request.query_params["page_size"]
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= self.max_page_size:
            raise Refused("page_size", f"page_size is a whole number from 1 to {self.max_page_size}.")
        return int(text)

    def _write(self, row: Any) -> str:
        values = [getattr(row, name) for name, _ in self.columns]
        plain = [value if value is None or isinstance(value, str | int) else str(value) for value in values]
        text = json.dumps([[name, down] for name, down in self.columns] + plain, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str) -> list[Any]:
        """The sort values in a cursor. Refuses one that is not ours or belongs to another ordering."""
        try:
            held = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        except (ValueError, binascii.Error, RecursionError):
            held = None
        width = len(self.columns)
        if (
            not isinstance(held, list)
            or len(held) != 2 * width
            or held[:width] != [[name, down] for name, down in self.columns]
            or not all(value is None or isinstance(value, str | int) for value in held[width:])
        ):
            raise Refused("cursor", "This cursor is not one of this list. Start again without it.")
        return held[width:]

    def _behind(self, model: type[Model], values: list[Any]) -> Q:
        """What sorts after the given values: equal in the first n columns, behind in the next."""
        condition, equal = Q(pk__in=[]), Q()
        for (name, down), raw in zip(self.columns, values, strict=True):
            if raw is None:
                equal &= Q(**{f"{name}__isnull": True})
                continue
            column: Any = model._meta.get_field(name)
            try:
                value = column.to_python(raw)
            except (ValidationError, ValueError, OverflowError) as error:
                raise Refused("cursor", "This cursor is not one of this list. Start again without it.") from error
            behind = Q(**{f"{name}__{'lt' if down else 'gt'}": value})
            if column.null:
                behind |= Q(**{f"{name}__isnull": True})
            condition |= equal & behind
            equal &= Q(**{name: value})
        return condition


class Refused(exceptions.APIException):
    """A query parameter that cannot be used."""

    status_code = 400
    default_code = "invalid"

    def __init__(self, parameter: str, detail: str) -> None:
        super().__init__(detail)
        self.errors = [{"pointer": "", "parameter": parameter, "code": "invalid", "detail": detail}]
