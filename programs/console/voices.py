"""The console's queues of what partners said and what is to be done for them: tasks, disputes, feedback."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.guards import editor_required, vendor_required
from programs.journeys.models import ManagerTask
from programs.journeys.tasking import finish
from programs.voices import disputing
from programs.voices.models import Dispute, Feedback

PAGE = 50


class AnswerForm(forms.Form):
    """The answer to a dispute."""

    answer = forms.CharField(
        label="Answer",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The partner reads it.",
    )
    correct = forms.BooleanField(label="Write it into the record now", required=False, initial=True)


@require_safe
@vendor_required
def task_list(request: HttpRequest) -> HttpResponse:
    """What waits for me; with ?whose=all, for everybody."""
    tab = "done" if request.GET.get("state") == "done" else "all" if request.GET.get("whose") == "all" else "mine"
    tasks = ManagerTask.objects.of(request.user) if tab == "mine" else ManagerTask.objects.visible_to(request.user)
    tasks = tasks.exclude(done_at=None).order_by("-done_at") if tab == "done" else tasks.open()
    tasks = tasks.select_related("partner", "assignee", "done_by", "act__entry__journey")
    page = Paginator(tasks, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "tabs": {tab: True}, "is_done": tab == "done"}
    return render(request, "console/voices/tasks.html", context)


@require_POST
@editor_required
def task_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a task off."""
    task = get_object_or_404(ManagerTask.objects.visible_to(request.user), pk=pk)
    finish(task=task, by=request.user)
    messages.success(request, "Done.")
    return redirect("console_tasks")


@require_safe
@vendor_required
def dispute_list(request: HttpRequest) -> HttpResponse:
    """What partners say is wrong, the longest waiting first; with ?state=answered, what was answered."""
    answered = request.GET.get("state") == "answered"
    found = Dispute.objects.visible_to(request.user).select_related("partner", "user", "answered_by")
    found = found.exclude(status="open").order_by("-answered_at") if answered else found.filter(status="open")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "console/voices/disputes.html", {"page": page, "answered": answered, "now": timezone.now()})


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def dispute_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one."""
    found = get_object_or_404(
        Dispute.objects.visible_to(request.user).select_related("partner", "user", "answered_by"), pk=pk
    )
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accept = request.POST.get("verdict") == "accept"
        data = form.cleaned_data
        try:
            disputing.answer(
                dispute=found, user=request.user, accept=accept, text=data["answer"], correct=data["correct"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Answered.")
            return redirect("console_disputes")
    context = {"dispute": found, "form": form}
    return render(request, "console/voices/dispute.html", context, status=400 if form.errors else 200)


@require_safe
@vendor_required
def feedback_list(request: HttpRequest) -> HttpResponse:
    """What partners' people think, latest first."""
    found = Feedback.objects.visible_to(request.user).select_related("partner", "user", "segment", "program")
    about = request.GET.get("about", "")
    if about:
        found = found.filter(Q(segment__slug=about) | Q(program__slug=about))
    first = found.first() if about else None
    subject = (first.segment or first.program) if first else None
    named = subject.name if subject else ""
    counts = {"good": found.filter(is_good=True).count(), "bad": found.filter(is_good=False).count()}
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request, "console/voices/feedback.html", {"page": page, "about": about, "named": named, "counts": counts}
    )
