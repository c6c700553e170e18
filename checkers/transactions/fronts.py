"""Shortest ways, searched from both ends.

From either end goes a front, which reaches all that so much costs, then all that costs one more. The one that has less
to look at goes on. When they meet for the first time, a way through where they met is a shortest one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Front:
    """What can be reached from a vertex along edges, at a cost of 0 or 1 each, up to some cost.

    `edges` gives for each vertex those that lead on, `ends` for each edge to where.
    """

    def __init__(
        self, start: int, edges: Mapping[int, Sequence[int]], ends: Sequence[int], costs: Sequence[int]
    ) -> None:
        self._edges, self._ends, self._costs = edges, ends, costs
        self._cost, self.looked_at = -1, 0
        self._next = [(start, -1)]
        self.best: dict[int, int] = {}
        self._came: dict[int, int] = {}
        self.advance()

    def __len__(self) -> int:
        """How much there is to look at next."""
        return len(self._next)

    def advance(self) -> list[int]:
        """Reach what costs one more, and say what that is."""
        reached, ahead, self._next = [], self._next, []
        self._cost += 1
        while ahead:
            vertex, edge = ahead.pop()
            if vertex in self.best:
                continue
            self.best[vertex], self._came[vertex] = self._cost, edge
            reached.append(vertex)
            onward = self._edges.get(vertex, ())
            self.looked_at += len(onward)
            for each in onward:
                end = self._ends[each]
                if end not in self.best:
                    (self._next if self._costs[each] else ahead).append((end, each))
        return reached

    def way(self, vertex: int, back: Sequence[int]) -> list[int]:
        """The edges by which a vertex was reached, the last one first; `back` gives where each came from."""
        way = []
        while self._came[vertex] >= 0:
            way.append(self._came[vertex])
            vertex = back[way[-1]]
        return way


def meeting(fronts: tuple[Front, Front]) -> int | None:
    """Let two fronts advance until they meet: a vertex on a shortest way, None if there is no way."""
    here, other = fronts
    reached = list(here.best)
    while True:
        both = [vertex for vertex in reached if vertex in other.best]
        if both:
            return min(both, key=lambda vertex: (here.best[vertex] + other.best[vertex], vertex))
        if not fronts[0] or not fronts[1]:
            return None
        here, other = sorted(fronts, key=len)
        reached = here.advance()
