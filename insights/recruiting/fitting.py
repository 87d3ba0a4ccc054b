"""Works out, every night, what the best partners are like and how well each prospect fits; tells it as a fact."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import numpy as np
from celery import current_app
from django.db import transaction
from django.utils import timezone

from insights import facts_told
from insights.recruiting import ideal
from insights.recruiting.criteria import CRITERIA, held
from insights.recruiting.ideal import Held, Mask, Traits
from insights.recruiting.models import FACT, IdealProfile, RecruitScore
from partners.columns import read_table
from partners.facts import vocabulary
from partners.tables import Codes, Scalars, Table
from partners.vocabulary import Subject

TASK = "insights.recruit"
QUARTER = 4
LEAST = 20
"""Fewer of the best are no profile."""
REASONS = 3
PROSPECT = "prospect"
ALIKE = "Your best partners differ from the others in nothing that is more than chance, so nobody is scored."


def send() -> None:
    """To the workers, once the transaction is committed."""
    transaction.on_commit(lambda: current_app.send_task(TASK), robust=True)


@transaction.atomic
def work_out(*, now: datetime | None = None) -> int:
    """Write profile and scores anew; how many prospects are scored. Safe to run again: the same records, the same scores.

    Who is a prospect no more, or of whom nothing is known, loses the score. Everybody is read at once (one statement).
    """
    now = now or timezone.now()
    IdealProfile.objects.get_or_create(pk=1)
    stored = IdealProfile.objects.select_for_update().get(pk=1)  # one at a time
    words = vocabulary(Subject.PARTNER)
    table = read_table(Subject.PARTNER, [*CRITERIA, "lifecycle_stage", "won_revenue_12m"], as_of=now)
    prospects = _prospects(table)
    best = _best(table, prospects)
    others = ~prospects & ~best
    stored.best, stored.others, stored.worked_out_at = int(best.sum()), int(others.sum()), now
    stored.traits, stored.reason, made = [], "", []
    if stored.best < LEAST:
        stored.reason = _too_few(int((_won(table)[~prospects] > 0).sum()))
    else:
        criteria = held(table, words)
        traits = ideal.profile(criteria, best, others)
        stored.traits = _plain(criteria, traits)
        if any(each.tells for each in traits):
            made = _scored(table, criteria, traits, prospects)
        else:
            stored.reason = ALIKE
    RecruitScore.objects.all().delete()
    RecruitScore.objects.bulk_create(made, batch_size=5_000)
    facts_told.tell(FACT, {each.partner_id: each.score for each in made}, origin="Fit to the best partners")
    stored.save()
    return len(made)


def _too_few(winners: int) -> str:
    return (
        f"A profile takes {LEAST} of the best, which are a quarter of the partners that won a deal in the last 12 months: "
        f"{LEAST * QUARTER} have to have won one, and {winners} did."
    )


def _scored(table: Table, criteria: Sequence[Held], traits: Sequence[Traits], prospects: Mask) -> list[RecruitScore]:
    """The scores of the prospects of whom anything is known that tells."""
    fit = ideal.fits(criteria, traits, len(table))
    scored = prospects & ~np.isnan(fit)
    why = _reasons(criteria, traits, scored)
    return [
        RecruitScore(partner_id=int(table.ids[row]), score=Decimal(f"{fit[row]:.4f}"), reasons=why[int(row)])
        for row in np.flatnonzero(scored)
    ]


def _prospects(table: Table) -> Mask:
    stage = cast(Codes, table.columns["lifecycle_stage"])
    places = [place for place, value in enumerate(stage.dictionary) if value == PROSPECT]
    return np.isin(stage.codes, places)


def _won(table: Table) -> ideal.Ints:
    """Won revenue of 12 months, in hundredths, 0 where there is none."""
    won = cast(Scalars, table.columns["won_revenue_12m"])
    return np.where(won.present, won.values, 0)


def _best(table: Table, prospects: Mask) -> Mask:
    """The upper quarter by won revenue of those that won something; of those that won the same, who has been here longer."""
    won = np.where(prospects, 0, _won(table))
    order = np.argsort(-won, kind="stable")
    best = np.zeros(len(table), dtype=np.bool_)
    best[order[: int((won > 0).sum()) // QUARTER]] = True
    return best


def _plain(criteria: Sequence[Held], traits: Sequence[Traits]) -> list[dict[str, Any]]:
    """As JSON has it: the values that anybody past recruiting has, criterion by criterion, the most common of the best first."""
    found = []
    for held_, trait in zip(criteria, traits, strict=True):
        for value in np.argsort(-trait.best, kind="stable"):
            best, others, strength = (float(each[value]) for each in (trait.best, trait.others, trait.strength))
            if best or others:
                found.append(
                    {"criterion": held_.label, "value": held_.labels[value], "best": best, "others": others}
                    | {"strength": strength}
                )
    return found


def _reasons(criteria: Sequence[Held], traits: Sequence[Traits], scored: Mask) -> dict[int, list[dict[str, Any]]]:
    """By row, what moves its fit, in words."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row, place, value in ideal.reasons(criteria, traits, scored, REASONS):
        trait = traits[place]
        best, others = (f"{share[value] * 100:.0f} %" for share in (trait.best, trait.others))
        words = f"{criteria[place].labels[value]}: {best} of your best, {others} of the others"
        found[row].append({"words": words, "raises": bool(trait.strength[value] > 0)})
    return found
