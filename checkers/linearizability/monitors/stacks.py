"""Stacks, in O(n log n): the item that may be at the bottom, again and again.

An item may be the outermost, below all that remains, if its push and its pop each have a moment at which nothing
else is surely there, and each look a moment at which nothing but the item itself is. Then it may be taken away: the
rest is linearizable exactly if the whole was. What was there for one moment only may be on top of anything.

Time is cut into cells at each beginning and end of an item's sure presence. `Depth` counts for each cell how many items
are surely there, and hands out cells in which there is at most one, each once. Such a cell serves the looks of its
only item at once, and everything else when that item is taken away.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final

import attrs

from checkers.linearizability.monitors.lifetimes import Conflict, Lifetime, returned
from checkers.linearizability.monitors.nesting import Placed, unnested
from histories import Operation

HANDED_OUT: Final = 1 << 40
NOBODY: Final = -1


class Depth:
    """How many items cover each cell, and which, where it is one: a segment tree with sums not yet passed on."""

    def __init__(self, cells: int, covers: Sequence[tuple[int, int]]) -> None:
        self._size = 1 << max(cells - 1, 0).bit_length()
        self._least = [0] * (2 * self._size)
        self._waiting = [0] * (2 * self._size)
        self._names = [0] * (2 * self._size)
        for cell in range(cells, self._size):
            self._least[self._size + cell] = HANDED_OUT
        for node in range(self._size - 1, 0, -1):
            self._least[node] = min(self._least[2 * node], self._least[2 * node + 1])
        for name, (low, high) in enumerate(covers):
            self.add(low, high, 1, name + 1)

    def add(self, low: int, high: int, count: int, name: int) -> None:
        """Cover the cells `low <= cell < high` once more, or, with negative numbers, once less."""
        low, high = low + self._size, high + self._size
        first, last = low, high - 1
        while low < high:
            if low & 1:
                self._cover(low, count, name)
                low += 1
            if high & 1:
                high -= 1
                self._cover(high, count, name)
            low >>= 1
            high >>= 1
        self._pull(first)
        self._pull(last)

    def take(self) -> tuple[int, int] | None:
        """A cell with at most one item, and the item, or `NOBODY`; None if there is no such cell left."""
        if self._least[1] > 1:
            return None
        node, name = 1, 0
        while node < self._size:
            name += self._names[node]
            node = 2 * node if self._least[2 * node] <= self._least[2 * node + 1] else 2 * node + 1
        name += self._names[node]
        self._least[node] += HANDED_OUT
        self._pull(node)
        return node - self._size, name - 1

    def _cover(self, node: int, count: int, name: int) -> None:
        self._least[node] += count
        self._names[node] += name
        if node < self._size:
            self._waiting[node] += count

    def _pull(self, node: int) -> None:
        node >>= 1
        while node:
            self._least[node] = min(self._least[2 * node], self._least[2 * node + 1]) + self._waiting[node]
            node >>= 1


class Stabbed:
    """Intervals of cells, of which those that contain a cell are drawn, each once: a tournament tree by low end."""

    def __init__(self, intervals: Sequence[tuple[int, int]]) -> None:
        self._names = sorted(range(len(intervals)), key=lambda name: intervals[name][0])
        self._lows = [intervals[name][0] for name in self._names]
        self._size = len(intervals)
        self._highest = [-1] * self._size + [intervals[name][1] for name in self._names]
        for node in range(self._size - 1, 0, -1):
            self._highest[node] = max(self._highest[2 * node], self._highest[2 * node + 1])

    def draw(self, cell: int) -> list[int]:
        """Those that begin at or before a cell and end at or after it."""
        low, high = self._size, self._size + bisect_right(self._lows, cell)
        nodes = []
        while low < high:
            if low & 1:
                nodes.append(low)
                low += 1
            if high & 1:
                high -= 1
                nodes.append(high)
            low >>= 1
            high >>= 1
        found = []
        while nodes:
            node = nodes.pop()
            if self._highest[node] >= cell:
                if node < self._size:
                    nodes += [2 * node, 2 * node + 1]
                else:
                    found.append(self._names[node - self._size])
                    self._drop(node)
        return found

    def _drop(self, node: int) -> None:
        self._highest[node] = -1
        while node > 1:
            node >>= 1
            self._highest[node] = max(self._highest[2 * node], self._highest[2 * node + 1])


@attrs.define(kw_only=True)
class Wish:
    """A moment that an operation of an item needs, between two events. Looks do not mind the item itself."""

    owner: int
    operation: Operation | None
    after: int
    before: int
    moment: float | None = None


class Tower:
    """The items that surely were there for a while, taken away from the bottom."""

    def __init__(self, items: Sequence[Lifetime]) -> None:
        self.items = items
        self._edges = sorted(edge for one in items for edge in (one.first_return, one.last_call))
        place = {edge: number for number, edge in enumerate(self._edges)}
        self._covers = [(place[one.first_return] + 1, place[one.last_call] + 1) for one in items]
        self._depth = Depth(len(self._edges) + 1, self._covers)
        self.wishes = [wish for number, one in enumerate(items) for wish in wishes(number, one)]
        self._cells = [
            (bisect_right(self._edges, wish.after), bisect_left(self._edges, wish.before)) for wish in self.wishes
        ]
        self._stabbed = Stabbed(self._cells)
        self._looks: list[list[int]] = [[] for _ in items]
        self._open = [0] * len(items)
        for name, wish in enumerate(self.wishes):
            self._open[wish.owner] += 1
            if wish.operation is not None and wish.operation in items[wish.owner].looks:
                self._looks[wish.owner].append(name)
        self._mine: list[list[int]] = [[] for _ in items]
        self._removable: list[int] = []

    def taken_down(self) -> list[int]:
        """The items in the order in which they could be taken away; not all, if there is no linearization."""
        order: list[int] = []
        while True:
            while (found := self._depth.take()) is not None:
                cell, item = found
                if item == NOBODY:
                    self._serve(self._stabbed.draw(cell), cell)
                else:
                    self._mine[item].append(cell)
                    looks = self._looks[item]
                    self._serve([name for name in looks if self._cells[name][0] <= cell <= self._cells[name][1]], cell)
                    self._looks[item] = [name for name in looks if self.wishes[name].moment is None]
            if not self._removable:
                return order
            item = self._removable.pop()
            order.append(item)
            self._depth.add(*self._covers[item], -1, -item - 1)
            for cell in self._mine[item]:
                self._serve(self._stabbed.draw(cell), cell)

    def _serve(self, names: Sequence[int], cell: int) -> None:
        for name in names:
            wish = self.wishes[name]
            if wish.moment is None:
                begun = self._edges[cell - 1] if cell else -1
                wish.moment = max(wish.after, begun) + 0.5
                self._open[wish.owner] -= 1
                if not self._open[wish.owner]:
                    self._removable.append(wish.owner)


def wishes(owner: int, one: Lifetime) -> list[Wish]:
    """The moments that an item needs: one for its push, one for each look, one for its pop."""
    return [
        Wish(owner=owner, operation=one.put, after=one.put_call, before=one.first_return),
        *(
            Wish(
                owner=owner,
                operation=o,
                after=max(o.index, one.put_call),
                before=min(returned(o), one.take_return),
            )
            for o in one.looks
        ),
        Wish(owner=owner, operation=one.take, after=one.last_call, before=one.take_return),
    ]


def arrange_stack(lifetimes: Sequence[Lifetime]) -> list[Operation] | Conflict:
    """A linearization; or, where there is none, the items for which it failed."""
    tower = Tower([one for one in lifetimes if one.surely])
    order = tower.taken_down()
    if len(order) < len(tower.items):
        left = set(range(len(tower.items))).difference(order)
        return Conflict(lifetimes=[tower.items[number] for number in sorted(left)])
    moments: list[list[tuple[float, Operation | None]]] = [[] for _ in tower.items]
    for wish in tower.wishes:
        assert wish.moment is not None
        moments[wish.owner].append((wish.moment, wish.operation))
    placed = [
        Placed(rank=rank, last_call=tower.items[number].last_call, moments=in_turn(moments[number]))
        for rank, number in enumerate(order)
    ]
    brief = (one for one in lifetimes if not one.surely)
    for rank, one in enumerate(brief, start=len(order)):
        at_once: list[tuple[float, Operation | None]] = [(one.last_call + 0.5, o) for o in one.operations]
        placed.append(Placed(rank=rank, last_call=one.last_call, moments=at_once))
    return unnested(placed)


def in_turn(moments: list[tuple[float, Operation | None]]) -> list[tuple[float, Operation | None]]:
    """The push no later than the looks, and the pop no earlier."""
    push, *looks, pop = moments
    looks.sort(key=lambda moment: moment[0])
    first = min(moment for moment, _ in moments)
    last = max(moment for moment, _ in moments)
    return [(first, push[1]), *looks, (last, pop[1])]
