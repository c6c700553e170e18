"""Objects with parts: several registers changed together, and a key-value store whose values can be appended to."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final

import attrs

from checkers.linearizability.specification import Specification, result_may_be
from histories import HistoryError, Operation, freeze

READS: Final = frozenset({"r", "read"})
WRITES: Final = frozenset({"w", "write"})


@attrs.frozen
class MultiRegister(Specification):
    """Registers that one operation reads and writes together: `txn` with `[["r", key, None], ["w", key, value], ...]`.

    The result repeats it with the reads filled in. States are the values of the keys that are not `initial_value`.
    """

    name = "multi-register"
    fs = frozenset({"txn"})
    initial: Hashable = frozenset()
    initial_value: Hashable = None

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        values = dict(state)
        asked = micro_operations(operation, operation.value)
        told = micro_operations(operation, operation.result) if operation.ok else asked
        if len(told) != len(asked):
            return ()
        for (f, key, value), answer in zip(asked, told, strict=True):
            if f in WRITES:
                values[key] = value
            if operation.ok and answer != (f, key, values.get(key, self.initial_value)):
                return ()
        return (frozenset(item for item in values.items() if item[1] != self.initial_value),)

    def read_only(self, operation: Operation) -> bool:
        """All its parts are reads."""
        return all(f in READS for f, _, _ in micro_operations(operation, operation.value))


def micro_operations(operation: Operation, value: Any) -> Sequence[tuple[str, Hashable, Hashable]]:
    """The parts of a transaction as `(f, key, value)`; `HistoryError` where they are none."""
    parts = freeze(value)
    if not isinstance(parts, tuple):
        raise HistoryError(f'expected a list of ["r", key, value] and ["w", key, value], found {operation}')
    for part in parts:
        if not (isinstance(part, tuple) and len(part) == 3 and part[0] in READS | WRITES):
            raise HistoryError(f'expected ["r", key, value] or ["w", key, value], found {part!r} in {operation}')
    return parts


@attrs.frozen
class KeyValue(Specification):
    """Keys with values that are put, appended to, and got; each key is an object of its own.

    They hold strings, or lists where `initial` is `()`; where nothing is appended, anything.
    """

    name = "kv"
    fs = frozenset({"get", "put", "append"})
    initial: Hashable = ""
    settled: frozenset[Any] = frozenset()  # results of gets that begin with nothing that is put

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        match operation.f:
            case "put":
                return (freeze(operation.value),)
            case "append":
                return (state + freeze(operation.value),)
        return (state,) if result_may_be(operation, state) else ()

    def read_only(self, operation: Operation) -> bool:
        """Gets."""
        return operation.f == "get"

    def suited(self, operations: Sequence[Operation]) -> KeyValue:
        """Knowing what cannot have begun with a put."""
        put = {freeze(o.value) for o in operations if o.f == "put"}
        lengths = {len(value) for value in put if isinstance(value, str | tuple)}
        got = {freeze(o.result) for o in operations if o.ok and o.f == "get"}
        settled = (
            found
            for found in got
            if isinstance(found, str | tuple) and not any(found[:length] in put for length in lengths)
        )
        return attrs.evolve(self, settled=frozenset(settled))

    def known(self, operations: Iterable[Operation]) -> None:
        """Where something is appended, also refuse values of another type than the initial one's."""
        operations = list(operations)
        super().known(operations)
        appends = any(o.f == "append" for o in operations)
        for o in operations if appends else ():
            if o.f != "get" and type(freeze(o.value)) is not type(self.initial):
                raise HistoryError(f"expected a value like {self.initial!r}, to which others are appended, in {o}")

    def hopeless(self, state: Any, operation: Operation) -> bool:
        """What is there stays at the beginning, unless something is put that the get's result begins with."""
        if not self.settled or not operation.ok or operation.f != "get" or not isinstance(state, str | tuple):
            return False
        found = freeze(operation.result)
        return found in self.settled and found[: len(state)] != state
