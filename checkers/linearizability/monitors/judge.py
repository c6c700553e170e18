"""Queues, stacks and priority queues: what they have in common.

An operation that found the collection empty happened at a moment when nothing was surely there; what was there
is then before it or after it, whole. So such moments cut a history into parts that are judged one by one, and if there
is no such moment within the operation, there is no linearization.

Takes that may have happened ("loose") may have taken any items that are left over. First they are thought not to
have happened. If that is not linearizable, items that must have been taken, since something was done that they
stand in the way of, are given to them, those that were soonest in the way to those that began first. If that is not
linearizable either, every item left over is given a take that began with the first of the loose ones, which is
more freedom than they have: what is wrong even then is wrong. Between the two, this method does not decide.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

import attrs

from checkers.linearizability.collections import Collection
from checkers.linearizability.monitors.lifetimes import (
    LATE,
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
Overdue = Callable[[Sequence[Lifetime]], list[int]]


@attrs.frozen
class Discipline:
    """What tells a queue from a stack.

    `arrange` finds a linearization, or items that contradict each other. `overdue` says for each item before which
    return it must have been taken, if it ever was: before something that it stands in the way of; `LATE` if nothing.
    """

    arrange: Arrange
    overdue: Overdue


def judge_collection(
    specification: Collection, operations: Sequence[Operation], discipline: Discipline
) -> list[Operation] | Misfit | Conflict | None:
    """A linearization, or what is wrong, or None where this method does not decide."""
    found = contents(specification, operations)
    if not isinstance(found, Contents):
        return found
    verdict = place(found.lifetimes, found.empties, discipline.arrange)
    if isinstance(verdict, Conflict) and found.loose:
        given = place(handed_out(found, discipline), found.empties, discipline.arrange)
        if not isinstance(given, Conflict):
            return given
        verdict = place(found.freed(), found.empties, discipline.arrange)
        return verdict if isinstance(verdict, Conflict) else None
    return verdict


def handed_out(found: Contents, discipline: Discipline) -> list[Lifetime]:
    """Items that must have been taken are given to the loose takes, the most urgent to the first."""
    deadlines = discipline.overdue(found.lifetimes)
    soonest = earliest_from([(o.index, returned(o)) for o in found.empties])
    urgent = []
    for number, one in enumerate(found.lifetimes):
        if one.take is None:
            deadline = min(deadlines[number], soonest(one.first_return))
            if deadline < LATE:
                urgent.append((deadline, number))
    given = list(found.lifetimes)
    for (_, number), take in zip(sorted(urgent), found.loose, strict=False):
        given[number] = attrs.evolve(given[number].begun(take.index), take=take)
    return given


def earliest_from(events: Iterable[tuple[int, int]]) -> Callable[[int], int]:
    """From calls and returns: a function that says, for a moment, the least return among those called after it."""
    ordered = sorted(events)
    calls = [call for call, _ in ordered]
    least = [*accumulate((back for _, back in reversed(ordered)), min, initial=LATE)][::-1]
    return lambda moment: least[bisect_right(calls, moment)]


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
