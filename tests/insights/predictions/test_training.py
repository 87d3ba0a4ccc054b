"""Predictions out of deals and activity: a signal that was put there is found out of time, chance is declined."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.utils import timezone

from insights.predictions import scoring, training
from insights.predictions.models import Prediction, PredictionScore
from insights.predictions.signs import FAMILIES, NAMES, revenue_after, revenue_before, seen
from insights.predictions.training import AHEAD, eligible, split
from partners.facts import vocabulary
from partners.models import Activity, Attribute, Deal, Origin, Partner
from partners.vocabulary import Subject
from segments.previewing import preview
from tests.segments.factories import leaf, staff

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 1)
DAYS = 730


def evening(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(18)))


def people(count: int) -> list[Partner]:
    return Partner.objects.bulk_create([Partner(external_id=f"P{n:04d}", name=f"P{n:04d}") for n in range(count)])


def deals(rows: list[tuple[Partner, int, int]]) -> None:
    """Won deals: partner, day from the beginning, amount."""
    start = TODAY - timedelta(days=DAYS)
    Deal.objects.bulk_create(
        Deal(
            external_id=f"D{n}",
            partner=partner,
            stage="won",
            amount=Decimal(amount),
            registered_on=start + timedelta(days=day),
            closed_on=start + timedelta(days=day),
        )
        for n, (partner, day, amount) in enumerate(rows)
    )


def leaving_with_a_sign(seed: int, count: int = 300) -> None:
    """Half of them leave some day; ninety days before, they sign in no more."""
    chance = np.random.default_rng(seed)
    rows, visits = [], []
    start = TODAY - timedelta(days=DAYS)
    for partner in people(count):
        leaves = int(chance.integers(200, 700)) if chance.random() < 0.5 else DAYS
        rows += [(partner, int(day), 1000) for day in np.cumsum(chance.exponential(30, 40)) if day < leaves]
        silent = leaves - 90 if leaves < DAYS else DAYS
        visits += [
            Activity(partner=partner, kind="sign_in", at=evening(start + timedelta(days=int(day))))
            for day in np.cumsum(chance.exponential(20, 50))
            if day < silent
        ]
    deals(rows)
    Activity.objects.bulk_create(visits)


def by_chance(seed: int, count: int = 300) -> None:
    """Deals fall from the sky, as often for everybody, whatever was before."""
    chance = np.random.default_rng(seed)
    rows, visits = [], []
    start = TODAY - timedelta(days=DAYS)
    for partner in people(count):
        rows += [(partner, int(d), 1000) for d in np.cumsum(chance.exponential(150, 20)) if d < DAYS]
        visits += [
            Activity(partner=partner, kind="sign_in", at=evening(start + timedelta(days=int(day))))
            for day in np.cumsum(chance.exponential(30, 40))
            if day < DAYS
        ]
    deals(rows)
    Activity.objects.bulk_create(visits)


def trained(kind: str = Prediction.Kind.CHURN) -> Prediction:
    return training.train(prediction=training.request(kind=kind, by="A. Author"), today=TODAY)


def test_train__planted_sign__beats_the_baseline_out_of_time_and_is_used() -> None:
    leaving_with_a_sign(1)
    found = trained()
    assert found.status == Prediction.Status.PUBLISHED
    judged = found.judgement
    assert judged["surely"] > 0
    assert judged["auc"] > judged["baseline_auc"]
    assert found.model["weights"][NAMES.index("visits_90")] < 0
    assert found.model["slope"] > 0


@pytest.mark.parametrize("kind", Prediction.Kind.values)
@pytest.mark.parametrize("seed", [1, 2])
def test_train__chance__is_declined_and_says_nothing(kind: str, seed: int) -> None:
    by_chance(seed)
    found = trained(kind)
    assert found.status == Prediction.Status.DECLINED
    assert "no better than a simple guess" in found.reason
    assert scoring.score(prediction=found, today=TODAY) == 0
    assert not PredictionScore.objects.exists()
    assert not Attribute.objects.filter(name__in=["churn_risk", "growth_chance"]).exists()


def test_train__little_history__says_how_much_is_needed() -> None:
    partner = people(1)[0]
    deals([(partner, DAYS - 100, 100)])
    found = trained()
    assert found.status == Prediction.Status.TOO_LITTLE
    assert "eighteen months" in found.reason


def test_train__again__makes_the_next_version_and_retires_the_one_before() -> None:
    leaving_with_a_sign(1)
    first, second = trained(), trained()
    first.refresh_from_db()
    assert (first.version, first.status) == (1, Prediction.Status.RETIRED)
    assert (second.version, second.status) == (2, Prediction.Status.PUBLISHED)


def test_request__one_is_being_learned__is_handed_back() -> None:
    assert training.request(kind="churn", by="a").pk == training.request(kind="churn", by="b").pk


def test_score__in_use__becomes_a_fact_that_rules_can_name_with_its_reasons_and_origin() -> None:
    leaving_with_a_sign(1)
    found = trained()
    count = scoring.score(prediction=found, today=TODAY)
    assert count == PredictionScore.objects.count() > 100
    top = PredictionScore.objects.select_related("partner").order_by("-score").first()
    assert top is not None
    assert any(reason["raises"] for reason in top.reasons)
    assert Decimal(top.partner.custom["churn_risk"]) == top.score
    assert "churn_risk" in vocabulary(Subject.PARTNER)
    found_by_rule = preview(subject="partner", rule=leaf("churn_risk", ">=", str(top.score)), viewer=staff())
    assert found_by_rule.count == PredictionScore.objects.filter(score__gte=top.score).count()
    origin = Origin.objects.get(pk=top.partner.provenance["churn_risk"])
    assert origin.label == "Likely to leave, version 1"
    assert scoring.score(prediction=found, today=TODAY) == count


def test_score__partner_of_whom_nothing_can_be_said_any_more__loses_it() -> None:
    leaving_with_a_sign(1)
    found = trained()
    scoring.score(prediction=found, today=TODAY)
    gone = PredictionScore.objects.select_related("partner").first()
    assert gone is not None
    Deal.objects.filter(partner=gone.partner).update(deleted_at=timezone.now())
    scoring.score(prediction=found, today=TODAY)
    gone.partner.refresh_from_db()
    assert not gone.partner.custom.get("churn_risk")
    assert not PredictionScore.objects.filter(partner=gone.partner).exists()


def test_split__days__never_overlap_with_what_is_tested() -> None:
    learned_on, tested_on = split(TODAY - timedelta(days=DAYS), TODAY)
    assert learned_on and learned_on == sorted(learned_on)
    assert learned_on[-1] + AHEAD <= tested_on[0]
    assert tested_on[-1] + AHEAD < TODAY
    assert learned_on[0] - AHEAD >= TODAY - timedelta(days=DAYS)


def test_seen__what_comes_later__changes_nothing() -> None:
    leaving_with_a_sign(3, count=40)
    day = TODAY - timedelta(days=300)
    before = seen(day)
    Activity.objects.filter(at__gt=evening(day)).delete()
    later = Deal.objects.filter(closed_on__gt=day)
    later.filter(registered_on__gt=day).delete()
    after = seen(day)
    assert (before.ids == after.ids).all()
    assert np.allclose(before.signs, after.signs, equal_nan=True)


def test_seen__partner_deleted_later__was_there_that_day() -> None:
    leaving_with_a_sign(3, count=40)
    day = TODAY - timedelta(days=300)
    before = seen(day)
    Partner.objects.filter(pk=before.ids[0]).update(deleted_at=evening(day + timedelta(days=20)))
    assert (seen(day).ids == before.ids).all()
    assert before.ids[0] not in seen(day + timedelta(days=20)).ids


def test_reasons__signs_of_the_same_thing__are_weighed_together() -> None:
    assert sorted(name for family in FAMILIES for name in family) == sorted(NAMES)
    signs, added = np.zeros(len(NAMES)), np.zeros(len(NAMES))
    for name, value, adds in (
        ("won_180", 0.0, 0.9), ("won_90", 0.0, 0.4), ("days_since_won", 276.0, -0.5), ("visits_90", np.log1p(7), -0.3),
        ("lost_180", np.log1p(1), 0.1),
    ):  # fmt: skip
        signs[NAMES.index(name)], added[NAMES.index(name)] = value, adds
    assert scoring.reasons(signs, added) == [
        {"words": "0 deals won in 180 days", "raises": True},
        {"words": "7 sign-ins in 90 days", "raises": False},
        {"words": "1 deal lost in 180 days", "raises": True},
    ]


def test_outcomes__deals_without_amounts__are_no_growth() -> None:
    partner = people(1)[0]
    deals([(partner, 500, 0), (partner, 450, 0)])
    assert training.cases(Prediction.Kind.GROWTH, [TODAY - timedelta(days=DAYS - 510)]).came.tolist() == [0.0]


def test_seen__signs__are_those_counted_by_hand() -> None:
    leaving_with_a_sign(4, count=25)
    Deal.objects.filter(pk__in=list(Deal.objects.values_list("pk", flat=True)[::5])).update(stage="lost")
    day = TODAY - timedelta(days=250)
    at = seen(day)
    for row, pk in enumerate(at.ids):
        mine = list(Deal.objects.filter(partner_id=pk))
        won = [d for d in mine if d.stage == "won" and d.closed_on <= day]
        last_180 = [d for d in won if d.closed_on > day - timedelta(days=180)]
        assert np.expm1(at.sign("won_180")[row]) == pytest.approx(len(last_180))
        assert np.expm1(at.sign("revenue_180")[row]) == pytest.approx(float(sum(d.amount for d in last_180)))
        lost = [d for d in mine if d.stage == "lost" and day - timedelta(days=180) < d.closed_on <= day]
        assert np.expm1(at.sign("lost_180")[row]) == pytest.approx(len(lost))
        since = min(365, (day - max(d.closed_on for d in won)).days) if won else np.nan
        assert at.sign("days_since_won")[row] == pytest.approx(since, nan_ok=True)
        visits = Activity.objects.filter(partner_id=pk, at__lte=evening(day))
        recent = [a for a in visits if a.at > timezone.make_aware(datetime.combine(day, time.max)) - timedelta(days=90)]
        assert np.expm1(at.sign("visits_90")[row]) == pytest.approx(len(recent))


def test_outcomes__churn_and_growth__are_those_counted_by_hand() -> None:
    leaving_with_a_sign(5, count=25)
    day = TODAY - timedelta(days=250)
    at = seen(day)
    for kind in Prediction.Kind.values:
        found = training.cases(kind, [day])
        rows = eligible(kind, at)
        assert (found.owners == at.ids[rows]).all()
        for pk, came in zip(found.owners, found.came, strict=True):
            won = Deal.objects.filter(partner_id=pk, stage="won")
            after = sum(d.amount for d in won if day < d.closed_on <= day + AHEAD)
            before = sum(d.amount for d in won if day - AHEAD < d.closed_on <= day)
            expected = after == 0 if kind == "churn" else after >= before * Decimal("1.2")
            assert bool(came) == expected
    assert set(revenue_after(day)) | set(revenue_before(day))
