"""Records of training: what a quiz was answered with, what was earned, and the files of lessons. (Models.)"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

from programs.querysets import CertificateQuerySet


class LessonFile(models.Model):
    """A file that a lesson of a course hands out. Lessons name it by its id; it is kept when a lesson lets go of it."""

    course = models.ForeignKey("programs.Course", on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to="lessons/")
    filename = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    uploaded_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.filename


class Enrolment(models.Model):
    """One person's way through a course."""

    course = models.ForeignKey("programs.Course", on_delete=models.PROTECT, related_name="enrolments")
    partner = models.ForeignKey("partners.Partner", on_delete=models.CASCADE, related_name="enrolments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments")
    lessons_done = models.PositiveIntegerField(default=0, help_text="How many of the course's lessons are done")
    done = models.JSONField(default=list, blank=True)
    """Keys of the lessons done: what was done stays done when lessons are moved or others come in between."""
    extra_attempts = models.PositiveIntegerField(default=0, help_text="Granted on top of what each quiz allows")
    started_at = models.DateTimeField(default=timezone.now)
    completed_at = models.DateTimeField(null=True, blank=True)
    """The first time; it stays when the course is taken again."""
    renewed_at = models.DateTimeField(null=True, blank=True)
    """When it was last begun anew, to renew the certificate: attempts at quizzes count from there."""
    is_renewing = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="enrolment_once_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.course_id}"

    @property
    def is_under_way(self) -> bool:
        """Begun, or begun anew, and not finished."""
        return self.completed_at is None or self.is_renewing

    def counts(self, attempt: QuizAttempt) -> bool:
        """The attempt belongs to this time through the course."""
        return self.renewed_at is None or attempt.at >= self.renewed_at


class QuizAttempt(models.Model):
    """One go at a quiz, handed in and marked. Append-only: the quiz is kept as it was asked."""

    enrolment = models.ForeignKey("programs.Enrolment", on_delete=models.CASCADE, related_name="attempts")
    lesson = models.CharField(max_length=20, help_text="The lesson's key within its course")
    number = models.PositiveIntegerField(help_text="1 for the first go")
    quiz = models.JSONField()
    """The quiz as it was asked, with its answers."""
    answers = models.JSONField(default=dict)
    """Question id → what was answered: a choice id, a list of them, or a text."""
    score = models.PositiveIntegerField(help_text="Per cent right, rounded down")
    passed = models.BooleanField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["enrolment", "lesson", "number"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "lesson", "number"], name="quiz_attempt_once_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.lesson} no. {self.number}"


class Certificate(models.Model):
    """Proof that somebody completed a course. It keeps the words of the day, and is never taken back."""

    code = models.CharField(max_length=20, unique=True, help_text="What anybody can verify it by")
    course = models.ForeignKey("programs.Course", on_delete=models.PROTECT, related_name="certificates")
    partner = models.ForeignKey("partners.Partner", on_delete=models.CASCADE, related_name="certificates")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="certificates"
    )
    holder = models.CharField(max_length=254)
    title = models.CharField(max_length=200)
    issued_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField(null=True, blank=True, help_text="Last valid day; empty: no end")

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["user", "course"], name="certificate_by_person")]

    def __str__(self) -> str:
        return f"{self.title}: {self.holder}"

    def is_valid_on(self, day: date) -> bool:
        """The day is not after its last."""
        return self.expires_on is None or day <= self.expires_on
