"""What workers do for insights. A verb called; every task may safely run twice."""

from __future__ import annotations

from datetime import date, timedelta

from celery import shared_task
from django.utils import timezone

from insights import checkups, measuring
from insights.groupings import searching
from insights.groupings.models import Grouping
from insights.predictions import scoring, training
from insights.predictions.models import Prediction
from insights.recruiting import fitting


@shared_task(name="insights.measure")
def measure() -> None:
    """Work out the monthly figures and the checkups again."""
    if measuring.measure() is not None:
        checkups.check_all()


@shared_task(name="insights.measure_when_due")
def measure_when_due() -> None:
    """The same, unless it was done today."""
    if measuring.is_due(today=_today()):
        measure()


@shared_task(name="insights.search_groups")
def search_groups(grouping_id: int) -> None:
    """Carry a search for groups out."""
    searching.search(grouping=Grouping.objects.get(pk=grouping_id))


@shared_task(name="insights.learn")
def learn(prediction_id: int) -> None:
    """Learn and judge a version."""
    training.train(prediction=Prediction.objects.get(pk=prediction_id), today=_today())


@shared_task(name="insights.learn_all")
def learn_all() -> None:
    """A next version of every kind."""
    for kind in Prediction.Kind.values:
        training.request(kind=kind, by="the clock")


@shared_task(name="insights.resend")
def resend() -> None:
    """Make good the messages that were lost: what waits for ten minutes is sent again."""
    late = timezone.now() - timedelta(minutes=10)
    for grouping in Grouping.objects.filter(status=Grouping.Status.WAITING, requested_at__lt=late):
        searching.send(grouping)
    for prediction in Prediction.objects.filter(status=Prediction.Status.LEARNING, learned_at__lt=late):
        training.request(kind=prediction.kind, by=prediction.requested_by)


@shared_task(name="insights.score")
def score(prediction_id: int) -> None:
    """Tell the scores of a version in use."""
    scoring.score(prediction=Prediction.objects.get(pk=prediction_id), today=_today())


@shared_task(name="insights.score_all")
def score_all() -> None:
    """Scores of today, by every version in use."""
    for prediction in Prediction.objects.filter(status=Prediction.Status.PUBLISHED):
        scoring.score(prediction=prediction, today=_today())


@shared_task(name="insights.recruit")
def recruit() -> None:
    """Hold prospects against the best partners of today."""
    fitting.work_out()


def _today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())
