"""The records, and what the staff keep beside them: views, notes, changes in bulk, and what was there before."""

from partners.models.desk import BulkChange, Disclosure, Note, SavedView
from partners.models.imports import Import
from partners.models.journal import Journal, JournalLine
from partners.models.outbox import OutboxEvent
from partners.models.records import (
    Activity,
    Attribute,
    Customer,
    Deal,
    Origin,
    Partner,
    Record,
    TeamMember,
)
from partners.models.registration import Registration
from partners.models.touched import Touched

__all__ = [
    "Activity",
    "Attribute",
    "BulkChange",
    "Customer",
    "Deal",
    "Disclosure",
    "Import",
    "Journal",
    "JournalLine",
    "Note",
    "Origin",
    "OutboxEvent",
    "Partner",
    "Record",
    "Registration",
    "SavedView",
    "TeamMember",
    "Touched",
]
