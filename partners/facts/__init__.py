"""What can be said of a subject: the vocabulary as it is now, and the facts that are worked out rather than stored."""

from partners.facts.computed import FACTS, SOURCES, Fact, fact, folded
from partners.facts.instants import instants, months_before
from partners.facts.words import NAME, RESERVED, once, one_vocabulary, reserved_names, vocabulary

__all__ = [
    "FACTS",
    "NAME",
    "RESERVED",
    "SOURCES",
    "Fact",
    "fact",
    "folded",
    "instants",
    "months_before",
    "once",
    "one_vocabulary",
    "reserved_names",
    "vocabulary",
]
