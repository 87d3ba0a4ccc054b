"""What people have learnt: reads that the portal's transcript and the console's results share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from people.roles import Viewer
from programs import lessons as curriculum
from programs import quizzes
from programs.models import Certificate, Course, Enrolment, Offer, QuizAttempt


@dataclass(slots=True)
class Learner:
    """One person's way through one course."""

    enrolment: Enrolment
    offer_id: int | None = None
    certificate: Certificate | None = None
    """The latest."""
    earlier: list[Certificate] = field(default_factory=list)
    """Those it followed."""
    attempts: list[QuizAttempt] = field(default_factory=list)

    @property
    def course(self) -> Course:
        """The course."""
        return self.enrolment.course

    @property
    def lessons(self) -> int:
        """How many lessons it has."""
        return len(self.course.lessons)

    @property
    def lessons_done(self) -> int:
        """How many of them are done."""
        return curriculum.done_count(self.course.lessons, self.enrolment.done)

    @property
    def score(self) -> int | None:
        """Per cent, the average over the quizzes of the best attempt at each; None without any."""
        best: dict[str, int] = {}
        for attempt in self.attempts:
            best[attempt.lesson] = max(best.get(attempt.lesson, 0), attempt.score)
        return sum(best.values()) // len(best) if best else None

    @property
    def is_stuck(self) -> bool:
        """A quiz is neither passed nor can it be tried again."""
        if not self.enrolment.is_under_way:
            return False
        for key, lesson in zip(curriculum.keys(self.course.lessons), self.course.lessons, strict=True):
            if curriculum.kind_of(lesson) == "quiz" and key not in self.enrolment.done:
                made = sum(each.lesson == key and self.enrolment.counts(each) for each in self.attempts)
                return quizzes.attempts_left(lesson["quiz"], made, self.enrolment.extra_attempts) == 0
        return False

    def certificate_is_valid(self, day: date) -> bool:
        """There is one, and it has not expired."""
        return self.certificate is not None and self.certificate.is_valid_on(day)


def transcript_of(user: Viewer) -> list[Learner]:
    """One person's courses, latest begun first. Four queries."""
    rows = learners(Enrolment.objects.filter(user_id=user.pk or 0).select_related("course__program"))
    offers = dict(
        Offer.objects.visible_to(user)
        .on()
        .filter(program__in=[row.course.pk for row in rows])
        .values_list("program_id", "pk")
    )
    for row in rows:
        row.offer_id = offers.get(row.course.pk)
    return rows


def learners(enrolments: Iterable[Enrolment]) -> list[Learner]:
    """The enrolments (with their course) with attempts and certificates, latest begun first. Three queries."""
    rows = {each.pk: Learner(each) for each in enrolments}
    for attempt in QuizAttempt.objects.filter(enrolment__in=list(rows)).defer("quiz", "answers"):
        rows[attempt.enrolment_id].attempts.append(attempt)
    by_person = {(row.course.pk, row.enrolment.user_id): row for row in rows.values()}
    people = {person for _, person in by_person}
    certificates = Certificate.objects.filter(user__in=people, course__in={pk for pk, _ in by_person})
    for certificate in certificates.order_by("pk"):
        row = by_person.get((certificate.course_id, certificate.user_id or 0))
        if row is not None:
            if row.certificate is not None:
                row.earlier.insert(0, row.certificate)
            row.certificate = certificate
    return sorted(rows.values(), key=lambda row: row.enrolment.started_at, reverse=True)
