"""What is under way while faults happen, and what has to be true afterwards."""

from __future__ import annotations

import random
import shutil
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count, Q

from chaos.client import Client
from chaos.endpoints import ONE, Endpoints
from integrations.keys import create_key
from partners import touching
from partners.importing import Options, request_apply, start_import
from partners.models import Customer, Import
from partners.outbox import announce
from partners.vocabulary import Subject
from programs.models import Offer
from segments.models import Membership, Recompute
from tests.killing import state
from tests.killing.rig import until
from tests.killing.state import again
from tests.programs.world import program
from tests.segments.factories import leaf, partner, published

PARTNERS = 300
PROGRAMS = 8
BAD = 7
"""Rows of each file that cannot be taken in."""
PATIENCE = 240.0
"""Seconds in which all has to be well again by itself."""
EVENTS = {"webhook delivery": 25}
"""How much there is to tell when telling is to be met."""


@dataclass(frozen=True)
class Begun:
    """What was begun at once: an import, a run, a machine at the REST interface, and the webhook that is told of it."""

    import_id: int
    run_id: int
    client: Client | None
    endpoint: int

    def is_over(self) -> bool:
        """All of it came to its end, but for telling others."""
        if self.client is not None and self.client.is_alive():
            return False
        busy = Import.objects.filter(pk=self.import_id, status__in=("queued", "running"))
        settled = Q(status="succeeded", settled_at__isnull=False)
        done = Recompute.objects.filter(
            settled | Q(status="failed"), pk=self.run_id
        )  # a failed one is told of in the end
        return again(lambda: done.exists() and not busy.exists())


class World:
    """Customers, partners, segments, programmes, and other systems that are told."""

    patience = PATIENCE

    def __init__(self, address: str, chance: random.Random, *, customers: int, rows: int) -> None:
        self.address, self.chance, self.rows = address, chance, rows
        call_command("migrate", verbosity=0)
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        self.endpoints = Endpoints()
        state.prepare(customers=customers, segments=8)
        for number in range(PARTNERS):
            partner(f"p{number}", region="NA")
        emea = published(ONE, leaf("region", "=", "EMEA"))
        self.programs = [program(f"kit-{number}", any=[emea]) for number in range(PROGRAMS)]
        self.key = create_key(name="chaos", scope="write").secret
        self.imports: dict[int, int] = {}
        """How many good rows each import has, by its id."""
        self.runs: list[int] = []
        self.clients: list[Client] = []
        self.announced = 0

    def begin(self, mark: str, phase: str, *, with_client: bool = True) -> Begun:
        """An import, a run, partners who move, something to tell, and a machine at the REST interface: all at once.

        The phase is the one that is to be met, so there is more to do in it.
        """
        again(Import.objects.exists)  # the connection of before may be dead by now
        endpoint = self.endpoints.free() if phase == "webhook delivery" else self.endpoints.all[0]
        self.endpoints.slow_down(0.05 if phase == "webhook delivery" else 0.0)
        client = Client(self.address, self.key, mark, bulk=100, single=5) if with_client else None
        if client is not None:
            client.start()
            self.clients.append(client)
        import_id = self.bring_file(mark, self.rows if phase == "import" else self.rows // 10)
        return Begun(import_id, self.write(events=EVENTS.get(phase, 1)), client, endpoint.id)

    def bring_file(self, mark: str, rows: int) -> int:
        """A file of customers, some of which are bad, is uploaded and asked to be taken in."""
        lines = [f"{mark}-i{n},I,{n % 100}" for n in range(rows)] + [f"{mark}-bad{n},I,many" for n in range(BAD)]
        self.chance.shuffle(lines)
        file = ContentFile("\n".join(["external_id,name,employees", *lines]).encode())
        item = start_import(subject=Subject.CUSTOMER, file=file, filename=f"{mark}.csv", user=None)
        request_apply(import_id=item.pk, options=Options())
        self.imports[item.pk] = rows
        return item.pk

    def write(self, *, events: int = 1) -> int:
        """Facts change, partners move in or out, other things happen, and a run is asked for: its id."""
        state.change_facts(self.chance)

        def move() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE partners_partner SET region = CASE region WHEN 'EMEA' THEN 'NA' ELSE 'EMEA' END"
                    " WHERE id %% 5 = %s",
                    [self.chance.randrange(5)],
                )
                for number in range(events):
                    announce(type="segment.published", payload={"number": self.announced + number})

        again(move)
        self.announced += events
        self.runs.append(state.ask_for_a_run())
        return self.runs[-1]

    def under_way(self) -> list[str]:
        """What is not done yet."""
        what = {
            "import": Import.objects.filter(status__in=("queued", "running")),
            # Runs that changes ask for may wait for a minute on purpose: looked at in the end.
            "recompute": Recompute.objects.filter(status__in=("queued", "running"), pk__in=self.runs),
            "settle": Recompute.objects.filter(status="succeeded", settled_at=None),
        }
        found = [name for name, rows in what.items() if again(rows.exists)]
        return found + ["rest"] * any(client.is_alive() for client in self.clients)

    def is_quiet(self) -> bool:
        """Everything is done, but for telling others."""
        return not self.under_way() and not again(touching.pending_ids)

    def wait(self) -> float:
        """Until everything is done by itself. Seconds."""
        try:
            return until(self.is_quiet, PATIENCE, "all is well again", 0.2)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; under way: {self.under_way()}") from None

    def wait_until_told(self) -> float:
        """Until the other systems have every line of the ledger."""
        began = time.monotonic()
        self.endpoints.slow_down(0.0)
        state.wait_until_quiet(PATIENCE)
        self.wait()

        def all_know() -> bool:
            return all(endpoint.is_told() for endpoint in self.endpoints.all)

        until(all_know, 3 * PATIENCE, "the other systems are told everything", 1)
        return time.monotonic() - began

    def findings(self) -> dict[str, Any]:
        """Figures, and what is wrong: all of `wrong` is 0 or empty when nothing was lost, doubled or left undone."""
        found = state.findings()
        items = Import.objects.in_bulk(list(self.imports))
        wanted = {pk: self.imports[pk] if item.status == "applied" else 0 for pk, item in items.items()}
        lost = doubled = 0
        for pk, item in items.items():
            have = Customer.objects.filter(external_id__startswith=f"{item.filename.removesuffix('.csv')}-i").count()
            lost, doubled = lost + max(0, wanted[pk] - have), doubled + max(0, have - wanted[pk])
        applied = [item for item in items.values() if item.status == "applied"]
        brought = sum(client.bulk + client.single for client in self.clients)
        marks = [f"{client.mark}-{kind}" for client in self.clients for kind in "bs"]
        arrived = sum(Customer.objects.filter(external_id__startswith=mark).count() for mark in marks)
        offers = Offer.objects.on().filter(program__in=self.programs)
        members = Membership.objects.filter(segment__slug=ONE, left_at=None)
        entitled = set(members.values_list("subject_id", flat=True))
        offered = [set(offers.filter(program=each).values_list("partner_id", flat=True)) for each in self.programs]
        twice = Offer.objects.on().values("program", "partner").annotate(count=Count("pk")).filter(count__gt=1)
        told = [endpoint.again_or_wrong() for endpoint in self.endpoints.all]
        wrong = found["wrong"] | {
            "import_rows_lost": lost,
            "import_rows_without_import": doubled,
            "rejects_missing": sum(item.result.get("rejected") != BAD for item in applied),
            "rest_rows_lost_or_doubled": abs(brought - arrived),
            "rest_refused": [text for client in self.clients for text in client.refused],
            "offers_not_as_entitled": sum(len(entitled ^ have) for have in offered),
            "offers_doubled": twice.count(),
            "webhooks": [said for _, said in told if said],
        }
        figures = {
            "imports": len(applied),
            "imports_failed_and_told": len(items) - len(applied),
            "import_rows": sum(wanted.values()),
            "rest_rows": brought,
            "rest_asked_again": sum(client.again for client in self.clients),
            "offers": offers.count(),
            "endpoints": len(told),
            "messages": sum(len(set(endpoint.receiver.ids())) for endpoint in self.endpoints.all),
            "messages_again": sum(again for again, _ in told),
        }
        return found | figures | {"wrong": wrong}
