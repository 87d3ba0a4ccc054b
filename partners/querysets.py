"""Reads that two callers need, and who may see what: `visible_to` is the one place where scope is decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Self

from django.contrib.postgres.search import CombinedSearchVector, SearchQuery, SearchVector
from django.db import models
from django.db.models import Q

from people import roles
from people.roles import Viewer

FOUND = 5_000
"""How many matches of a search are looked up by id; with more of them, any order soon meets enough."""
WORD = re.compile(r"[^\W_]+")
COMPANY = ("name", "city", "country", "external_id")
DEAL = ("name", "external_id", "product_line")


def searched(names: Sequence[str] = COMPANY) -> SearchVector | CombinedSearchVector:
    """The words of a record, as the index keeps them."""
    return SearchVector(*names, config="simple")


class RecordQuerySet(models.QuerySet[Any]):
    """Shared by partners, customers and deals: deleted rows are kept but not shown."""

    searched_names: Sequence[str] = COMPANY
    searched_few: Sequence[str] = COMPANY[::-1]
    """In another order than the index, which therefore is not used: it knows everybody's rows."""

    def present(self) -> Self:
        """Those not deleted."""
        return self.filter(deleted_at=None)

    def search(self, words: str) -> Self:
        """Those in whose words (name, place, id) a word begins with each of the words, or whose id begins with them.

        The first matches are found by index and named by id, in a query of their own: joined with an order, the planner
        might walk a million rows in that order to find the one that matches.
        """
        ways = self.ways(words)
        if not ways:
            return self
        first = self.first_matches(ways)
        return self.filter(any_of(ways)) if first is None else self.filter(pk__in=first)

    def search_few(self, words: str) -> Self:
        """The same among rows that are few, such as one company's: found by looking at each of them."""
        words = words.replace("\x00", "").strip()
        if not words:
            return self
        fits = Q(external_id__istartswith=words)
        if parts := WORD.findall(words):
            query = " & ".join(f"'{part}':*" for part in parts)
            fits |= Q(words=SearchQuery(query, search_type="raw", config="simple"))
        return self.annotate(words=searched(self.searched_few)).filter(fits)

    def ways(self, words: str) -> list[Q]:
        """The conditions of a search, one of which holds; each has an index of its own. None without words."""
        words = words.replace("\x00", "").strip()
        if not words:
            return []
        found = [Q(external_id__startswith=words) | Q(external_id__startswith=words.upper())]
        if parts := WORD.findall(words):
            query = " & ".join(f"'{part}':*" for part in parts)
            by_word = self.model.objects.annotate(words=searched(self.searched_names))
            fits = by_word.filter(words=SearchQuery(query, search_type="raw", config="simple"))
            found.append(Q(pk__in=fits.values("pk")))
        return found

    def first_matches(self, ways: Sequence[Q]) -> list[int] | None:
        """The ids of what fits in one way or another, whoever may see it; None when there are more than `FOUND`.

        One query, each way by itself: with "or" between them, every row would be looked at.
        """
        found = self._in_ways(ways, FOUND + 1)
        return found if len(found) <= FOUND else None

    def all_matches(self, ways: Sequence[Q]) -> list[int]:
        """The same, however many there are."""
        return self._in_ways(ways, None)

    def _in_ways(self, ways: Sequence[Q], most: int | None) -> list[int]:
        rows = [self.model.objects.filter(way).order_by().values_list("pk", flat=True)[:most] for way in ways]
        return sorted(set(rows[0].union(*rows[1:], all=True)))


def any_of(ways: Sequence[Q]) -> Q:
    """One of the conditions holds."""
    found = Q()
    for way in ways:
        found |= way
    return found


class PartnerQuerySet(RecordQuerySet):
    """Partners."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of their regions (all when none is set). A partner's people: their own company. Others: none."""
        if roles.is_partner(viewer):
            return self.present().filter(team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(region__in=viewer.regions) if viewer.regions else self.present()


class CustomerQuerySet(RecordQuerySet):
    """Customers."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of their regions (all when none is set). A partner's people: those their company serves."""
        if roles.is_partner(viewer):
            return self.present().filter(partners__team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(region__in=viewer.regions) if viewer.regions else self.present()


class DealQuerySet(RecordQuerySet):
    """Deals."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the partners of their regions. A partner's people: their own company's."""
        if roles.is_partner(viewer):
            return self.present().filter(partner__team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(partner__region__in=viewer.regions) if viewer.regions else self.present()

    searched_names = DEAL
    searched_few = (*DEAL, "partner__name", "customer__name")

    def ways(self, words: str) -> list[Q]:
        """By name, id or product line; and as a deal of a partner or a customer that fits."""
        found = super().ways(words)
        for name in ("partner", "customer") if found else ():
            related: Any = self.model._meta.get_field(name).related_model
            own = related.objects.all().ways(words)
            first = related.objects.all().first_matches(own)
            theirs = related.objects.filter(any_of(own)).values("pk") if first is None else first
            found.append(Q(**{f"{name}__in": theirs}))
        return found


class ImportQuerySet(models.QuerySet[Any]):
    """Imports."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those who may edit see their own; administrators see all."""
        if roles.may_administer(viewer):
            return self
        return self.filter(created_by_id=viewer.pk) if roles.may_edit(viewer) else self.none()


class SavedViewQuerySet(models.QuerySet[Any]):
    """Views of the lists."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff: their own, and those that colleagues share."""
        if not roles.is_vendor(viewer):
            return self.none()
        return self.filter(Q(owner_id=viewer.pk) | Q(is_shared=True))


class NoteQuerySet(models.QuerySet[Any]):
    """Notes."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Vendor staff, within their regions; never a partner's people."""
        if not roles.is_vendor(viewer):
            return self.none()
        if not viewer.regions:
            return self
        return self.filter(Q(partner__region__in=viewer.regions) | Q(customer__region__in=viewer.regions))


class BulkChangeQuerySet(models.QuerySet[Any]):
    """Changes in bulk."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Those who may edit see their own; administrators see all."""
        if roles.may_administer(viewer):
            return self
        return self.filter(created_by_id=viewer.pk) if roles.may_edit(viewer) else self.none()
