"""Objects whose whole state is one value: an operation demands a value, or leaves one, or both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

import attrs

from checkers.linearizability.specification import Specification, hashable
from histories import HistoryError, Operation, Outcome


@attrs.frozen
class Register(Specification):
    """Reads return the last value written. A write's `value` is what it writes, a read's `result` what it read."""

    name = "register"
    fs = frozenset({"read", "write"})
    whole_state = True
    initial: Hashable = attrs.field(default=None, converter=hashable)

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        needed = self.requires(operation)
        if needed and needed[0] != state:
            return ()
        return self.leaves(operation) or (state,)

    def read_only(self, operation: Operation) -> bool:
        """Reads, and a compare-and-set of a value to itself."""
        return not self.leaves(operation)

    def requires(self, operation: Operation) -> tuple[Hashable, ...]:
        """What a read returned, what a compare-and-set compared with."""
        if operation.f == "read":
            return (hashable(operation.result),) if operation.ok else ()
        return (old_and_new(operation)[0],) if operation.f == "cas" else ()

    def leaves(self, operation: Operation) -> tuple[Hashable, ...]:
        """What is written."""
        if operation.f == "write":
            return (hashable(operation.value),)
        if operation.f == "cas":
            old, new = old_and_new(operation)
            return (new,) if new != old else ()
        return ()

    def relevant(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Those that surely happened, and the uncertain ones whose value somebody saw."""
        makers: defaultdict[Hashable, list[Operation]] = defaultdict(list)
        for o in operations:
            if o.outcome is Outcome.INFO and not self.read_only(o):
                makers[self.leaves(o)[0]].append(o)
        useful: set[int] = set()
        seen = [value for o in operations if o.ok for value in self.requires(o)]
        while seen:
            for o in makers.pop(seen.pop(), ()):
                useful.add(o.index)
                seen.extend(self.requires(o))
        return [o for o in operations if o.ok or o.index in useful]

    def labels(self, operations: Sequence[Operation]) -> list[Hashable]:
        """What is demanded and what is left; all values that nobody demands are one."""
        needs = [self.requires(o) for o in operations]
        demanded = {value for need in needs for value in need}
        lefts = [self.leaves(o) for o in operations]
        return [
            (need, left if not left or left[0] in demanded else "a value nobody saw")
            for need, left in zip(needs, lefts, strict=True)
        ]


@attrs.frozen
class CasRegister(Register):
    """A register with compare-and-set: `value` is `[old, new]`; one that found another value fails."""

    name = "cas-register"
    fs = frozenset({"read", "write", "cas"})


def old_and_new(operation: Operation) -> tuple[Hashable, Hashable]:
    """The two values of a compare-and-set; `HistoryError` if they are not two."""
    match operation.value:
        case [old, new]:
            return hashable(old), hashable(new)
    raise HistoryError(f"expected the value of a cas to be [old, new], found {operation.value!r} in {operation}")
