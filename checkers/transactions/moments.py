"""The earliest moment of each vertex of a graph whose edges come and go; and which edges leave some no moment at all.

An edge leads to somebody who takes effect at least one moment later. Where edges put somebody off past the end of time
that it has, they are a way that is too long; where they do so again and again, a circle. Either is found by going back,
from each to whoever put it off.

When edges are given up, those are put back to where they began who were put off by way of them, and followed anew;
whatever does not hang on these edges stays as it is. So a change costs what it touches. (Shortest ways in graphs that
change: Ramalingam, Reps 1996.)
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np

from checkers.transactions.accesses import Ints, Mask
from histories.codes import ranges

PATIENCE: Final = 32
"""After so many sweeps along edges, those that still move are looked at for circles."""

NOBODY: Final = np.empty(0, dtype=np.int64)

Pairs = tuple[Ints, Ints]


class ExcludedError(Exception):
    """Edges that leave somebody without a moment: ways, each told by the literals of its edges."""

    def __init__(self, ways: Sequence[tuple[int, ...]]) -> None:
        super().__init__(f"{len(ways)} ways")
        self.ways = ways


class Ways:
    """Edges that can be followed from either end, with the literals that they rest on; 0 where that is none."""

    def __init__(self, source: Ints, target: Ints, literal: Ints | None = None) -> None:
        self.source, self.target = source, target
        self.literal = np.zeros(len(source), dtype=np.int64) if literal is None else literal

    @cached_property
    def _by_source(self) -> tuple[Ints, Ints, Ints]:
        return _sorted(self.source, self.target, self.literal)

    @cached_property
    def _by_target(self) -> tuple[Ints, Ints, Ints]:
        return _sorted(self.target, self.source, self.literal)

    def plus(self, source: Ints, target: Ints, literal: Ints | None = None) -> Ways:
        """These and some more."""
        literal = np.zeros(len(source), dtype=np.int64) if literal is None else literal
        return Ways(np.append(self.source, source), np.append(self.target, target), np.append(self.literal, literal))

    def of(self, vertices: Ints, *, back: bool) -> tuple[Ints, Ints, Ints]:
        """The edges that lead on from some vertices, or back: from which, to where, and the literals."""
        near, far, literal = self._by_target if back else self._by_source
        begins = np.searchsorted(near, vertices)
        size = np.searchsorted(near, vertices, side="right") - begins
        at = ranges(begins, size)
        return np.repeat(vertices, size), far[at], literal[at]


def _sorted(near: Ints, far: Ints, literal: Ints) -> tuple[Ints, Ints, Ints]:
    order = np.argsort(near, kind="stable")
    return near[order], far[order], literal[order]


class Graph:
    """Edges that are there in any case, and those of the literals that are true: `true[literal]`, negative ones too.

    The known ones lie in two parts, so that adding some does not mean sorting all.
    """

    def __init__(self, source: Ints, target: Ints) -> None:
        self._first, self._more = Ways(source, target), Ways(NOBODY, NOBODY)
        self._chosen = Ways(NOBODY, NOBODY)
        self.true: Mask = np.ones(1, dtype=bool)

    def know(self, source: Ints, target: Ints) -> None:
        """Add edges that are there in any case."""
        self._more = self._more.plus(source, target)

    def propose(self, source: Ints, target: Ints, literal: Ints) -> None:
        """Add edges of literals."""
        self._chosen = self._chosen.plus(source, target, literal)

    def of(self, vertices: Ints, *, back: bool) -> tuple[Ints, Ints, Ints]:
        """The edges that are there now and lead on from some vertices, or back."""
        parts = [each.of(vertices, back=back) for each in (self._first, self._more, self._chosen)]
        near, far, literal = (np.concatenate(part) for part in zip(*parts, strict=True))
        there = np.flatnonzero(self.true[literal])
        return near[there], far[there], literal[there]


class Moments:
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

    def hanging(self, graph: Graph, targets: Ints) -> Ints:
        """Those who may have been put off by way of these."""
        found = reached = np.unique(targets[self.moment[targets] > self.begin[targets]])
        while len(reached):
            _, onward, _ = graph.of(reached, back=self._back)
            reached = np.unique(onward[self.moment[onward] > self.begin[onward]])
            reached = reached[~np.isin(reached, found)]
            found = np.append(found, reached)
        return found

    def follow(self, graph: Graph, source: Ints, target: Ints, anew: Ints = NOBODY) -> None:
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
        return np.unique(moved)

    def _exclude(self, graph: Graph, late: Ints, moving: Ints) -> None:
        """Raises `ExcludedError` if somebody is late, or moves in a circle."""
        if not len(late) and not len(moving):
            return
        came = self._came(graph, np.unique(np.append(late, moving)))
        found = {_way(came, vertex, circle=False) for vertex in late.tolist()}
        found |= {_way(came, vertex, circle=True) for vertex in moving.tolist()}
        excluded = sorted(way for way in found if way is not None)
        if excluded:
            self._moving = np.append(late, moving)
            raise ExcludedError(excluded)

    def _came(self, graph: Graph, vertices: Ints) -> dict[int, tuple[int, int]]:
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


def _way(came: dict[int, tuple[int, int]], vertex: int, *, circle: bool) -> tuple[int, ...] | None:
    """The literals on the way by which a vertex was put off, or of the circle in which that goes round.

    With `circle`, None if there is none.
    """
    passed: dict[int, int] = {}
    literals: list[int] = []
    while vertex in came and vertex not in passed:
        passed[vertex] = len(literals)
        vertex, literal = came[vertex]
        literals.append(literal)
    if vertex not in came and circle:
        return None
    return tuple(sorted(set(literals[passed.get(vertex, 0) :]) - {0}))
