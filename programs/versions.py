"""Versions of content: each change is kept for good, and partners see the one in force. (Verbs.)"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from people.roles import Viewer
from programs.drafts import ContentDraft
from programs.models import Content, ContentVersion, Program

WORDS = ("body", "url", "language")


def write_content(*, program: Program, detail: ContentDraft, author: Viewer | None) -> Content:
    """Make the content what the draft says. Another text, link or file is a new version.

    It is in force at once, or where the content asks for approval, once another person has approved it.
    """
    content, _ = Content.objects.select_for_update().get_or_create(program=program)
    content.form, content.expires_on = detail.form, detail.expires_on
    content.needs_approval = detail.needs_approval
    content.save(update_fields=["form", "expires_on", "needs_approval"])
    latest = latest_version(content)
    present: dict[str, Any] = {name: getattr(latest or content, name) for name in WORDS}
    present["file"] = latest.file if latest else content.file.name or ""
    wanted = {name: getattr(detail, name) for name in WORDS} | {"file": _stored(detail.file, present["file"])}
    if latest is None or wanted != present:
        latest = ContentVersion.objects.create(
            content=content,
            number=(latest.number if latest else 0) + 1,
            author_id=author.pk if author else None,
            **wanted,
        )
    if not content.needs_approval or latest.approved_at is not None:
        _put_in_force(content, latest)
    return content


@transaction.atomic
def approve(*, program: Program, number: int, by: Viewer) -> ContentVersion:
    """Put a version in force in another person's name than its author's."""
    content = Content.objects.select_for_update().get(program=program)
    latest = latest_version(content)
    if latest is None or latest.number != number:
        raise ValidationError("There is a newer version meanwhile. Look at that one.", code="stale")
    if latest.author_id is not None and latest.author_id == by.pk:
        raise ValidationError("You wrote this version, so somebody else approves it.", code="own")
    if latest.approved_at is None:
        latest.approved_at, latest.approved_by_id = timezone.now(), by.pk
        latest.save(update_fields=["approved_at", "approved_by"])
    _put_in_force(content, latest)
    return latest


def latest_version(content: Content) -> ContentVersion | None:
    """The newest one; None where the content has not been written since versions are kept."""
    return content.versions.order_by("-number").first()


def content_draft(content: Content) -> ContentDraft:
    """What a form starts from: the newest version, in force or not."""
    source = latest_version(content) or content
    items = content.items.select_related("item__program").order_by("position", "id")
    segments = content.customer_segments.order_by("segment__slug")
    return ContentDraft(
        **{name: getattr(source, name) for name in WORDS},
        translates=content.program.translates.slug if content.program.translates else "",
        form=content.form,
        expires_on=content.expires_on,
        needs_approval=content.needs_approval,
        items=tuple({"content": each.item.program.slug, "message": each.message} for each in items),
        customer_segments=tuple(segments.values_list("segment__slug", flat=True)),
    )


def _stored(file: Any, present: str) -> str:
    """The name in the storage of an uploaded file; the present one for None, and "" for False. Nothing is ever deleted."""
    if file is None:
        return present
    return default_storage.save(f"content/{file.name}", file) if file else ""


def _put_in_force(content: Content, version: ContentVersion) -> None:
    """What partners see from now on."""
    for name in WORDS:
        setattr(content, name, getattr(version, name))
    content.file.name = version.file
    content.shown_version = version.number
    content.save(update_fields=[*WORDS, "file", "shown_version"])
