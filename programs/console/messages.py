"""The console's messages: written, looked at as somebody would get them, sent off, and how they went."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.models import TeamMember
from people.guards import editor_required, vendor_required
from programs.audience import targeting_of
from programs.console.message_forms import MessageForm
from programs.messages import composing, notices, telling, words
from programs.messages.composing import MessageDraft
from programs.messages.letters import words_for
from programs.models import Delivery, Message
from programs.wording import sentence

PAGE = 50


def _message(request: HttpRequest, pk: int, *, to_edit: bool = False) -> Message:
    found = Message.objects.visible_to(request.user)
    return get_object_or_404(found.editable_by(request.user) if to_edit else found, pk=pk)


@require_safe
@vendor_required
def message_list(request: HttpRequest) -> HttpResponse:
    """Every message and how it went, for the partners one may see."""
    status, asked = request.GET.get("status", ""), request.GET.get("q", "")
    found = Message.objects.visible_to(request.user).search(asked).select_related("author")
    found = found.filter(status=status) if status in Message.Status.values else found
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    counts = {
        row["message_id"]: row
        for row in Delivery.objects.visible_to(request.user)
        .filter(message__in=[each.pk for each in page])
        .order_by()
        .values("message_id")
        .annotate(
            told=Count("pk"),
            sent=Count("pk", filter=Q(mail="sent")),
            seen=Count("pk", filter=Q(seen_at__isnull=False)),
            clicked=Count("pk", filter=Q(clicked_at__isnull=False)),
        )
    }
    rows = [{"message": each, **counts.get(each.pk, {"told": 0, "sent": 0, "seen": 0, "clicked": 0})} for each in page]
    context = {
        "page": page,
        "rows": rows,
        "statuses": Message.Status.choices,
        "filters": {"status": status, "q": asked},
    }
    return render(request, "console/messages/list.html", context)


@require_safe
@vendor_required
def message_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One message: how it reads, whom it reaches, how it went and with whom."""
    found = _message(request, pk)
    deliveries = Delivery.objects.visible_to(request.user).filter(message=found)
    targets = list(found.targets.select_related("segment"))
    names = {target.segment.slug: target.segment.name for target in targets}
    context: dict[str, Any] = {
        "message": found,
        "is_editable": Message.objects.editable_by(request.user).filter(pk=pk).exists(),
        "tally": deliveries.tallies(),
        "page": Paginator(deliveries.select_related("user", "partner"), PAGE).get_page(request.GET.get("page")),
        "sentence": sentence(targeting_of(targets), names),
        "journeys": found.journey_steps.select_related("journey"),
        **_sample(request, found.subject, found.body, found.notice),
    }
    if found.status != Message.Status.SENT:
        context["reach"] = telling.reach(
            targeting=targeting_of(targets), kind=found.kind, admins_only=found.admins_only, regions=found.regions
        )
    return render(request, "console/messages/message.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def new_message(request: HttpRequest) -> HttpResponse:
    """Write a new message, perhaps beginning with the words and the audience of another (`?like=`)."""
    like = _like(request)
    initial = MessageForm.initial_of(like) if like else None
    form = MessageForm(request.POST or None, targeting=like.targeting if like else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = composing.create_message(draft=form.draft(), author=request.user)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "Saved. Look at whom it would reach, then send it.")
            return redirect("console_message", made.pk)
    return render(request, "console/messages/form.html", {"form": form}, status=400 if form.errors else 200)


def _like(request: HttpRequest) -> MessageDraft | None:
    """The message to begin with: one of its own, sent by hand and at once unless that is changed. None: a blank page."""
    asked = request.GET.get("like", "")
    if not asked.isdecimal():
        return None
    found = get_object_or_404(Message.objects.visible_to(request.user).filter(notice=""), pk=int(asked))
    return replace(composing.draft_of(found), send_at=None, ends_on=None, for_journeys=False)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def edit_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Change one that nobody has been told yet."""
    found = _message(request, pk, to_edit=True)
    draft = composing.draft_of(found)
    form = MessageForm(request.POST or None, targeting=draft.targeting, initial=MessageForm.initial_of(draft))
    if request.method == "POST" and form.is_valid():
        try:
            composing.change_message(message=found, draft=form.draft())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, "Saved.")
            return redirect("console_message", pk)
    context = {"form": form, "message": found}
    return render(request, "console/messages/form.html", context, status=400 if form.errors else 200)


@require_POST
@editor_required
def preview_message(request: HttpRequest) -> HttpResponse:
    """How the text reads for somebody, and how many it would reach, while it is being written."""
    form = MessageForm(request.POST)
    form.is_valid()
    subject, body = request.POST.get("subject", ""), request.POST.get("body", "")
    reach = telling.reach(
        targeting=form.targeting(),
        kind=request.POST.get("kind", ""),
        admins_only="admins_only" in request.POST,
        regions=request.user.regions,
    )
    notice = request.GET.get("notice", "")
    notice = notice if notice in notices.NOTICES else ""
    known = notices.examples_of(notice)
    unknown = [place for text in (subject, body) for place in words.unknown_places(text) if place not in known]
    context = {"reach": reach, "unknown": unknown, **_sample(request, subject, body, notice)}
    context["is_sent_by_hand"] = not notice and "for_journeys" not in request.POST
    return render(request, "console/messages/preview.html", context)


def _sample(request: HttpRequest, subject: str, body: str, notice: str = "") -> dict[str, Any]:
    """The words as one real person of a partner one may see would read them; examples where a notice has its own places."""
    people = TeamMember.objects.filter(partner__deleted_at=None).select_related("user", "partner")
    if request.user.regions:
        people = people.filter(partner__region__in=request.user.regions)
    somebody = people.order_by("pk").first()
    name, company = (somebody.user.name, somebody.partner.name) if somebody else ("Kim", "Example Partners")
    said = words_for(name, company) | notices.examples_of(notice)
    return {"as_person": f"{name} of {company}", "subject": words.line(subject, said), "body": words.html(body, said)}


@require_POST
@editor_required
def send_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it off, now or when its hour comes."""
    try:
        sent = composing.send_off(message=_message(request, pk, to_edit=True))
        said = "It is on its way." if sent.status == Message.Status.SENT else "It is scheduled."
        messages.success(request, said)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("console_message", pk)


@require_POST
@editor_required
def unsend_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a scheduled one back."""
    try:
        composing.take_back(message=_message(request, pk, to_edit=True))
        messages.success(request, "It is a draft again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("console_message", pk)


@require_POST
@editor_required
def delete_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one that nobody was told."""
    try:
        composing.delete_message(message=_message(request, pk, to_edit=True))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("console_message", pk)
    messages.success(request, "The message is removed.")
    return redirect("console_messages")
