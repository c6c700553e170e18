"""Before when an item must have been taken, if it ever was: before something that it stands in the way of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from checkers.linearizability.monitors.judge import earliest_from
from checkers.linearizability.monitors.lifetimes import LATE, Lifetime, first_use, returned


def overdue_in_queue(lifetimes: Sequence[Lifetime]) -> list[int]:
    """Before the first use of any item that was surely put in after it."""
    soonest = earliest_from((one.put_call, first_use(one)) for one in lifetimes)
    return [soonest(one.first_return) for one in lifetimes]


def overdue_in_stack(lifetimes: Sequence[Lifetime]) -> list[int]:
    """Before the pop of any item that was surely below it."""
    ends = sorted(one.last_call for one in lifetimes if one.take)
    least = Least(len(ends))
    found = [LATE] * len(lifetimes)
    by_return = sorted((one for one in lifetimes if one.take), key=lambda one: one.first_return)
    at = 0
    for number in sorted(range(len(lifetimes)), key=lambda number: lifetimes[number].put_call):
        one = lifetimes[number]
        while at < len(by_return) and by_return[at].first_return < one.put_call:
            least.lower(bisect_left(ends, by_return[at].last_call), by_return[at].take_return)
            at += 1
        found[number] = least.from_(bisect_right(ends, one.first_return))
    return found


def overdue_in_priority_queue(lifetimes: Sequence[Lifetime], *, largest_first: bool) -> list[int]:
    """Before the use of any worse item that began when it was surely there."""
    calls = sorted(o.index for one in lifetimes for o in one.operations if o is not one.put)
    least = Least(len(calls))
    found = [LATE] * len(lifetimes)
    worst_first = sorted(range(len(lifetimes)), key=lambda number: lifetimes[number].item, reverse=not largest_first)
    for number in worst_first:
        one = lifetimes[number]
        found[number] = least.from_(bisect_right(calls, one.first_return))
        for o in one.operations:
            if o is not one.put:
                least.lower(bisect_left(calls, o.index), returned(o))
    return found


class Least:
    """The least of the numbers from a place on, as they become less: a Fenwick tree."""

    def __init__(self, places: int) -> None:
        self._tree = [LATE] * (places + 1)

    def lower(self, place: int, number: int) -> None:
        """Put a number in a place."""
        node = len(self._tree) - 1 - place
        while node < len(self._tree):
            self._tree[node] = min(self._tree[node], number)
            node += node & -node

    def from_(self, place: int) -> int:
        """The least in this place or a later one."""
        node, least = len(self._tree) - 1 - place, LATE
        while node > 0:
            least = min(least, self._tree[node])
            node -= node & -node
        return least
