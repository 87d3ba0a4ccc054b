"""From JSON to a tree. Everything wrong is collected; nothing is dropped, guessed or coerced later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from partners.vocabulary import Field, FieldType, Vocabulary
from segments import references
from segments.operators import OPERATORS, PERCENTILES, SEGMENT_FIELD, SEGMENT_OPERATORS, operators_of
from segments.rules.aggregating import read_aggregate
from segments.rules.errors import Noted, Refused, RuleError, RuleInvalid, either, nearest, said, shown
from segments.rules.nodes import Aggregate, Everyone, Group, Leaf, Node, Relations, SegmentLeaf
from segments.rules.values import MAX_VALUES, counts_days, read_operand, read_string

MAX_DEPTH = 8
"""Groups within groups."""
MAX_NODES = 250
"""Groups and leaves together."""

_GROUP_KEYS = ("combinator", "not", "rules")
_LEAF_KEYS = ("field", "operator", "value", "missing", "case_sensitive", "within")
GROUPING = frozenset({FieldType.TEXT, FieldType.CHOICE, FieldType.ORDERED_CHOICE, FieldType.BOOLEAN})
"""Types whose values divide a population into groups."""
_IGNORED = frozenset({"id", "path"})
"""What builders of this family add for themselves; it says nothing about the subject."""
_HARMLESS: dict[str, Any] = {"valueSource": "value", "disabled": False, "muted": False}
"""What they add that does say something, unless it has this value."""


@dataclass(frozen=True, slots=True)
class Referable:
    """What the parser knows of another segment: enough to refuse a bad reference."""

    name: str
    subject: str
    refers_to: frozenset[str] = frozenset()
    archived: bool = False
    behind: frozenset[str] = frozenset()
    """Those of its set that it gives way to: it waits for them as for those it refers to."""


def parse(
    value: Any,
    vocabulary: Vocabulary,
    *,
    segments: Mapping[str, Referable] | None = None,
    own_slug: str = "",
    subject: str = "",
    saved: bool = False,
    relations: Relations | None = None,
    zone: str = "",
) -> Node:
    """The rule as a tree. Raises RuleInvalid with everything that is wrong.

    `segments`: those that may be referred to, by slug. `own_slug`: the segment whose rule this is, to refuse circles.
    `subject`: "partner" or "customer", to refuse references to segments of the other; empty is not checked.
    `saved`: the rule was valid when stored; a choice removed from its field since then merely matches no value.
    `relations`: the related records that aggregates may be made of; with them, `subject` says whose.
    `zone`: whose days the rule counts in; empty: those of the clock that it is evaluated by.
    """
    parser = Parser(vocabulary, segments or {}, own_slug, subject, saved, relations or {}, zone)
    count = _count(value)
    if count > MAX_NODES:
        detail = f"The rule has {count:,} nodes; {MAX_NODES} is the most. Use “in” with a list, or refer to segments."
        plain = (
            f"The rule has {count:,} conditions and groups; {MAX_NODES} is the most. Use “is one of” with several values, "
            "or make segments of its parts and refer to those."
        )
        raise RuleInvalid([RuleError("", "too_many_nodes", detail, plain)])
    node = parser.node(value, "", 1)
    if parser.errors or node is None:
        raise RuleInvalid(parser.errors)
    return node


def _count(value: Any) -> int:
    """Groups and leaves, however deep, without recursion."""
    count, queue = 0, [value]
    while queue:
        node = queue.pop()
        count += 1
        if isinstance(node, Mapping) and isinstance(node.get("rules"), list):
            queue.extend(node["rules"])
        elif isinstance(node, Mapping) and isinstance(node.get("field"), Mapping) and "where" in node["field"]:
            queue.append(node["field"]["where"])
    return count


@dataclass
class Parser:
    """Reads one tree; what is wrong collects in `errors`."""

    vocabulary: Vocabulary
    segments: Mapping[str, Referable]
    own_slug: str
    subject: str
    saved: bool
    relations: Relations
    zone: str = ""
    deepest: int = MAX_DEPTH
    errors: list[RuleError] = field(default_factory=list)

    def error(self, pointer: str, code: str, detail: str, plain: str = "") -> None:
        """Note what is wrong, and go on."""
        self.errors.append(RuleError(pointer, code, detail, plain))

    def node(self, value: Any, pointer: str, depth: int) -> Node | None:
        """The node, or None once an error of it has been noted."""
        if isinstance(value, Mapping):
            if "everyone" in value:
                return self.everyone(value, pointer)
            if "rules" in value or "combinator" in value:
                return self.group(value, pointer, depth)
            if "field" in value or "operator" in value:
                return self.leaf(value, pointer, depth)
        self.error(
            pointer,
            "not_a_node",
            'Here belongs a group {"combinator": …, "rules": [ … ]}, a condition {"field": …, "operator": …, "value": …} '
            f'or {{"everyone": true}}; this is {shown(value)}.',
        )
        return None

    def keys(self, value: Mapping[str, Any], known: tuple[str, ...], pointer: str) -> None:
        """Refuse words that say nothing here."""
        for key in value:
            if key in known or key in _IGNORED:
                continue
            if key in _HARMLESS:
                if value[key] != _HARMLESS[key]:
                    detail = (
                        f"“{key}”: {shown(value[key])} cannot be kept here; take the node out, or leave “{key}” out."
                    )
                    self.error(pointer, "unknown_key", detail)
                continue
            self.error(pointer, "unknown_key", f"{shown(key)} says nothing here.{nearest(str(key), known)}")

    def everyone(self, value: Mapping[str, Any], pointer: str) -> Node | None:
        """`{"everyone": true}`."""
        self.keys(value, ("everyone",), pointer)
        if value["everyone"] is not True:
            detail = '“everyone” is always true. For nobody, put {"everyone": true} into a group with "not": true.'
            self.error(pointer, "wrong_type", detail)
            return None
        return Everyone()

    def group(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node | None:
        """All of, or any of, its nodes."""
        if depth > MAX_DEPTH:
            detail = f"Groups are nested more than {MAX_DEPTH} deep. Make a segment of the inner part and refer to it."
            self.error(pointer, "too_deep", detail)
            return None
        self.keys(value, _GROUP_KEYS, pointer)
        combinator, negated, rules = value.get("combinator"), value.get("not", False), value.get("rules")
        if combinator not in ("and", "or"):
            self.error(pointer, "bad_combinator", f"“combinator” is “and” or “or”; this is {shown(combinator)}.")
        if not isinstance(negated, bool):
            self.error(pointer, "wrong_type", f"“not” is true or false; this is {shown(negated)}.")
        if not isinstance(rules, list):
            self.error(pointer, "wrong_type", f"“rules” is a list of nodes; this is {shown(rules)}.")
            return None
        if not rules:
            detail = 'The group is empty. Add a condition, or take the group out; everybody is {"everyone": true}.'
            self.error(pointer, "empty_group", detail, "The group is empty. Add a condition, or remove the group.")
            return None
        children = [self.node(child, f"{pointer}/rules/{place}", depth + 1) for place, child in enumerate(rules)]
        if combinator not in ("and", "or"):
            return None
        return Group(combinator, tuple(child for child in children if child is not None), negated is True)

    def leaf(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node | None:
        """A condition on a field, on an aggregate, or on membership."""
        self.keys(value, _LEAF_KEYS, pointer)
        try:
            name = value.get("field")
            if name == SEGMENT_FIELD:
                return self.reference(value, pointer)
            return self.condition(value, pointer, depth)
        except Refused as refused:
            self.error(pointer, refused.code, refused.detail, refused.plain)
        except Noted:
            pass
        return None

    def condition(self, value: Mapping[str, Any], pointer: str, depth: int) -> Node:
        """A condition on a field or an aggregate."""
        name, aggregate = value.get("field"), None
        if isinstance(name, Mapping):
            aggregate = read_aggregate(self, name, pointer, depth)
            return self.compared(value, aggregate.about, aggregate.key, aggregate, pointer)
        if not isinstance(name, str) or name not in self.vocabulary:
            known = [*self.vocabulary, SEGMENT_FIELD]
            labels = {entry.label: entry.name for entry in self.vocabulary.values()}
            hint = nearest(str(name), known) or nearest(str(name), labels)
            plain = f"There is no field {said(name)} here.{nearest(str(name), labels)} Choose another, or remove this."
            raise Refused("unknown_field", f"There is no field {shown(name)}.{hint}", plain)
        return self.compared(value, self.vocabulary[name], name, None, pointer)

    def compared(
        self, value: Mapping[str, Any], about: Field, column: str, aggregate: Aggregate | None, pointer: str
    ) -> Node:
        """The leaf that compares a field, or an aggregate's result, with its operand."""
        operator_name, name = value.get("operator"), about.name
        possible = [operator.name for operator in operators_of(about.type)]
        if not isinstance(operator_name, str) or operator_name not in possible:
            wrong = (
                f"There is no operator {shown(operator_name)}."
                if not isinstance(operator_name, str) or operator_name not in OPERATORS
                else f"“{operator_name}” does not go with “{name}”."
            )
            kind = about.type.value.replace("_", " ")
            plain = f"{about.label} cannot be compared in this way. Choose another comparison."
            raise Refused("unknown_operator", f"{wrong} A field of type {kind} has {either(possible)}.", plain)
        operator = OPERATORS[operator_name]
        missing, case_sensitive = value.get("missing"), value.get("case_sensitive", False)
        if missing not in (None, "match", "no_match"):
            self.error(pointer, "wrong_type", f"“missing” is “match” or “no_match”; this is {shown(missing)}.")
        elif missing is not None and operator.positive == "notNull":
            detail = f"“{operator_name}” says itself what happens to missing values; leave “missing” out."
            self.error(pointer, "wrong_type", detail)
        if not isinstance(case_sensitive, bool):
            self.error(pointer, "wrong_type", f"“case_sensitive” is true or false; this is {shown(case_sensitive)}.")
        elif case_sensitive and (about.type is not FieldType.TEXT or operator.positive == "notNull"):
            self.error(
                pointer, "wrong_type", f"“case_sensitive” goes with text that is compared, not with “{name}” here."
            )
        operand = read_operand(
            value.get("value"), about, operator, saved=self.saved, loosely=case_sensitive is not True
        )
        within = self.within(value.get("within"), operator_name, pointer)
        zone = self.zone if counts_days(operand, about) else ""
        return Leaf(column, operator_name, operand, missing, case_sensitive is True, within, aggregate, zone)

    def within(self, name: Any, operator: str, pointer: str) -> str:
        """The field that divides a percentile's population into groups; empty when there is none."""
        if name in (None, ""):
            return ""
        if operator not in PERCENTILES:
            detail = f"“within” goes with {either(sorted(PERCENTILES))}, not with “{operator}”; leave it out."
            self.error(pointer, "wrong_type", detail)
            return ""
        dividing = [entry.name for entry in self.vocabulary.values() if entry.type in GROUPING]
        if not isinstance(name, str) or name not in self.vocabulary:
            raise Refused("unknown_field", f"There is no field {shown(name)}.{nearest(str(name), dividing)}")
        if name not in dividing:
            kind = self.vocabulary[name].type.value.replace("_", " ")
            detail = f"“within” takes a field of choices, text or yes/no; “{name}” is {kind}."
            raise Refused("wrong_type", detail + nearest("", dividing))
        return name

    def reference(self, value: Mapping[str, Any], pointer: str) -> Node:
        """A condition on membership of other segments."""
        operator, slugs = value.get("operator"), value.get("value")
        if not isinstance(operator, str) or operator not in SEGMENT_OPERATORS:
            raise Refused("unknown_operator", f"“segment” has {either(SEGMENT_OPERATORS)}; this is {shown(operator)}.")
        for key in ("missing", "case_sensitive"):
            if value.get(key):
                self.error(pointer, "wrong_type", f"“{key}” does not go with “segment”: a subject is in it or is not.")
        if not isinstance(slugs, list):
            raise Refused("wrong_type", f"“segment” takes a list of slugs; this is {shown(slugs)}.")
        if not slugs:
            raise Refused("empty_list", "The list is empty. Name at least one segment.")
        if len(slugs) > MAX_VALUES:
            raise Refused("too_many_values", f"The list has {len(slugs):,} values; {MAX_VALUES:,} is the most.")
        for slug in slugs:
            self.check_reference(read_string(slug))
        self.check_chains(frozenset(slugs))
        return SegmentLeaf(cast('Literal["in", "inAll", "notIn"]', operator), tuple(dict.fromkeys(slugs)))

    def check_reference(self, slug: str) -> None:
        """Raises Refused when the segment does not exist, is of other subjects, or leads back here."""
        if slug == self.own_slug and slug:
            plain = "A segment cannot refer to itself. Choose another."
            raise Refused("cycle", f"A segment cannot refer to itself: {slug} → {slug}.", plain)
        other = self.segments.get(slug)
        if other is None:
            detail = f"There is no segment {shown(slug)}.{nearest(slug, self.segments)}"
            raise Refused("unknown_segment", detail, f"There is no segment {said(slug)}. Choose another.")
        if other.archived:
            archived = "is archived and has no members any more."
            raise Refused("unknown_segment", f"Segment “{slug}” {archived}", f"“{other.name}” {archived}")
        if self.subject and other.subject != self.subject:
            whose = f"is a segment of {other.subject}s; this rule is about {self.subject}s."
            raise Refused("other_subject", f"“{slug}” {whose}", f"“{other.name}” {whose}")

    def behind(self, slug: str) -> frozenset[str]:
        """The segments of its set that a segment gives way to."""
        return self.segments[slug].behind if slug in self.segments else frozenset()

    def check_chains(self, slugs: frozenset[str]) -> None:
        """Raises Refused when the references lead back here, or too far."""
        graph = {slug: entry.refers_to for slug, entry in self.segments.items()}
        graph[self.own_slug] = slugs
        waiting = {slug: named | self.behind(slug) for slug, named in graph.items()}
        circle = references.cycle(waiting, self.own_slug)
        if circle:
            detail = "Segments would refer to each other in a circle:"
            raise Refused("cycle", f"{detail} {' → '.join(circle)}.", f"{detail} {self.way(circle)}.")
        for user in sorted(references.downstream(graph, [self.own_slug])):
            chain = references.longest_chain(graph, user)
            if len(chain) - 1 > references.MAX_CHAIN:
                way = " → ".join(slug or "this rule" for slug in chain)
                detail = f"More than {references.MAX_CHAIN} references in a row:"
                raise Refused("chain_too_long", f"{detail} {way}.", f"{detail} {self.way(chain)}.")

    def way(self, slugs: Iterable[str]) -> str:
        """Segments that refer to each other, by their names."""
        names = {slug: other.name for slug, other in self.segments.items()}
        return " → ".join("this one" if slug == self.own_slug else names.get(slug, slug) for slug in slugs)
