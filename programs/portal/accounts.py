"""The portal's money: what the company can earn, has earned and has claimed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from partners.models import Partner
from people.guards import partner_required
from programs.balances import Balance, balances
from programs.claims import file_claim
from programs.downloads import proof_of, statement
from programs.funding.granting import Granted, granted_of
from programs.models import Claim, FundRequest, LedgerEntry, Offer, Program
from programs.portal.shelf import cards
from programs.precedence import outranked
from programs.proofs import ACCEPTED
from programs.taking import Refused
from programs.wording import tiers_in_words

PAGE = 25
DOOR = "portal_incentives"
"""The entry of the navigation under which these pages stand."""


class ClaimForm(forms.Form):
    """What is claimed, with its proof."""

    amount = forms.DecimalField(max_digits=18, decimal_places=2, min_value=Decimal("0.01"))
    note = forms.CharField(label="What for", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    proof = forms.FileField(
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="A PDF, picture, Word or Excel file of at most 10 MB. Only you and the vendor can open it.",
    )


def _company(request: HttpRequest) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user))


@require_safe
@partner_required
def incentives(request: HttpRequest) -> HttpResponse:
    """What the company can earn, how far it is to the next reward, and what pays instead where two would."""
    shelf = cards(request.user, kind=Program.Kind.INCENTIVE)
    company = Partner.objects.visible_to(request.user).first()
    standing = {each.incentive.pk: each for each in balances(company.pk)} if company else {}
    instead = outranked([card.offer for card in shelf])
    rows = [
        {"card": card, "balance": standing.get(card.program.pk), "instead": instead.get(card.offer.pk)}
        for card in shelf
    ]
    return render(request, "portal/accounts/incentives.html", {"rows": rows})


def standing(offer: Offer) -> dict[str, Any]:
    """For the page of one incentive: its tiers, where the company stands, and what pays instead of it."""
    incentive = offer.program.incentive
    [balance] = balances(offer.partner_id, incentives=[incentive.pk])
    others = Offer.objects.on().filter(
        partner=offer.partner_id, lapsed_at=None, program__incentive__type=incentive.type
    )
    first = outranked(others.select_related("program__incentive")).get(offer.pk)
    words = f"“{first.name}” pays for your deals instead of this one: of two of a kind one applies." if first else ""
    return {"balance": balance, "tiers": tiers_in_words(incentive.tiers, incentive.currency), "instead": words}


@require_safe
@partner_required
def claims(request: HttpRequest) -> HttpResponse:
    """Earned, claimed and paid by incentive; the company's claims; the latest lines of the ledger."""
    company = _company(request)
    found = Claim.objects.visible_to(request.user).select_related("incentive__program", "filed_by")
    entries = LedgerEntry.objects.visible_to(request.user).select_related("incentive__program", "deal")
    context = {
        "door": DOOR,
        "company": company,
        "balances": balances(company.pk, with_progress=False),
        "requests": FundRequest.objects.visible_to(request.user).select_related("incentive__program")[:PAGE],
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "entries": entries[:PAGE],
    }
    return render(request, "portal/accounts/claims.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def new_claim(request: HttpRequest, slug: str) -> HttpResponse:
    """File a claim for what was earned or, of market development funds, spent."""
    company = _company(request)
    balance = next((each for each in balances(company.pk) if each.program.slug == slug), None)
    if balance is None or balance.is_discount:
        raise Http404
    granted = _granted(request, balance) if balance.asks_first else None
    initial = _initial(balance) if granted is None else {"amount": granted.left}
    form = ClaimForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            claim = file_claim(
                incentive_id=balance.incentive.pk,
                user=request.user,
                amount=data["amount"],
                note=data["note"],
                proof=data["proof"],
                request_id=granted.request.pk if granted else None,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your claim is filed. You see here how it is decided.")
            return redirect("portal_claim", claim.pk)
    return render(
        request,
        "portal/accounts/new.html",
        {
            "door": DOOR,
            "form": form,
            "balance": balance,
            "granted": granted,
            "most": granted.left if granted else balance.available,
        },
        status=422 if form.errors else 200,
    )


def _granted(request: HttpRequest, balance: Balance) -> Granted:
    """The request for funds that the address names; a claim of such funds is always under one."""
    number = request.GET.get("request", "")
    rows = FundRequest.objects.visible_to(request.user).filter(incentive=balance.incentive, granted__isnull=False)
    return granted_of(get_object_or_404(rows, pk=int(number) if number.isdecimal() else 0))


def _initial(balance: Balance) -> dict[str, Decimal]:
    return {"amount": balance.available} if balance.available and not balance.is_fund else {}


def _claim(request: HttpRequest, pk: int) -> Claim:
    found = Claim.objects.visible_to(request.user).select_related("incentive__program", "filed_by", "request")
    claim: Claim = get_object_or_404(found, pk=pk)
    return claim


@require_safe
@partner_required
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One claim of the company, and how it stands."""
    return render(request, "portal/accounts/claim.html", {"door": DOOR, "claim": _claim(request, pk)})


@require_safe
@never_cache
@partner_required
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """The proof of the company's own claim, as a download."""
    return proof_of(_claim(request, pk))


@require_safe
@never_cache
@partner_required
def ledger(request: HttpRequest) -> StreamingHttpResponse:
    """The company's ledger as CSV."""
    return statement(LedgerEntry.objects.visible_to(request.user), "statement")
