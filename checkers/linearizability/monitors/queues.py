"""Queues, in O(n log n): the item that may be last, again and again.

In a legal sequence items are put in in the same order as they are taken out and looked at. So the last item's put can
come after all other puts, and its uses after all other uses. If no item can be the last, there is no linearization;
if one can, it may be taken away, and the rest is linearizable exactly if the whole was. In reverse, the order in
which items were taken away is the order of the queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop

from checkers.linearizability.monitors.lifetimes import Conflict, Lifetime, first_use
from histories import Operation


class Last:
    """Intervals, of which those are wanted that may come after all the others that remain."""

    def __init__(self, starts: list[int], ends: list[int]) -> None:
        self._starts = starts
        self._ends = ends
        self._by_start = sorted(range(len(starts)), key=starts.__getitem__)
        self._by_end = [(-end, number) for number, end in enumerate(ends)]
        heapify(self._by_end)
        self._told = [False] * len(starts)
        self._gone = [False] * len(starts)

    def remove(self, number: int) -> None:
        """One that does not remain."""
        self._gone[number] = True

    def ready(self) -> Iterator[int]:
        """Those that may come last and have not been told before; once one may, it may for ever."""
        top = self._pop()
        if top is None:
            return
        second = self._pop()
        if second is not None:
            self._by_start.append(second)
        self._by_start.append(top)
        while self._by_end and -self._by_end[0][0] > self._starts[top]:
            yield from self._tell(heappop(self._by_end)[1])
        if second is None or self._ends[top] > self._starts[second]:
            yield from self._tell(top)

    def _pop(self) -> int | None:
        while self._by_start:
            number = self._by_start.pop()
            if not self._gone[number]:
                return number
        return None

    def _tell(self, number: int) -> Iterator[int]:
        if not self._told[number]:
            self._told[number] = True
            yield number


def arrange_queue(lifetimes: Sequence[Lifetime]) -> list[Operation] | Conflict:
    """A linearization; or, where there is none, the items for which it failed."""
    puts = Last([one.put_call for one in lifetimes], [one.first_return for one in lifetimes])
    uses = Last([one.last_call for one in lifetimes], [first_use(one) for one in lifetimes])
    half = [False] * len(lifetimes)
    backwards: list[int] = []
    while True:
        last = []
        for side in (puts, uses):
            for number in side.ready():
                if half[number]:
                    last.append(number)
                half[number] = True
        if not last:
            break
        for number in last:
            puts.remove(number)
            uses.remove(number)
        backwards.extend(last)
    if len(backwards) == len(lifetimes):
        return merged([lifetimes[number] for number in reversed(backwards)])
    left = set(range(len(lifetimes))).difference(backwards)
    return Conflict(lifetimes=pair([lifetimes[number] for number in sorted(left)]))


def merged(order: Sequence[Lifetime]) -> list[Operation]:
    """Puts in this order and uses in this order, each as early as it can be."""
    moments: list[tuple[int, int, int, Operation]] = []
    put = use = -1
    for number, one in enumerate(order):
        put = max(put, one.put_call)
        moments.append((put, 0, number, one.put))
        for o in (*one.looks, *([one.take] if one.take else [])):
            use = max(use, put, o.index)
            moments.append((use, 1, len(moments), o))
    return [moment[3] for moment in sorted(moments)]


def pair(lifetimes: list[Lifetime]) -> list[Lifetime]:
    """Two items, of which the one was put in first and the other used first; all, if there is no such pair."""
    by_put = sorted(lifetimes, key=lambda one: one.put_call)
    by_return = sorted(lifetimes, key=lambda one: one.first_return)
    latest: Lifetime | None = None
    at = 0
    for one in by_put:
        while by_return[at].first_return < one.put_call:
            if latest is None or by_return[at].last_call > latest.last_call:
                latest = by_return[at]
            at += 1
        if latest is not None and latest.last_call > first_use(one):
            return [latest, one]
    return lifetimes
