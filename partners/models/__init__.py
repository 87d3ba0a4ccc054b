"""The records, and what the staff keep beside them: views, notes, changes in bulk, and what was there before."""

from partners.models.desk import BulkChange, Disclosure, Note, SavedView
from partners.models.journal import Journal, JournalLine
from partners.models.outbox import OutboxEvent
from partners.models.records import (
    Activity,
    Attribute,
    Customer,
    Deal,
    Import,
    Origin,
    Partner,
    Record,
    TeamMember,
    Touched,
)
from partners.models.registration import Registration

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
