"""The administrator's door to the records. What is append-only or worked out can be seen but not edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from partners.models import Activity, Attribute, Customer, Deal, Import, Origin, Partner, TeamMember
from people.read_only import ReadOnly


class RecordAdmin(ReadOnly):
    """Records change through console, import and API, which check values and note where they come from."""

    search_fields = ["external_id", "name"]
    list_per_page = 50
    show_full_result_count = False


@admin.register(Partner)
class PartnerAdmin(RecordAdmin):
    """Partners."""

    list_display = ["name", "external_id", "partner_type", "tier", "region", "country", "channel_manager", "updated_at"]
    list_filter = ["tier", "region", "lifecycle_stage", ("deleted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["channel_manager"]


@admin.register(Customer)
class CustomerAdmin(RecordAdmin):
    """Customers."""

    list_display = ["name", "external_id", "industry", "region", "country", "lifecycle_stage", "updated_at"]
    list_filter = ["region", "industry", "lifecycle_stage", ("deleted_at", admin.EmptyFieldListFilter)]


@admin.register(Deal)
class DealAdmin(RecordAdmin):
    """Deals."""

    list_display = ["external_id", "name", "partner", "customer", "stage", "amount", "currency", "closed_on"]
    list_filter = ["stage", ("deleted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["partner", "customer"]
    search_fields = ["external_id", "name", "partner__name", "partner__external_id"]


@admin.register(Attribute)
class AttributeAdmin(admin.ModelAdmin):
    """Custom attributes. Name, type and subject are what values are kept by: set once, when it is made."""

    list_display = ["label", "name", "subject", "type", "sensitive", "built_in", "archived_at"]
    list_filter = ["subject", "type", "sensitive", "built_in"]
    search_fields = ["name", "label"]
    fields = ["subject", "name", "type", "label", "description", "choices", "sensitive", "built_in", "archived_at"]
    readonly_fields = ["subject", "name", "type", "built_in", "archived_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Attributes are made through the console or the API, which check the name."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Attributes are archived, never deleted: their values stay readable."""
        return False


@admin.register(Activity)
class ActivityAdmin(ReadOnly):
    """Activity."""

    list_display = ["at", "partner", "kind", "about", "user"]
    list_filter = ["kind"]
    list_select_related = ["partner", "user"]
    search_fields = ["partner__name", "partner__external_id", "about"]
    date_hierarchy = "at"


@admin.register(TeamMember)
class TeamMemberAdmin(admin.ModelAdmin):
    """Who belongs to which company."""

    list_display = ["user", "partner"]
    list_select_related = ["user", "partner"]
    raw_id_fields = ["user", "partner"]
    search_fields = ["user__email", "partner__name"]


@admin.register(Import)
class ImportAdmin(ReadOnly):
    """Imports."""

    list_display = [
        "filename",
        "subject",
        "status",
        "rows_done",
        "rows_total",
        "created_by",
        "created_at",
        "finished_at",
    ]
    list_filter = ["subject", "status"]
    list_select_related = ["created_by"]
    search_fields = ["filename"]


@admin.register(Origin)
class OriginAdmin(ReadOnly):
    """Where values came from."""

    list_display = ["at", "kind", "label", "user"]
    list_filter = ["kind"]
    list_select_related = ["user"]
    search_fields = ["label"]
