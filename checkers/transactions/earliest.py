"""The earliest moment of each vertex of a graph whose edges come and go; and which edges leave some no moment at all.

An edge leads to somebody who takes effect at least one moment later. Where edges put somebody off past the end of time
that it has, they are a way that is too long; where they do so again and again, a circle. Either is found by going back,
from each to whoever put it off.

When edges are given up, those are put back to where they began who were put off by way of them, and followed anew;
whatever does not hang on these edges stays as it is. So a change costs what it touches. (Shortest ways in graphs that
change: Ramalingam, Reps 1996.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from checkers.transactions.accesses import Ints, Mask, offsets
from histories.codes import ranges

PATIENCE: Final = 32
"""After so many sweeps along edges, those that still move are looked at for circles."""

FEW: Final = 64
"""One in so many is few."""

NOBODY: Final = np.empty(0, dtype=np.int64)


class ExcludedError(Exception):
    """Edges that leave somebody without a moment: ways, each told by the literals of its edges."""

    def __init__(self, ways: Sequence[tuple[int, ...]]) -> None:
        super().__init__(f"{len(ways)} ways")
        self.ways = ways


class Ways:
    """Edges that can be followed from one of their ends: columns that begin with this end and the other one.

    What is added is sorted in when it is asked for.
    """

    def __init__(self, columns: int) -> None:
        self._edges: tuple[Ints, ...] = (NOBODY,) * columns
        self._first = offsets(np.zeros(1, dtype=np.int64))  # where in these those of each vertex begin
        self._new: list[tuple[Ints, ...]] = []

    def add(self, *edges: Ints) -> None:
        """Add edges."""
        self._new.append(edges)

    def of(self, vertices: Ints) -> tuple[Ints, ...]:
        """The edges of some vertices."""
        if self._new:
            self._sort()
        begins = self._first.take(vertices, mode="clip")  # those in the end may have none
        size = self._first[1:].take(vertices, mode="clip") - begins
        at = ranges(begins, size)
        return np.repeat(vertices, size), *(column[at] for column in self._edges[1:])

    def _sort(self) -> None:
        new, self._new = self._new, []
        edges = [np.concatenate(column) for column in zip(self._edges, *new, strict=True)]
        order = np.argsort(edges[0], kind="stable")
        self._edges = tuple(column[order] for column in edges)
        self._first = offsets(np.bincount(self._edges[0], minlength=1))


class ChangingGraph:
    """Edges that are there in any case, and those of the literals that are true: `true[literal]`, negative ones too.

    The known ones lie in two parts, so that adding some does not mean sorting all.
    """

    def __init__(self, source: Ints, target: Ints) -> None:
        self._first, self._more = (Ways(2), Ways(2)), (Ways(2), Ways(2))  # from sources on, and from targets back
        self._chosen = Ways(3), Ways(3)
        self.true: Mask = np.ones(1, dtype=bool)
        _add(self._first, source, target)

    def know(self, source: Ints, target: Ints) -> None:
        """Add edges that are there in any case."""
        _add(self._more, source, target)

    def propose(self, source: Ints, target: Ints, literal: Ints) -> None:
        """Add edges of literals."""
        _add(self._chosen, source, target, literal)

    def of(self, vertices: Ints, *, back: bool) -> tuple[Ints, Ints, Ints]:
        """The edges that are there now and lead on from some vertices, or back: from which, to where, the literals.

        The literal is 0 where an edge rests on none.
        """
        if not len(vertices):
            return NOBODY, NOBODY, NOBODY
        (near, far), (more_near, more_far) = self._first[back].of(vertices), self._more[back].of(vertices)
        near_chosen, far_chosen, literal = self._chosen[back].of(vertices)
        there = np.flatnonzero(self.true[literal])
        return (
            np.concatenate([near, more_near, near_chosen[there]]),
            np.concatenate([far, more_far, far_chosen[there]]),
            np.concatenate([np.zeros(len(near) + len(more_near), dtype=np.int64), literal[there]]),
        )


def _add(ways: tuple[Ways, Ways], source: Ints, target: Ints, *literal: Ints) -> None:
    ways[False].add(source, target, *literal)
    ways[True].add(target, source, *literal)


class Earliest:
    """The earliest moments after which all edges of a graph lead on, `begin` or later, none past its `end`.

    With `back`, edges lead from their targets to their sources.
    """

    def __init__(self, begin: Ints, end: Ints, *, back: bool = False) -> None:
        self.begin, self.end, self.moment = begin, end, begin.copy()
        self._back = back
        self._moving = NOBODY

    def since(self, begin: Ints, end: Ints) -> None:
        """Begin later, and end earlier."""
        self.begin, self.end = begin, end
        late = np.flatnonzero(begin > self.moment)
        self.moment[late] = begin[late]
        over = np.flatnonzero(self.moment > end)
        self._moving = np.concatenate([self._moving, late, over])

    def hanging(self, graph: ChangingGraph, targets: Ints) -> Ints:
        """Those who may have been put off by way of these."""
        reached, found = targets, np.zeros(len(self.moment), dtype=bool)
        while len(reached):
            reached = reached[(self.moment[reached] > self.begin[reached]) & ~found[reached]]
            found[reached] = True
            _, reached, _ = graph.of(_distinct(reached, len(found)), back=self._back)
        return np.flatnonzero(found)

    def follow(self, graph: ChangingGraph, source: Ints, target: Ints, anew: Ints = NOBODY) -> None:
        """Put moments off until new edges lead on, too; some are put back to where they began first.

        Raises `ExcludedError` where that is impossible; what was put off then stays so.
        """
        self.moment[anew] = self.begin[anew]
        reached, origin, _ = graph.of(anew, back=not self._back)
        left, right, _ = graph.of(self._moving, back=self._back)
        if self._back:
            source, target = target, source
        source, target = np.concatenate([source, origin, left]), np.concatenate([target, reached, right])
        late, sweeps = [self._moving[self.moment[self._moving] > self.end[self._moving]]], 0
        self._moving = NOBODY
        while len(source):
            moved = self._sweep(source, target)
            over = self.moment[moved] > self.end[moved]
            late.append(moved[over])
            moved = moved[~over]
            sweeps += 1
            if sweeps % PATIENCE == 0:
                self._exclude(graph, np.concatenate(late), moved)
            source, target, _ = graph.of(moved, back=self._back)
        self._exclude(graph, np.concatenate(late), NOBODY)

    def _sweep(self, source: Ints, target: Ints) -> Ints:
        late = np.flatnonzero(self.moment[source] >= self.moment[target])
        moved = target[late]
        np.maximum.at(self.moment, moved, self.moment[source[late]] + 1)
        return _distinct(moved, len(self.moment))

    def _exclude(self, graph: ChangingGraph, late: Ints, moving: Ints) -> None:
        """Raises `ExcludedError` if somebody is late, or moves in a circle."""
        if not len(late) and not len(moving):
            return
        came = self._came(graph, np.unique(np.append(late, moving)))
        found = {_way(came, vertex) for vertex in late.tolist()} | set(_circles(came, moving.tolist()))
        if found:
            self._moving = np.append(late, moving)
            raise ExcludedError(sorted(found))

    def _came(self, graph: ChangingGraph, vertices: Ints) -> dict[int, tuple[int, int]]:
        """Who put these off, and by which literal, and who put those off, and so on."""
        came: dict[int, tuple[int, int]] = {}
        while len(vertices):
            target, source, literal = graph.of(vertices, back=not self._back)
            by = np.flatnonzero(self.moment[source] >= self.moment[target] - 1)
            by = by[np.argsort(self.moment[source[by]], kind="stable")]
            target, source, literal = target[by], source[by], literal[by]
            came |= zip(target.tolist(), zip(source.tolist(), literal.tolist(), strict=True), strict=True)
            further = {came[vertex][0] for vertex in vertices.tolist() if vertex in came} - came.keys()
            vertices = np.array(sorted(further), dtype=np.int64)
            vertices = vertices[self.moment[vertices] > self.begin[vertices]]
        return came


def _distinct(vertices: Ints, count: int) -> Ints:
    """Some of so many vertices, each once, ascending: sorted, or if they are more than a few, marked."""
    if len(vertices) * FEW < count:
        vertices = np.sort(vertices)
        return vertices[np.append(True, vertices[1:] != vertices[:-1])[: len(vertices)]]
    marked = np.zeros(count, dtype=bool)
    marked[vertices] = True
    return np.flatnonzero(marked)


def _way(came: dict[int, tuple[int, int]], vertex: int) -> tuple[int, ...]:
    """The literals on the way by which a vertex was put off, or of the circle in which that goes round."""
    passed: dict[int, int] = {}
    literals: list[int] = []
    while vertex in came and vertex not in passed:
        passed[vertex] = len(literals)
        vertex, literal = came[vertex]
        literals.append(literal)
    return tuple(sorted(set(literals[passed.get(vertex, 0) :]) - {0}))


def _circles(came: dict[int, tuple[int, int]], vertices: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The literals of the circles in which the ways go round by which these were put off, each circle once."""
    passed: dict[int, int] = {}  # whose way first came by
    for first in vertices:
        vertex = first
        while vertex in came and vertex not in passed:
            passed[vertex] = first
            vertex, _ = came[vertex]
        if passed.get(vertex) == first:
            yield _way(came, vertex)
