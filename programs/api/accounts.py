"""`claims/`, `fund-requests/` and `ledger/`: what partners asked for, claimed and earned, for reading.

Claims and requests are decided by people, in the console.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from partners.api.filters import chosen
from partners.api.pages import each, page
from partners.api.schema import PAGING, ref
from partners.api.values import rfc3339
from programs.accounts import Claim, LedgerEntry
from programs.funding.models import FundRequest

OF_PARTNER = OpenApiParameter("partner", OpenApiTypes.STR, description="Only this partner's (external id).")
OF_INCENTIVE = OpenApiParameter("incentive", OpenApiTypes.STR, description="Only of this incentive (slug).")
STATUS = OpenApiParameter("status", {"type": "string", "enum": list(Claim.Status.values)})
ASKED = OpenApiParameter("status", {"type": "string", "enum": list(FundRequest.Status.values)})
KIND = OpenApiParameter("kind", {"type": "string", "enum": list(LedgerEntry.Kind.values)})


def _narrowed(rows: QuerySet[Any], request: Request, **choices: list[str]) -> QuerySet[Any]:
    """Those of the asked partner and incentive; `choices`: parameters that name one of a few values."""
    for name, values in choices.items():
        said = chosen(request, name, values)
        rows = rows.filter(**{name: said}) if said else rows
    if partner := request.query_params.get("partner", ""):
        rows = rows.filter(partner__external_id=partner)
    if incentive := request.query_params.get("incentive", ""):
        rows = rows.filter(incentive__program__slug=incentive)
    return rows


class ClaimList(APIView):
    """Claims, newest first."""

    page_ordering = ("-id",)

    @extend_schema(
        operation_id="claims_list",
        tags=["claims"],
        parameters=[*PAGING, OF_PARTNER, OF_INCENTIVE, STATUS],
        responses={200: ref("ClaimPage")},
    )
    def get(self, request: Request) -> Response:
        """A page of claims of the partners that the caller may see."""
        rows = _narrowed(Claim.objects.visible_to(request.user), request, status=Claim.Status.values)
        return page(rows.select_related("partner", "incentive__program"), request, self, each(_claim))


class ClaimDetail(APIView):
    """One claim."""

    @extend_schema(operation_id="claims_read", tags=["claims"], responses={200: ref("Claim")})
    def get(self, request: Request, claim_id: int) -> Response:
        """How it stands."""
        rows = Claim.objects.visible_to(request.user).select_related("partner", "incentive__program")
        return Response(_claim(get_object_or_404(rows, pk=claim_id)))


class FundRequestList(APIView):
    """Requests for funds, newest first."""

    page_ordering = ("-id",)

    @extend_schema(
        operation_id="fund_requests_list",
        tags=["claims"],
        parameters=[*PAGING, OF_PARTNER, OF_INCENTIVE, ASKED],
        responses={200: ref("FundRequestPage")},
    )
    def get(self, request: Request) -> Response:
        """A page of requests of the partners that the caller may see."""
        rows = _narrowed(FundRequest.objects.visible_to(request.user), request, status=FundRequest.Status.values)
        return page(rows.select_related("partner", "incentive__program"), request, self, each(_fund_request))


class Ledger(APIView):
    """The ledger, in the order it was written."""

    page_ordering = ("id",)

    @extend_schema(
        operation_id="ledger_list",
        tags=["claims"],
        parameters=[*PAGING, OF_PARTNER, OF_INCENTIVE, KIND],
        responses={200: ref("LedgerPage")},
    )
    def get(self, request: Request) -> Response:
        """A page of the ledger of the partners that the caller may see. Lines never change: a mistake is reversed."""
        rows = _narrowed(LedgerEntry.objects.visible_to(request.user), request, kind=LedgerEntry.Kind.values)
        return page(rows.select_related("partner", "incentive__program", "deal"), request, self, each(_entry))


def _claim(claim: Claim) -> dict[str, Any]:
    """A claim as JSON."""
    return {
        "id": claim.pk,
        "partner": claim.partner.external_id,
        "incentive": claim.incentive.program.slug,
        "status": claim.status,
        "amount": str(claim.amount),
        "currency": claim.currency,
        "note": claim.note,
        "filed_at": rfc3339(claim.filed_at),
        "decided_at": rfc3339(claim.decided_at) if claim.decided_at else None,
        "reason": claim.reason,
        "paid_at": rfc3339(claim.paid_at) if claim.paid_at else None,
        "reference": claim.reference,
        "request": claim.request_id,
    }


def _fund_request(asked: FundRequest) -> dict[str, Any]:
    """A request for funds as JSON."""
    return {
        "id": asked.pk,
        "partner": asked.partner.external_id,
        "incentive": asked.incentive.program.slug,
        "status": asked.status,
        "title": asked.title,
        "plan": asked.plan,
        "outcome": asked.outcome,
        "amount": str(asked.amount),
        "granted": str(asked.granted) if asked.granted is not None else None,
        "currency": asked.currency,
        "starts_on": asked.starts_on.isoformat(),
        "ends_on": asked.ends_on.isoformat(),
        "claim_by": asked.claim_by.isoformat() if asked.claim_by else None,
        "asked_at": rfc3339(asked.asked_at),
        "decided_at": rfc3339(asked.decided_at) if asked.decided_at else None,
        "reason": asked.reason,
    }


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    """A line of the ledger as JSON."""
    return {
        "id": entry.pk,
        "partner": entry.partner.external_id,
        "incentive": entry.incentive.program.slug,
        "kind": entry.kind,
        "amount": str(entry.amount),
        "currency": entry.currency,
        "on": entry.on.isoformat(),
        "at": rfc3339(entry.at),
        "deal": entry.deal.external_id if entry.deal else None,
        "claim": entry.claim_id,
        "reason": entry.reason,
    }
