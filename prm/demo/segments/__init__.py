"""The demo's segments: what they are, and how they come to be there."""

from prm.demo.segments.declared import focus_slug, guard_slug, plans
from prm.demo.segments.making import make

__all__ = ["focus_slug", "guard_slug", "make", "plans"]
