"""From moments for the operations of nested items to a linearization.

Stacks and priority queues share this: there is an order of the items, the outermost first (the bottom of the stack,
the lowest priority), such that each operation of an item has a moment at which no item further in is surely there.
Then every item further in is, as a whole, before or after that moment. So the outermost item cuts all others into
parts, each of which is cut by its own outermost item, and so on.

Items are numbered in the order of their last calls, so that those wholly before a moment come first, and a part is
a range of numbers. Within its part an operation may have a moment out of bounds; it is then moved to the nearest
bound, at which nothing of the part is surely there either.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import attrs

from checkers.linearizability.monitors.lifetimes import LATE
from histories import Operation

REMOVED: Final = 1 << 62


@attrs.frozen(kw_only=True)
class Placed:
    """An item with moments for its operations, in their order; `rank` is how far out it is, from 0."""

    rank: int
    last_call: int
    moments: list[tuple[float, Operation | None]]  # None for a take that never happened


class Outermost:
    """The least rank in a range of items, those removed not counted: a tournament tree."""

    def __init__(self, ranks: Sequence[int]) -> None:
        self._size = len(ranks)
        self._tree = [REMOVED] * self._size + list(ranks)
        for node in range(self._size - 1, 0, -1):
            self._tree[node] = min(self._tree[2 * node], self._tree[2 * node + 1])

    def of(self, low: int, high: int) -> int:
        """The least rank among `low <= number < high`; `REMOVED` if none remains."""
        tree, least = self._tree, REMOVED
        low, high = low + self._size, high + self._size
        while low < high:
            if low & 1:
                least = min(least, tree[low])
                low += 1
            if high & 1:
                high -= 1
                least = min(least, tree[high])
            low >>= 1
            high >>= 1
        return least

    def remove(self, number: int) -> None:
        """Take an item away."""
        tree, node = self._tree, number + self._size
        tree[node] = REMOVED
        while node > 1:
            node >>= 1
            tree[node] = min(tree[2 * node], tree[2 * node + 1])


def unnested(items: Sequence[Placed]) -> list[Operation]:
    """All operations in an order that respects real time and the nesting."""
    items = sorted(items, key=lambda item: item.last_call)
    ends = [item.last_call for item in items]
    number_of = {item.rank: number for number, item in enumerate(items)}
    outermost = Outermost([item.rank for item in items])
    order: list[Operation] = []
    todo: list[tuple[int, int, float, float] | Operation] = [(0, len(items), -1.0, float(LATE + 1))]
    while todo:
        part = todo.pop()
        if isinstance(part, Operation):
            order.append(part)
            continue
        low, high, earliest, latest = part
        rank = outermost.of(low, high)
        if rank == REMOVED:
            continue
        outermost.remove(number_of[rank])
        inside: list[tuple[int, int, float, float] | Operation] = []
        for wanted, operation in items[number_of[rank]].moments:
            moment = min(max(wanted, earliest), latest)
            cut = bisect_left(ends, moment, low, high)
            inside.append((low, cut, earliest, moment))
            if operation is not None:
                inside.append(operation)
            low, earliest = cut, moment
        inside.append((low, high, earliest, latest))
        todo.extend(reversed(inside))
    return order
