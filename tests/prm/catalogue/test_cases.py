"""Each template, installed and computed: who belongs is in, who comes close is out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from partners import importing
from partners.models import Customer, Origin, Partner
from partners.vocabulary import Subject
from prm.catalogue import listing
from prm.catalogue.installing import install
from prm.catalogue.shapes import Template
from segments import membership, publishing
from segments.models import Membership, Recompute, Segment
from tests.prm.catalogue.cases import CUSTOMERS, ELSEWHERE, PARTNERS, Case

SEGMENTS = {segment.slug: segment for template in listing.CATALOGUE.values() for segment in template.segments}
Members = set[tuple[str, str]]


def rows(cases: dict[str, Case], usual: dict[str, Any]) -> list[dict[str, Any]]:
    """Two records for each case: “in …” and “out …”."""
    return [
        {"external_id": f"{side} {slug}", "name": f"{side} {slug}", **usual, **values}
        for slug, pair in cases.items()
        for side, values in zip(("in", "out"), pair, strict=True)
    ]


@pytest.fixture(scope="module")
def members(django_db_setup: None, django_db_blocker: Any) -> Iterator[Members]:
    """(segment, record) for every member, with all templates installed and computed once."""
    with django_db_blocker.unblock(), transaction.atomic():
        install(templates=listing.templates(), author="A. Author")
        origin = Origin.objects.create(kind=Origin.Kind.IMPORT, label="cases")
        for subject, records in (
            (Subject.CUSTOMER, rows(CUSTOMERS, {})),
            (Subject.PARTNER, rows(PARTNERS, {"lifecycle_stage": "active"})),
        ):
            landed = importing.upsert_rows(subject=subject, rows=records, origin=origin)
            assert [row.errors for row in landed.rows if row.errors] == []
        for segment in Segment.objects.order_by("id"):
            publishing.publish(segment=segment, author="A. Author", queue=False)
        done = membership.recompute(run=membership.request_recompute(trigger=Recompute.Trigger.MANUAL))
        assert done is not None and done.failed == {}
        names = {
            Subject.PARTNER.value: dict(Partner.objects.values_list("pk", "external_id")),
            Subject.CUSTOMER.value: dict(Customer.objects.values_list("pk", "external_id")),
        }
        yield {
            (slug, names[subject][pk])
            for slug, subject, pk in Membership.objects.current().values_list(
                "segment__slug", "segment__subject", "subject_id"
            )
        }
        connection.check_constraints()
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("template", listing.CATALOGUE.values(), ids=lambda template: template.slug)
def test_template__who_belongs__is_in_and_who_comes_close_is_out(template: Template, members: Members) -> None:
    for segment in template.segments:
        if segment.slug not in ELSEWHERE:
            assert (segment.slug, f"in {segment.slug}") in members, segment.slug
            assert (segment.slug, f"out {segment.slug}") not in members, segment.slug


def test_templates__every_segment__has_a_case() -> None:
    assert {*PARTNERS, *CUSTOMERS} | ELSEWHERE == set(SEGMENTS)
    assert {slug for slug in PARTNERS if SEGMENTS[slug].subject != Subject.PARTNER} == set()
    assert {slug for slug in CUSTOMERS if SEGMENTS[slug].subject != Subject.CUSTOMER} == set()


def test_templates__thirty_industry_templates__three_views_of_each() -> None:
    for industry, templates in listing.INDUSTRIES.items():
        assert {template.view for template in templates} == {
            "customers by need",
            "partners by criterion",
            "partners by type",
        }, industry
        assert {template.industry for template in templates} == {industry}
    assert sum(map(len, listing.INDUSTRIES.values())) == 30


def test_templates__programmes__fit_and_name_segments_of_their_template() -> None:
    seen: set[str] = set()
    for template in listing.CATALOGUE.values():
        slugs = {segment.slug for segment in template.segments}
        for draft in template.programs:
            named = {*draft.targeting.slugs, *getattr(draft.detail, "customer_segments", ())}
            assert draft.errors() == {} and draft.is_for_somebody, draft.slug
            assert named <= slugs, draft.slug
            assert draft.slug not in seen, draft.slug
            seen.add(draft.slug)


@pytest.mark.parametrize("industry", listing.INDUSTRIES)
def test_templates__by_criterion__every_segment_gets_something(industry: str) -> None:
    template = listing.INDUSTRIES[industry][1]
    assert all(list(template.gets(segment)) for segment in template.segments)
