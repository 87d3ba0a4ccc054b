"""The rule language: one JSON value in, a tree of typed nodes out, or every error in it with a pointer. Pure values."""

from segments.rules.errors import RuleError, RuleInvalid
from segments.rules.nodes import (
    Aggregate,
    Everyone,
    Group,
    Leaf,
    Node,
    Related,
    Relations,
    SegmentLeaf,
    Value,
    about_of,
    aggregates_used,
    fields_used,
    is_sensitive,
    nodes,
    segments_counted,
    segments_named,
    segments_used,
    to_json,
)
from segments.rules.parsing import MAX_DEPTH, MAX_NODES, Referable, parse
from segments.rules.values import MAX_VALUES, value_to_json

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_VALUES",
    "Aggregate",
    "Everyone",
    "Group",
    "Leaf",
    "Node",
    "Referable",
    "Related",
    "Relations",
    "RuleError",
    "RuleInvalid",
    "SegmentLeaf",
    "Value",
    "about_of",
    "aggregates_used",
    "fields_used",
    "is_sensitive",
    "nodes",
    "parse",
    "segments_counted",
    "segments_named",
    "segments_used",
    "to_json",
    "value_to_json",
]
