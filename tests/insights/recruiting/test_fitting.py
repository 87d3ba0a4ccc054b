"""Fit to recruit, through the database: a planted profile is found and told, chance and too few tell nothing."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.utils import timezone

from insights import tasks
from insights.recruiting import fitting
from insights.recruiting.models import IdealProfile, RecruitScore
from partners.models import Attribute, Deal, Origin, Partner
from segments.previewing import preview
from tests.segments.factories import leaf, staff

pytestmark = pytest.mark.django_db


def channel(seed: int = 1, *, winners: int = 160, prospects: int = 40, planted: bool = True) -> None:
    """Partners that won something, some that won nothing, and prospects; planted: those that win most are MSPs with cloud."""
    dice = np.random.default_rng(seed)
    made, wins = [], []
    for number in range(winners + 60 + prospects):
        is_best, is_prospect = number < winners // 4, number >= winners + 60
        alike = planted and (is_best or (is_prospect and number % 4 == 0)) and dice.random() < (0.85 if is_best else 2)
        made.append(
            Partner(
                external_id=f"P-{number:03d}",
                name=f"Company {number}",
                lifecycle_stage="prospect" if is_prospect else dice.choice(["active", "recruited", ""]),
                partner_type="msp" if alike else dice.choice(["var", "isv", "msp", "si"]),
                specialisations=["cloud"] if alike else [str(dice.choice(["cloud", "networking", "collaboration"]))],
                employees=int(dice.integers(1, 400)),
                region="EMEA" if number % 2 else "NA",
            )
        )
        if number < winners:
            wins.append(Decimal(1_000_000 - number if is_best else 500_000 - number))
    people = Partner.objects.bulk_create(made)
    Deal.objects.bulk_create(
        Deal(
            external_id=f"D-{place}",
            partner=partner,
            stage="won",
            amount=amount,
            closed_on=timezone.localdate() - timedelta(days=30),
        )
        for place, (partner, amount) in enumerate(zip(people, wins, strict=False))
    )


def test_work_out__best_are_cloud_msps__prospects_like_them_rank_first() -> None:
    channel()
    assert fitting.work_out() == 40
    profile = IdealProfile.objects.get()
    assert (profile.best, profile.others, profile.reason) == (40, 180, "")
    strongest = sorted(profile.traits, key=lambda each: -each["strength"])[:2]
    assert {each["value"] for each in strongest} == {"Managed service provider", "Cloud"}
    ranked = RecruitScore.objects.select_related("partner").order_by("-score", "partner_id")
    for each in ranked[:10]:
        assert (each.partner.partner_type, each.partner.specialisations) == ("msp", ["cloud"])
    first = ranked[0]
    assert first.score > Decimal("0.7")
    share = next(each for each in profile.traits if each["value"] == "Managed service provider")
    words = f"Managed service provider: {share['best'] * 100:.0f} % of your best, {share['others'] * 100:.0f} % of the others"
    assert {"words": words, "raises": True} in first.reasons


def test_work_out__fact__rules_name_it_with_its_origin_and_nobody_else_has_it() -> None:
    channel()
    fitting.work_out()
    top = RecruitScore.objects.select_related("partner").order_by("-score").first()
    assert top is not None
    assert Decimal(top.partner.custom["recruit_fit"]) == top.score
    assert Origin.objects.get(pk=top.partner.provenance["recruit_fit"]).kind == Origin.Kind.PREDICTION
    assert Partner.objects.filter(custom__has_key="recruit_fit").exclude(lifecycle_stage="prospect").count() == 0
    found = preview(subject="partner", rule=leaf("recruit_fit", ">=", "0.6"), viewer=staff())
    assert found.count == RecruitScore.objects.filter(score__gte=Decimal("0.6")).count() > 0


def test_work_out__again__writes_nothing_new() -> None:
    channel()
    fitting.work_out()
    scores = dict(RecruitScore.objects.values_list("partner", "score"))
    changed = dict(Partner.objects.values_list("pk", "updated_at"))
    origins = Origin.objects.count()
    tasks.recruit()
    assert dict(RecruitScore.objects.values_list("partner", "score")) == scores
    assert dict(Partner.objects.values_list("pk", "updated_at")) == changed
    assert Origin.objects.count() == origins
    assert IdealProfile.objects.count() == 1


def test_work_out__prospect_no_more_or_deleted__loses_the_score() -> None:
    channel()
    fitting.work_out()
    won, gone = (each.partner for each in RecruitScore.objects.select_related("partner")[:2])
    Partner.objects.filter(pk=won.pk).update(lifecycle_stage="recruited")
    Partner.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    assert fitting.work_out() == 38
    won.refresh_from_db()
    assert won.custom.get("recruit_fit") is None
    assert not RecruitScore.objects.filter(partner__in=[won, gone]).exists()


def test_work_out__nothing_known_of_a_prospect__has_no_score() -> None:
    channel()
    unknown = Partner.objects.create(external_id="P-x", name="Unknown", lifecycle_stage="prospect")
    fitting.work_out()
    assert not RecruitScore.objects.filter(partner=unknown).exists()


@pytest.mark.parametrize(("winners", "planted", "said"), [(79, True, "79 did"), (160, False, "more than chance")])
def test_work_out__too_few_or_chance__says_so_and_tells_nothing(winners: int, planted: bool, said: str) -> None:
    channel(winners=winners, planted=planted)
    assert fitting.work_out() == 0
    assert said in IdealProfile.objects.get().reason
    assert not RecruitScore.objects.exists()
    assert not Attribute.objects.filter(name="recruit_fit").exists()


def test_work_out__best_leave__scores_of_before_are_taken_back() -> None:
    channel()
    fitting.work_out()
    Deal.objects.update(closed_on=timezone.localdate() - timedelta(days=700))
    assert fitting.work_out() == 0
    assert not Partner.objects.exclude(custom__recruit_fit=None).filter(custom__has_key="recruit_fit").exists()


def test_work_out__empty_portal__says_what_it_takes() -> None:
    assert fitting.work_out() == 0
    assert "80 have to have won one, and 0 did" in IdealProfile.objects.get().reason
