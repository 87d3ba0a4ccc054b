"""The eight stages of a partner ecosystem, in the order in which a partnership goes through them. Pure values."""

from __future__ import annotations

STAGES = [
    ("strategize", "Strategise"),
    ("recruit", "Recruit"),
    ("onboard", "Onboard"),
    ("enable", "Enable"),
    ("market", "Market"),
    ("sell", "Sell"),
    ("incentivize", "Incentivise"),
    ("accelerate", "Accelerate"),
]
"""(code, label): a tag on segments and on programmes."""

MEASURES = [
    ("members", "Members"),
    ("revenue", "Won revenue, 12 months"),
    ("revenue_per_member", "Won revenue per member, 12 months"),
    ("growth", "Growth of won revenue, per cent"),
    ("won", "Deals won, 12 months"),
    ("registered", "Deals registered, 12 months"),
    ("win_rate", "Win rate, per cent"),
    ("training", "Courses per member, 12 months"),
    ("engagement", "Active members a month, per cent"),
    ("cost", "Incentive cost, 12 months"),
    ("roi", "Return on incentives, per cent"),
]
"""(code, label): figures that the product keeps of every segment, one of which may be the segment's target."""
