"""What the clock and the doors ask workers to do. Ids in, a verb called; every task may safely run twice."""

from __future__ import annotations

from celery import shared_task

from insights.tasks import measure
from partners import left_behind, snapshot, touching
from partners.vocabulary import Subject
from people.models import User
from prm import forgetting, loop
from prm.catalogue import listing, sizing
from segments import ledger, membership, sharding
from segments.models import Recompute


@shared_task(name="prm.recompute")
def recompute(run_id: int) -> None:
    """Do one requested run."""
    run = Recompute.objects.get(pk=run_id)
    if run.status == Recompute.Status.SUCCEEDED:
        if run.settled_at is None:
            loop.settle_run(run=run)
        return
    loop.run_recompute(run=run)


@shared_task(name="prm.recompute_nightly")
def recompute_nightly() -> None:
    """The nightly run: every active segment, as of now."""
    run = membership.request_recompute(trigger=Recompute.Trigger.NIGHTLY, requested_by="schedule")
    loop.run_recompute(run=run)
    measure.delay()


@shared_task(name="prm.follow")
def follow() -> None:
    """Look again at the subjects that were touched."""
    loop.follow()


@shared_task(name="prm.help_out")
def help_out(run_id: int, attempt: int, snapshot: str) -> None:
    """Work out shares of a run that another worker holds."""
    sharding.help_out(run_id, attempt, snapshot)


@shared_task(name="prm.sweep")
def sweep() -> None:
    """Take up what a lost message or a killed worker left behind, and what the passing of time has changed."""
    for run in [*loop.unfinished(), *membership.due()]:
        recompute.delay(run.pk)
    left_behind.send_again()
    loop.follow()
    ledger.complete()
    touching.forget()
    for subject in Subject:
        if snapshot.is_due(subject):
            keep_columns.apply_async([subject.value], expires=300)


@shared_task(name="prm.forget")
def forget() -> None:
    """Let go of what was kept long enough."""
    forgetting.forget()


@shared_task(name="prm.keep_columns")
def keep_columns(subject: str) -> None:
    """Keep the columns of a large population for previews and lists."""
    if snapshot.is_due(Subject(subject)):
        snapshot.write(Subject(subject))


@shared_task(name="prm.count_template")
def count_template(slug: str, user_id: int) -> None:
    """Count what the rules of a template find, for whoever looks at it."""
    sizing.keep(listing.CATALOGUE[slug], User.objects.get(pk=user_id))
