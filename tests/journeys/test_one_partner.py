"""One partner's way through the product: into a segment by a deal, welcomed, trained, paid, and out again.

Real parts: PostgreSQL, Valkey, a Celery worker in a process of its own, an SMTP server, a browser. The test stands in for
two things only: the machine that pushes records, and the clock that has workers walk the journeys.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from partners.models import OutboxEvent
from people import roles
from people.models import User
from programs.journeys import authoring
from programs.journeys.authoring import JourneyDraft, StepDraft
from programs.messages import composing
from programs.messages.composing import MessageDraft
from programs.models import Certificate, Claim, Enrolment, LedgerEntry, Offer
from segments.models import Change, Segment
from tests import callers
from tests.journeys.test_signing_in import PASSWORD, person, sign_in
from tests.mailbox import Mailbox
from tests.programs.courses import lessons
from tests.programs.world import colleague, partner, program, segment
from tests.workers import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0
"""Seconds after which something that a worker is to do counts as not done."""
WON = {"field": "stage", "operator": "=", "value": "won"}
GROWING = {"field": {"aggregate": "sum", "of": "deals.amount", "where": WON}, "operator": ">=", "value": "100000"}


@pytest.fixture
def worker(broker: Any, mailbox: Mailbox, live_server: Any, tmp_path: Path) -> Iterator[CeleryWorker]:
    """A worker that mails to the test's SMTP server, at any hour, with links to the test's own web server."""
    more = {"PRM_EMAIL_URL": mailbox.url, "PRM_QUIET_HOURS": "", "PRM_SITE_URL": live_server.url}
    found = CeleryWorker(tmp_path / "worker.log", more=more)
    found.start()
    yield found
    found.kill()


@pytest.fixture
def console_page(live_server: Any, browser: Any) -> Iterator[Any]:
    """A page in a browser context of its own, so that somebody else can be signed in at the same time."""
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition came to, once it holds; workers make it so."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"Waited in vain: {what}"
        time.sleep(0.02)
    return found


def ask(task: str) -> None:
    """Have a worker do what the clock asks for, and see it done."""
    result = current_app.send_task(task)
    until(result.ready, task)
    assert result.successful(), f"{task}: {result.result}"


def moved(kind: str) -> Callable[[], bool]:
    return Change.objects.filter(kind=kind, segment__slug="growing").exists


def answer(page: Any, *, single: str, multiple: list[str], number: str, text: str) -> None:
    """Fill in the quiz and hand it in."""
    page.get_by_label(single, exact=True).and_(page.locator("[name=q-s]")).check()
    for choice in multiple:
        page.get_by_label(choice, exact=True).and_(page.locator("[name=m-m]")).check()
    page.get_by_label("How much?").fill(number)
    page.get_by_label("Where?").fill(text)
    page.get_by_role("button", name="Hand in").click()


def ledger() -> list[tuple[Any, ...]]:
    """Every line, in order."""
    lines = LedgerEntry.objects.order_by("pk")
    return list(lines.values_list("pk", "kind", "amount", "partner__external_id", "deal__external_id"))


def make_segment(machine: callers.Caller) -> Segment:
    """Partners whose won deals come to 100,000; worked out once, so that changes are followed from here on."""
    body = {"slug": "growing", "name": "Growing", "subject": "partner", "rule": GROWING}
    made = machine.post("segments/", body)
    assert made.status_code == 201, made.content
    assert machine.post("segments/growing/publish/").status_code in {200, 202}
    until(Segment.objects.filter(slug="growing").exclude(computed_at=None).exists, "the first run of the segment")
    return Segment.objects.get(slug="growing")


def make_programs(growing: Segment) -> None:
    """Two courses and a rebate for the segment; a kit that only the journey offers."""
    program(
        "basics", kind="course", any=[growing], name="Basics", detail={"lessons": lessons(), "gives_certificate": True}
    )
    program("advanced", kind="course", any=[growing], name="Advanced")
    program("rebate", kind="incentive", any=[growing], name="Growth rebate")
    nobody = segment("nobody", rule={"field": "name", "operator": "=", "value": "Nobody"})
    program("kit", any=[nobody], name="Welcome kit", detail={"body": "# Everything to begin with"})


def start_journey(author: User) -> None:
    """Onboarding: the kit, and a letter that leads to the training."""
    draft = MessageDraft(
        subject="Welcome, {{ company }}",
        body="Hello {{ name }}, begin with your training.",
        link="/portal/training/",
        link_label="Open the training",
        for_journeys=True,
    )
    message = composing.create_message(draft=draft, author=author)
    journey = authoring.create_journey(draft=JourneyDraft(slug="onboarding", name="Onboarding", segment="growing"))
    authoring.add_step(journey=journey, draft=StepDraft("offer", program="kit"))
    authoring.add_step(journey=journey, draft=StepDraft("message", message=message.pk))
    authoring.add_step(journey=journey, draft=StepDraft("webhook", text="crm.welcomed"))
    authoring.start(journey=journey)


def push_deal(machine: callers.Caller, number: str, stage: str, amount: str, closed_on: Any = None) -> None:
    body = {"external_id": number, "partner": "P1", "stage": stage, "amount": amount, "currency": "EUR"}
    made = machine.post("deals/", {**body, "closed_on": closed_on and closed_on.isoformat()})
    assert made.status_code == 201, made.content


def pass_the_course(page: Any) -> Certificate:
    """Begin, read, fail the quiz, try again and pass; the certificate that comes of it."""
    page.get_by_role("link", name="Basics").first.click()
    page.get_by_role("button", name="Start the course").click()
    page.get_by_role("button", name="Done, next lesson").click()
    answer(page, single="One", multiple=["Two"], number="3", text="Nowhere")
    page.get_by_role("heading", name="Not passed yet: 0 %").wait_for()
    assert not Certificate.objects.exists()
    page.get_by_role("link", name="Try again").click()
    answer(page, single="Two", multiple=["One", "Three"], number="99,9", text="zürich")
    page.get_by_role("heading", name="Passed: 100 %").wait_for()
    page.get_by_role("link", name="See your certificate").click()
    certificate = Certificate.objects.get()
    page.get_by_role("region", name="Your certificate").get_by_text(certificate.code).wait_for()
    return certificate


def verifies(page: Any, certificate: Certificate, holder: str) -> bool:
    """The public page vouches for it, to whoever looks."""
    answered = page.goto(f"/certificates/{certificate.code}/")
    words = page.locator("main").inner_text()
    return answered.status == 200 and "This certificate is valid" in words and holder in words and "Basics" in words


def test_one_partner__deal_won_to_deal_lost__welcomed_trained_paid_and_let_go(
    worker: CeleryWorker, mailbox: Mailbox, live_server: Any, browser_page: Any, console_page: Any
) -> None:
    machine = callers.key("write")
    manager = person("carl@vendor.example", roles.CHANNEL_MANAGER)
    company = partner("P1", name="Acme Cloud", channel_manager=manager)
    colleague(partner("P2", name="Beta Cloud"))
    user = colleague(company, "robin@acme.example")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    growing = make_segment(machine)
    make_programs(growing)
    start_journey(manager)

    # --- a deal closes: the partner enters by itself, and is welcomed -----------------------------------------------
    today = timezone.localdate()
    push_deal(machine, "D-before", "won", "20000.00", today - timedelta(days=40))
    push_deal(machine, "D-inside", "open", "90000.00")
    ask("prm.follow")
    assert not Change.objects.exists() and not Offer.objects.exists()
    closed = machine.patch("deals/D-inside/", {"stage": "won", "closed_on": today.isoformat()})
    assert closed.status_code == 200, closed.content
    until(moved("entered"), "the partner enters the segment")
    assert list(Change.objects.values_list("subject_id", flat=True)) == [company.pk]
    ask("programs.walk_journeys")
    until(lambda: mailbox.letters, "the letter")
    until(Offer.objects.on().filter(program__slug="kit", partner=company).exists, "the kit is on offer")
    until(OutboxEvent.objects.filter(type="journey.step").exists, "the webhooks are told")
    event = OutboxEvent.objects.get(type="journey.step").payload
    assert (event["event"], event["partner"]["external_id"]) == ("crm.welcomed", "P1")
    [letter] = mailbox.letters
    assert (letter["To"], letter["Subject"]) == ("robin@acme.example", "Welcome, Acme Cloud")
    body = letter.get_body(("plain",))
    assert body is not None
    link = next(
        word.strip("<>()") for word in body.get_content().split() if "/mail/" in word and "unsubscribe" not in word
    )
    assert link.startswith(live_server.url)

    # --- the letter leads to the training, by way of signing in -----------------------------------------------------
    page = browser_page
    page.goto(link)
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/portal/training/")
    certificate = pass_the_course(page)
    assert verifies(console_page, certificate, "Robin")  # nobody is signed in there yet
    kit = Offer.objects.get(program__slug="kit")
    page.goto("/portal/resources/")
    page.get_by_role("link", name="Welcome kit").first.click()
    page.get_by_role("heading", name="Everything to begin with").wait_for()
    page.goto("/portal/training/")
    page.get_by_role("link", name="Advanced").first.click()
    page.get_by_role("button", name="Start the course").click()
    page.get_by_role("button", name="Done, next lesson").click()
    page.get_by_text("Lesson 2 of 2").wait_for()
    course = f"/portal/offers/{Offer.objects.get(program__slug='advanced').pk}/"

    # --- money: earned by the deal of the stay alone, claimed, approved ---------------------------------------------
    until(LedgerEntry.objects.exists, "the accrual")
    ask("programs.accrue")
    assert [line[1:] for line in ledger()] == [("accrual", Decimal("4500.00"), "P1", "D-inside")]
    page.goto("/portal/")
    page.get_by_text("EUR 4,500").first.wait_for()
    page.goto("/portal/claims/")
    page.get_by_role("link", name="Claim of Growth rebate").click()
    page.get_by_label("Amount").fill("1500.00")
    page.get_by_label("Proof").set_input_files(
        {"name": "invoice.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 an invoice"}
    )
    page.get_by_role("button", name="File the claim").click()
    page.get_by_text("Your claim is filed.").wait_for()
    claim = Claim.objects.get()
    desk = console_page
    sign_in(desk, manager.email)
    desk.wait_for_url("**/console/")
    desk.goto("/console/claims/")
    desk.get_by_role("link", name=f"Claim {claim.pk}").click()
    desk.get_by_role("button", name="Approve").click()
    desk.locator("dialog[open]").get_by_role("button", name="Approve").click()
    desk.get_by_role("button", name="Mark as paid").wait_for()
    page.reload()
    page.locator("main").get_by_text("Approved").first.wait_for()
    booked = ledger()
    assert [line[1:3] for line in booked] == [("accrual", Decimal("4500.00")), ("claim", Decimal("1500.00"))]

    # --- a deal is lost after all: out of the segment, and what is whose stays --------------------------------------
    assert machine.patch("deals/D-before/", {"stage": "lost"}).status_code == 200
    until(moved("left"), "the partner leaves the segment")
    until(Offer.objects.filter(pk=kit.pk).exclude(withdrawn_at=None).exists, "the kit is withdrawn")
    assert page.goto(f"/portal/offers/{kit.pk}/").status == 404
    page.goto("/portal/resources/")
    assert page.get_by_role("link", name="Welcome kit").count() == 0
    page.goto(course)
    page.get_by_text("What you have begun you can finish.").wait_for()
    page.get_by_role("link", name="Carry on").click()
    page.get_by_role("button", name="Finish the course").click()
    page.get_by_text("You have completed this course").wait_for()
    assert Enrolment.objects.filter(completed_at=None).count() == 0
    ask("programs.accrue")
    ask("programs.walk_journeys")
    ask("programs.send_mail")
    assert ledger() == booked
    assert len(mailbox.letters) == 1
    assert verifies(page, certificate, "Robin")
    assert not Offer.objects.exclude(partner=company).exists()
