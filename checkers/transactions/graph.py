"""Graphs of numbered vertices: strong components, orders, reachability, shortest ways.

The components are scipy's (Pearce 2005), linear in the graph. Two things about them: an edge that occurs twice
makes its search run in circles, so duplicates are taken out first; and components are numbered in reverse
topological order, which is documented nowhere, so it is verified where it is relied upon.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import count
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from checkers.transactions.accesses import Ints, Mask
from checkers.transactions.fronts import Front, meeting

BITS_MAX: Final = 1 << 31
"""What reachability may remember at a time: a bit for each vertex and each start."""


ROUNDS_MAX: Final = 64
"""So many times wishes are put off."""


SMALL: Final = 500
"""A graph of fewer edges is searched by a few lines of Python before scipy has even looked at it."""


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Graph:
    """Edges from `source` to `target` among `vertices` vertices; no edge leads back to where it began."""

    vertices: int
    source: NDArray[np.integer[Any]]
    target: NDArray[np.integer[Any]]

    @cached_property
    def component(self) -> Ints:
        """For each vertex the number of its strong component; edges between components lead to smaller numbers."""
        return self._by_hand() if len(self.source) < SMALL else self._by_scipy()

    def _by_scipy(self) -> Ints:
        from scipy import sparse
        from scipy.sparse import csgraph

        ends = (self.source.astype(np.int32, copy=False), self.target.astype(np.int32, copy=False))
        matrix = sparse.csr_matrix((np.ones(len(self.source), dtype=np.int8), ends), shape=(self.vertices,) * 2)
        matrix.sum_duplicates()
        return csgraph.connected_components(matrix, directed=True, connection="strong")[1].astype(np.int64)

    def _by_hand(self) -> Ints:
        targets = {vertex: [self._targets[edge] for edge in edges] for vertex, edges in self.successors.items()}
        known = strong_components(targets)
        component = np.arange(self.vertices) + len(known)
        component[list(known)] = list(known.values())
        return np.unique(component, return_inverse=True)[1]

    @cached_property
    def inside(self) -> Mask:
        """Which edges lie on a cycle."""
        source, target = self.component[self.source], self.component[self.target]
        if (source < target).any():
            raise ValueError("expected strong components in reverse topological order, found them otherwise")
        mask: Mask = source == target
        return mask

    @property
    def acyclic(self) -> bool:
        """Whether no edge lies on a cycle."""
        return not self.inside.any()

    @property
    def order(self) -> Ints:
        """The vertices of an acyclic graph in an order in which every edge leads onwards."""
        if not self.acyclic:
            raise ValueError("expected an acyclic graph, found a cycle")
        order = np.empty(self.vertices, dtype=np.int64)
        order[self.vertices - 1 - self.component] = np.arange(self.vertices)
        return order

    def delayed(self, wish: Ints) -> Ints:
        """For each vertex of an acyclic graph a number so that edges lead to greater ones: no less than was wished.

        Edges lead to greater numbers at once where wishes agree with them; where long ways disagree, the topological
        order decides.
        """
        ranked = np.empty(self.vertices, dtype=np.int64)
        ranked[np.argsort(wish, kind="stable")] = np.arange(self.vertices) * self.vertices
        for _ in range(ROUNDS_MAX):
            late = ranked[self.target] <= ranked[self.source]
            if not late.any():
                return ranked
            np.maximum.at(ranked, self.target[late], ranked[self.source[late]] + 1)
        ranked[self.order] = np.arange(self.vertices)
        return ranked

    def reaches(self, start: Ints, goal: Ints) -> Mask:
        """For each pair whether there is a way from start to goal, of no edges or more.

        The starts from which a component can be reached are the bits of a whole number, passed on along the edges in
        topological order. That is edges times starts over the length of a word; pairs in reverse order cost nothing.
        """
        if not len(start):
            return np.zeros(0, dtype=bool)
        start, goal = self.component[start], self.component[goal]
        found: Mask = start == goal
        asked = np.flatnonzero(start > goal)
        if not len(asked):
            return found
        source, target = self.component[self.source], self.component[self.target]
        relevant = (source > target) & (source <= start[asked].max()) & (target >= goal[asked].min())
        source, target = source[relevant], target[relevant]
        order = np.argsort(-source)
        onward = list(zip(source[order].tolist(), target[order].tolist(), strict=True))
        starts, number = np.unique(start[asked], return_inverse=True)
        width = max(64, BITS_MAX // (len(np.unique(target)) + 1))
        for low in range(0, len(starts), width):
            seen = {vertex: 1 << bit for bit, vertex in enumerate(starts[low : low + width].tolist())}
            for one, other in onward:
                if one in seen:
                    seen[other] = seen.get(other, 0) | seen[one]
            part = asked[(number >= low) & (number < low + width)]
            bits = number[(number >= low) & (number < low + width)] - low
            found[part] = [
                seen.get(end, 0) >> bit & 1 for end, bit in zip(goal[part].tolist(), bits.tolist(), strict=True)
            ]
        return found

    @cached_property
    def successors(self) -> Mapping[int, Sequence[int]]:
        """For each vertex that has edges their numbers."""
        return _by_end(self._sources)

    @cached_property
    def _predecessors(self) -> Mapping[int, Sequence[int]]:
        return _by_end(self._targets)

    @cached_property
    def _sources(self) -> list[int]:
        found: list[int] = self.source.tolist()
        return found

    @cached_property
    def _targets(self) -> list[int]:
        found: list[int] = self.target.tolist()
        return found

    def shortest_way(self, start: int, goal: int, costs: Sequence[int]) -> tuple[list[int] | None, int]:
        """The edges of a way from start to goal of the least cost, or None; and how many were looked at.

        `costs` gives 0 or 1 for each edge.
        """
        there = Front(start, self.successors, self._targets, costs)
        back = Front(goal, self._predecessors, self._sources, costs)
        met = meeting((there, back))
        looked_at = there.looked_at + back.looked_at
        if met is None:
            return None, looked_at
        return [*reversed(there.way(met, self._sources)), *back.way(met, self._targets)], looked_at


def _by_end(ends: Sequence[int]) -> Mapping[int, Sequence[int]]:
    """For each vertex the numbers of the edges that have it as this end."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for edge, vertex in enumerate(ends):
        found[vertex].append(edge)
    return dict(found)


def strong_components(targets: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """For each vertex with edges, by where they lead, the number of its component; edges lead to smaller numbers.

    The algorithm of Tarjan (1972), with a stack of its own.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    component: dict[int, int] = {}
    undecided: list[int] = []
    numbers = count()
    for root in targets:
        ways = [] if root in index else [(root, iter(targets[root]))]
        while ways:
            vertex, onward = ways[-1]
            if vertex not in index:
                index[vertex] = low[vertex] = len(index)
                undecided.append(vertex)
            for target in onward:
                if target not in index:
                    ways.append((target, iter(targets.get(target, ()))))
                    break
                if target not in component:
                    low[vertex] = min(low[vertex], index[target])
            else:
                ways.pop()
                if ways:
                    low[ways[-1][0]] = min(low[ways[-1][0]], low[vertex])
                if low[vertex] == index[vertex]:
                    place = undecided.index(vertex)
                    component |= dict.fromkeys(undecided[place:], next(numbers))
                    del undecided[place:]
    return component
