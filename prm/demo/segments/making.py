"""Stores the segments of the demo, and the families they belong to."""

from __future__ import annotations

from people.models import User
from prm.demo.industries import Profile
from prm.demo.segments.declared import Plan, focus_slug, guard_slug, plans
from segments import drafting, publishing, sets
from segments.models import Segment, SegmentSet


def make(profile: Profile, *, owner: User) -> int:
    """Make and publish the segments that do not exist yet; returns how many. One that somebody changed is left as it is."""
    have = {segment.slug: segment for segment in Segment.objects.all()}
    made = 0
    every = [(plan, have.get(plan.slug) or _create(plan, owner)) for plan in plans(profile)]
    _make_sets(profile, owner)
    for _, segment in every:
        if segment.status == Segment.Status.DRAFT:
            # The load recomputes once, at its end.
            publishing.publish(segment=segment, author=str(owner), queue=False)
            made += 1
    return made


def _make_sets(profile: Profile, owner: User) -> None:
    """Two families, while their segments are drafts: one in which partners may be several things, one that is exclusive."""
    skills = [focus_slug(profile), guard_slug(profile), "public-sector", "service-partners"]
    kinds = ["small-businesses-ready-to-move", "enterprises-modernising", "security-minded-institutions"]
    for slug, name, subject, mode, slugs in (
        ("partner-strengths", "Partner strengths", "partner", "overlapping", skills),
        ("customer-focus", "Customer focus", "customer", "exclusive", kinds),
    ):
        if not SegmentSet.objects.filter(slug=slug).exists():
            sets.create_set(slug=slug, name=name, subject=subject, mode=mode, segments=slugs, author=str(owner))


def _create(plan: Plan, owner: User) -> Segment:
    return drafting.create_segment(
        slug=plan.slug,
        name=plan.name,
        subject=plan.subject,
        rule=plan.rule,
        description=plan.description,
        objective=plan.objective,
        partner_visible=plan.partner_visible,
        owner=owner,
        author=str(owner),
    )
