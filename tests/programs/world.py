"""Small worlds for the tests of programmes: partners, their people, segments with members, programmes for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pyroaring import BitMap64

from partners.models import Partner, TeamMember
from people import roles
from people.models import User
from programs.models import Content, Course, Incentive, Program, Target
from segments.models import MemberSet, Membership, Segment, SegmentVersion

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def partner(external_id: str, **fields: Any) -> Partner:
    """A partner company."""
    return Partner.objects.create(external_id=external_id, name=fields.pop("name", f"Company {external_id}"), **fields)


def colleague(company: Partner, email: str = "", role: str = roles.PARTNER_MEMBER) -> User:
    """A person of that company."""
    user = User.objects.create_user(email or f"someone@{company.external_id}.example", role=role, name="Robin")
    TeamMember.objects.create(user=user, partner=company)
    return user


def staff(role: str = roles.CHANNEL_MANAGER, **fields: Any) -> User:
    """Somebody of the vendor's."""
    return User.objects.create_user(fields.pop("email", f"{role}@vendor.example"), role=role, **fields)


def segment(slug: str, members: Sequence[Partner] = (), **fields: Any) -> Segment:
    """An active partner segment with these members, in it for long."""
    rule = fields.pop("rule", {"everyone": True})
    made = Segment.objects.create(
        slug=slug, **{"name": slug.title(), "subject": "partner", "status": "active", **fields}
    )
    version = SegmentVersion.objects.create(segment=made, number=1, rule=rule)
    made.published = made.draft = version
    made.save(update_fields=["published", "draft"])
    set_members(made, members)
    return made


def set_members(made: Segment, members: Sequence[Partner], at: datetime = LONG_AGO) -> None:
    """Make these the members: closes the other stays, opens new ones from `at`, and keeps the bitmap true."""
    wanted = {each.pk for each in members}
    current = Membership.objects.current().filter(segment=made)
    have = set(current.values_list("subject_id", flat=True))
    current.exclude(subject_id__in=wanted).update(left_at=max(at, LONG_AGO))
    Membership.objects.bulk_create(
        [Membership(segment=made, subject_id=pk, entered_at=at, version=1) for pk in sorted(wanted - have)]
    )
    MemberSet.objects.update_or_create(
        segment=made, defaults={"bitmap": BitMap64(wanted).serialize(), "count": len(wanted)}
    )


def program(
    slug: str,
    *,
    kind: str = "content",
    any: Sequence[Segment] = (),  # noqa: A002
    all: Sequence[Segment] = (),  # noqa: A002
    none: Sequence[Segment] = (),
    **fields: Any,
) -> Program:
    """An active programme for those segments, with the detail its kind asks for."""
    detail = fields.pop("detail", {})
    made = Program.objects.create(
        slug=slug, kind=kind, **{"name": slug.replace("-", " ").title(), "status": "active", **fields}
    )
    for mode, chosen in (("any", any), ("all", all), ("none", none)):
        Target.objects.bulk_create([Target(program=made, segment=each, mode=mode) for each in chosen])
    if kind == "content":
        Content.objects.create(program=made, **detail)
    elif kind == "course":
        lessons = [{"title": "First", "body": "One"}, {"title": "Second", "body": "Two"}]
        Course.objects.create(program=made, **{"lessons": lessons, **detail})
    else:
        Incentive.objects.create(program=made, **{"type": "rebate", "rate": "5", **detail})
    return made
