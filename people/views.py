"""The doors everybody uses: `/` sends each to their home; an invitation lets a person in."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from people import inviting, roles
from people.forms import AcceptForm
from people.sending import keeping
from people.sessions import lasting, second_factor
from people.sessions.browsers import in_words


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: staff to the console, partners to the portal, others to sign in."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return redirect("portal_home" if roles.is_partner(request.user) else "console_home")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a name and a password, and be signed in; a link that no longer works says why (410)."""
    try:
        user = inviting.read_link(token)
        form = AcceptForm(request.POST or None, user=user)
        if request.method == "POST" and form.is_valid():
            user = inviting.accept(token=token, **form.cleaned_data)
            login(
                request,
                user,
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
            return redirect("home")
    except inviting.InvitationUnusable as reason:
        return render(request, "account/invitation_unusable.html", {"reason": reason}, status=410)
    except ValidationError as error:
        form.add_error("password", error)
    return render(
        request,
        "account/invitation.html",
        {"form": form, "invited": user},
        status=400 if form.errors else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def kept(request: HttpRequest) -> HttpResponse:
    """What was sent after the session had ended: send it now, or throw it away (POST)."""
    if request.method == "POST":
        keeping.forget(request.user.pk, request.POST.get("id", ""))
    waiting = keeping.kept_for(request.user.pk)
    if not waiting:
        return redirect("home")
    return render(request, "account/kept.html", {"waiting": waiting, "resent": keeping.RESENT})


@never_cache
@require_safe
@login_required
def need_second_factor(request: HttpRequest) -> HttpResponse:
    """What a role that signs in with a second factor must do first."""
    if not second_factor.is_missing(request.user):
        return redirect("home")
    return render(request, "account/second_factor.html")


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)
def signed_in_where(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in; POST, once the password was asked again, signs them out everywhere else."""
    if request.method == "POST":
        ended = lasting.end_sessions(user=request.user, but=request.session.session_key)
        messages.success(request, f"Signed out in {ended} other place{'' if ended == 1 else 's'}.")
        return redirect("account_sessions")
    rows = [(each, in_words(each.browser)) for each in lasting.sessions_of(request.user)]
    return render(request, "account/sessions.html", {"rows": rows, "current": request.session.session_key})
