"""Segments in the Django admin. What the engine writes can be read there and not changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from people.read_only import ReadOnly
from segments.models import Change, Membership, Override, Recompute, Segment, SegmentSet, SegmentVersion, SetEntry


@admin.register(Segment)
class SegmentAdmin(admin.ModelAdmin):
    """Names and owners can be put right here; rules, status and members have their own ways in the console."""

    list_display = ["name", "slug", "subject", "kind", "status", "member_count", "computed_at", "invalid_reason"]
    list_filter = ["subject", "kind", "status"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "subject", "kind", "status", "description", "objective", "owner", "partner_visible",
              "draft", "published", "member_count", "computed_at", "invalid_reason"]  # fmt: skip
    readonly_fields = ["slug", "subject", "kind", "status", "draft", "published", "member_count", "computed_at",
                       "invalid_reason"]  # fmt: skip
    autocomplete_fields = ["owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Segments are made in the console, where their rule is checked."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are archived in the console, so that whoever follows the changes hears of it."""
        return False


@admin.register(SegmentVersion)
class SegmentVersionAdmin(ReadOnly):
    """Immutable."""

    list_display = ["segment", "number", "author", "reason", "created_at"]
    search_fields = ["segment__name", "segment__slug"]


@admin.register(Recompute)
class RecomputeAdmin(ReadOnly):
    """The history of runs."""

    list_display = ["id", "trigger", "status", "as_of", "segment_count", "entered_count", "left_count", "finished_at"]
    list_filter = ["status", "trigger"]


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    """Stays."""

    list_display = ["subject_id", "segment", "entered_at", "left_at", "version"]
    search_fields = ["segment__slug", "=subject_id"]


@admin.register(Change)
class ChangeAdmin(ReadOnly):
    """The ledger."""

    list_display = ["id", "at", "segment", "subject_id", "kind", "version", "recompute"]
    list_filter = ["kind"]
    search_fields = ["segment__slug", "=subject_id"]


@admin.register(Override)
class OverrideAdmin(ReadOnly):
    """Who is in or out by hand."""

    list_display = ["segment", "subject_id", "kind", "author", "reason", "expires_at"]
    list_filter = ["kind"]
    search_fields = ["segment__slug", "=subject_id"]


class SetEntryInline(admin.TabularInline):
    """The segments of a set, in order."""

    model = SetEntry
    fields = ("position", "segment", "is_rest", "lost_count")
    readonly_fields = ("position", "segment", "is_rest", "lost_count")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The order is kept free of circles by the API and the console."""
        return False


@admin.register(SegmentSet)
class SegmentSetAdmin(ReadOnly):
    """Families of segments."""

    list_display = ["name", "slug", "subject", "mode"]
    inlines = [SetEntryInline]
