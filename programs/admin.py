"""Programmes, offers and enrolments in the Django admin: to look, and to mend what no page mends."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from people.read_only import ReadOnly
from programs.models import Content, Course, Enrolment, Incentive, Offer, Program, Target


class TargetInline(admin.TabularInline):
    """Whom it is for."""

    model = Target
    extra = 0
    raw_id_fields = ("segment",)


class ContentInline(admin.StackedInline):
    """A page, link or file."""

    model = Content


class CourseInline(admin.StackedInline):
    """Lessons."""

    model = Course


class IncentiveInline(admin.StackedInline):
    """What can be earned."""

    model = Incentive


DETAIL = {"content": ContentInline, "course": CourseInline, "incentive": IncentiveInline}


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin):
    """Status and kind are changed in the console, where offers follow."""

    list_display = ("name", "kind", "status", "starts_on", "ends_on", "priority")
    list_filter = ("kind", "status")
    search_fields = ("name", "slug")
    readonly_fields = ("status", "created_at", "updated_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: the console makes a programme together with its detail."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Program | None = None) -> Any:
        """The kind is settled once it is made."""
        return (*self.readonly_fields, "kind")

    def get_inlines(self, request: HttpRequest, obj: Program | None) -> list[Any]:
        """Targets and the detail of its kind."""
        return [TargetInline, DETAIL[obj.kind]] if obj else [TargetInline]


@admin.register(Offer)
class OfferAdmin(ReadOnly):
    """What is and was on offer."""

    list_display = ("program", "partner", "offered_at", "opened_at", "started_at", "completed_at", "withdrawn_at")
    list_filter = ("program__kind",)
    list_select_related = ("program", "partner")
    search_fields = ("program__slug", "partner__external_id", "partner__name")
    show_full_result_count = False


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnly):
    """Who is in which course."""

    list_display = ("course", "user", "partner", "lessons_done", "started_at", "completed_at")
    list_select_related = ("course__program", "user", "partner")
    search_fields = ("course__program__slug", "user__email")
