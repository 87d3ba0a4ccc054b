"""One of everything, and one person of each kind, for asking every address as everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.core.files.base import ContentFile
from django.utils import timezone

from integrations.models import WebhookDelivery
from integrations.webhooks.authoring import create_webhook
from partners.models import Attribute, BulkChange, Customer, Deal, Import, Note, Origin, Registration, SavedView
from people import inviting, roles
from people.models import User
from programs.models import (
    Certificate,
    Claim,
    Delivery,
    Dispute,
    FundRequest,
    Journey,
    JourneyStep,
    KitItem,
    ManagerTask,
    Message,
    Offer,
    Plan,
    PlanGoal,
    PlaySegment,
    Program,
)
from segments.models import Guide, Recompute, Segment, SegmentSet, SetEntry
from tests.programs import world

PEOPLE = (
    "signed out",
    "administrator",
    "channel manager",
    "manager of another region",
    "analyst",
    "partner admin",
    "partner member",
    "other company",
)


class World:
    """Partner P-1 (EMEA), served customer C-1, deal D-1, segment gold with P-1 in it, three programmes on offer to P-1."""

    def __init__(self) -> None:
        self.partner = world.partner("P-1", region="EMEA")
        other = world.partner("P-2", region="NA")
        self.customer = Customer.objects.create(external_id="C-1", name="Customer", region="EMEA")
        self.customer.partners.add(self.partner)
        Deal.objects.create(external_id="D-1", partner=self.partner, customer=self.customer, amount="10.00")
        self.attribute = Attribute.objects.create(subject="partner", name="size_class", label="Size class", type="text")
        self.people: dict[str, User | None] = {
            "signed out": None,
            "administrator": world.staff(roles.ADMINISTRATOR),
            "channel manager": world.staff(),
            "manager of another region": world.staff(email="far@vendor.example", regions=["APAC"]),
            "analyst": world.staff(roles.ANALYST),
            "partner admin": world.colleague(self.partner, "boss@p-1.example", roles.PARTNER_ADMIN),
            "partner member": world.colleague(self.partner, "hand@p-1.example"),
            "other company": world.colleague(other, "boss@p-2.example", roles.PARTNER_ADMIN),
        }
        self.segment: Segment = world.segment("gold", [self.partner], partner_visible=True)
        self.set = SegmentSet.objects.create(slug="tiers", name="Tiers", subject="partner")
        SetEntry.objects.create(set=self.set, segment=self.segment, position=0)
        self.guide = Guide.objects.create(
            name="Tiers", subject="partner", objective="More deals", facts=["tier"], set=self.set
        )
        page = world.program("page", any=[self.segment], detail={"body": "Hello"})
        course = world.program("course", kind="course", any=[self.segment])
        self.offers = {program.slug: self._offer(program) for program in (page, course)}
        file = world.program("file", any=[self.segment], detail={"body": ""})
        file.content.file.save("plan.txt", ContentFile(b"plan"))
        self.offers["file"] = self._offer(file)
        kit = world.program("kit", any=[self.segment], detail={"form": "kit"})
        self.item = KitItem.objects.create(kit=kit.content, item=file.content, position=1)
        self.offers["kit"] = self._offer(kit)
        play = world.program("play", detail={"form": "play", "body": "Hello"})
        play.content.file.save("play.txt", ContentFile(b"play"))
        self.play_item = KitItem.objects.create(kit=play.content, item=file.content, position=1)
        served = world.segment("served", subject="customer")
        world.set_members(served, [self.customer])
        PlaySegment.objects.create(play=play.content, segment=served)
        bonus = world.program("bonus", kind="incentive", any=[self.segment])
        self.offers["bonus"] = self._offer(bonus)
        fund = world.program(
            "fund",
            kind="incentive",
            any=[self.segment],
            detail={"type": "mdf", "rate": None, "amount": "900.00", "asks_first": True},
        )
        self.offers["fund"] = self._offer(fund)
        self.fund = FundRequest.objects.create(
            incentive=fund.incentive,
            partner=self.partner,
            title="Fair",
            plan="A stand",
            amount="100.00",
            currency="EUR",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 1, 2),
        )
        self.claim = Claim.objects.create(
            incentive=bonus.incentive, partner=self.partner, amount="10.00", currency="EUR"
        )
        self.claim.proof.save("invoice.pdf", ContentFile(b"%PDF-1.7"))
        self.deal = Deal.objects.get()
        self.registration = Registration.objects.create(
            partner=self.partner, customer_name="New", customer_key="new", product_line="Box", product_key="box"
        )
        self.certificate = Certificate.objects.create(
            code="ABCDE-12345-FGHJK",
            course=course.course,
            partner=self.partner,
            user=self.people["partner member"],
            holder="Robin",
            title="Course",
        )
        self.idle = world.program("idle", any=[self.segment], status="draft")
        self.run = Recompute.objects.create(trigger="manual", as_of=timezone.now(), status="succeeded")
        self.file = Import(subject="partner", filename="p.csv", created_by=self.people["channel manager"])
        self.file.file.save("p.csv", ContentFile(b"external_id,name\nP-9,Nine\n"))
        member = self.people["partner member"]
        self.message = Message.objects.create(
            subject="News", body="Hello", link="/portal/", link_label="Home", by_mail=False
        )
        self.delivery = Delivery.objects.create(
            message=self.message, user=member, partner=self.partner, told_at=timezone.now(), due_at=timezone.now()
        )
        self.journey = Journey.objects.create(slug="welcome", name="Welcome", segment=self.segment)
        self.step = JourneyStep.objects.create(journey=self.journey, position=1, action="task", text="Call")
        self.task = ManagerTask.objects.create(partner=self.partner, text="Call")
        self.dispute = Dispute.objects.create(
            partner=self.partner, user=member, field="tier", label="Tier", claimed="Gold"
        )
        self.plan = Plan.objects.create(
            partner=self.partner, title="2026", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
        )
        self.goal = PlanGoal.objects.create(plan=self.plan, title="Train", due_on=date(2026, 12, 31))
        PlanGoal.objects.create(
            plan=self.plan, title="Win", metric="in_time_deals_won", target=5, due_on=date(2026, 12, 31)
        )
        manager = self.people["channel manager"]
        self.note = Note.objects.create(partner=self.partner, author=manager, text="Hello")
        self.view = SavedView.objects.create(subject="partner", name="View", query="", owner=manager, is_shared=True)
        origin = Origin.objects.create(kind="form", label="Bulk")
        self.change = BulkChange.objects.create(
            subject="partner", field="city", value="x", ids=[], status="applied", origin=origin, created_by=manager
        )
        hooked = create_webhook(name="CRM", url="https://crm.example.com/", event_types=["segment.entered"])
        self.webhook = hooked.webhook
        self.sent = WebhookDelivery.objects.create(webhook=self.webhook, type="segment.entered", body="{}")
        self.invited = inviting.invite(email="new@vendor.example", role=roles.ANALYST)

    def _offer(self, program: Program) -> Offer:
        return Offer.objects.create(program=program, partner=self.partner, offered_at=datetime(2026, 1, 1, tzinfo=UTC))

    def path(self, route: str) -> str:
        """An address of this world from one with names in braces."""
        return route.format(
            offer=self.offers["page"].pk,
            course=self.offers["course"].pk,
            file=self.offers["file"].pk,
            kit=self.offers["kit"].pk,
            item=self.item.pk,
            play_item=self.play_item.pk,
            certificate=self.certificate.code,
            run=self.run.pk,
            claim=self.claim.pk,
            fund=self.fund.pk,
            deal=self.deal.pk,
            registration=self.registration.pk,
            upload=self.file.pk,
            attribute=self.attribute.pk,
            analyst=self.people["analyst"].pk,
            invited=self.invited.user.pk,
            note=self.note.pk,
            plan=self.plan.pk,
            goal=self.goal.pk,
            view=self.view.pk,
            change=self.change.pk,
            invitation=self.invited.link.rstrip("/").rpartition("/")[2],
            version=self.segment.published_id,
            message=self.message.pk,
            delivery=self.delivery.pk,
            token=self.delivery.token,
            step=self.step.pk,
            task=self.task.pk,
            dispute=self.dispute.pk,
            webhook=self.webhook.pk,
            sent=self.sent.pk,
            member=self.people["partner member"].pk,
            guide=self.guide.pk,
            month=timezone.localdate().strftime("%Y-%m"),
        )
