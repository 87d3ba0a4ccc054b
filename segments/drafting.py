"""Make segments and change what they say. A rule is never changed in place: an edit makes the next version."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from people.roles import Viewer
from segments.instants import is_zone
from segments.locks import lock_rules
from segments.models import Segment, SegmentVersion
from segments.revealing import refuse_hidden
from segments.rulebook import rulebook, segments_referring_to
from segments.rules import to_json

DETAILS = ("name", "description", "objective", "owner", "partner_visible", "stage")
"""What can be changed about a segment beside its rule."""


RESERVED = frozenset({"new", "preview", "values", "coverage", "overlap", "compare", "sets"})
"""Addresses that pages have: a segment of that name could not be opened."""


class SegmentInUse(Exception):
    """The segment cannot go: `used_by` says what would break, in words."""

    def __init__(self, detail: str, used_by: list[str] | None = None) -> None:
        self.used_by = used_by or []
        super().__init__(detail)


@transaction.atomic
def create_segment(
    *,
    slug: str,
    name: str,
    subject: str,
    kind: str = Segment.Kind.RULE,
    rule: Any,
    author: str,
    reason: str = "",
    zone: str = "",
    viewer: Viewer | None = None,
    **details: Any,
) -> Segment:
    """A draft with its first version. RuleInvalid says what is wrong with the rule, ValidationError with the rest.

    `details`: description, objective, owner, partner_visible, stage. `zone`: whose days the rule counts in; empty: the
    organisation's. `viewer`: who asks; a rule over fields whose values they may
    not read is refused. None: the product itself.
    """
    segment = Segment(slug=slug, name=name, subject=str(subject), kind=str(kind), **_known(details))
    segment.full_clean(exclude=["owner"])
    if slug in RESERVED:
        raise ValidationError({"slug": f"“{slug}” is the address of a page. Choose another one."})
    _check_zone(zone)
    lock_rules()
    canonical = _canonical(segment, rule, viewer)
    segment.save()
    _add_version(segment, canonical, zone, author, reason)
    return segment


@transaction.atomic
def change_rule(
    *,
    segment: Segment,
    rule: Any,
    author: str,
    reason: str = "",
    zone: str | None = None,
    viewer: Viewer | None = None,
) -> SegmentVersion:
    """The next version, as the draft: members follow it once published. The same again makes no version.

    Also restores: hand in rule and zone of an earlier version. `zone`: None leaves it as it is. RuleInvalid says what is
    wrong. `viewer`: as in `create_segment`; the rule that is there already may be sent along by anybody.
    """
    _check_zone(zone or "")
    lock_rules()
    fresh = Segment.objects.select_for_update(of=("self",)).select_related("draft").get(pk=segment.pk)
    canonical = _canonical(fresh, rule, None)
    version = fresh.draft
    if zone is None:
        zone = version.zone if version else ""
    is_other = version is None or version.rule != canonical
    if is_other:
        _canonical(fresh, rule, viewer)
    if version is None or is_other or version.zone != zone:
        version = _add_version(fresh, canonical, zone, author, reason)
    segment.draft = version
    segment.updated_at = fresh.updated_at
    return version


@transaction.atomic
def change_details(*, segment: Segment, **details: Any) -> Segment:
    """Change name, description, objective, owner, partner_visible, stage: only those handed in. ValidationError by field."""
    changes = _known(details)
    for name, value in changes.items():
        setattr(segment, name, value)
    segment.clean_fields(exclude=[field.name for field in Segment._meta.fields if field.name not in changes])
    segment.updated_at = timezone.now()
    segment.save(update_fields=[*changes, "updated_at"])
    return segment


@transaction.atomic
def delete_segment(*, segment: Segment) -> None:
    """Remove a draft that was never published, or an archived segment with its history.

    SegmentInUse while it is active (archive it first: then its members leave, and whoever follows the changes hears of
    it) or while rules or programmes name it.
    """
    lock_rules()
    fresh = Segment.objects.select_for_update().get(pk=segment.pk)
    if fresh.status == Segment.Status.ACTIVE:
        raise SegmentInUse(f"“{fresh.name}” is active. Archive it first: its members leave, and the changes say so.")
    refuse_if_referred_to(fresh, "deleted")
    try:
        fresh.delete()
    except ProtectedError as error:
        used_by = sorted({f"{kept._meta.verbose_name} {kept}" for kept in error.protected_objects})
        detail = f"“{fresh.name}” cannot be deleted while it is used by {', '.join(used_by)}."
        raise SegmentInUse(detail, used_by) from error


def refuse_if_referred_to(segment: Segment, verb: str) -> None:
    """Raises SegmentInUse, naming the segments whose rules refer to this one."""
    users = segments_referring_to(segment.slug)
    if users:
        names = [f"{user.name} ({user.slug})" for user in users]
        detail = f"“{segment.name}” cannot be {verb} while these segments refer to it: {', '.join(names)}."
        raise SegmentInUse(detail, [user.slug for user in users])


def _known(details: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(details) - set(DETAILS))
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "A segment has no such detail."))
    return details


def _canonical(segment: Segment, rule: Any, viewer: Viewer | None) -> dict[str, Any]:
    """The rule as it is stored. The caller holds the rules' lock, so no circle can close behind its back."""
    book = rulebook(segment.subject, rule)
    node = book.parse(rule, own_slug=segment.slug)
    if viewer is not None:
        refuse_hidden(node, book.vocabulary, viewer)
    return to_json(node)


def _check_zone(zone: str) -> None:
    if zone and not is_zone(zone):
        raise ValidationError(
            {"zone": f"“{zone}” is not a time zone. Write one such as “Europe/Berlin”, or leave it out."}
        )


def _add_version(segment: Segment, rule: dict[str, Any], zone: str, author: str, reason: str) -> SegmentVersion:
    latest = segment.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = SegmentVersion.objects.create(
        segment=segment, number=latest + 1, rule=rule, zone=zone, author=author[:200], reason=reason[:500]
    )
    segment.draft = version
    segment.updated_at = timezone.now()
    segment.save(update_fields=["draft", "updated_at"])
    return version
