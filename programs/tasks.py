"""What workers do for programmes. Ids in, a verb called; every task may safely run twice."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from programs import accruing, answering, heralding, reminding, settling, uptake
from programs.dispatch import ACCRUE_TASK, SETTLE_TASK
from programs.journeys import acting, following
from programs.messages import returning, sending, telling
from programs.messages.dispatch import SEND_TASK
from programs.plans import planning


@shared_task(name=SETTLE_TASK)
def settle(programs: list[int] | None = None) -> None:
    """Let these programmes settle, or all of them."""
    settling.settle(programs=programs)
    if programs is not None:
        uptake.tally(programs=programs)


@shared_task(name="programs.tally_uptake")
def tally_uptake() -> None:
    """Count how all programmes are taken up."""
    uptake.tally()


@shared_task(name=SEND_TASK)
def send_mail() -> None:
    """Send the mail that is due; when there is more than one go can take, another worker goes on."""
    if sending.send_due().total >= sending.BATCH:
        send_mail.delay()


@shared_task(name="programs.tell_due")
def tell_due() -> None:
    """Send off the scheduled messages whose hour has come."""
    telling.tell_due()


@shared_task(name="programs.walk_journeys")
def walk_journeys() -> None:
    """Let journeys follow the ledger of changes, and do the steps that are due."""
    following.follow_all()
    if acting.act_due().total >= acting.BATCH:
        walk_journeys.delay()


@shared_task(name=ACCRUE_TASK)
def accrue() -> None:
    """Let deals earn what they should by now."""
    accruing.accrue(wait=False)


@shared_task(name="programs.remind")
def remind() -> None:
    """Remind people of courses that are due and certificates that end."""
    reminding.remind()


@shared_task(name="programs.answer")
def answer() -> None:
    """Tell people what became of what they asked for."""
    answering.answer_all()


@shared_task(name="programs.tell_of_offers")
def tell_of_offers() -> None:
    """Tell people what came on offer to their company the day before."""
    heralding.tell_of_offers()


@shared_task(name="programs.read_returned_mail")
def read_returned_mail() -> None:
    """Read what came back into the mailbox for it."""
    if settings.RETURNED_MAIL_URL:
        returning.note_all(returning.unread(settings.RETURNED_MAIL_URL))


@shared_task(name="programs.keep_plan_finals")
def keep_plan_finals() -> None:
    """Keep what the goals of joint plans had come to on the day they were due."""
    planning.keep_finals()
