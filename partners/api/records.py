"""`partners/`, `customers/`, `deals/` and one of each."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api import filters, schema
from partners.api.pages import page
from partners.api.values import MODELS, joined, represent, shown, stored_only
from partners.api.writing import check_names, origin_of, write
from partners.disclosing import note_disclosure
from partners.facts import vocabulary
from partners.records import delete_record
from partners.vocabulary import Field, Subject


class RecordView(APIView):
    """What the list and the single record share."""

    subject: Subject

    def fields(self, request: Request) -> dict[str, Field]:
        """What this caller reads: `?fields=` of the vocabulary, computed facts included; else all that is stored."""
        known = shown(vocabulary(self.subject), request.user)
        text = request.query_params.get("fields", "")
        if not text:
            return self.noted(request, stored_only(known))
        names = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise filters.BadParameter("fields", f"There is no field “{unknown[0]}”. See fields/.", "unknown_field")
        return self.noted(request, {name: known[name] for name in dict.fromkeys(["external_id", *names])})

    def noted(self, request: Request, fields: dict[str, Field]) -> dict[str, Field]:
        """The fields; that the caller is told sensitive ones is written down."""
        of = f"{self.subject.value} {self.kwargs.get('external_id', '')}".strip()
        note_disclosure(viewer=request.user, fields=fields.values(), of=f"{of} by the API")
        return fields

    def one(self, request: Request, external_id: str, fields: dict[str, Field]) -> dict[str, Any]:
        """The record as JSON, or 404."""
        return represent([self.found(request, external_id)], self.subject, fields)[0]

    def found(self, request: Request, external_id: str) -> Any:
        """The record, or 404 when there is none that the caller may see."""
        visible = MODELS[self.subject].objects.visible_to(request.user).filter(external_id=external_id)
        record = joined(visible, self.subject).first()
        if record is None:
            raise Http404
        return record


class RecordList(RecordView):
    """Many: read by page, or make one."""

    def get(self, request: Request) -> Response:
        """A page of the records that the caller may see."""
        fields = self.fields(request)
        known = shown(vocabulary(self.subject), request.user)
        queryset = filters.narrowed(MODELS[self.subject].objects.visible_to(request.user), request, known)
        self.page_ordering = filters.ordering(request, known)
        return page(
            joined(queryset, self.subject), request, self, lambda records: represent(records, self.subject, fields)
        )

    def post(self, request: Request) -> Response:
        """Makes one; 409 when its external id is taken."""
        fields = self.fields(request)
        values = check_names(request.data, vocabulary(self.subject))
        if "external_id" not in values:
            raise ValidationError({"external_id": ValidationError("Give it an external id.", "required").detail})
        made = write(request=request, subject=self.subject, values=values, create_only=True)
        body = self.one(request, made.external_id, fields)
        place = reverse(f"api_{self.subject}", args=[body["external_id"]])
        return Response(body, status=201, headers={"Location": place})


class RecordDetail(RecordView):
    """One."""

    def get(self, request: Request, external_id: str) -> Response:
        """The record."""
        return Response(self.one(request, external_id, self.fields(request)))

    def put(self, request: Request, external_id: str) -> Response:
        """Makes or changes it: 201 or 200. Fields left out keep their values; null empties one."""
        values = self._values(request, external_id)
        result = write(request=request, subject=self.subject, values=values)
        body = self.one(request, external_id, self.fields(request))
        return Response(body, status=201 if result.status == "created" else 200)

    def patch(self, request: Request, external_id: str) -> Response:
        """Changes the fields sent; null empties one."""
        self.found(request, external_id)
        write(request=request, subject=self.subject, values=self._values(request, external_id))
        return Response(self.one(request, external_id, self.fields(request)))

    def delete(self, request: Request, external_id: str) -> Response:
        """Takes it out of every list and segment; its history stays."""
        delete_record(record=self.found(request, external_id), origin=origin_of(request))
        return Response(status=204)

    def _values(self, request: Request, external_id: str) -> dict[str, Any]:
        values = check_names(request.data, vocabulary(self.subject))
        if values.get("external_id", external_id) != external_id:
            raise ValidationError(
                {"external_id": ValidationError("The external id is the address's; leave it out.", "mismatch").detail}
            )
        return {**values, "external_id": external_id}


def _documented(subject: Subject, plural: str) -> tuple[type[RecordList], type[RecordDetail]]:
    """The two views of a subject, described for the schema."""
    record, records = schema.ref(schema.NAMES[subject]), schema.ref(f"{schema.NAMES[subject]}Page")
    write_body = {"application/json": schema.ref(f"{schema.NAMES[subject]}Write")}
    lists = extend_schema_view(
        get=extend_schema(
            operation_id=f"{plural}_list", tags=[plural], parameters=schema.LIST_PARAMETERS, responses={200: records}
        ),
        post=extend_schema(
            operation_id=f"{plural}_create",
            tags=[plural],
            parameters=[schema.FIELDS],
            request=write_body,
            responses={201: record},
        ),
    )(type(f"{subject.title()}List", (RecordList,), {"subject": subject, "__doc__": f"The {plural}."}))
    details = extend_schema_view(
        get=extend_schema(
            operation_id=f"{plural}_read", tags=[plural], parameters=[schema.FIELDS], responses={200: record}
        ),
        put=extend_schema(
            operation_id=f"{plural}_upsert",
            tags=[plural],
            parameters=[schema.FIELDS],
            request=write_body,
            responses={200: record, 201: record},
        ),
        patch=extend_schema(
            operation_id=f"{plural}_change",
            tags=[plural],
            parameters=[schema.FIELDS],
            request=write_body,
            responses={200: record},
        ),
        delete=extend_schema(operation_id=f"{plural}_delete", tags=[plural], responses={204: None}),
    )(type(f"{subject.title()}Detail", (RecordDetail,), {"subject": subject, "__doc__": f"One {subject}."}))
    return lists, details


PartnerList, PartnerDetail = _documented(Subject.PARTNER, "partners")
CustomerList, CustomerDetail = _documented(Subject.CUSTOMER, "customers")
DealList, DealDetail = _documented(Subject.DEAL, "deals")
