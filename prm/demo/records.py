"""Puts the drawn records in: through the bulk path that imports use, in parts, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time
from io import StringIO
from itertools import islice
from typing import Any

import numpy as np
from django.db import connection, transaction

from partners import attributes, importing
from partners.models import Activity, Attribute, Origin, Partner
from partners.vocabulary import Subject
from prm.demo import activity, customers, deals, partners, people, traits
from prm.demo.channel import Channel
from prm.demo.dice import Ints
from prm.demo.marks import Wish
from prm.demo.names import Namer
from prm.demo.programs import COURSES, PAGES

PART = 10_000
Say = Callable[[str], None]


def load_records(wish: Wish, channel: Channel, origin: Origin, *, say: Say) -> int:
    """Partners, customers and deals; returns how many rows were new or changed."""
    make_words(wish)
    changed = _load_partners(wish, channel, origin)
    say(f"{len(channel)} partners are in")
    book: list[Ints] = []
    changed += _load_customers(wish, channel, origin, book, say)
    served = deals.served(channel, book)
    book.clear()
    return changed + _load_deals(wish, channel, served, origin, say)


def make_words(wish: Wish) -> None:
    """The custom attributes, and the choices of the industry that are not built in."""
    have = set(Attribute.objects.values_list("subject", "name"))
    for name, label, kind, about in partners.ATTRIBUTES:
        if (Subject.PARTNER, name) not in have:
            attributes.create_attribute(subject=Subject.PARTNER, name=name, label=label, type=kind, description=about)
    for subject in (Subject.PARTNER, Subject.CUSTOMER):
        for wanted in traits.fields(wish.profile.key, subject):
            if (subject, wanted.name) not in have:
                attributes.create_attribute(
                    subject=subject,
                    name=wanted.name,
                    label=wanted.label,
                    type=wanted.type,
                    choices=wanted.choices,
                    sensitive=wanted.sensitive,
                    description=wanted.about,
                )
    for (about, field), choices in wish.profile.added_choices().items():
        attributes.add_choices(subject=Subject(about), field=field, values=choices)


def _upsert(subject: Subject, rows: Iterable[dict[str, Any]], origin: Origin) -> int:
    """One part, all or nothing; returns how many rows were new or changed."""
    result = importing.upsert_rows(subject=subject, rows=rows, origin=origin)
    if result.rejected:
        refused = [row for row in result.rows if row.errors]
        raise RuntimeError(f"The demo data does not fit the vocabulary: {refused[:3]}")
    return result.created + result.updated


def _load_partners(wish: Wish, channel: Channel, origin: Origin) -> int:
    namer, managers = Namer(wish.seed), people.managers()
    return sum(
        _upsert(Subject.PARTNER, partners.rows(channel, namer, managers, start, start + PART), origin)
        for start in range(0, len(channel), PART)
    )


def _load_customers(wish: Wish, channel: Channel, origin: Origin, book: list[Ints], say: Say) -> int:
    namer, changed, done = Namer(wish.seed), 0, 0
    for part in customers.parts(channel, wish.customers, seed=wish.seed):
        changed += _upsert(Subject.CUSTOMER, customers.rows(channel, part, namer), origin)
        book.append(deals.buyers(part))
        done += len(part.country)
        say(f"{done} of {wish.customers} customers are in")
    return changed


def _load_deals(wish: Wish, channel: Channel, served: deals.Served, origin: Origin, say: Say) -> int:
    changed, done = 0, 0
    for part in deals.rows(channel, served, wish.deals, seed=wish.seed):
        changed += _upsert(Subject.DEAL, part, origin)
        done += len(part)
        say(f"{done} of {wish.deals} deals are in")
    return changed


@transaction.atomic
def load_activity(wish: Wish, channel: Channel) -> int:
    """What the partners did. Activity has no id from outside, so what an earlier load wrote is replaced; returns how many."""
    first, last = partners.external_id(0), partners.external_id(len(channel) - 1)
    ours = Partner.objects.filter(external_id__gte=first, external_id__lte=last)
    Activity.objects.filter(user=None, partner__in=ours).delete()
    ids = dict(ours.values_list("external_id", "pk"))
    keys = np.array([ids[partners.external_id(i)] for i in range(len(channel))])
    count = 0
    with connection.cursor() as cursor:
        for start in range(0, len(channel), PART):
            lines = _activity_lines(wish, channel, keys, start)
            while batch := list(islice(lines, 100_000)):
                cursor.copy_expert(
                    "COPY partners_activity (partner_id, kind, about, at) FROM STDIN", StringIO("".join(batch))
                )
                count += len(batch)
        cursor.execute("ANALYZE partners_activity")
    return count


def _activity_lines(wish: Wish, channel: Channel, keys: Ints, start: int) -> Iterator[str]:
    now = datetime.combine(channel.today, time(6), tzinfo=UTC)
    done = activity.rows(
        channel, start, start + PART, seed=wish.seed, pages=list(PAGES), courses=list(COURSES), now=now
    )
    for partner, kind, about, at in done:
        yield f"{keys[partner]}\t{kind}\t{about}\t{at.isoformat()}\n"
