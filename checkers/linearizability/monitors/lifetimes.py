"""When each item of a collection was surely there.

For histories in which no item is put in twice. What happens to one item is then a lifetime: a put, looks, a take. Let
f be the least return of its operations and s the greatest call. If f < s, the item was surely there from f to s; if
not, all its operations overlap, and it may have been there for one moment only. An item that nobody took has a
take after everything else.

The idea, and most of what is done with it in the modules beside this one, is from Lee and Mathur, "Efficient
decrease-and-conquer linearizability monitoring" (OOPSLA 2025, arXiv 2410.04581). Removing all operations of one item
from a legal sequence leaves a legal sequence, so a contradiction among some items is one of the history.

A take that may have happened may have taken any item that is left. See `judge` for what is made of that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import attrs

from checkers.linearizability.collections import EMPTY, Collection
from checkers.linearizability.rows import NEVER
from histories import Operation, freeze

LATE: Final = 1 << 50  # when what was never taken is taken; halves of it are still exact as floats


@attrs.define(kw_only=True)
class Lifetime:
    """One item. `looks` are in the order of their calls. Times are positions; a take that never was comes last."""

    item: Any
    put: Operation
    take: Operation | None
    looks: list[Operation]
    put_call: int
    first_return: int  # f; the put happened before it
    last_call: int  # s; the take happened after it
    take_return: int

    @property
    def surely(self) -> bool:
        """Whether it was surely there for a while."""
        return self.first_return < self.last_call

    def begun(self, call: int) -> Lifetime:
        """One that was not taken, with a take that was called then and never returned."""
        return attrs.evolve(self, last_call=max(call, *(o.index for o in self.operations)))

    @property
    def operations(self) -> list[Operation]:
        """All of them."""
        return [self.put, *self.looks, *([self.take] if self.take else [])]


@attrs.frozen(kw_only=True)
class Contents:
    """A collection's history by items, with the operations that found it empty and the takes that may have happened."""

    lifetimes: list[Lifetime]
    empties: list[Operation]
    loose: list[Operation]

    def freed(self) -> list[Lifetime]:
        """With a take for every item that was not taken, begun with the first of the loose ones."""
        return [one if one.take else one.begun(self.loose[0].index) for one in self.lifetimes]


@attrs.frozen(kw_only=True)
class Misfit:
    """What is wrong with the operations of a single item: the kind, the item, and the operations that show it."""

    kind: str
    item: Any
    operations: tuple[Operation, ...]


@attrs.frozen(kw_only=True)
class Conflict:
    """Items that no order reconciles; `empty` is an operation that found nothing while one of them was always there."""

    lifetimes: list[Lifetime]
    empty: Operation | None = None


def contents(specification: Collection, everything: Sequence[Operation]) -> Contents | Misfit | None:
    """By items; or what is wrong with one of them; or None where an item was put in twice."""
    operations = specification.relevant(everything)
    puts = {freeze(o.value): o for o in operations if o.f == specification.puts}
    others = [o for o in operations if o.f != specification.puts]
    for o in others:
        if o.ok and o.result is not EMPTY and freeze(o.result) not in puts:
            return unknown(specification, everything, freeze(o.result), o)
    if len(puts) + len(others) < len(operations):
        return None
    takes: dict[Any, Operation] = {}
    looks: defaultdict[Any, list[Operation]] = defaultdict(list)
    found = Contents(lifetimes=[], empties=[], loose=[])
    for o in others:
        if not o.ok:
            found.loose.append(o)
        elif o.result is EMPTY:
            found.empties.append(o)
        elif o.f == specification.looks:
            looks[freeze(o.result)].append(o)
        elif (item := freeze(o.result)) in takes:
            return Misfit(kind="duplicate-take", item=item, operations=(takes[item], o))
        else:
            takes[item] = o
    for item, put in puts.items():
        one = lifetime(item, put, takes.get(item), looks.get(item, []))
        if isinstance(one, Misfit):
            return one
        found.lifetimes.append(one)
    return found


def unknown(specification: Collection, operations: Sequence[Operation], item: Any, seen: Operation) -> Misfit:
    """An item that nobody put in, or only by an operation that failed."""
    for o in operations:
        if o.f == specification.puts and freeze(o.value) == item:
            return Misfit(kind="aborted-read", item=item, operations=(seen, o))
    return Misfit(kind="garbage-read", item=item, operations=(seen,))


def lifetime(item: Any, put: Operation, take: Operation | None, looks: list[Operation]) -> Lifetime | Misfit:
    """The lifetime of an item, unless something happened to it before it was put or after it was taken."""
    happened = [*looks, *([take] if take else [])]
    for o in happened:
        if returned(o) < put.index:
            return Misfit(kind="future-read", item=item, operations=(o, put))
        if take and returned(take) < o.index:
            return Misfit(kind="stale-read", item=item, operations=(o, take))
    return Lifetime(
        item=item,
        put=put,
        take=take,
        looks=looks,
        put_call=put.index,
        first_return=min([returned(put), *map(returned, happened)]),
        last_call=max([put.index, *(o.index for o in happened)]) if take else LATE,
        take_return=returned(take) if take else NEVER,
    )


def returned(operation: Operation) -> int:
    """The position of its return; one that may or may not have returned has none."""
    return operation.end if operation.ok and operation.end is not None else NEVER


def first_use(one: Lifetime) -> int:
    """The least return of its looks and its take."""
    return min([one.take_return, *map(returned, one.looks)])


def covering(lifetimes: Sequence[Lifetime], start: int, end: int) -> list[Lifetime]:
    """As few items as were surely there, one or another, all the while from start to end."""
    by_return = sorted((one for one in lifetimes if one.surely), key=lambda one: one.first_return)
    needed: list[Lifetime] = []
    reached, at = start, 0
    while reached < end:
        best = None
        while at < len(by_return) and by_return[at].first_return <= reached:
            if best is None or by_return[at].last_call > best.last_call:
                best = by_return[at]
            at += 1
        assert best is not None, "there is no gap"
        needed.append(best)
        reached = best.last_call
    return needed
