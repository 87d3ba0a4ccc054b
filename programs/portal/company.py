"""The portal's pages about oneself and one's company: preferences, team, facts and what is wrong with them."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import CharField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners import team
from partners.models import Partner, TeamMember
from people import preferences, roles
from people.guards import partner_required
from people.tasks import send_invitation
from programs.company_facts import facts_of
from programs.portal.forms import KINDS, DisputeForm, InviteForm, PreferencesForm
from programs.voices import disputing
from programs.voices.models import Dispute


def _company(request: HttpRequest) -> Partner:
    company: Partner = get_object_or_404(Partner.objects.visible_to(request.user))
    return company


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def preferences_page(request: HttpRequest) -> HttpResponse:
    """Which mail comes, and by which clock."""
    user = request.user
    kept = preferences.preference_of(user)
    initial = {
        "mail_on": [k for k, _ in KINDS if k not in kept.mail_off],
        "time_zone": user.time_zone,
        "language": kept.language,
    }
    form = PreferencesForm(request.POST or None, initial=initial, bounced=kept.bounced_at is not None)
    if request.method == "POST" and form.is_valid():
        preferences.change_preferences(
            user=user,
            mail_off=[kind for kind, _ in KINDS if kind not in form.cleaned_data["mail_on"]],
            time_zone=form.cleaned_data["time_zone"],
            language=form.cleaned_data["language"],
            address_works=form.cleaned_data.get("address_works", False),
        )
        messages.success(request, "Your preferences are saved.")
        return redirect("portal_preferences")
    context = {"form": form, "kept": kept}
    return render(request, "portal/preferences.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def team_page(request: HttpRequest) -> HttpResponse:
    """The company's people; its admins invite more."""
    company = _company(request)
    is_admin = request.user.role == roles.PARTNER_ADMIN
    if request.method == "POST" and not is_admin:
        raise PermissionDenied
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                invited = team.invite_team_member(partner=company, **form.cleaned_data).user
                transaction.on_commit(partial(send_invitation.delay, invited.pk))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{invited.email} is invited; the mail is on its way.")
            return redirect("portal_team")
    people = company.team.select_related("user").order_by("user__name", "user__email")
    people = people.annotate(key=Cast("user_id", CharField()))  # names the dialog that asks before removing
    context = {"company": company, "people": people, "form": form, "is_admin": is_admin}
    return render(request, "portal/team.html", context, status=400 if form.errors else 200)


@require_POST
@partner_required
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    """An admin lets a colleague go."""
    member = get_object_or_404(TeamMember.objects.filter(partner=_company(request)), user_id=pk)
    if request.user.role != roles.PARTNER_ADMIN:
        raise PermissionDenied
    try:
        gone = team.remove_team_member(member=member, by=request.user)
        messages.success(request, f"{gone} is no longer in your team.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("portal_team")


@require_safe
@partner_required
def company_page(request: HttpRequest) -> HttpResponse:
    """What is known about the company, and what it said is wrong."""
    company = _company(request)
    disputes = list(Dispute.objects.filter(partner=company).select_related("user").order_by("-created_at"))
    is_open = {each.field for each in disputes if each.status == Dispute.Status.OPEN}
    rows = [{"said": said, "is_disputed": said.field.name in is_open} for said in facts_of(company)]
    return render(request, "portal/company.html", {"company": company, "rows": rows, "disputes": disputes[:20]})


@require_http_methods(["GET", "HEAD", "POST"])
@partner_required
def dispute(request: HttpRequest, field: str) -> HttpResponse:
    """Say that one value is wrong."""
    company = _company(request)
    said = next((each for each in facts_of(company) if each.field.name == field), None)
    if said is None:
        raise Http404
    choices = [choice.label for choice in said.field.choices]
    form = DisputeForm(request.POST or None, offers_words=bool(choices))
    if request.method == "POST" and form.is_valid():
        try:
            disputing.dispute(partner=company, user=request.user, said=said, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Thank you. Your channel manager looks into it and answers here.")
            return redirect("portal_company")
    context = {"company": company, "said": said, "form": form, "choices": choices}
    return render(request, "portal/dispute.html", context, status=400 if form.errors else 200)
