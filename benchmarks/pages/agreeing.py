"""What people agree on in the pages' world: joint plans, guided set-ups with drafts, webhooks with what they sent."""

# ruff: noqa: S608 — our own names and numbers
from __future__ import annotations

from benchmarks import world
from benchmarks.pages.records import TEAM, TIERS, Sizes, first_of, run
from integrations.models import Webhook
from integrations.webhooks.authoring import create_webhook
from people.models import User
from segments import drafting, sets
from segments.models import Guide
from segments.rules.writing import every, leaf

METRIC = "in_time_deals_won"


def make_agreements(sizes: Sizes) -> None:
    """A plan with each fifth partner, several with the first; guides of drafts of partners and of customers; webhooks."""
    partner = first_of("partners_partner")
    run(
        "INSERT INTO programs_plan (partner_id, title, summary, starts_on, ends_on, created_at, updated_at)"
        f" SELECT {partner} + CASE WHEN g < {TEAM} THEN 0 ELSE mod(g * 5, {sizes.partners}) END, 'Plan ' || g, '',"
        f" date '2026-01-01', date '2026-12-31', now(), now() FROM generate_series(0, {sizes.partners // 5}) g"
    )
    run(
        "INSERT INTO programs_plangoal (plan_id, title, metric, target, due_on, progress)"
        f" SELECT id, 'Goal ' || n, CASE WHEN n = 1 THEN '{METRIC}' ELSE '' END, CASE WHEN n = 1 THEN 5 END, date '2026-12-31', ''"
        " FROM programs_plan, generate_series(1, 3) n"
    )
    run(
        "INSERT INTO programs_planentry (plan_id, kind, side, text, at)"
        " SELECT id, 'comment', 'vendor', 'We spoke about it', now() FROM programs_plan, generate_series(1, 3) n"
    )
    ada = User.objects.get(email="admin@vendor.example")
    for subject, field, values in (("partner", "tier", TIERS), ("customer", "region", world.REGIONS)):
        begin(ada, subject, field, values)
    made = create_webhook(name="CRM", url="https://crm.example.com/", event_types=["segment.entered"]).webhook
    run(
        "INSERT INTO integrations_webhookdelivery (webhook_id, message_id, type, body, state, express, due_at, failure_count,"
        f" created_at) SELECT {made.pk}, 'msg_' || g, 'segment.entered', '{{}}', 'delivered', false, now(), 0, now()"
        f" FROM generate_series(1, {sizes.partners}) g"
    )
    Webhook.objects.filter(pk=made.pk).update(status=Webhook.Status.OFF)


def begin(user: User, subject: str, field: str, values: list[str]) -> None:
    """A guide at its end: a set of drafts, one for each value."""
    slugs = [
        drafting.create_segment(
            slug=f"guided-{subject}-{place}",
            name=f"Guided {value}",
            subject=subject,
            rule=every(leaf(field, "=", value)),
            owner=user,
            author=str(user),
            viewer=user,
            reason="Guided",
        ).slug
        for place, value in enumerate(values)
    ]
    made = sets.create_set(
        slug=f"guided-{subject}",
        name=f"Guided {subject}",
        subject=subject,
        mode="exclusive",
        segments=slugs,
        author="Ada",
    )
    Guide.objects.create(name="Tiers", subject=subject, objective="More", facts=[field], set=made, created_by=user)
