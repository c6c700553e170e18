"""Cycles of every kind among the known edges, by the names of Adya and Elle.

    G0             ww alone
    G1c            ww and wr
    G-single       one rw beside those
    G-nonadjacent  several, no two of them in a row
    G2-item        several, two of them in a row

Each for the dependencies alone, then with session order (-process), then with real time (-realtime). An edge is looked
at for a kind only if no weaker order puts it on such a cycle; an rw for the later kinds only if it is on no cycle of
the one before. So what is named G2-item-realtime needs real time, and two rw in a row.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from checkers.transactions.accesses import Mask
from checkers.transactions.cycles import cycles_through, some_cycles
from checkers.transactions.edges import Edges, Type
from checkers.transactions.graph import Graph
from checkers.transactions.layouts import Layout, Moments
from checkers.transactions.situations import Situation
from checkers.transactions.steps import Steps, rw_count

TIMED: Final = (Type.SESSION, Type.REALTIME, Type.REALTIME_ON)


class KnownCycles:
    """The search, order by order, from weak to strong."""

    def __init__(self, dependencies: int) -> None:
        self._explained = {kind: np.zeros(dependencies, dtype=bool) for kind in ("ww", "wr", "one", "more", "adjacent")}

    def of(self, situation: Situation) -> Iterator[Steps]:
        """Short cycles that need the order of this situation, whose first edges are the dependencies."""
        edges, inside = situation.edges, situation.graph.inside
        if not inside.any():
            return
        rw = edges.type == Type.RW
        writes = _Part(edges, inside & np.isin(edges.type, (Type.WW, *TIMED)), Layout.SERIAL)
        forward = _Part(edges, inside & np.isin(edges.type, (Type.WW, Type.WR, *TIMED)), Layout.SERIAL)
        split, serial = _Part(edges, inside, Layout.SNAPSHOT), _Part(edges, inside, Layout.SERIAL)
        one = _with_one(edges, inside, rw & split.cyclic)
        yield from writes.through(self._new("ww", writes.cyclic & (edges.type == Type.WW)))
        yield from forward.through(self._new("wr", forward.cyclic & (edges.type == Type.WR)))
        yield from _closed(edges, inside, self._new("one", one))
        yield from (c for c in split.through(self._new("more", rw & split.cyclic & ~one)) if rw_count(c) > 1)
        yield from serial.through(self._new("adjacent", rw & inside & ~split.cyclic))

    def _new(self, kind: str, found: Mask) -> Mask:
        """Those edges of a kind that were not found in a weaker order."""
        explained = self._explained[kind]
        new = found.copy()
        new[: len(explained)] &= ~explained
        explained |= found[: len(explained)]
        return new


class _Part:
    """Some of the edges, as moments."""

    def __init__(self, edges: Edges, mask: Mask, layout: Layout) -> None:
        self._chosen = np.flatnonzero(mask)
        self._moments = Moments.of(edges.where(self._chosen), layout)
        self.cyclic = np.zeros(len(edges), dtype=bool)
        self.cyclic[self._chosen[self._moments.cyclic]] = True

    def through(self, wanted: Mask) -> list[Steps]:
        """Short cycles through these edges."""
        return some_cycles(self._moments, wanted[self._chosen])


def _forward(edges: Edges, inside: Mask) -> Edges:
    """D, and the ways out of auxiliary vertices that an rw leads into."""
    return edges.where(inside & (edges.type != Type.RW))


def _with_one(edges: Edges, inside: Mask, candidates: Mask) -> Mask:
    """Which of these rw close a cycle without another."""
    forward, chosen = _forward(edges, inside), np.flatnonzero(candidates)
    graph = Graph(vertices=forward.vertices, source=forward.source, target=forward.target)
    found = np.zeros(len(edges), dtype=bool)
    found[chosen] = graph.reaches(edges.target[chosen], edges.source[chosen])
    return found


def _closed(edges: Edges, inside: Mask, wanted: Mask) -> list[Steps]:
    """Short cycles of each of these rw and edges of D."""
    chosen = np.flatnonzero(wanted)
    if not len(chosen):
        return []
    return cycles_through(_forward(edges, inside), edges.where(chosen))
