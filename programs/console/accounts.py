"""The console's money: the queue of claims, and an incentive's budget, accruals and ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from partners.models import Partner
from people.guards import editor_required, vendor_required
from programs import claims as verbs
from programs.balances import balance_of, budget_of
from programs.downloads import proof_of, statement
from programs.models import Claim, FundRequest, LedgerEntry, Program
from programs.precedence import rivals
from programs.taking import Refused
from programs.wording import tiers_in_words

PAGE = 50
DONE = {"approve": "The claim is approved.", "reject": "The claim is rejected.", "pay": "The claim is marked as paid."}


class DecisionForm(forms.Form):
    """What is decided of a claim."""

    action = forms.ChoiceField(choices=[(name, name) for name in DONE])
    reason = forms.CharField(required=False, max_length=500)
    reference = forms.CharField(required=False, max_length=100)


@require_safe
@vendor_required
def claims(request: HttpRequest) -> HttpResponse:
    """The queue: claims of the partners in the viewer's scope, those to decide first."""
    status = request.GET.get("status", Claim.Status.SUBMITTED)
    found = Claim.objects.visible_to(request.user).select_related("partner", "incentive__program", "filed_by")
    found = found.filter(status=status) if status in Claim.Status.values else found
    found = found.order_by("filed_at", "id") if status == Claim.Status.SUBMITTED else found
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    asked = FundRequest.objects.visible_to(request.user).filter(status=FundRequest.Status.SUBMITTED).count()
    words = {"page": page, "status": status, "statuses": Claim.Status.choices, "asked": asked}
    return render(request, "console/accounts/claims.html", words)


def _claim(request: HttpRequest, pk: int) -> Claim:
    found = Claim.objects.visible_to(request.user)
    found = found.select_related("partner", "incentive__program", "filed_by", "decided_by", "request")
    claim: Claim = get_object_or_404(found, pk=pk)
    return claim


@require_safe
@vendor_required
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim with what its decision rests on."""
    found = _claim(request, pk)
    words = {
        "claim": found,
        "balance": balance_of(found.incentive, found.partner),
        "budget": budget_of(found.incentive),
    }
    return render(request, "console/accounts/claim.html", words)


@require_safe
@never_cache
@vendor_required
def claim_proof(request: HttpRequest, pk: int) -> FileResponse:
    """A claim's proof."""
    return proof_of(_claim(request, pk))


@require_POST
@editor_required
def decide_claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, reject or pay a claim."""
    found = _claim(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what to do with the claim.")
        return redirect("console_claim", pk)
    action, reason, reference = (form.cleaned_data[name] for name in ("action", "reason", "reference"))
    try:
        if action == "approve":
            verbs.approve(claim_id=found.pk, user=request.user)
        elif action == "reject":
            verbs.reject(claim_id=found.pk, user=request.user, reason=reason)
        else:
            verbs.pay(claim_id=found.pk, user=request.user, reference=reference)
        messages.success(request, DONE[action])
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("console_claim", pk)


def _incentive(request: HttpRequest, slug: str) -> Program:
    programs = Program.objects.visible_to(request.user).filter(kind=Program.Kind.INCENTIVE)
    program: Program = get_object_or_404(programs.select_related("incentive"), slug=slug)
    return program


@require_safe
@vendor_required
def accounts(request: HttpRequest, slug: str) -> HttpResponse:
    """An incentive's money: budget used, what each partner earned, the ledger, and which other incentive pays instead."""
    program = _incentive(request, slug)
    incentive = program.incentive
    entries = LedgerEntry.objects.filter(incentive=incentive)
    visible = LedgerEntry.objects.visible_to(request.user).filter(incentive=incentive)
    sums = visible.sums("partner_id", "partner__name", "partner__external_id").order_by("-earned", "partner__name")
    total = next(iter(entries.sums("incentive_id")), {"earned": 0, "claimed": 0, "paid": 0})
    budget = budget_of(incentive)
    words: dict[str, Any] = {
        "program": program,
        "incentive": incentive,
        "earns": incentive.earns,
        "tiers": tiers_in_words(incentive.tiers, incentive.currency),
        "total": total,
        "budget": budget,
        "used": max(total["earned"], budget.held),
        "rivals": rivals(program),
        "partners": sums[:PAGE],
        "page": Paginator(visible.select_related("partner", "deal"), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "console/accounts/incentive.html", words)


@require_safe
@never_cache
@vendor_required
def incentive_statement(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """An incentive's ledger as CSV, of the partners in the viewer's scope."""
    program = _incentive(request, slug)
    entries = LedgerEntry.objects.visible_to(request.user).filter(incentive_id=program.pk)
    return statement(entries, f"statement-{program.slug}")


@require_safe
@never_cache
@vendor_required
def partner_statement(request: HttpRequest, external_id: str) -> StreamingHttpResponse:
    """A partner's whole ledger as CSV."""
    partner = Partner.objects.visible_to(request.user).filter(external_id=external_id).first()
    if partner is None:
        raise Http404
    return statement(LedgerEntry.objects.filter(partner=partner), f"statement-{partner.pk}")
