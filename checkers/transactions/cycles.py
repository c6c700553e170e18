"""Short cycles in graphs of moments, a few from each strong component."""

from __future__ import annotations

from typing import Final

import numpy as np

from checkers.transactions.accesses import Ints, Mask
from checkers.transactions.edges import Edges, Type, joined
from checkers.transactions.graph import Graph
from checkers.transactions.layouts import Moments
from checkers.transactions.steps import Steps, simple, steps

CYCLES_MAX: Final = 64
"""So many cycles are looked for in one graph."""

STEPS_MAX: Final = 20_000
"""No more are taken in when those found have so many steps together."""

EDGES_MAX: Final = 400_000
"""Fewer in a large one: the components in which they are looked for have no more than so many edges together."""

LOOKS_MAX: Final = 400_000
"""Where cycles are wanted from every component, the search ends when so many edges were looked at,"""

LOOKS: Final = 100
"""for each cycle so many more, as it takes as long to tell it;"""

SHARE: Final = 16
"""and from each one more is wanted for so many places in it."""


def some_cycles(moments: Moments, wanted: Mask | None = None, *, each: int | None = None) -> list[Steps]:
    """Short cycles, the shortest first; none only if there is none.

    `wanted` tells through which of `moments.edges` they must lead (any, if it is None): each found is a shortest one
    through one of them. With `each`, so many from every component, as far as `LOOKS_MAX` goes, and not some from some.
    """
    core = moments.core
    real = core.origin >= 0
    real[real] = ~np.isin(core.edges.type[core.origin[real]], (Type.RW_ON, Type.REALTIME_ON))
    if wanted is not None:
        real[real] = wanted[core.origin[real]]
    chosen, graph = np.flatnonzero(real), core.graph
    component = graph.component[graph.source]
    found: set[Steps] = set()
    taken = looked_at = 0
    groups = component[chosen]
    places = spread(groups, np.bincount(component)) if each is None else of_each(groups, each)
    for edge in chosen[places].tolist():
        if taken >= STEPS_MAX if each is None else looked_at >= LOOKS_MAX:
            break
        way, looks = graph.shortest_way(int(graph.target[edge]), int(graph.source[edge]), core.costs)
        looked_at += looks + LOOKS
        if way is not None:
            found.add(canonical(simple(steps(core.edges, core.origin[[edge, *way]].tolist()))))
            taken += len(way)
    return _sorted(found)


def cycles_through(ways: Edges, last: Edges) -> list[Steps]:
    """Short cycles of one of the `last` edges and a way back along the others, the shortest first."""
    graph = Graph(vertices=ways.vertices, source=ways.source, target=ways.target)
    both = joined([ways, last])
    costs = (~np.isin(ways.type, (Type.RW_ON, Type.REALTIME_ON))).astype(int).tolist()
    found: set[Steps] = set()
    for number in spread(np.zeros(len(last), dtype=np.int64), np.array([len(ways)])):
        way, _ = graph.shortest_way(int(last.target[number]), int(last.source[number]), costs)
        if way is not None:
            found.add(canonical(steps(both, [len(ways) + int(number), *way])))
    return _sorted(found)


def _sorted(found: set[Steps]) -> list[Steps]:
    return sorted(found, key=lambda cycle: (len(cycle), cycle))


def spread(group: Ints, costs: Ints) -> Ints:
    """Some places, at least one if there is any: one of each group, then a second, and so on, until it gets too much.

    `costs` says how many edges a search in each group may walk through.
    """
    order, _, _ = _by_turns(group)
    order = order[:CYCLES_MAX]
    cost = costs[group[order]]
    return order[np.cumsum(cost) - cost < EDGES_MAX]


def of_each(group: Ints, each: int) -> Ints:
    """So many places of each group, and more of large ones: one of each, then a second, and so on."""
    order, turn, size = _by_turns(group)
    return order[turn < each + size // SHARE]


def _by_turns(group: Ints) -> tuple[Ints, Ints, Ints]:
    """All places, one of each group, then a second, and so on; which of its group each is; and how many that has."""
    order = scattered(len(group))
    order = order[np.argsort(group[order], kind="stable")]
    sizes = np.unique(group, return_counts=True)[1]
    turn = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    by_turn = np.argsort(turn, kind="stable")
    return order[by_turn], turn[by_turn], np.repeat(sizes, sizes)[by_turn]


def scattered(count: int) -> Ints:
    """So many numbers in an order that has nothing to do with them."""
    order: Ints = np.argsort(np.arange(count) * 2_654_435_761 % (1 << 32), kind="stable")
    return order


def canonical(cycle: Steps) -> Steps:
    """The same cycle, begun at its first transaction, so that equal cycles are equal."""
    least = min(range(len(cycle)), key=lambda i: cycle[i].before)
    return cycle[least:] + cycle[:least]
