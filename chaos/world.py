"""What is under way while faults happen, and what has to be true afterwards."""

from __future__ import annotations

import random
import shutil
import time
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count

from chaos.client import Client
from integrations.keys import create_key
from integrations.models import WebhookDelivery
from partners import touching
from partners.importing import Options, request_apply, start_import
from partners.models import Customer, Import
from partners.outbox import announce
from partners.vocabulary import Subject
from programs.models import Offer
from segments.models import Change, Membership, Recompute
from tests.integrations.webhooks.making import webhook
from tests.integrations.webhooks.test_killing import assert_each_once_in_order
from tests.killing import state
from tests.killing.rig import until
from tests.killing.state import again
from tests.programs.world import program
from tests.receiver import Receiver
from tests.segments.factories import leaf, partner, published

PARTNERS = 300
BAD = 7
"""Rows of each file that cannot be taken in."""
PATIENCE = 240.0
"""Seconds in which all has to be well again by itself."""


class World:
    """Customers, partners, segments, a programme, and another system that is told."""

    def __init__(self, address: str, chance: random.Random, *, customers: int, rows: int) -> None:
        self.address, self.chance, self.rows = address, chance, rows
        call_command("migrate", verbosity=0)
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        self.receiver = Receiver()
        webhook(self.receiver.url)
        state.prepare(customers=customers, segments=8)
        for number in range(PARTNERS):
            partner(f"p{number}", region="NA")
        self.program = program("kit", any=[published("emea-partners", leaf("region", "=", "EMEA"))])
        self.key = create_key(name="chaos", scope="write").secret
        self.imports: list[int] = []
        self.runs: list[int] = []
        self.clients: list[Client] = []
        self.announced = 0

    def begin(self, mark: str, *, with_client: bool = True) -> None:
        """An import, a run, partners who move, something to tell, and a machine at the REST interface: all at once."""
        if with_client:
            client = Client(self.address, self.key, mark, bulk=300, single=10)
            client.start()
            self.clients.append(client)
        self.bring_file(mark)
        self.write()

    def bring_file(self, mark: str) -> None:
        """A file of customers, some of which are bad, is uploaded and asked to be taken in."""
        lines = [f"{mark}-i{n},I,{n % 100}" for n in range(self.rows)] + [f"{mark}-bad{n},I,many" for n in range(BAD)]
        self.chance.shuffle(lines)
        file = ContentFile("\n".join(["external_id,name,employees", *lines]).encode())
        item = start_import(subject=Subject.CUSTOMER, file=file, filename=f"{mark}.csv", user=None)
        request_apply(import_id=item.pk, options=Options())
        self.imports.append(item.pk)

    def write(self) -> None:
        """Facts change, a run is asked for, something else happens."""
        state.change_facts(self.chance)
        self.runs.append(state.ask_for_a_run())

        def move() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                words: list[str | int] = [self.chance.choice(["EMEA", "NA"]), self.chance.randrange(5)]
                cursor.execute("UPDATE partners_partner SET region = %s WHERE id %% 5 = %s", words)
                announce(type="segment.published", payload={"number": self.announced})
            self.announced += 1

        again(move)

    def under_way(self) -> list[str]:
        """What is not done yet."""
        what = {
            "import": Import.objects.filter(status__in=("queued", "running")),
            # Runs that changes ask for may wait for a minute on purpose: looked at in the end.
            "recompute": Recompute.objects.filter(status__in=("queued", "running"), pk__in=self.runs),
            "settle": Recompute.objects.filter(status="succeeded", settled_at=None),
            "webhook": WebhookDelivery.objects.filter(state="waiting"),
        }
        found = [name for name, rows in what.items() if again(rows.exists)]
        return found + ["rest"] * any(client.is_alive() for client in self.clients)

    def wait(self, *, told: bool = False) -> float:
        """Until everything is done by itself; `told`: also the other system knows everything. Seconds."""

        def is_quiet() -> bool:
            busy = {"import", "recompute", "settle", "rest"} | ({"webhook"} if told else set())
            return not (busy & set(self.under_way()) or bool(again(touching.pending_ids)))

        return until(is_quiet, PATIENCE, f"all is well again; under way: {self.under_way()}", 0.2)

    def wait_until_told(self) -> float:
        """Until the other system has every line of the ledger."""

        def knows() -> bool:
            events = self.receiver.events()
            lines = {change["id"] for event in events for change in event["data"].get("changes", [])}
            return len(lines) == again(Change.objects.count) and "webhook" not in self.under_way()

        began = time.monotonic()
        state.wait_until_quiet(PATIENCE)
        self.wait()
        until(knows, PATIENCE, "the other system is told everything", 0.5)
        return time.monotonic() - began

    def findings(self) -> dict[str, Any]:
        """Figures, and what is wrong: all of `wrong` is 0 or empty when nothing was lost, doubled or left undone."""
        found = state.findings()
        items = {item.pk: item for item in Import.objects.filter(pk__in=self.imports)}
        wanted = {pk: self.rows if item.status == "applied" else 0 for pk, item in items.items()}
        lost = doubled = 0
        for pk, item in items.items():
            have = Customer.objects.filter(external_id__startswith=f"{item.filename.removesuffix('.csv')}-i").count()
            lost, doubled = lost + max(0, wanted[pk] - have), doubled + max(0, have - wanted[pk])
        applied = [item for item in items.values() if item.status == "applied"]
        brought = sum(client.bulk + client.single for client in self.clients)
        marks = [f"{client.mark}-{kind}" for client in self.clients for kind in "bs"]
        arrived = sum(Customer.objects.filter(external_id__startswith=mark).count() for mark in marks)
        on = Offer.objects.on().filter(program=self.program)
        members = Membership.objects.filter(segment__slug="emea-partners", left_at=None)
        entitled = set(members.values_list("subject_id", flat=True))
        twice = Offer.objects.on().values("program", "partner").annotate(count=Count("pk")).filter(count__gt=1)
        try:
            repeated, told_wrongly = assert_each_once_in_order(self.receiver), ""
        except AssertionError as error:
            repeated, told_wrongly = -1, str(error)[:500] or "lost, doubled or out of order"
        wrong = found["wrong"] | {
            "import_rows_lost": lost,
            "import_rows_without_import": doubled,
            "rejects_missing": sum(item.result.get("rejected") != BAD for item in applied),
            "rest_rows_lost_or_doubled": abs(brought - arrived),
            "rest_refused": [text for client in self.clients for text in client.refused],
            "offers_not_as_entitled": len(entitled ^ set(on.values_list("partner_id", flat=True))),
            "offers_doubled": twice.count(),
            "webhooks": told_wrongly,
        }
        figures = {
            "imports": len(applied),
            "imports_failed_and_told": len(items) - len(applied),
            "import_rows": len(applied) * self.rows,
            "rest_rows": brought,
            "rest_asked_again": sum(client.again for client in self.clients),
            "offers": on.count(),
            "messages": len(set(self.receiver.ids())),
            "messages_again": repeated,
        }
        return found | figures | {"wrong": wrong}
