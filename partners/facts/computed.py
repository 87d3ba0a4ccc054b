"""The facts that are worked out rather than stored: one line each, and the SQL that folds them.

A computed fact says what it is called, where its rows come from and how they are folded. All facts of one source are folded
in one pass over it.
"""

from __future__ import annotations

from dataclasses import dataclass

from partners.vocabulary import Field, FieldKind, FieldType, Subject

SOURCES: dict[str, str] = {
    "partner_deals": "SELECT d.partner_id AS key, {facts} FROM partners_deal d WHERE d.deleted_at IS NULL{only} GROUP BY 1",
    "customer_deals": "SELECT d.customer_id AS key, {facts} FROM partners_deal d "
    "WHERE d.deleted_at IS NULL AND d.customer_id IS NOT NULL{only} GROUP BY 1",
    "partner_activity": "SELECT a.partner_id AS key, {facts} FROM partners_activity a WHERE a.at < %(as_of)s{only} GROUP BY 1",
    "partner_customers": "SELECT m.partner_id AS key, {facts} FROM partners_customer_partners m "
    "JOIN partners_customer c ON c.id = m.customer_id AND c.deleted_at IS NULL{only} GROUP BY 1",
    "customer_partners": "SELECT m.customer_id AS key, {facts} FROM partners_customer_partners m "
    "JOIN partners_partner p ON p.id = m.partner_id AND p.deleted_at IS NULL{only} GROUP BY 1",
}
"""Rows by the subject's id; `{facts}` takes the folds, `{only}` a condition on whose rows, `%(…)s` the instants of
`instants`. See `folded`."""
_KEYS = {
    "partner_deals": "d.partner_id",
    "customer_deals": "d.customer_id",
    "partner_activity": "a.partner_id",
    "partner_customers": "m.partner_id",
    "customer_partners": "m.customer_id",
}


def folded(source: str, folds: str, *, some: bool = False, rows: str = "") -> str:
    """The SQL of a source with its folds, of everybody or of `some`: the subjects in the parameter `ids`.

    Said inside, that costs what those few have; joined outside, everybody's rows would be folded first. `rows`: only those
    that this condition holds for (`Fact.rows`).
    """
    only = f" AND {_KEYS[source]} = ANY(%(ids)s::bigint[])" if some else ""
    only += f" AND {rows}" if rows else ""
    return SOURCES[source].format(facts=folds, only=only)


_WON_12M = "d.stage = 'won' AND d.closed_on >= %(year_start)s AND d.closed_on < %(day_end)s"
_WON_PRIOR = "d.stage = 'won' AND d.closed_on >= %(prior_start)s AND d.closed_on < %(year_start)s"
_WON = "d.stage = 'won' AND (d.closed_on IS NULL OR d.closed_on < %(day_end)s)"
_CLOSED = "d.stage IN ('won', 'lost') AND (d.closed_on IS NULL OR d.closed_on < %(day_end)s)"
_OPEN = "d.stage = 'open' AND (d.registered_on IS NULL OR d.registered_on < %(day_end)s)"
_COMPLETED = "a.kind = 'course_completed'"
_BEGUN = "a.kind IN ('course_started', 'course_completed')"
_EARNED = "a.kind = 'certificate_earned'"
_SIGNED_IN = "a.kind = 'sign_in'"


@dataclass(frozen=True, slots=True)
class Fact:
    """A computed fact: a field, the source it is folded from and the fold (SQL, null where missing)."""

    field: Field
    source: str
    sql: str
    empty: str = "NULL"
    """The value of a subject without any row in the source: 0 for counts and sums, which are never missing; else missing."""
    rows: str = ""
    """A condition on the rows of the source: the others change nothing, and one fact alone need not look at them."""


def _fact(
    subject: Subject,
    name: str,
    label: str,
    kind: FieldType,
    about: str,
    source: str,
    sql: str,
    empty: str = "NULL",
    rows: str = "",
    *,
    is_share: bool = False,
) -> Fact:
    field = Field(subject, name, label, kind, FieldKind.COMPUTED, description=about, is_share=is_share)
    return Fact(field, source, sql, empty, rows)


def _deal_facts(subject: Subject, source: str) -> tuple[Fact, ...]:
    return (
        _fact(
            subject,
            "won_revenue_12m",
            "Won revenue, last 12 months",
            FieldType.MONEY,
            "Sum of the deals won in the 12 months up to now",
            source,
            f"coalesce(sum(d.amount) FILTER (WHERE {_WON_12M}), 0)",
            "0",
        ),
        _fact(
            subject,
            "deals_open",
            "Open deals",
            FieldType.NUMBER,
            "Deals registered and neither won nor lost",
            source,
            f"count(*) FILTER (WHERE {_OPEN})",
            "0",
        ),
        _fact(
            subject,
            "deals_won",
            "Deals won",
            FieldType.NUMBER,
            "Deals won up to now",
            source,
            f"count(*) FILTER (WHERE {_WON})",
            "0",
        ),
        _fact(
            subject,
            "last_deal_on",
            "Last deal won on",
            FieldType.DATE,
            "The day the latest deal was won; the future does not count",
            source,
            f"max(d.closed_on) FILTER (WHERE {_WON})",
        ),
    )


FACTS: dict[Subject, tuple[Fact, ...]] = {
    Subject.PARTNER: (
        *_deal_facts(Subject.PARTNER, "partner_deals"),
        _fact(
            Subject.PARTNER,
            "won_revenue_prior_12m",
            "Won revenue, the 12 months before",
            FieldType.MONEY,
            "Sum of the deals won in the 12 months before the last 12",
            "partner_deals",
            f"coalesce(sum(d.amount) FILTER (WHERE {_WON_PRIOR}), 0)",
            "0",
        ),
        _fact(
            Subject.PARTNER,
            "revenue_growth",
            "Revenue growth",
            FieldType.NUMBER,
            "Won revenue of the last 12 months against the 12 before: a quarter more is 25 %, stored as 0.25; "
            "missing when there was none before",
            "partner_deals",
            f"(coalesce(sum(d.amount) FILTER (WHERE {_WON_12M}), 0) - sum(d.amount) FILTER (WHERE {_WON_PRIOR}))"
            f" / nullif(sum(d.amount) FILTER (WHERE {_WON_PRIOR}), 0)",
            is_share=True,
        ),
        _fact(
            Subject.PARTNER,
            "win_rate",
            "Win rate",
            FieldType.NUMBER,
            "Won deals among those won or lost: 35 % is stored as 0.35; missing when none is closed",
            "partner_deals",
            f"count(*) FILTER (WHERE {_WON})::numeric / nullif(count(*) FILTER (WHERE {_CLOSED}), 0)",
            is_share=True,
        ),
        _fact(
            Subject.PARTNER,
            "customers_count",
            "Customers served",
            FieldType.NUMBER,
            "Customers this partner serves",
            "partner_customers",
            "count(*)",
            "0",
        ),
        _fact(
            Subject.PARTNER,
            "trainings_completed",
            "Courses completed",
            FieldType.NUMBER,
            "Different courses completed by the partner's people",
            "partner_activity",
            f"count(DISTINCT a.about) FILTER (WHERE {_COMPLETED})",
            "0",
            _COMPLETED,
        ),
        _fact(
            Subject.PARTNER,
            "courses_started",
            "Courses started",
            FieldType.NUMBER,
            "Different courses begun by the partner's people, completed or not",
            "partner_activity",
            f"count(DISTINCT a.about) FILTER (WHERE {_BEGUN})",
            "0",
            _BEGUN,
        ),
        _fact(
            Subject.PARTNER,
            "last_training_on",
            "Last training on",
            FieldType.DATE,
            "The day one of the partner's people last completed a course",
            "partner_activity",
            f"(max(a.at) FILTER (WHERE {_COMPLETED}) AT TIME ZONE %(zone)s)::date",
            rows=_COMPLETED,
        ),
        _fact(
            Subject.PARTNER,
            "certificates_valid",
            "Valid certificates",
            FieldType.NUMBER,
            "Certificates of the partner's people that have not expired",
            "partner_activity",
            f"count(*) FILTER (WHERE {_EARNED} AND (a.valid_until IS NULL OR a.valid_until >= %(today)s))",
            "0",
            _EARNED,
        ),
        _fact(
            Subject.PARTNER,
            "last_sign_in_at",
            "Last sign-in",
            FieldType.DATETIME,
            "When one of the partner's people last signed in",
            "partner_activity",
            f"max(a.at) FILTER (WHERE {_SIGNED_IN})",
            rows=_SIGNED_IN,
        ),
    ),
    Subject.CUSTOMER: (
        *_deal_facts(Subject.CUSTOMER, "customer_deals"),
        _fact(
            Subject.CUSTOMER,
            "partners_count",
            "Partners serving",
            FieldType.NUMBER,
            "Partners that serve this customer",
            "customer_partners",
            "count(*)",
            "0",
        ),
    ),
    Subject.DEAL: (),
}


def fact(subject: Subject, name: str) -> Fact:
    """The computed fact of that name; KeyError when there is none."""
    return {fact.field.name: fact for fact in FACTS[subject]}[name]
