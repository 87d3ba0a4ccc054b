"""Reads that two callers need, and who may see what: `visible_to` is the one place where scope is decided."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, Self

from django.contrib.postgres.search import CombinedSearchVector, SearchQuery, SearchVector
from django.db import models
from django.db.models import Q

from partners.facts import once
from people import roles
from people.roles import Viewer

FOUND = 5_000
"""How many matches of a search are looked up by id; with more of them, any order soon meets enough."""
WORD = re.compile(r"[^\W_]+")
COMPANY = ("name", "city", "country", "external_id")
DEAL = ("name", "external_id", "product_line")
RELATED = ("partner", "customer")
"""Whose words find a deal, too."""


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
        if not words.replace("\x00", "").strip():
            return self
        first = self.first_matches(words)
        return self.filter(self.fitting(words)) if first is None else self.filter(pk__in=first)

    def fitting(self, words: str) -> Q:
        """What fits as one condition, which asks nothing yet."""
        return any_of(self.ways(words))

    def search_few(self, words: str) -> Self:
        """The same among rows that are few, such as one company's: found by looking at each of them."""
        words = words.replace("\x00", "").strip()
        if not words:
            return self
        fits = Q(external_id__istartswith=words)
        if parts := WORD.findall(words):
            fits |= Q(words=prefixes(parts))
        return self.annotate(words=searched(self.searched_few)).filter(fits)

    def ways(self, words: str) -> list[Q]:
        """The conditions of a search, one of which holds; each has an index of its own. None without words."""
        words = words.replace("\x00", "").strip()
        if not words:
            return []
        found = [begins(words)]
        if parts := WORD.findall(words):
            by_word = self.model.objects.annotate(words=searched(self.searched_names))
            fits = by_word.filter(words=prefixes(parts))
            found.append(Q(pk__in=fits.values("pk")))
        return found

    def first_matches(self, words: str) -> list[int] | None:
        """The ids of what fits, whoever may see it; None when there are (about) more than `FOUND`."""
        first = self.some_matches(words)
        return sorted(set(first)) if len(first) <= FOUND else None

    def some_matches(self, words: str) -> list[int]:
        """The same in no order, at most one more than `FOUND`; asked once for all that a page reads from one snapshot."""
        return once(f"{self.model._meta.label} with {words}", lambda: self._some_matches(words))

    def _some_matches(self, words: str) -> list[int]:
        return list(self._in_ways(self.ways(words))[: FOUND + 1])

    def all_matches(self, words: str) -> models.QuerySet[Any]:
        """The same, however many there are, some of them more than once: a query for the ids."""
        return self._in_ways(self.ways(words))

    def _in_ways(self, ways: Sequence[Q]) -> models.QuerySet[Any]:
        """One query, each way by itself: with "or" between them, every row would be looked at."""
        rows = [self.model.objects.filter(way).order_by().values_list("pk", flat=True) for way in ways]
        return rows[0].union(*rows[1:], all=True)

    def matches_among(self, words: str, ids: Collection[int]) -> set[int]:
        """Which of these few fit: found by looking at each of them."""
        words = words.replace("\x00", "").strip()
        fits = begins(words)
        if parts := WORD.findall(words):
            fits |= Q(words=prefixes(parts))
        rows = self.model.objects.annotate(words=searched(self.searched_names[::-1]))  # no index has this order
        return set(rows.filter(fits, pk__in=ids).values_list("pk", flat=True))


def begins(words: str) -> Q:
    """The id begins with the words."""
    return Q(external_id__startswith=words) | Q(external_id__startswith=words.upper())


def prefixes(parts: Sequence[str]) -> SearchQuery:
    """A word begins with each of the parts."""
    return SearchQuery(" & ".join(f"'{part}':*" for part in parts), search_type="raw", config="simple")


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
        for name in RELATED if found else ():
            related = self._related(name)
            first = related.first_matches(words)
            theirs = related.filter(related.fitting(words)).values("pk") if first is None else first
            found.append(Q(**{f"{name}__in": theirs}))
        return found

    def fitting(self, words: str) -> Q:
        """The same as one condition, which asks nothing yet."""
        related = {name: self._related(name) for name in RELATED}
        theirs = [Q(**{f"{name}__in": rows.filter(rows.fitting(words)).values("pk")}) for name, rows in related.items()]
        return any_of([*super().ways(words), *theirs])

    def _some_matches(self, words: str) -> list[int]:
        """Way by way, and no further than needed: of very many customers the first ones may have deals enough."""
        found: dict[int, None] = dict.fromkeys(self._in_ways(super().ways(words))[: FOUND + 1])
        for name in RELATED:
            if len(found) > FOUND:
                break
            related = self._related(name)
            first = related.some_matches(words)
            found |= self._those_of(name, first)
            if len(first) > FOUND >= len(found):
                found |= self._those_of(name, related.filter(related.fitting(words)).values("pk"))
        return list(found)[: FOUND + 1]

    def _those_of(self, name: str, theirs: Any) -> dict[int, None]:
        rows = self.model.objects.filter(**{f"{name}__in": theirs})
        return dict.fromkeys(rows.order_by().values_list("pk", flat=True)[: FOUND + 1])

    def matches_among(self, words: str, ids: Collection[int]) -> set[int]:
        """Which of these few fit, by themselves or by their partner or customer."""
        found = super().matches_among(words, ids)
        for name in RELATED:
            rest = dict(self.model.objects.filter(pk__in=set(ids) - found).values_list("pk", f"{name}_id"))
            theirs = self._related(name).matches_among(words, set(rest.values()) - {None})
            found |= {pk for pk, other in rest.items() if other in theirs}
        return found

    def _related(self, name: str) -> Any:
        related: Any = self.model._meta.get_field(name).related_model
        return related.objects.all()


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
