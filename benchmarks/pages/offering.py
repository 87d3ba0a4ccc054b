"""The programmes of the pages' world, and what partners did with them: offers, courses, claims, messages, journeys."""

# ruff: noqa: S608 — our own names and numbers
from __future__ import annotations

from typing import Any

from django.utils import timezone

from benchmarks.pages.records import RICH, TEAM, Sizes, first_of, run
from benchmarks.world import _number
from programs.models import (
    Content,
    ContentVersion,
    Course,
    Incentive,
    Journey,
    JourneyStep,
    KitItem,
    Message,
    PlaySegment,
    Program,
    Target,
)
from segments.models import Segment

BODY = "# How to sell it\n\n" + "It helps people who **need** it, and there are many of them.\n\n" * 20
CHOICES = [{"id": "a", "text": "One"}, {"id": "b", "text": "Two"}]
QUESTION = {"id": "s", "type": "single", "text": "Which?", "choices": CHOICES, "correct": ["b"]}
QUIZ = {"pass_mark": 75, "attempts": 2, "questions": [QUESTION]}
LESSONS: list[dict[str, Any]] = [
    *({"key": f"page{number}", "kind": "page", "title": f"Part {number}", "body": BODY} for number in range(5)),
    {"key": "quiz", "kind": "quiz", "title": "The quiz", "body": "", "quiz": QUIZ},
]


def make_programs(sizes: Sizes) -> None:
    """Six in ten content, the rest courses and incentives; all of it on offer to the first partner, too."""
    segments = list(Segment.objects.filter(subject="partner", status="active").order_by("pk")[:200])
    now = timezone.now()
    kinds = ["content"] * 6 + ["course"] * 2 + ["incentive"] * 2
    made = Program.objects.bulk_create(
        Program(
            slug=f"program-{number}",
            name=f"Programme {number}",
            kind=kinds[number % 10],
            status="active",
            summary="What it is about",
            created_at=now,
            updated_at=now,
        )
        for number in range(sizes.programs)
    )
    Target.objects.bulk_create(
        Target(program=program, segment=segments[(number * 3 + place) % len(segments)], mode="any")
        for number, program in enumerate(made)
        for place in (1, 2, 3)
    )
    make_details(made)
    make_offers(sizes)
    make_training(sizes)
    make_money(sizes)
    make_words(sizes)
    make_journeys(sizes, segments)


def make_details(made: list[Program]) -> None:
    """Pages, kits of pages, plays for customers, courses, and incentives with tiers."""
    content = [program for program in made if program.kind == "content"]
    forms = ["piece", "piece", "piece", "piece", "kit", "play"]
    pieces = Content.objects.bulk_create(
        Content(program=program, body=BODY, form=forms[number % 6], shown_version=1)
        for number, program in enumerate(content)
    )
    ContentVersion.objects.bulk_create(ContentVersion(content=piece, number=1, body=BODY) for piece in pieces)
    plain = [piece for piece in pieces if piece.form == "piece"]
    plays = [piece for piece in pieces if piece.form == "play"]
    KitItem.objects.bulk_create(
        KitItem(kit=kit, item=item, position=place)
        for kit in pieces
        if kit.form != "piece"
        for place, item in enumerate(plain[:5])
    )
    of_customers = list(Segment.objects.filter(subject="customer").order_by("pk")[: len(plays) * 3])
    PlaySegment.objects.bulk_create(
        PlaySegment(play=plays[number % len(plays)], segment=segment) for number, segment in enumerate(of_customers)
    )
    Course.objects.bulk_create(
        Course(program=program, lessons=LESSONS, due_days=30, gives_certificate=True)
        for program in made
        if program.kind == "course"
    )
    tiers = [{"from": "100000.00", "rate": "5"}, {"from": "500000.00", "rate": "7"}]
    types = ["rebate", "spiff", "deal_registration", "mdf", "discount"]
    earning = [program for program in made if program.kind == "incentive"]
    Incentive.objects.bulk_create(
        Incentive(program=program, type=types[number % 5], rate="3", tiers=tiers, budget="100000000", terms=BODY)
        for number, program in enumerate(earning)
    )


def make_offers(sizes: Sizes) -> None:
    """To whoever is in one of the segments, and everything to the first partner."""
    partner = first_of("partners_partner")
    run(
        "INSERT INTO programs_offer (program_id, partner_id, reason, offered_at, opened_at, started_at)"
        " SELECT t.program_id, m.subject_id, jsonb_build_object('any', jsonb_agg(s.slug), 'all', '[]'::jsonb, 'none',"
        " '[]'::jsonb), now() - mod(m.subject_id, 60) * interval '1 day', now(),"
        " CASE WHEN mod(m.subject_id, 3) = 0 THEN now() END"
        " FROM programs_target t JOIN segments_membership m ON m.segment_id = t.segment_id AND m.left_at IS NULL"
        f" JOIN segments_segment s ON s.id = t.segment_id WHERE m.subject_id <> {partner}"
        " GROUP BY t.program_id, m.subject_id"
    )
    run(
        "INSERT INTO programs_offer (program_id, partner_id, reason, offered_at)"
        f' SELECT id, {partner}, \'{{"any": ["p0"], "all": [], "none": []}}\', now() - mod(id, 9) * interval \'1 day\''
        " FROM programs_program"
    )


def make_training(sizes: Sizes) -> None:
    """Courses begun and done, with certificates; the first partner's people have begun them all."""
    user = first_of("people_user") + 23
    run(
        "INSERT INTO programs_enrolment (course_id, partner_id, user_id, lessons_done, done, extra_attempts, is_renewing,"
        ' started_at, completed_at) SELECT c.program_id, m.partner_id, m.user_id, 2, \'["page0", "page1"]\', 0, false,'
        " now() - interval '20 days', CASE WHEN mod(m.user_id + c.program_id, 2) = 0 THEN now() END"
        " FROM programs_course c JOIN partners_teammember m"
        f" ON mod(m.user_id, 10) = mod(c.program_id, 10) OR m.user_id < {user + TEAM}"
    )
    run(
        "INSERT INTO programs_quizattempt (enrolment_id, lesson, number, quiz, answers, score, passed, at)"
        " SELECT id, 'quiz', n, '{}', '{}', 50, false, now() FROM programs_enrolment, generate_series(1, 2) n"
        " WHERE mod(id, 5) = 0"
    )
    run(
        "INSERT INTO programs_certificate (code, course_id, partner_id, user_id, holder, title, issued_at)"
        " SELECT 'C-' || id, course_id, partner_id, user_id, 'Person', 'Course', now() FROM programs_enrolment"
        " WHERE completed_at IS NOT NULL"
    )


def make_money(sizes: Sizes) -> None:
    """A ledger of what deals earned, and claims."""
    user, partner = first_of("people_user") + 23, first_of("partners_partner")
    earning = "(SELECT program_id, (row_number() OVER (ORDER BY program_id)) - 1 AS place FROM programs_incentive) i"
    count = max(1, sizes.programs // 5)
    run(
        'INSERT INTO programs_ledgerentry (incentive_id, partner_id, deal_id, kind, amount, currency, "on", at, reason, key)'
        " SELECT i.program_id, d.partner_id, d.id, 'accrual', 1 + d.amount * 0.03, 'EUR', d.closed_on, now(), '',"
        " 'deal:' || i.program_id || ':' || d.id || ':1' FROM partners_deal d"
        f" JOIN {earning} ON i.place = mod(d.id, {count}) WHERE d.stage = 'won'"
    )
    run(
        "INSERT INTO programs_claim (incentive_id, partner_id, status, amount, currency, note, proof, filed_by_id, filed_at,"
        " reason, reference)"
        f" SELECT i.program_id, {partner} + CASE WHEN mod(g, 100) = 0 THEN 0 ELSE {_number(81, sizes.partners)} END,"
        f" (ARRAY['submitted', 'approved', 'paid', 'rejected'])[1 + {_number(82, 4)}], 1 + mod(g, 500), 'EUR', 'For it', '',"
        f" {user}, now() - g * interval '1 minute', '', ''"
        f" FROM generate_series(1, {sizes.partners}) g JOIN {earning} ON i.place = mod(g, {count})"
    )


def make_words(sizes: Sizes) -> None:
    """Messages with their deliveries, disputes, feedback."""
    user, partner = first_of("people_user") + 23, first_of("partners_partner")
    now = timezone.now()
    Message.objects.bulk_create(
        Message(subject=f"News {number}", body=BODY, status="sent", told_at=now, created_at=now, updated_at=now)
        for number in range(60)
    )
    run(
        "INSERT INTO programs_delivery (message_id, user_id, partner_id, occasion, token, told_at, mail, due_at,"
        " failure_count, note, link, words, seen_at) SELECT m.id, t.user_id, t.partner_id, 0, gen_random_uuid(), now(), 'sent',"
        " now(), 0, '', '', '{}', CASE WHEN mod(m.id + t.user_id, 2) = 0 THEN now() END"
        f" FROM programs_message m JOIN partners_teammember t ON mod(t.user_id, 10) = mod(m.id, 10) OR t.user_id < {user + TEAM}"
    )
    run(
        "INSERT INTO programs_dispute (partner_id, field, label, shown, claimed, comment, status, answer, created_at)"
        f" SELECT {partner} + g, 'tier', 'Tier', 'silver', 'gold', '', CASE WHEN mod(g, 2) = 0 THEN 'open' ELSE 'accepted' END,"
        f" '', now() FROM generate_series(0, {sizes.partners // 20}) g"
    )
    run(
        "INSERT INTO programs_feedback (partner_id, user_id, program_id, is_good, text, said_at)"
        f" SELECT t.partner_id, t.user_id, {first_of('programs_program')} + mod(t.user_id, {sizes.programs}), true, 'Good', now()"
        " FROM partners_teammember t"
    )
    run(
        "INSERT INTO programs_managertask (partner_id, text, created_at)"
        f" SELECT {partner} + g, 'Call them', now() FROM generate_series(0, {sizes.partners // 10}) g"
    )


def make_journeys(sizes: Sizes, segments: list[Segment]) -> None:
    """Journeys with partners on them."""
    for number in range(10):
        made = Journey.objects.create(
            slug=f"journey-{number}", name=f"Journey {number}", segment=segments[number], status="active"
        )
        for place in range(4):
            JourneyStep.objects.create(journey=made, position=place, wait_days=place * 5, action="task", text="Call")
    partner = first_of("partners_partner")
    run(
        "INSERT INTO programs_journeyentry (journey_id, partner_id, change_id, value, began_at)"
        f" SELECT j.id, {partner} + g, g + 1, '', now() - mod(g, 30) * interval '1 day'"
        f" FROM programs_journey j, generate_series(0, {min(RICH, sizes.partners - 1)}) g"
    )
    run(
        "INSERT INTO programs_journeyact (entry_id, step_id, state, due_at, failure_count, outcome)"
        " SELECT e.id, s.id, CASE WHEN s.position < 2 THEN 'done' ELSE 'due' END, e.began_at + s.wait_days * interval '1 day',"
        " 0, '' FROM programs_journeyentry e JOIN programs_journeystep s ON s.journey_id = e.journey_id"
    )
