"""Partners, people and published segments for tests that go through the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from partners.models import Customer, Partner
from people import roles
from people.models import User
from segments import drafting, membership, publishing
from segments.membership import Recomputed
from segments.models import Change, Membership, Recompute, Segment

EVERYONE = {"everyone": True}


def partner(external_id: str, **values: Any) -> Partner:
    return Partner.objects.create(external_id=external_id, name=values.pop("name", external_id.title()), **values)


def customer(external_id: str, **values: Any) -> Customer:
    return Customer.objects.create(external_id=external_id, name=external_id.title(), **values)


def staff(email: str = "manager@example.com", regions: tuple[str, ...] = ()) -> User:
    return User.objects.create_user(email=email, role=roles.CHANNEL_MANAGER, regions=list(regions))


def leaf(field: Any, operator: str, value: Any = None, **rest: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, **({} if value is None else {"value": value}), **rest}


def group(combinator: str, *rules: Any) -> dict[str, Any]:
    return {"combinator": combinator, "rules": list(rules)}


def draft(slug: str, rule: Any = EVERYONE, subject: str = "partner", **details: Any) -> Segment:
    return drafting.create_segment(
        slug=slug, name=slug.title(), subject=subject, rule=rule, author="A. Author", **details
    )


def published(slug: str, rule: Any = EVERYONE, subject: str = "partner") -> Segment:
    segment = draft(slug, rule, subject)
    publishing.publish(segment=segment, author="A. Author", queue=False)
    return segment


def republish(segment: Segment, rule: Any) -> None:
    drafting.change_rule(segment=segment, rule=rule, author="A. Author")
    publishing.publish(segment=segment, author="A. Author", queue=False)


def requested(*slugs: str, as_of: datetime | None = None) -> Recompute:
    return membership.request_recompute(trigger=Recompute.Trigger.MANUAL, slugs=slugs, as_of=as_of)


def recomputed(*slugs: str, as_of: datetime | None = None) -> Recomputed:
    done = membership.recompute(run=requested(*slugs, as_of=as_of))
    assert done is not None
    return done


def members(slug: str) -> list[str]:
    """External ids of the present members, by the intervals."""
    segment = Segment.objects.get(slug=slug)
    ids = Membership.objects.current().filter(segment=segment).values_list("subject_id", flat=True)
    model = Partner if segment.subject == "partner" else Customer
    return sorted(model.objects.filter(pk__in=ids).values_list("external_id", flat=True))


def ledger() -> list[tuple[str, str, str]]:
    """(external id, entered or left, slug) in feed order; partners only."""
    names = dict(Partner.objects.values_list("pk", "external_id"))
    rows = Change.objects.order_by("id").values_list("subject_id", "kind", "segment__slug")
    return [(names[subject_id], kind, slug) for subject_id, kind, slug in rows]
