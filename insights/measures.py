"""The figures of a segment: what each is called, how it is worked out from the monthly sums, where they come from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Sums:
    """Monthly sums, added up over some months (and regions)."""

    months: int = 0
    """In how many of the months anybody was a member."""
    members: int = 0
    """At the end of the last month."""
    member_months: int = 0
    """Members at the ends of the months, added up."""
    present: int = 0
    """Members at some time in each month, added up."""
    entered: int = 0
    left: int = 0
    registered: int = 0
    won: int = 0
    lost: int = 0
    revenue: Decimal = Decimal(0)
    courses: int = 0
    active: int = 0
    cost: Decimal = Decimal(0)

    @property
    def mean_members(self) -> float:
        """Over the months in which there were any."""
        return self.member_months / self.months if self.months else 0.0


COLUMNS = tuple(field.name for field in fields(Sums))
NONE = Sums()


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure."""

    name: str
    label: str
    unit: str
    """"count", "money", "number" (one decimal) or "share" (0 to 1, shown in per cent)."""
    formula: str
    source: str
    is_cost: bool = False
    """Less is better."""
    partners_only: bool = False


MEASURES = (
    Measure(
        "members",
        "Members",
        "count",
        "Members at the end of the last month; of the present month, now.",
        "The stays in the segment.",
    ),
    Measure(
        "revenue",
        "Won revenue",
        "money",
        "Σ amount of deals won, by the day they were closed, of those who were members on that day.",
        "Deals; the stays in the segment. The days of entering and leaving both count.",
    ),
    Measure(
        "revenue_per_member",
        "Revenue per member",
        "money",
        "Won revenue ÷ mean of the members at the ends of the months.",
        "As won revenue.",
    ),
    Measure(
        "growth",
        "Growth",
        "share",
        "(Won revenue of as many months that are over − that of as many before them) ÷ that of those before. The present "
        "month does not count. None unless the segment had members in every month of both.",
        "As won revenue.",
    ),
    Measure(
        "registered",
        "Deals registered",
        "count",
        "Number of deals, by the day they were registered, of those who were members on that day.",
        "Deals; the stays in the segment.",
    ),
    Measure("won", "Deals won", "count", "Number of deals won, by the day they were closed.", "As won revenue."),
    Measure(
        "win_rate",
        "Win rate",
        "share",
        "Deals won ÷ (deals won + deals lost), by the day they were closed.",
        "As won revenue.",
    ),
    Measure(
        "training",
        "Courses per member",
        "number",
        "Courses completed by people of those who were members on that day ÷ mean members.",
        "Activity in the portal.",
        partners_only=True,
    ),
    Measure(
        "engagement",
        "Active a month",
        "share",
        "Σ over the months of members who were active ÷ Σ of members in it at some time in the month. A partner is active "
        "when its people did anything in the portal; a customer, when a deal of it was registered or closed.",
        "Activity in the portal; deals.",
    ),
    Measure(
        "cost",
        "Incentive cost",
        "money",
        "Σ of what was earned (less what was reversed) and of claims approved, by transaction date, of those who were "
        "members on that day; of customers, what their deals earned.",
        "The ledger of incentives. Payments are not added again.",
        is_cost=True,
    ),
    Measure(
        "roi",
        "Return on incentives",
        "share",
        "(Won revenue × margin − incentive cost) ÷ incentive cost. The margin is a setting (PRM_MARGIN), 100 % unless set.",
        "As won revenue and incentive cost.",
    ),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


def ratio(part: float | Decimal, whole: float | Decimal) -> float | None:
    """One over the other; None over nothing."""
    return float(part) / float(whole) if whole else None


def growth(whole: Sums, before: Sums, period: int) -> float | None:
    """How revenue grew from so many months to as many that followed them; None unless anybody was there in all of them."""
    known = whole.months >= period and before.months >= period
    return ratio(whole.revenue - before.revenue, before.revenue) if known else None


def values(now: Sums, *, grew: float | None = None, margin: float = 1.0) -> dict[str, float | None]:
    """Every figure of a period; `grew`: its growth, which takes other months. None where it cannot be said."""
    profit = float(now.revenue) * margin - float(now.cost)
    return {
        "members": float(now.members),
        "revenue": float(now.revenue),
        "revenue_per_member": ratio(now.revenue, now.mean_members),
        "growth": grew,
        "registered": float(now.registered),
        "won": float(now.won),
        "win_rate": ratio(now.won, now.won + now.lost),
        "training": ratio(now.courses, now.mean_members),
        "engagement": ratio(now.active, now.present),
        "cost": float(now.cost),
        "roi": ratio(profit, now.cost) if now.cost > 0 else None,
    }


def words(unit: str, value: float | Decimal | None) -> str:
    """A figure as people read it; "–" where there is none."""
    if value is None:
        return "–"
    number = float(value)
    if unit == "share":
        percent = number * 100
        said = f"{percent:,.0f} %" if abs(percent) >= 10 or percent == 0 else f"{percent:,.1f} %"
    elif unit == "number":
        said = f"{number:,.1f}" if abs(number) >= 1 or number == 0 else f"{number:,.2f}"
    else:
        said = f"{number:,.0f}"
    return said.replace("-", "−")


def of_target(measure: str, value: float | None, target: Decimal | None) -> float | None:
    """How far a target is reached: 1 is reached. Of costs, 1 is used up. None when either is missing or the target is 0."""
    if value is None or not target:
        return None
    unit = BY_NAME[measure].unit
    return value * (100 if unit == "share" else 1) / float(target)


def add(rows: list[Mapping[str, Any]]) -> Sums:
    """One after the other, month by month (each a dictionary of sums with its `members` at the month's end)."""
    if not rows:
        return NONE
    total = {
        name: sum(row[name] for row in rows) for name in COLUMNS if name not in {"months", "members", "member_months"}
    }
    return Sums(
        months=sum(1 for row in rows if row["present"]),
        members=rows[-1]["members"],
        member_months=sum(row["members"] for row in rows),
        **total,
    )
