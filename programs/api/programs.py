"""`programs/`, and by kind `content/`, `courses/`, `incentives/`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError as Refusal
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.pages import each, page
from partners.api.schema import PAGING, ref
from partners.api.strict import checked
from partners.api.writing import Conflict
from people.roles import Viewer
from programs.api.values import BODIES, DATES, MODES, drafted, represent_program
from programs.authoring import activate, archive, change_program, create_program, delete_program, draft_of
from programs.models import Program, Target

_PLACES = {mode: ("targeting", mode) for mode in MODES} | {ours: ("targeting", name) for name, ours in DATES.items()}


_HELD = ("content__items__item__program", "content__customer_segments__segment")
"""What kits hold, and whom plays are for."""


@contextmanager
def placed() -> Iterator[None]:
    """Turns what authoring refuses into errors at the places where the body has the values."""
    try:
        yield
    except Refusal as refusal:
        if not hasattr(refusal, "error_dict"):
            raise Conflict(" ".join(refusal.messages), code=getattr(refusal, "code", None) or "conflict") from refusal
        detail: dict[str, Any] = {}
        for name, messages in refusal.message_dict.items():
            outer, inner = _PLACES.get(name, (name, ""))
            found = [ErrorDetail(message, "invalid") for message in messages]
            if inner:
                detail.setdefault(outer, {})[inner] = found
            else:
                detail[outer] = found
        raise ValidationError(detail) from refusal


class ProgramView(APIView):
    """What list and single programme share."""

    kind = ""
    """Only this kind; empty: all."""

    def programs(self, request: Request) -> QuerySet[Any]:
        """Those the caller may see, with all that is shown of them."""
        targets = Prefetch("targets", queryset=Target.objects.select_related("segment"))
        found = Program.objects.visible_to(request.user).select_related("content", "course", "incentive")
        found = found.prefetch_related(targets, *_HELD)
        return found.filter(kind=self.kind) if self.kind else found

    def one(self, request: Request, slug: str) -> Program:
        """The programme, or 404."""
        program: Program = get_object_or_404(self.programs(request), slug=slug)
        return program


class ProgramList(ProgramView):
    """Many: read by page, or make one."""

    def get(self, request: Request) -> Response:
        """A page of programmes."""
        return page(self.programs(request), request, self, each(represent_program))

    def post(self, request: Request) -> Response:
        """Makes one, as a draft unless its status says otherwise."""
        data = dict(request.data) if isinstance(request.data, dict) else request.data
        kind = self.kind
        if isinstance(data, dict):
            kind = data.pop("kind", kind)
        if kind not in BODIES or (self.kind and kind != self.kind):
            expected = self.kind or "content, course or incentive"
            raise ValidationError({"kind": [ErrorDetail(f"Say which kind: {expected}.", "invalid")]})
        values = checked(BODIES[kind], data)
        with placed(), transaction.atomic():
            program = create_program(draft=drafted(kind, values), author=_person(request))
            _follow(program, values.get("status"))
        place = reverse("api_program", args=[program.slug])
        return Response(represent_program(self.one(request, program.slug)), status=201, headers={"Location": place})


class ProgramDetail(ProgramView):
    """One."""

    def get(self, request: Request, slug: str) -> Response:
        """The programme."""
        return Response(represent_program(self.one(request, slug)))

    def patch(self, request: Request, slug: str) -> Response:
        """Changes what is sent; `status` puts it on offer or takes it off."""
        program = self.one(request, slug)
        values = checked(BODIES[program.kind], request.data, partial=True)
        with placed(), transaction.atomic():
            if set(values) - {"status"}:
                program = change_program(
                    program=program, draft=drafted(program.kind, values, draft_of(program)), author=_person(request)
                )
            _follow(program, values.get("status"))
        return Response(represent_program(self.one(request, program.slug)))

    def delete(self, request: Request, slug: str) -> Response:
        """Removes one that was never on offer."""
        with placed():
            delete_program(program=self.one(request, slug))
        return Response(status=204)


def _person(request: Request) -> Viewer | None:
    """Who writes, where it is a person and not a key."""
    return request.user if request.user.pk is not None else None


def _follow(program: Program, status: str | None) -> None:
    """Makes the status what the body asks for."""
    if status is None or status == program.status:
        return
    if status == Program.Status.DRAFT:
        raise ValidationError({"status": [ErrorDetail("It is on offer already; archive it instead.", "invalid")]})
    (activate if status == Program.Status.ACTIVE else archive)(program=program)


def _documented(kind: str, plural: str) -> tuple[type[ProgramList], type[ProgramDetail]]:
    """The two views of a kind, described for the schema."""
    name = kind.title() or "Program"
    body, change = {"application/json": ref(f"{name}Write")}, {"application/json": ref(f"{name}Change")}
    lists = extend_schema_view(
        get=extend_schema(
            operation_id=f"{plural}_list", tags=[plural], parameters=PAGING, responses={200: ref("ProgramPage")}
        ),
        post=extend_schema(
            operation_id=f"{plural}_create", tags=[plural], request=body, responses={201: ref("Program")}
        ),
    )(type(f"{name}List", (ProgramList,), {"kind": kind, "__doc__": f"The {plural}."}))
    details = extend_schema_view(
        get=extend_schema(operation_id=f"{plural}_read", tags=[plural], responses={200: ref("Program")}),
        patch=extend_schema(
            operation_id=f"{plural}_change", tags=[plural], request=change, responses={200: ref("Program")}
        ),
        delete=extend_schema(operation_id=f"{plural}_delete", tags=[plural], responses={204: None}),
    )(type(f"{name}Detail", (ProgramDetail,), {"kind": kind, "__doc__": f"One of the {plural}."}))
    return lists, details


AnyList, AnyDetail = _documented("", "programs")
ContentList, ContentDetail = _documented("content", "content")
CourseList, CourseDetail = _documented("course", "courses")
IncentiveList, IncentiveDetail = _documented("incentive", "incentives")
