"""Addresses for segments and sets that nobody has taken yet."""

from __future__ import annotations

from collections.abc import Container

from django.utils.text import slugify

from segments.drafting import RESERVED
from segments.models import Segment, SegmentSet

RESERVED_FOR_SETS = frozenset({"new"})
LONGEST = 80


def free_slug(name: str) -> str:
    """An address for a name that no segment has yet."""
    base = slugify(name)[:LONGEST] or "segment"
    return _free(base, RESERVED | set(Segment.objects.filter(slug__startswith=base).values_list("slug", flat=True)))


def free_set_slug(name: str) -> str:
    """An address for a name that no set has yet."""
    base = slugify(name)[:LONGEST] or "set"
    taken = SegmentSet.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    return _free(base, RESERVED_FOR_SETS | set(taken))


def _free(base: str, taken: Container[str]) -> str:
    number, slug = 2, base
    while slug in taken:
        slug = f"{base}-{number}"
        number += 1
    return slug
