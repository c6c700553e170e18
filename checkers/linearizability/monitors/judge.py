"""Queues, stacks and priority queues: what they have in common.

An operation that found the collection empty happened at a moment when nothing was surely there; what was there
is then before it or after it, whole. So such moments cut a history into parts that are judged one by one, and if there
is no such moment within the operation, there is no linearization.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from checkers.linearizability.collections import Collection
from checkers.linearizability.monitors.lifetimes import (
    Conflict,
    Contents,
    Lifetime,
    Misfit,
    contents,
    covering,
    returned,
)
from histories import Operation

Arrange = Callable[[Sequence[Lifetime]], list[Operation] | Conflict]


def judge_collection(
    specification: Collection, operations: Sequence[Operation], arrange: Arrange
) -> list[Operation] | Misfit | Conflict | None:
    """A linearization, or what is wrong, or None where this method does not decide."""
    found = contents(specification, operations)
    if not isinstance(found, Contents):
        return found
    verdict = place(found.lifetimes, found.empties, arrange)
    if isinstance(verdict, Conflict) and found.loose:
        verdict = place(found.freed(), found.empties, arrange)
        return verdict if isinstance(verdict, Conflict) else None
    return verdict


def place(lifetimes: Sequence[Lifetime], empties: Sequence[Operation], arrange: Arrange) -> list[Operation] | Conflict:
    """Find a moment for each operation that found nothing, and arrange what is between those moments."""
    covers = union(lifetimes)
    starts = [start for start, _ in covers]
    cuts: list[tuple[float, Operation]] = []
    for empty in sorted(empties, key=lambda o: o.index):
        moment = uncovered(covers, starts, empty.index)
        if moment > returned(empty):
            return Conflict(lifetimes=covering(lifetimes, empty.index, returned(empty)), empty=empty)
        cuts.append((moment, empty))
    cuts.sort(key=lambda cut: cut[0])
    parts: list[list[Lifetime]] = [[] for _ in range(len(cuts) + 1)]
    moments = [moment for moment, _ in cuts]
    for one in lifetimes:
        parts[bisect_left(moments, one.last_call)].append(one)
    order: list[Operation] = []
    for number, part in enumerate(parts):
        arranged = arrange(part)
        if isinstance(arranged, Conflict):
            return arranged
        order.extend(arranged)
        if number < len(cuts):
            order.append(cuts[number][1])
    return order


def union(lifetimes: Sequence[Lifetime]) -> list[tuple[int, int]]:
    """The times at which something was surely there, as intervals in order that do not touch."""
    covers: list[tuple[int, int]] = []
    for start, end in sorted((one.first_return, one.last_call) for one in lifetimes if one.surely):
        if covers and start <= covers[-1][1]:
            covers[-1] = (covers[-1][0], max(end, covers[-1][1]))
        else:
            covers.append((start, end))
    return covers


def uncovered(covers: Sequence[tuple[int, int]], starts: Sequence[int], after: int) -> float:
    """The first moment after an event that no interval covers; events are at whole numbers, moments between them."""
    at = bisect_right(starts, after) - 1
    return (covers[at][1] if at >= 0 and covers[at][1] > after else after) + 0.5
