"""Who may come in: one user table for vendor staff and partner staff, signed in by e-mail."""

from __future__ import annotations

from typing import Any, ClassVar

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from people import roles


class UserQuerySet(models.QuerySet["User"]):
    """Reads of people."""

    def search(self, words: str) -> UserQuerySet:
        """Those whose name or address contains the words."""
        words = words.strip()
        return self.filter(models.Q(name__icontains=words) | models.Q(email__icontains=words)) if words else self.all()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]
    """Makes users; an address is kept in lower case so that it is found however it is typed."""

    def create_user(self, email: str, *, password: str | None = None, **fields: Any) -> User:
        """A new user; without a password they can come in only by the link of an invitation."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The user of an address, in whatever case."""
        return self.get(email=(username or "").strip().lower())


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person. What they may do follows from the role; what they see, from role, regions and company."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=list(roles.LABELS.items()))
    regions = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="Empty: every region. Channel managers and analysts.",
    )
    time_zone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_is_lower_case",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """May open the Django admin."""
        return self.role == roles.ADMINISTRATOR

    @property
    def is_superuser(self) -> bool:
        """Administrators hold every permission of the Django admin."""
        return self.is_active and self.role == roles.ADMINISTRATOR

    @property
    def may_edit(self) -> bool:
        """May change segments, programmes and records."""
        return roles.may_edit(self)

    @property
    def may_import(self) -> bool:
        """May bring in files, which may touch any record."""
        return roles.may_import(self)

    @property
    def may_administer(self) -> bool:
        """May change users, attributes, keys and schedules."""
        return roles.may_administer(self)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Permission in the Django admin: all for administrators, none for others."""
        return self.is_superuser

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        """Every one of the permissions."""
        return self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        """Whether the Django admin shows an app."""
        return self.is_superuser


@pghistory.track()
class Preference(models.Model):
    """How a person wants to be told: which kinds of mail they switched off, and whether mail reaches them at all.

    No row: everything on. The time zone is the person's own (`User.time_zone`).
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="preference")
    mail_off = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    """The kinds of message that are not to come by mail."""
    language = models.CharField(max_length=10, blank=True)
    """The code of the language that content and courses are preferred in; "": whichever."""
    bounced_at = models.DateTimeField(null=True, blank=True)
    """When mail to this address came back for good; nothing is mailed until it is cleared."""
    bounce_reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"of {self.user_id}"


class BrowserSession(models.Model):
    """One browser in which somebody is signed in, so that they can see it and end it. The session itself is Django's."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="browser_sessions")
    key = models.CharField(max_length=40, unique=True)
    """Of the session in the store."""
    browser = models.CharField(max_length=200, blank=True)
    """What it called itself."""
    address = models.GenericIPAddressField(null=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["-seen_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.user_id} since {self.started_at:%Y-%m-%d %H:%M}"
