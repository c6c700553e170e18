"""Priority queues, in O(n log n): each use of an item at a moment when nothing better is surely there.

An item may be taken or looked at exactly when no better one is in the queue; that it is put in disturbs nobody. So a
history is linearizable exactly if each use has a moment at which no better item is surely there.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from checkers.linearizability.monitors.lifetimes import Conflict, Lifetime, covering, returned
from checkers.linearizability.monitors.nesting import Placed, unnested
from histories import Operation


class Cover:
    """Times that are covered: intervals in order that do not touch, to which others are joined."""

    def __init__(self) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, start: int, end: int) -> None:
        """Cover an interval."""
        low = bisect_left(self.ends, start)
        high = bisect_right(self.starts, end)
        if low < high:
            start, end = min(start, self.starts[low]), max(end, self.ends[high - 1])
        self.starts[low:high] = [start]
        self.ends[low:high] = [end]

    def free(self, after: int) -> float:
        """The first moment after an event that is not covered."""
        at = bisect_right(self.starts, after) - 1
        return (self.ends[at] if at >= 0 and self.ends[at] > after else after) + 0.5


def arrange_priority_queue(lifetimes: Sequence[Lifetime], *, largest_first: bool) -> list[Operation] | Conflict:
    """A linearization; or, where there is none, items that contradict each other, the misused one first."""
    cover = Cover()
    placed = []
    best_first = sorted(lifetimes, key=lambda one: one.item, reverse=largest_first)
    for rank, one in zip(range(len(best_first) - 1, -1, -1), best_first, strict=True):
        moments: list[tuple[float, Operation | None]] = []
        latest = 0.0
        uses = [(o.index, returned(o), o) for o in one.looks]
        for call, back, operation in [*uses, (one.last_call, one.take_return, one.take)]:
            moment = cover.free(max(call, one.put_call))
            if moment > min(back, one.take_return):
                better = best_first[: len(best_first) - 1 - rank]
                there = covering(better, max(call, one.put_call), min(back, one.take_return))
                return Conflict(lifetimes=[one, *there])
            latest = max(latest, moment)
            moments.append((latest if operation is one.take else moment, operation))
        moments[:-1] = sorted(moments[:-1], key=lambda moment: moment[0])
        placed.append(Placed(rank=rank, last_call=one.last_call, moments=moments))
        if one.surely:
            cover.add(one.first_return, one.last_call)
    return with_puts(unnested(placed), lifetimes)


def with_puts(uses: Sequence[Operation], lifetimes: Sequence[Lifetime]) -> list[Operation]:
    """Puts among uses, each as late as it can be: before its item is used, and before what was called later."""
    put_of = {o.index: one for one in lifetimes for o in one.operations if o is not one.put}
    waiting = sorted((one.put for one in lifetimes), key=returned)
    order: list[Operation] = []
    done: set[int] = set()
    at = 0
    for use in uses:
        one = put_of[use.index]
        call = max(use.index, one.put_call)
        while at < len(waiting) and returned(waiting[at]) < call:
            if waiting[at].index not in done:
                done.add(waiting[at].index)
                order.append(waiting[at])
            at += 1
        if one.put.index not in done:
            done.add(one.put.index)
            order.append(one.put)
        order.append(use)
    order.extend(put for put in waiting[at:] if put.index not in done)
    return order
