"""Who may come in: colleagues and partners' people, invitations, roles. Here because it shows regions and companies."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from partners import facts, team
from partners.console.people_forms import PersonForm, TeamInvitationForm
from partners.models import Partner
from partners.vocabulary import Subject
from people import inviting
from people.forms import InvitationForm
from people.guards import administrator_required, editor_required
from people.models import User
from people.sessions import lasting
from people.tasks import send_invitation

PAGE_SIZE = 50


def region_choices() -> list[tuple[str, str]]:
    """The regions there are, as (value, label)."""
    return [(choice.value, choice.label) for choice in facts.vocabulary(Subject.PARTNER)["region"].choices]


@require_safe
@administrator_required
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, staff and partners' people alike; search by name or address."""
    words = request.GET.get("q", "")
    page = Paginator(User.objects.search(words).select_related("team_member__partner"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    labels = dict(region_choices())
    rows = [(user, ", ".join(labels.get(region, region) for region in user.regions)) for user in page]
    return render(request, "console/people/list.html", {"page": page, "rows": rows, "q": words})


@require_http_methods(["GET", "POST"])
@administrator_required
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a colleague; the mail leaves from a worker."""
    form = InvitationForm(request.POST or None, regions=region_choices())
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = inviting.invite(**form.cleaned_data).user
                transaction.on_commit(partial(send_invitation.delay, user.pk))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{user.email} is invited; the mail is on its way.")
            return redirect("console_people")
    return render(
        request,
        "console/people/invite.html",
        {"form": form},
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@administrator_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: name, role among colleagues, regions, and whether they may come in."""
    user = get_object_or_404(User, pk=pk)
    form = PersonForm(
        request.POST or None,
        instance=user,
        regions=region_choices(),
        is_self=user.pk == request.user.pk,
    )
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=list(form.fields))
        if not user.is_active:  # whoever is let in again later has to sign in again, too
            lasting.end_sessions(user=user)
        messages.success(request, f"{user} is saved.")
        return redirect("console_people")
    words = {"form": form, "person": user}
    return render(request, "console/people/person.html", words, status=400 if form.errors else 200)


@require_POST
@administrator_required
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a new link; the earlier one stops working."""
    user = get_object_or_404(User, pk=pk)
    try:
        with transaction.atomic():
            inviting.invite(email=user.email, role=user.role, regions=tuple(user.regions))
            transaction.on_commit(partial(send_invitation.delay, user.pk))
        messages.success(request, f"A new invitation is on its way to {user.email}.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("console_person", pk=pk)


@require_http_methods(["GET", "POST"])
@editor_required
def invite_to_team(request: HttpRequest, external_id: str) -> HttpResponse:
    """Invite a person into a partner's team."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), external_id=external_id)
    form = TeamInvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = team.invite_team_member(partner=partner, **form.cleaned_data).user
                transaction.on_commit(partial(send_invitation.delay, user.pk))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{user.email} is invited; the mail is on its way.")
            return redirect("console_partner", external_id)
    words = {"form": form, "partner": partner}
    return render(request, "console/people/invite.html", words, status=400 if form.errors else 200)
