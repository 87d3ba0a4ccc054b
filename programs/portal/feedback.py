"""Feedback from the portal: a part of the page that answers in place."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from partners.models import Partner
from people.guards import partner_required
from programs.models import Offer, Program
from programs.portal.forms import FeedbackForm
from programs.voices import feedback as verbs
from programs.voices.models import Feedback
from segments.models import Segment


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def of_segment(request: HttpRequest, slug: str) -> HttpResponse:
    """About a segment the company is in."""
    company = get_object_or_404(Partner.objects.visible_to(request.user))
    segment = get_object_or_404(Segment.objects.filter(partner_visible=True, subject="partner"), slug=slug)
    return _answer(request, company, segment=segment)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def of_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """About a programme the company has on offer."""
    offer = get_object_or_404(Offer.objects.visible_to(request.user).on().select_related("program", "partner"), pk=pk)
    return _answer(request, offer.partner, program=offer.program)


def _answer(
    request: HttpRequest, company: Partner, *, segment: Segment | None = None, program: Program | None = None
) -> HttpResponse:
    asker: Any = request.user  # signed in: the guard has seen to it
    kept = Feedback.objects.filter(user=asker, segment=segment, program=program).first()
    status = 200
    if request.method == "POST":
        form = FeedbackForm(request.POST)
        if form.is_valid():
            try:
                kept = _say(request, company, segment, program, form)
            except verbs.NotTheirs:
                raise Http404 from None
        else:
            status = 400
    words = {"kept": kept, "address": request.path, "about": segment or program}
    return render(request, "portal/feedback.html", words, status=status)


def _say(
    request: HttpRequest, company: Partner, segment: Segment | None, program: Program | None, form: FeedbackForm
) -> Feedback:
    if segment is not None:
        return verbs.say_of_segment(partner=company, user=request.user, segment=segment, **form.cleaned_data)
    if program is None:
        raise verbs.NotTheirs
    return verbs.say_of_program(partner=company, user=request.user, program=program, **form.cleaned_data)
