"""Templates on the demo data of their industry: somebody in every segment, nearly nobody everywhere, and what each gets."""

from typing import Any

import pytest

from prm import loop
from prm.catalogue import listing
from prm.catalogue.installing import install
from prm.demo.industries import DEFAULT, PROFILES
from prm.demo.loading import load
from prm.demo.marks import Wish
from programs import authoring
from programs.models import Offer, PlaySegment, Program
from segments import membership, publishing
from segments.models import Membership, Recompute, Segment

PARTNERS, CUSTOMERS = 200, 1_000
GENERAL = {segment.slug for template in listing.GENERAL for segment in template.segments}
"""Segments for every industry: some speak of partners or customers that one or the other industry does not have."""
RESTS = {wanted.rest for template in listing.CATALOGUE.values() for wanted in template.sets}


def silent(line: str) -> None:
    """Nobody listens."""


@pytest.mark.django_db
@pytest.mark.parametrize("industry", listing.INDUSTRIES)
def test_templates__on_demo_data_of_the_industry__sensible_segments_that_act(
    industry: str,
) -> None:
    chosen = listing.templates(industry)
    load(Wish(PROFILES[industry], PARTNERS, CUSTOMERS, 3_000), say=silent)
    done = install(templates=chosen, author="A. Author")
    assert done.fields == []  # the demo has them, with values
    for segment in Segment.objects.filter(slug__in=done.segments).order_by("id"):
        publishing.publish(segment=segment, author="A. Author", queue=False)
    for program in Program.objects.filter(slug__in=done.programs):
        authoring.activate(program=program)
    turn = loop.run_recompute(run=membership.request_recompute(trigger=Recompute.Trigger.MANUAL))
    assert turn is not None and turn.recomputed.failed == {}
    total = {"partner": PARTNERS, "customer": CUSTOMERS}
    counts = {segment.slug: segment for segment in Segment.objects.all()}
    for slug in done.segments:
        share = counts[slug].member_count / total[counts[slug].subject]
        assert share < 0.75, slug
        assert share > 0 or slug in RESTS or (slug in GENERAL and industry != DEFAULT), slug
    for draft in (draft for template in chosen for draft in template.programs):
        program = Program.objects.get(slug=draft.slug)
        offered = set(Offer.objects.on().filter(program=program).values_list("partner_id", flat=True))
        entitled = set(
            Membership.objects.current()
            .filter(segment__slug__in=draft.targeting.any)
            .exclude(subject_id__in=excluded(draft.targeting.none))
            .values_list("subject_id", flat=True)
        )
        assert offered == entitled, draft.slug
        if not draft.targeting.any:
            assert PlaySegment.objects.filter(play__program=program).exists(), draft.slug


def excluded(slugs: tuple[str, ...]) -> Any:
    return Membership.objects.current().filter(segment__slug__in=slugs).values("subject_id")
