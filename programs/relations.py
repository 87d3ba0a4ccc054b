"""Records of programmes that rules may aggregate: the enrolments of a partner's people, and its claims."""

from __future__ import annotations

from partners.vocabulary import Field, FieldType, Subject
from programs.accounts import Claim
from segments.relations import Relation, field, register, rows_reader

ENROLMENT: dict[str, Field] = {
    entry.name: entry
    for entry in (
        field(Subject.PARTNER, "course", "Course", FieldType.TEXT),
        field(Subject.PARTNER, "lessons_done", "Lessons done", FieldType.NUMBER),
        field(Subject.PARTNER, "completed", "Completed", FieldType.BOOLEAN),
        field(Subject.PARTNER, "started_at", "Started", FieldType.DATETIME),
        field(Subject.PARTNER, "completed_at", "Completed at", FieldType.DATETIME),
    )
}
"""What can be said of an enrolment: `course` is the programme's slug."""

CLAIM: dict[str, Field] = {
    entry.name: entry
    for entry in (
        field(Subject.PARTNER, "incentive", "Incentive", FieldType.TEXT),
        field(Subject.PARTNER, "status", "Status", FieldType.CHOICE, *((s.value, str(s.label)) for s in Claim.Status)),
        field(Subject.PARTNER, "amount", "Amount", FieldType.MONEY),
        field(Subject.PARTNER, "currency", "Currency", FieldType.TEXT),
        field(Subject.PARTNER, "filed_at", "Filed", FieldType.DATETIME),
        field(Subject.PARTNER, "paid_at", "Paid", FieldType.DATETIME),
    )
}
"""What can be said of a claim: `incentive` is the programme's slug."""


def register_relations() -> None:
    """From now on rules may speak of enrolments and claims."""
    register(
        Relation(
            Subject.PARTNER,
            "enrolments",
            "enrolment",
            lambda: ENROLMENT,
            "SELECT t.id, t.partner_id FROM programs_enrolment t WHERE true{some}",
            "t.partner_id",
            rows_reader(
                ENROLMENT,
                {
                    "course": "program.slug",
                    "lessons_done": "t.lessons_done",
                    "completed": "(t.completed_at IS NOT NULL AND t.completed_at <= %(as_of)s)",
                    "started_at": "t.started_at",
                    "completed_at": "CASE WHEN t.completed_at <= %(as_of)s THEN t.completed_at END",
                },
                "FROM programs_enrolment t JOIN programs_program program ON program.id = t.course_id"
                " WHERE t.started_at <= %(as_of)s",
            ),
            "completed_at",
        )
    )
    register(
        Relation(
            Subject.PARTNER,
            "claims",
            "claim",
            lambda: CLAIM,
            "SELECT t.id, t.partner_id FROM programs_claim t WHERE true{some}",
            "t.partner_id",
            rows_reader(
                CLAIM,
                {
                    "incentive": "program.slug",
                    "status": "t.status",
                    "amount": "t.amount",
                    "currency": "nullif(btrim(t.currency), '')",
                    "filed_at": "t.filed_at",
                    "paid_at": "t.paid_at",
                },
                "FROM programs_claim t JOIN programs_program program ON program.id = t.incentive_id"
                " WHERE t.filed_at <= %(as_of)s",
            ),
            "filed_at",
        )
    )
