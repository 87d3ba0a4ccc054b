"""What somebody has learnt, and the proof of it: transcript and certificates; and their verification by anybody."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from people.guards import partner_required
from programs import certifying, diplomas
from programs.models import Certificate
from programs.transcripts import transcript_of

FORMS = {"pdf": (diplomas.to_pdf, "application/pdf"), "png": (diplomas.to_png, "image/png")}


@require_safe
@partner_required
def transcript(request: HttpRequest) -> HttpResponse:
    """Every course the person has begun, with what came of it."""
    rows = transcript_of(request.user)
    return render(request, "portal/transcript.html", {"rows": rows, "today": certifying.today()})


@require_safe
@never_cache
@partner_required
def certificate(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """A certificate as PDF or picture: for its holder, and the admins of its company."""
    if form not in FORMS:
        raise Http404
    found = get_object_or_404(Certificate.objects.visible_to(request.user).distinct(), code=code)
    draw, media_type = FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="certificate-{found.code}.{form}"'}
    return HttpResponse(draw(_diploma(found)), content_type=media_type, headers=headers)


def _diploma(found: Certificate) -> diplomas.Diploma:
    """What the sheet says."""
    end = found.expires_on
    return diplomas.Diploma(
        organisation=settings.ORGANISATION_NAME,
        holder=found.holder,
        title=found.title,
        issued=date_format(found.issued_at, "j F Y"),
        valid=f"valid until {date_format(end, 'j F Y')}" if end else "valid without end",
        code=found.code,
        address=settings.SITE_URL.rstrip("/") + reverse("certificate", args=[found.code]),
        font=settings.CERTIFICATE_FONT,
    )


@require_safe
@never_cache
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """For anybody: whether a code belongs to a certificate, and what that says. Nothing else about anyone."""
    typed = request.GET.get("code", "")
    if not code and typed:
        return redirect("certificate", certifying.code_as_typed(typed) or "unknown")
    found = certifying.verify(code) if code else None
    context = {
        "code": code,
        "certificate": found,
        "is_valid": found is not None and found.is_valid_on(certifying.today()),
    }
    status = 404 if code and found is None else 200
    response = render(request, "entrance/certificate.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


public_urls = [
    path("", verify, name="certificates"),
    path("<str:code>/", verify, name="certificate"),
]
"""Addresses that need no sign-in, under /certificates/."""
