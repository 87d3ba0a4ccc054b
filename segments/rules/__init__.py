"""The rule language: one JSON value in, a tree of typed nodes out, or every error in it with a pointer. Pure values."""

from segments.rules.errors import RuleError, RuleInvalid
from segments.rules.nodes import (
    Everyone,
    Group,
    Leaf,
    Node,
    SegmentLeaf,
    Value,
    fields_used,
    nodes,
    segments_used,
    to_json,
)
from segments.rules.parsing import MAX_DEPTH, MAX_NODES, Referable, parse
from segments.rules.values import MAX_VALUES, value_to_json

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_VALUES",
    "Everyone",
    "Group",
    "Leaf",
    "Node",
    "Referable",
    "RuleError",
    "RuleInvalid",
    "SegmentLeaf",
    "Value",
    "fields_used",
    "nodes",
    "parse",
    "segments_used",
    "to_json",
    "value_to_json",
]
