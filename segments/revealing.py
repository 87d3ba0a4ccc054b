"""Sensitive fields in rules: whoever may not read their values may not probe them by counting either."""

from __future__ import annotations

from partners.vocabulary import Vocabulary
from people.roles import Viewer, may_reveal
from segments.rules import Leaf, Node, RuleError, RuleInvalid, about_of, is_sensitive, nodes


def refuse_hidden(node: Node, vocabulary: Vocabulary, viewer: Viewer) -> None:
    """RuleInvalid, leaf by leaf, when the rule reads a field whose values the viewer may not, of related records too."""
    if may_reveal(viewer):
        return
    errors = [
        RuleError(
            pointer,
            "sensitive",
            f"{about_of(leaf, vocabulary).label} is sensitive: counting by it would tell its values. Ask an administrator "
            "to make this rule, or use another field.",
        )
        for pointer, leaf in nodes(node)
        if isinstance(leaf, Leaf) and is_sensitive(leaf, vocabulary)
    ]
    if errors:
        raise RuleInvalid(errors)
