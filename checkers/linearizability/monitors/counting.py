"""Counters, fetch-and-add, unique ids.

Types of anomaly, besides those of registers:

    counter-too-high   a read returned more than all additions that had begun
    counter-too-low    a read returned less than the additions that had completed
    duplicate-id       an id was given out twice
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from itertools import accumulate
from typing import Any

import attrs

from checkers.linearizability.monitors.lifetimes import returned
from checkers.linearizability.numbers import Counter, FetchAndAdd, UniqueIds
from checkers.linearizability.register_prose import capital, show
from checkers.linearizability.rows import NEVER
from checkers.verdict import Anomaly
from histories import Operation, freeze

Order = tuple[int, ...]


def did(o: Operation) -> str:
    """A sentence without its full stop."""
    if o.f == "read":
        return f"process {o.process} read {o.result} (#{o.index})"
    return f"process {o.process} added {o.value} (#{o.index})"


def anomaly(kind: str, key: Any, text: str, *operations: Operation) -> Anomaly:
    """An anomaly of an object that counts."""
    return Anomaly(type=kind, operations=tuple(sorted(o.index for o in operations)), explanation=text, key=key)


# ── Unique ids ─────────────────────────────────────────────────────────────────────────────────


def judge_unique_ids(specification: UniqueIds, operations: Sequence[Operation], key: Any) -> Order | Anomaly:
    """Any order will do, if all ids are different."""
    given: dict[Any, Operation] = {}
    for o in specification.relevant(operations):
        other = given.setdefault(freeze(o.result), o)
        if other is not o:
            text = (
                f"Process {other.process} was given the id {show(o.result)} (#{other.index}), and process {o.process} "
                f"was given it again (#{o.index})."
            )
            return anomaly("duplicate-id", key, text, other, o)
    return tuple(o.index for o in given.values())


# ── Counters ───────────────────────────────────────────────────────────────────────────────────


def judge_counter(specification: Counter, operations: Sequence[Operation], key: Any) -> Order | Anomaly | None:
    """Where all additions are equal, exactly; where they are not, reads out of bounds are wrong, and the rest is open.

    Equal additions: a read of n lies between the nth addition and the next. So each read gives a latest moment to all
    additions up to the nth and an earliest to all after it. What is left is to give the additions, which have
    intervals, to the places in that row, which have too: of those that fit, the one that returned first goes first.
    """
    relevant = specification.relevant(operations)
    adds = [o for o in relevant if o.f == "add"]
    reads = [o for o in relevant if o.f == "read"]
    wrong = out_of_bounds(specification, adds, reads, key)
    sizes = {o.value for o in adds}
    if wrong or len(sizes) > 1 or 0 in sizes:
        return wrong
    size = next(iter(sizes), 1)
    counts = {o.index: (o.result - specification.initial) // size for o in reads}
    for o in reads:
        if counts[o.index] * size + specification.initial != o.result:
            text = f"{capital(did(o))}, which no number of additions of {size} gives."
            return anomaly("garbage-read", key, text, o)
    reads.sort(key=lambda o: counts[o.index])
    return in_row(adds, [(counts[o.index], o) for o in reads], key)


@attrs.frozen
class Sums:
    """What was added and what was taken away by certain moments."""

    moments: list[int]
    ups: list[Any]
    downs: list[Any]

    @classmethod
    def of(cls, changes: Iterable[tuple[int, Any]]) -> Sums:
        """From moments and amounts."""
        ordered = sorted(changes, key=lambda change: change[0])
        return cls(
            [moment for moment, _ in ordered],
            list(accumulate((max(amount, 0) for _, amount in ordered), initial=0)),
            list(accumulate((max(-amount, 0) for _, amount in ordered), initial=0)),
        )

    def before(self, moment: int) -> tuple[Any, Any]:
        """Both sums, of all changes before a moment."""
        at = bisect_left(self.moments, moment)
        return self.ups[at], self.downs[at]


def out_of_bounds(
    specification: Counter, adds: Sequence[Operation], reads: Sequence[Operation], key: Any
) -> Anomaly | None:
    """A read that returned more or less than any order of the additions allows."""
    begun = Sums.of((o.index, o.value) for o in adds)
    ended = Sums.of((returned(o), o.value) for o in adds if o.ok)
    for o in reads:
        surely_up, surely_down = ended.before(o.index)
        maybe_up, maybe_down = begun.before(returned(o))
        least = specification.initial + surely_up - maybe_down
        most = specification.initial + maybe_up - surely_down
        if o.result < least:
            text = f"{capital(did(o))}, but with the additions that had completed before, it was at least {least}."
            return anomaly("counter-too-low", key, text, o)
        if o.result > most:
            text = f"{capital(did(o))}, but with all additions that had begun by then, it was at most {most}."
            return anomaly("counter-too-high", key, text, o)
    return None


def in_row(adds: Sequence[Operation], reads: Sequence[tuple[int, Operation]], key: Any) -> Order | Anomaly:
    """Equal additions between reads, which are given with how many additions each saw, the fewest first."""
    bounds = Bounds.of(reads)
    waiting = sorted(adds, key=lambda o: o.index, reverse=True)
    begun: list[tuple[int, int, Operation]] = []
    row: list[Operation] = []
    while True:
        place = len(row) + 1
        before, after = bounds.around(place)
        if before and after and returned(before) < after.index:
            text = f"{capital(did(after))}, although {did(before)} and had returned before that read began."
            return anomaly("counter-too-low", key, text, after, before)
        while waiting and (before is None or waiting[-1].index < returned(before)):
            o = waiting.pop()
            heappush(begun, (returned(o), o.index, o))
        if before is None and (not begun or begun[0][0] == NEVER):
            break
        o = heappop(begun)[2]
        if after and returned(o) < after.index:
            return too_low(after, [*row, o], bounds, key)
        row.append(o)
    order = []
    at = 0
    for seen in range(len(row) + 1):
        order += row[seen - 1 : seen]
        while at < len(reads) and reads[at][0] == seen:
            order.append(reads[at][1])
            at += 1
    return tuple(o.index for o in order)


@attrs.frozen
class Bounds:
    """What reads say of the places of additions in their row."""

    seen: list[int]
    soonest: list[Operation]  # from each read on, the one that returned first
    latest: list[Operation]  # up to each read, the one that was called last

    @classmethod
    def of(cls, reads: Sequence[tuple[int, Operation]]) -> Bounds:
        """From reads with what they saw, the fewest first."""
        found = [o for _, o in reads]
        soonest = list(accumulate(reversed(found), sooner))
        latest = list(accumulate(found, later))
        return cls([seen for seen, _ in reads], soonest[::-1], latest)

    def around(self, place: int) -> tuple[Operation | None, Operation | None]:
        """The read before whose return the addition in this place must be, and the one after whose call."""
        at = bisect_left(self.seen, place)
        return (
            self.soonest[at] if at < len(self.soonest) else None,
            self.latest[at - 1] if at else None,
        )


def sooner(one: Operation, other: Operation) -> Operation:
    """The one that returned first."""
    return other if returned(other) < returned(one) else one


def later(one: Operation, other: Operation) -> Operation:
    """The one that was called last."""
    return other if other.index > one.index else one


def too_low(read: Operation, row: Sequence[Operation], bounds: Bounds, key: Any) -> Anomaly:
    """A read of too little: the last additions of a row all lie between an earlier read and this one."""
    first = len(row) - 1
    while returned(row[first - 1]) < read.index:
        first -= 1
    earlier = bounds.around(first)[0]
    assert earlier is not None, "bounds were checked before"
    between = row[first:]
    listed = ", ".join(f"#{o.index}" for o in between[:6]) + (", ..." if len(between) > 6 else "")
    text = (
        f"{capital(did(read))}, but {did(earlier)}; and after that had returned and before this began, "
        f"{len(between)} additions of {row[first].value} began and completed ({listed})."
    )
    return anomaly("counter-too-low", key, text, read, earlier, *between)


# ── Fetch-and-add ──────────────────────────────────────────────────────────────────────────────


def judge_fetch_and_add(
    specification: FetchAndAdd, operations: Sequence[Operation], key: Any
) -> Order | Anomaly | None:
    """Where all additions have one sign, what they returned is their order; None where it is not known to be.

    A gap between what one left and the next found is filled by additions that may have happened, if all are equal: by
    those that began first, since they may have happened at any time after.
    """
    relevant = [o for o in specification.relevant(operations) if o.f == "read" or o.value]
    if len(relevant) < len(specification.relevant(operations)):
        return None
    amounts = {o.value for o in relevant if o.f == "add"}
    loose = [o for o in relevant if not o.ok]
    if (amounts and min(amounts) < 0 < max(amounts)) or (loose and len(amounts) > 1):
        return None
    sign = -1 if amounts and min(amounts) < 0 else 1
    found = sorted((o for o in relevant if o.ok), key=lambda o: (sign * o.result, o.f == "add", o.index))
    return filled(specification, found, loose, key)


def filled(
    specification: FetchAndAdd, found: Sequence[Operation], loose: Sequence[Operation], key: Any
) -> Order | Anomaly:
    """The operations in the order of what they found, with uncertain ones in the gaps."""
    state = specification.initial
    order: list[Operation] = []
    spare = iter(loose)
    for o in found:
        while state != o.result:
            last = order[-1] if order else None
            if last and last.ok and last.f == "add" and last.result == o.result:
                text = f"{capital(did(last))} and {did(o)}, and both found {o.result}: one of the two is lost."
                return anomaly("lost-update", key, text, last, o)
            short = abs(state - specification.initial) < abs(o.result - specification.initial)
            filler = next(spare, None) if short else None
            if filler is None:
                text = f"{capital(did(o))} and found {o.result}, which nothing could have left behind."
                return anomaly("garbage-read", key, text, o)
            order.append(filler)
            state += filler.value
        order.append(o)
        state += o.value if o.f == "add" else 0
    return in_time(order, key)


def in_time(order: Sequence[Operation], key: Any) -> Order | Anomaly:
    """The only order there is, if it respects real time."""
    latest = order[0] if order else None
    for o in order:
        assert latest is not None
        if returned(o) < latest.index:
            found = f" and found {latest.result}" if latest.ok else ", without which that cannot have been there"
            text = f"{capital(did(o))} and found {o.result}, and had returned before {did(latest)}{found}."
            return anomaly("out-of-order" if latest.ok else "future-read", key, text, o, latest)
        if o.index > latest.index:
            latest = o
    return tuple(o.index for o in order)
