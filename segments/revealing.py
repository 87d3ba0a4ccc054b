"""Sensitive fields in rules: whoever may not read their values may not probe them by counting either."""

from __future__ import annotations

from partners.vocabulary import Vocabulary
from people.roles import Viewer, may_reveal
from segments.rules import Leaf, Node, RuleError, RuleInvalid, nodes


def hidden_fields(vocabulary: Vocabulary, viewer: Viewer | None) -> frozenset[str]:
    """Names of the fields whose values the viewer may not read; for nobody in particular, all the sensitive ones."""
    if viewer is not None and may_reveal(viewer):
        return frozenset()
    return frozenset(name for name, field in vocabulary.items() if field.sensitive)


def refuse_hidden(node: Node, vocabulary: Vocabulary, viewer: Viewer) -> None:
    """RuleInvalid, leaf by leaf, when the rule reads a field whose values the viewer may not."""
    hidden = hidden_fields(vocabulary, viewer)
    errors = [
        RuleError(
            pointer,
            "sensitive",
            f"{vocabulary[leaf.field].label} is sensitive: counting by it would tell its values. Ask an administrator to "
            "make this rule, or use another field.",
        )
        for pointer, leaf in nodes(node)
        if isinstance(leaf, Leaf) and leaf.field in hidden
    ]
    if errors:
        raise RuleInvalid(errors)
