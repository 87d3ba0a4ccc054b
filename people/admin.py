"""Users in the Django admin. Passwords are not set here: people choose their own by an invitation or a reset."""

from django.contrib import admin
from django.contrib.auth.models import Group

from people.models import User

admin.site.unregister(Group)  # roles take the place of groups


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Find a person; change role, regions or whether they may come in."""

    list_display = ["email", "name", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    fields = [
        "email",
        "name",
        "role",
        "regions",
        "time_zone",
        "is_active",
        "invited_at",
        "joined_at",
        "last_login",
    ]
    readonly_fields = ["invited_at", "joined_at", "last_login"]
