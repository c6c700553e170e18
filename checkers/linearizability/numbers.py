"""Objects that count: counters, fetch-and-add, and the source of unique ids."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import attrs

from checkers.linearizability.specification import Specification, result_may_be
from checkers.verdict import Anomaly
from histories import HistoryError, Operation, freeze


def is_whole(number: Any) -> bool:
    """Whether it is a whole number, `3.0` included: the sum of others depends on the order in which they are added."""
    return type(number) is int or (type(number) is float and number.is_integer())


@attrs.frozen
class Counter(Specification):
    """`add` changes the sum by its value and tells nothing; `read` returns the sum."""

    name = "counter"
    fs = frozenset({"add", "read"})
    initial: int = 0
    direction: int = 0  # 1 where it only goes up, -1 where it only goes down

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if operation.f == "add":
            return (state + operation.value,)
        return (state,) if result_may_be(operation, state) else ()

    def suited(self, operations: Sequence[Operation]) -> Counter:
        """Knowing whether it only goes up, or only down."""
        amounts = [o.value for o in operations if o.f == "add"]
        direction = 1 if all(a >= 0 for a in amounts) else -1 if all(a <= 0 for a in amounts) else 0
        return attrs.evolve(self, direction=direction)

    def hopeless(self, state: Any, operation: Operation) -> bool:
        """What it has gone past does not come back."""
        return operation.ok and isinstance(operation.result, int) and self.direction * (state - operation.result) > 0

    def read_only(self, operation: Operation) -> bool:
        """Reads, and adding nothing."""
        return operation.f == "read" or operation.value == 0

    def excerpt(self, operations: Sequence[Operation], anomaly: Anomaly) -> Sequence[Operation]:
        """The additions, and the reads of the anomaly."""
        return [o for o in operations if o.f != "read" or o.index in anomaly.operations]

    def known(self, operations: Iterable[Operation]) -> None:
        """Also refuse what is no whole number."""
        operations = list(operations)
        super().known(operations)
        for o in operations:
            told = o.ok and (o.f == "read" or isinstance(self, FetchAndAdd))
            for number in ((o.value,) if o.f == "add" else ()) + ((o.result,) if told else ()):
                if not is_whole(number):
                    raise HistoryError(f"expected a whole number, found {number!r} in {o}")


@attrs.frozen
class FetchAndAdd(Counter):
    """A counter whose `add` returns the sum from before."""

    name = "fetch-and-add"

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if not result_may_be(operation, state):
            return ()
        return (state + operation.value if operation.f == "add" else state,)


class UniqueIds(Specification):
    """`generate` returns an id that it never returned before."""

    name = "unique-ids"
    fs = frozenset({"generate"})
    initial: Hashable = frozenset()

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        new = freeze(operation.result)
        return (state | {new},) if new not in state else ()

    def excerpt(self, operations: Sequence[Operation], anomaly: Anomaly) -> Sequence[Operation]:
        """Those of the anomaly."""
        return [o for o in operations if o.index in anomaly.operations]

    def relevant(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """An id that was never returned is nobody's."""
        return [o for o in operations if o.ok]

    def known(self, operations: Iterable[Operation]) -> None:
        """Also refuse None as an id."""
        operations = list(operations)
        super().known(operations)
        for o in operations:
            if o.ok and o.result is None:
                raise HistoryError(f"expected an id as the result of {o}")
