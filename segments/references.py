"""Which segment refers to which: order, cycles, chains. Pure values; a graph is {slug: slugs it refers to}."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

Graph = Mapping[str, Collection[str]]
MAX_CHAIN = 8
"""A refers to B refers to C … : so many steps at most."""


def in_order(graph: Graph) -> list[str]:
    """Every slug after those it refers to. References to slugs outside the graph are left alone.

    Raises ValueError on a cycle; none can be saved, so that is a bug or a hand in the database.
    """
    order: list[str] = []
    state: dict[str, bool] = {}
    for start in graph:
        stack = [(start, False)]
        while stack:
            slug, leaving = stack.pop()
            if leaving:
                state[slug] = True
                order.append(slug)
                continue
            if slug in state:
                if not state[slug]:
                    raise ValueError(f"Segments refer to each other in a circle: {' → '.join(cycle(graph, slug))}.")
                continue
            state[slug] = False
            stack.append((slug, True))
            stack.extend((other, False) for other in graph[slug] if other in graph and not state.get(other, False))
    return order


def cycle(graph: Graph, start: str) -> list[str]:
    """A way from a slug back to itself, both ends named; empty when there is none. The shortest one."""
    trail: dict[str, str] = {}
    queue = [start]
    for slug in queue:
        for other in graph.get(slug, ()):
            if other == start:
                way = [slug]
                while way[-1] != start:
                    way.append(trail[way[-1]])
                return [*reversed(way), start]
            if other not in trail:
                trail[other] = slug
                queue.append(other)
    return []


def longest_chain(graph: Graph, start: str) -> list[str]:
    """The longest way down from a slug, itself included. The graph has no cycle below it."""
    below: dict[str, list[str]] = {}
    for slug in in_order({slug: graph.get(slug, ()) for slug in upstream(graph, [start])}):
        ways = (below[other] for other in graph.get(slug, ()))
        below[slug] = [slug, *max(ways, key=len, default=[])]
    return below[start]


def upstream(graph: Graph, slugs: Iterable[str]) -> set[str]:
    """The slugs and everything they refer to, directly or not."""
    found: set[str] = set()
    queue = list(slugs)
    while queue:
        slug = queue.pop()
        if slug not in found:
            found.add(slug)
            queue.extend(graph.get(slug, ()))
    return found


def downstream(graph: Graph, slugs: Iterable[str]) -> set[str]:
    """The slugs and everything that refers to them, directly or not."""
    users: dict[str, list[str]] = {}
    for slug, others in graph.items():
        for other in others:
            users.setdefault(other, []).append(slug)
    return upstream(users, slugs)
