"""What is asked: every address of the console and the portal that can be read, and the lists in all their variants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import Min
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from benchmarks import world
from insights.models import Grouping, Prediction
from integrations.models import Webhook, WebhookDelivery
from partners.console import keyset, lists
from partners.console.keyset import sortable
from partners.coverage import MODELS
from partners.facts import vocabulary
from partners.models import Attribute, BulkChange, Deal, Import, Partner, Registration
from partners.narrowing import CHOICES, RANGES
from partners.vocabulary import FieldType, Subject
from people.models import User
from prm.catalogue.listing import CATALOGUE
from programs.models import (
    Certificate,
    Claim,
    Content,
    Course,
    Delivery,
    Dispute,
    Incentive,
    JourneyStep,
    KitItem,
    Message,
    Offer,
    Plan,
    PlanGoal,
)
from segments.console.members import sortable as sortable_members
from segments.models import Guide, Recompute, Segment

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
EVERYBODY, OF_CUSTOMERS = "p0", "s0"


@dataclass(frozen=True)
class Address:
    """One address, and as whom it is asked."""

    path: str
    person: str = "admin@vendor.example"
    is_part: bool = False
    """Asked by htmx."""


def walk(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[str]:
    """Every route as written, such as "console/partners/<str:external_id>/"."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, route)
        elif isinstance(entry, URLPattern):
            yield route


def first(model: Any, **conditions: Any) -> Any:
    """The lowest id."""
    return model.objects.filter(**conditions).aggregate(found=Min("pk"))["found"]


def names() -> list[tuple[str, dict[str, Any]]]:
    """What stands for the parameters of the routes that match; a later line adds to an earlier one."""
    mine = Partner.objects.get(external_id="p1")
    course = Offer.objects.get(partner=mine, program=first(Course)).pk
    page = Offer.objects.get(partner=mine, program=first(Content, form="piece")).pk
    kit = Offer.objects.get(partner=mine, program=first(Content, form="kit"))
    play = Content.objects.filter(form="play").select_related("program").order_by("pk")[0]
    slugs = dict(Course.objects.order_by("pk").values_list("pk", "program__slug")[:1])
    return [
        (
            "",
            {
                "external_id": "p1",
                "subject": "partner",
                "kind": "content",
                "action": "task",
                "number": 1,
                "key": "quiz",
            },
        ),
        ("", {"question": "s", "type": "text", "field": "tier", "code": "", "form": "pdf", "item": 0}),
        ("console/customers/", {"external_id": "c1"}),
        ("portal/customers/", {"external_id": "c1", "slug": play.program.slug, "item": first(KitItem, kit=play)}),
        ("console/deals/", {"external_id": "r1"}),
        ("console/segments/", {"slug": EVERYBODY}),
        ("console/segments/sets/", {"slug": "set-0"}),
        ("console/insights/", {"slug": EVERYBODY, "kind": Prediction.Kind.CHURN, "pk": first(Grouping)}),
        ("console/insights/", {"month": f"{timezone.localdate():%Y-%m}"}),
        ("console/insights/sets/", {"slug": "set-0"}),
        ("console/programs/", {"slug": "program-0"}),
        ("console/programs/.*/(lessons|results)", {"slug": next(iter(slugs.values())), "kind": "quiz"}),
        ("console/programs/.*/accounts", {"slug": Incentive.objects.order_by("pk")[0].program.slug}),
        ("console/journeys/", {"slug": "journey-0", "pk": first(JourneyStep)}),
        ("console/lists/changes/", {"pk": first(BulkChange)}),
        ("console/imports/", {"pk": first(Import)}),
        ("console/attributes/", {"pk": first(Attribute, built_in=False)}),
        ("console/people/", {"pk": first(User)}),
        ("console/recomputes/", {"pk": first(Recompute)}),
        ("console/registrations/", {"pk": first(Registration)}),
        ("console/claims/", {"pk": first(Claim)}),
        ("console/messages/", {"pk": first(Message)}),
        ("console/disputes/", {"pk": first(Dispute)}),
        ("console/templates/", {"slug": next(iter(CATALOGUE))}),
        ("console/guide/", {"pk": first(Guide)}),
        ("console/webhooks/", {"pk": first(Webhook), "delivery_id": first(WebhookDelivery)}),
        ("(console|portal)/plans/", {"pk": first(Plan, partner=mine), "goal": first(PlanGoal, plan__partner=mine)}),
        ("portal/deals/", {"pk": first(Deal, external_id="r1")}),
        ("portal/registrations/", {"pk": first(Registration, partner=mine)}),
        (
            "portal/claims/",
            {"pk": first(Claim, partner=mine), "slug": Incentive.objects.order_by("pk")[0].program.slug},
        ),
        ("portal/offers/", {"pk": page}),
        ("portal/offers/.*/(lessons|resume|start)", {"pk": course}),
        ("portal/offers/.*/items", {"pk": kit.pk, "item": first(KitItem, kit=kit.program_id)}),
        ("portal/segments/", {"slug": EVERYBODY}),
        ("portal/certificates/", {"code": Certificate.objects.filter(partner=mine).order_by("pk")[0].code}),
        ("portal/notifications/", {"pk": first(Delivery, user__email="u1@partner.example")}),
    ]


QUERIES = {
    "console/segments/values/": "subject=customer&field=city",
    "console/segments/coverage/": "subject=customer",
    "console/segments/compare/": "a=p0&b=p1",
    "console/partners/<str:external_id>/portal/": "on=2026-11-01",
}


def routes() -> Iterator[tuple[str, Address]]:
    """Every route of the console and the portal, with its parameters filled in."""
    known = names()
    for route in dict.fromkeys(walk()):
        if not route.startswith(("console/", "portal/")):
            continue
        values: dict[str, Any] = {}
        for prefix, more in known:
            if re.match(prefix, route):
                values |= more
        path = "/" + PARAMETER.sub(lambda found, values=values: quote(str(values.get(found[1], 0)), safe=""), route)  # type: ignore[misc]
        query = QUERIES.get(route, "")
        person = "u1@partner.example" if route.startswith("portal/") else "admin@vendor.example"
        yield route, Address(f"{path}?{query}" if query else path, person)


def filters(subject: Subject) -> Iterator[str]:
    """A condition on each field, as an address writes it."""
    for name, field in vocabulary(subject).items():
        key = f"f.{name}"
        if field.refers_to:
            value = {"user": "m1@vendor.example", "customer": "c1"}.get(field.refers_to, "p1")
            yield urlencode({key: value})
        elif field.type is FieldType.BOOLEAN:
            yield urlencode({key: "true"})
        elif field.type in CHOICES:
            if field.choices:
                yield urlencode({key: field.choices[-1].value})
                yield urlencode({f"{key}.op": "not", key: field.choices[0].value})
        elif field.type in RANGES:
            is_day = field.type in {FieldType.DATE, FieldType.DATETIME}
            yield urlencode({f"{key}.op": "between", f"{key}.from": "2026-06-01" if is_day else "700"})
            yield urlencode({f"{key}.op": "unset"})
        else:
            yield urlencode({f"{key}.op": "contains", key: "zzz"})
            yield urlencode({f"{key}.op": "is", key: "City 7"})


def middle(subject: Subject, sort: str) -> str:
    """The cursor of a page in the middle of a list sorted that way."""
    layout, words = lists.LAYOUTS[subject], vocabulary(subject)
    order = keyset.order_of(sort, words, layout.sort)
    rows = keyset.ordered(MODELS[subject].objects.filter(deleted_at=None), order)
    count = rows.count()
    found = rows[count // 2 : count // 2 + 1]
    return keyset._write(found[0], order, "after") if found else ""


def variants() -> Iterator[Address]:
    """The lists of records: filtered by each field, by a segment, searched, sorted by each column, deep inside."""
    for subject in Subject:
        base = f"/console/{subject}s/"
        for query in filters(subject):
            yield Address(f"{base}?{query}")
        for name, field in vocabulary(subject).items():
            if sortable(field):
                yield Address(f"{base}?sort={name}")
                yield Address(f"{base}?sort=-{name}")
        for word in ("7", "part", "City 7", "zzz"):
            yield Address(f"{base}?q={quote(word)}")
        for sort in ("name", "-employees" if subject is not Subject.DEAL else "-amount", "-registered_on"):
            if sort.lstrip("-") in vocabulary(subject):
                yield Address(f"{base}?sort={sort}&cursor={middle(subject, sort)}")
        yield Address(f"/console/lists/{subject}/export/")
        yield Address(base, "region@vendor.example")
        yield Address(base, "analyst@vendor.example")
        yield Address(f"{base}?q=7", "region@vendor.example")
    for plural, slug in (("partners", EVERYBODY), ("partners", "p3"), ("customers", OF_CUSTOMERS)):
        yield Address(f"/console/{plural}/?segment={slug}")
        yield Address(f"/console/{plural}/?segment={slug}&sort=-employees")
        yield Address(f"/console/{plural}/?segment={slug}&f.region=EMEA&q=7")
        yield Address(f"/console/{subject}s/?segment={slug}", "region@vendor.example")
    columns = "&".join(f"column={name}" for name in vocabulary(Subject.PARTNER))
    yield Address(f"/console/partners/?{columns}")
    yield from of_segments()
    yield from of_insights()
    yield from of_others()


def of_segments() -> Iterator[Address]:
    """A segment's pages: sorted, filtered, searched, deep, as of a day, as whoever is limited to a region."""
    yield from (Address(f"/console/segments/?{q}") for q in ("q=7", "status=active&page=9", "subject=customer"))
    yield Address("/console/segments/", "region@vendor.example")
    largest = Segment.objects.filter(subject="customer").order_by("-member_count")[0].slug
    for slug in (EVERYBODY, "p3", largest):
        base = f"/console/segments/{slug}/"
        subject = Subject.PARTNER if slug.startswith("p") else Subject.CUSTOMER
        for person in ("admin@vendor.example", "region@vendor.example"):
            for tail in ("", "members/", "trend/", "changes/", "overlap/", "?on=2026-10-20", "members/?on=2026-10-20"):
                yield Address(f"{base}{tail}", person)
        for name in sorted(sortable_members(vocabulary(subject))):
            yield Address(f"{base}members/?sort=-{name}")
        for query in ("region=EMEA", "q=7", "q=part", "page=40", "page=900", "region=EMEA&sort=-employees&page=20"):
            yield Address(f"{base}members/?{query}")
        yield Address(f"{base}trend/?days=365")
        yield Address(f"{base}changes/?from=2026-10-20&until=2026-11-10")
        yield Address(f"{base}changes/?page=9&kind=entered")
        yield Address(f"{base}members/export/")
        yield Address(f"{base}publish/")
        yield Address(f"{base}why/{'p7' if subject is Subject.PARTNER else 'c7'}/")
    yield Address("/console/segments/overlap/?subject=customer")
    yield Address("/console/segments/overlap/", "region@vendor.example")
    yield Address("/console/segments/compare/?a=s0&b=s1")
    for slug in ("set-0", "set-1", "set-c"):
        yield Address(f"/console/segments/sets/{slug}/")
        yield Address(f"/console/segments/sets/{slug}/", "region@vendor.example")
    for field in ("industry", "technologies", world.CHOICES[0]):
        yield Address(f"/console/segments/values/?subject=customer&field={field}")
    yield Address("/console/segments/values/?subject=customer&field=name&q=77")


def of_insights() -> Iterator[Address]:
    """Figures of customers, over two years, sorted, as files; a large segment of customers; as whoever is limited to a region."""
    base = "/console/insights/"
    largest = Segment.objects.filter(subject="customer").order_by("-member_count")[0].slug
    for query in ("subject=customer", "months=24", "subject=customer&months=24&sort=growth", "stage=grow", "page=5"):
        yield Address(f"{base}?{query}")
    for part in ("health", "stages"):
        yield Address(f"{base}{part}/?subject=customer")
    for part in ("", "health/", "resources/", "voice/"):
        yield Address(f"{base}{part}?as=csv")
    for part in ("health/", "mistakes/", "resources/"):
        yield Address(f"{base}{part}?page=3")
    for part in (
        "",
        "health/",
        "mistakes/",
        "coverage/matrix/",
        "stages/",
        "resources/",
        "voice/",
        "predictions/churn/",
        "recruiting/",
    ):
        yield Address(f"{base}{part}", "region@vendor.example")
    for slug in ("p3", largest):
        own = f"{base}segments/{slug}/"
        for tail in ("", "?months=24", "health/", f"months/{timezone.localdate():%Y-%m}/"):
            yield Address(own + tail)
        yield Address(own, "region@vendor.example")
    for part in ("predictions/growth/", "recruiting/"):
        yield Address(f"{base}{part}?page=400")
    yield Address(f"{base}groupings/?subject=customer")
    for_customers = first(Guide, subject="customer")
    for step in ("variables", "groups", "publish", "publish/counts"):
        yield Address(f"/console/guide/{for_customers}/{step}/")
    for each in CATALOGUE.values():
        yield Address(f"/console/templates/{each.slug}/counts/")


def of_others() -> Iterator[Address]:
    """Homes, tabs and later pages of everything else, by whoever may see less, too."""
    for person in ("region@vendor.example", "analyst@vendor.example"):
        for page in ("", "claims/", "registrations/", "tasks/", "disputes/", "feedback/", "programs/", "partners/p1/"):
            yield Address(f"/console/{page}", person)
    for path in ("audit/?kind=segment", "audit/?kind=user", "registrations/?status=submitted", "claims/?status=paid"):
        yield Address(f"/console/{path}")
    for page in ("claims", "registrations", "people", "imports", "feedback", "tasks", "disputes", "recomputes"):
        yield Address(f"/console/{page}/?page=200")
    yield Address("/console/people/?q=77")
    quiet = User.objects.filter(email="u77@partner.example").get().email
    for page in ("", "resources/", "training/", "incentives/", "customers/", "deals/", "segments/", "segments/gap/"):
        yield Address(f"/portal/{page}", quiet)
    for query in ("q=7", "page=100", "segment=s0"):
        yield Address(f"/portal/customers/?{query}", "u1@partner.example")
    for query in ("page=90", "stage=won", "q=7"):
        yield Address(f"/portal/deals/?{query}", "u1@partner.example")
    for kind in (Content, Course, Incentive):
        offer = Offer.objects.get(partner__external_id="p1", program=first(kind)).pk
        yield Address(f"/portal/offers/{offer}/", "u1@partner.example")
