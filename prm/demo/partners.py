"""The partners of the channel as records. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np

from partners.vocabulary import FieldType
from prm.demo import places
from prm.demo.channel import ALIGNMENTS, CERTIFICATIONS, TIERS, Channel, Stage
from prm.demo.dice import Mask
from prm.demo.names import Namer

ATTRIBUTES = (
    (
        "survey_score",
        "Partner survey score",
        FieldType.NUMBER,
        "The latest yearly survey: 0 is unhappy, 10 is delighted",
    ),
    ("agreement_renews_on", "Agreement renews on", FieldType.DATE, "The day the partner agreement is up for renewal"),
)
"""Custom attributes that this vendor keeps: name, label, type, description."""


def external_id(position: int) -> str:
    """The id of the partner at a position."""
    return f"PRT-{position + 1:06d}"


def rows(channel: Channel, namer: Namer, managers: dict[str, str], start: int, stop: int) -> Iterator[dict[str, Any]]:
    """The records of the partners from `start` up to `stop`, in order; `managers`: region → e-mail address.

    Names depend on the partners before, so walk from the beginning with one namer.
    """
    verticals = [name for name, _ in channel.profile.industries]
    specialities = [word.value for word in channel.profile.specialities]
    missing = channel.missing
    for i in range(start, min(stop, len(channel))):
        place = places.COUNTRIES[channel.country[i]]
        joined = int(channel.joined[i])
        yield {
            "external_id": external_id(i),
            "name": namer.partner(place, channel.profile.trade, int(channel.form[i])),
            "partner_type": channel.profile.kinds[channel.kind[i]].value,
            "tier": TIERS[channel.tier[i]] if channel.tier[i] >= 0 else "",
            "employees": None if missing["employees"][i] else int(channel.employees[i]),
            "annual_revenue": None if missing["annual_revenue"][i] else f"{channel.revenue[i]:.2f}",
            "region": place.region,
            "country": place.name,
            "city": "" if missing["city"][i] else place.cities[channel.city[i]],
            "verticals": [] if missing["verticals"][i] else chosen(verticals, channel.verticals[i]),
            "specialisations": [] if missing["specialisations"][i] else chosen(specialities, channel.specialities[i]),
            "certifications": chosen(CERTIFICATIONS, channel.certifications[i]),
            "lifecycle_stage": Stage(channel.stage[i]).name.lower(),
            "joined_on": _day(channel.today, -joined) if joined >= 0 else None,
            "parent": external_id(int(channel.parent[i])) if channel.parent[i] >= 0 else "",
            "channel_manager": "" if missing["channel_manager"][i] else managers.get(place.region, ""),
            "alignment": "" if missing["alignment"][i] else ALIGNMENTS[channel.alignment[i]],
            "survey_score": None if missing["survey_score"][i] or joined < 60 else f"{channel.survey[i]:.1f}",
            "agreement_renews_on": _day(channel.today, int(channel.renews[i])) if joined >= 0 else None,
            **{name: values[i] for name, values in channel.traits.items()},
        }


def _day(today: date, ahead: int) -> str:
    return (today + timedelta(days=ahead)).isoformat()


def chosen(words: list[str], mask: Mask) -> list[str]:
    """The words where the mask is true."""
    return [words[place] for place in np.flatnonzero(mask)]
