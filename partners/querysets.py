"""Reads that two callers need, and who may see what: `visible_to` is the one place where scope is decided."""

from __future__ import annotations

import re
from typing import Any, Self, TypeVar

from django.contrib.postgres.search import CombinedSearchVector, SearchQuery, SearchVector
from django.db import models
from django.db.models import Q

from people import roles
from people.roles import Viewer


class RecordQuerySet(models.QuerySet[Any]):
    """Shared by partners, customers and deals: deleted rows are kept but not shown."""

    def present(self) -> Self:
        """Those not deleted."""
        return self.filter(deleted_at=None)


Rows = TypeVar("Rows", bound=RecordQuerySet)
FOUND = 5_000
"""How many matches of a search are looked up by id; with more of them, any order soon meets enough."""
WORD = re.compile(r"[^\W_]+")


def searched() -> SearchVector | CombinedSearchVector:
    """The words of a partner or customer, as the index keeps them."""
    return SearchVector("name", "city", "country", "external_id", config="simple")


def matching(rows: Rows, words: str) -> Rows:
    """The rows of which every word begins a word, or whose id begins with all of it. One query of its own.

    The first matches are found by index and named by id: joined with an order, the planner might walk a million rows in
    that order to find the one that matches.
    """
    words = words.replace("\x00", "").strip()
    if not words:
        return rows
    parts = WORD.findall(words)
    fits = Q(external_id__startswith=words) | Q(external_id__startswith=words.upper())
    if parts:
        query = " & ".join(f"'{part}':*" for part in parts)
        by_word = rows.model.objects.annotate(words=searched())
        found = by_word.filter(words=SearchQuery(query, search_type="raw", config="simple"))
        fits |= Q(pk__in=found.values("pk"))
    first = list(rows.model.objects.filter(fits).order_by().values_list("pk", flat=True)[: FOUND + 1])
    return rows.filter(pk__in=first) if len(first) <= FOUND else rows.filter(fits)


class PartnerQuerySet(RecordQuerySet):
    """Partners."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of their regions (all when none is set). A partner's people: their own company. Others: none."""
        if roles.is_partner(viewer):
            return self.present().filter(team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(region__in=viewer.regions) if viewer.regions else self.present()

    def search(self, words: str) -> Self:
        """Those in whose name, city or country a word begins with each of the words, or whose id begins with them."""
        return matching(self, words)


class CustomerQuerySet(RecordQuerySet):
    """Customers."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of their regions (all when none is set). A partner's people: those their company serves."""
        if roles.is_partner(viewer):
            return self.present().filter(partners__team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(region__in=viewer.regions) if viewer.regions else self.present()

    def search(self, words: str) -> Self:
        """Those in whose name, city or country a word begins with each of the words, or whose id begins with them."""
        return matching(self, words)


class DealQuerySet(RecordQuerySet):
    """Deals."""

    def visible_to(self, viewer: Viewer) -> Self:
        """Staff: those of the partners of their regions. A partner's people: their own company's."""
        if roles.is_partner(viewer):
            return self.present().filter(partner__team__user_id=viewer.pk)
        if not roles.is_vendor(viewer):
            return self.none()
        return self.present().filter(partner__region__in=viewer.regions) if viewer.regions else self.present()

    def search(self, words: str) -> Self:
        """Those whose name, id, product line, partner or customer contains the words."""
        words = words.strip()
        if not words:
            return self
        return self.filter(
            Q(name__icontains=words)
            | Q(external_id__icontains=words)
            | Q(product_line__icontains=words)
            | Q(partner__name__icontains=words)
            | Q(customer__name__icontains=words)
        )


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
