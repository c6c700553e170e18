"""Which models of shared memory a small history of reads and writes satisfies, by trying everything.

All operations are known to have happened, written values are unique for a key, nil is the initial value. Each model
is its source's definition: an order, or one for each process, that explains the values that were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import attrs

from histories import History, Operation


@attrs.frozen(kw_only=True, slots=False)
class Memory:
    """The operations of a history and the relations between them, by number."""

    operations: tuple[Operation, ...]

    @cached_property
    def numbers(self) -> range:
        return range(len(self.operations))

    @cached_property
    def writes(self) -> list[int]:
        return [i for i in self.numbers if self.operations[i].f == "write"]

    @cached_property
    def reads(self) -> list[int]:
        return [i for i in self.numbers if self.operations[i].f == "read"]

    def key(self, i: int) -> Any:
        return self.operations[i].key

    def session(self, i: int, j: int) -> bool:
        """Whether one operation precedes another in its process."""
        a, b = self.operations[i], self.operations[j]
        return a.process == b.process and a.index < b.index

    def real(self, i: int, j: int) -> bool:
        """Whether one operation had ended when another began."""
        end = self.operations[i].end
        return end is not None and end < self.operations[j].index

    @cached_property
    def source(self) -> Mapping[int, int | None]:
        """The write that each read returned, None for the initial value."""
        by_value = {(self.key(i), self.operations[i].value): i for i in self.writes}
        return {i: by_value.get((self.key(i), self.operations[i].result)) for i in self.reads}

    @cached_property
    def garbage(self) -> bool:
        """Whether a read returned what nobody wrote."""
        return any(self.source[i] is None and self.operations[i].result is not None for i in self.reads)

    @cached_property
    def past(self) -> Mapping[int, set[int]] | None:
        """For each operation what precedes it causally; None where causality goes in a circle."""
        before = {j: {i for i in self.numbers if self.session(i, j)} for j in self.numbers}
        for read, write in self.source.items():
            before[read] |= set() if write is None else {write}
        for k in self.numbers:
            for j in self.numbers:
                if k in before[j]:
                    before[j] |= before[k]
        return None if any(j in before[j] for j in self.numbers) else before

    def explains(self, order: Iterable[int], checked: Iterable[int]) -> bool:
        """Whether these reads return the last write before them in an order."""
        last: dict[Any, int] = {}
        wanted = set(checked)
        for i in order:
            if i in self.source:
                if i in wanted and last.get(self.key(i)) != self.source[i]:
                    return False
            else:
                last[self.key(i)] = i
        return True


def linear(members: Iterable[int], before: Callable[[int, int], bool]) -> Iterator[tuple[int, ...]]:
    """All orders of these operations that agree with a relation."""
    left = set(members)
    if not left:
        yield ()
    for first in sorted(left):
        if not any(before(other, first) for other in left - {first}):
            for rest in linear(left - {first}, before):
                yield first, *rest


def sequential(memory: Memory) -> bool:
    return any(memory.explains(order, memory.reads) for order in linear(memory.numbers, memory.session))


def linearizable(memory: Memory) -> bool:
    return any(memory.explains(order, memory.reads) for order in linear(memory.numbers, memory.real))


def pram(memory: Memory) -> bool:
    """Each process has an order of its own operations and all writes."""
    return all(
        any(memory.explains(order, own) for order in linear({*own, *memory.writes}, memory.session))
        for own in processes(memory)
    )


def weak_causal(memory: Memory) -> bool:
    """Each read alone is explained by an order of its causal past."""
    past = memory.past
    return past is not None and all(
        any(
            memory.explains(order, [read])
            for order in linear({i for i in past[read] if i in memory.writes} | {read}, lambda i, j: i in past[j])
        )
        for read in memory.reads
    )


def causal(memory: Memory) -> bool:
    """Each process has an order of its own operations and all writes that agrees with causality."""
    past = memory.past
    return past is not None and all(
        any(memory.explains(order, own) for order in linear({*own, *memory.writes}, lambda i, j: i in past[j]))
        for own in processes(memory)
    )


def causal_convergence(memory: Memory) -> bool:
    """One order of all writes, by which the last in the causal past of a read is what it returns."""
    past = memory.past
    return past is not None and any(
        all(memory.explains([*(i for i in order if i in past[read]), read], [read]) for read in memory.reads)
        for order in linear(memory.writes, lambda i, j: i in past[j])
    )


def processes(memory: Memory) -> list[list[int]]:
    """The operations of each process."""
    found: dict[int, list[int]] = {}
    for i in memory.numbers:
        found.setdefault(memory.operations[i].process, []).append(i)
    return list(found.values())


Owed = Callable[[Memory, int], set[int]]
"""The writes that a read has to see, or newer versions, by a session guarantee."""


def own_writes(memory: Memory, read: int) -> set[int]:
    return {i for i in memory.writes if memory.session(i, read)}


def read_before(memory: Memory, read: int) -> set[int]:
    return {memory.source[i] for i in memory.reads if memory.session(i, read) and memory.source[i] is not None}


def written_before(memory: Memory, read: int) -> set[int]:
    seen = read_before(memory, read) | {memory.source[read]} - {None}
    return {i for i in memory.writes for write in seen if memory.session(i, write)}


def read_before_written(memory: Memory, read: int) -> set[int]:
    seen = read_before(memory, read) | {memory.source[read]} - {None}
    return {
        memory.source[i]
        for i in memory.reads
        for write in seen
        if memory.session(i, write) and memory.source[i] is not None
    }


def guaranteed(memory: Memory, owed: Owed) -> bool:
    """For each process, some order of the versions of each key by which its reads see what they are owed."""
    return all(
        any(
            all(
                _at_least(order, memory.source[read], owed(memory, read))
                for read in own
                if is_read_of(memory, read, key)
            )
            for order in linear([i for i in memory.writes if memory.key(i) == key], memory.session)
        )
        for own in processes(memory)
        for key in {memory.key(i) for i in own}
    )


def is_read_of(memory: Memory, i: int, key: Any) -> bool:
    return i in memory.source and memory.key(i) == key


def _at_least(order: tuple[int, ...], seen: int | None, owed: set[int]) -> bool:
    place = -1 if seen is None else order.index(seen)
    return all(order.index(write) <= place for write in owed if write in order)


MODELS: Mapping[str, Callable[[Memory], bool]] = {
    "linearizable": linearizable,
    "sequential": sequential,
    "causal": causal,
    "causal-convergence": causal_convergence,
    "weak-causal": weak_causal,
    "PRAM": pram,
    "monotonic-reads": lambda memory: guaranteed(memory, read_before),
    "monotonic-writes": lambda memory: guaranteed(memory, written_before),
    "read-your-writes": lambda memory: guaranteed(memory, own_writes),
    "writes-follow-reads": lambda memory: guaranteed(memory, read_before_written),
}


def satisfied(history: History) -> frozenset[str]:
    """The models of `MODELS` that a history satisfies."""
    memory = Memory(operations=history.operations)
    if memory.garbage:
        return frozenset()
    return frozenset(model for model, holds in MODELS.items() if holds(memory))
