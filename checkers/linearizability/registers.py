"""Objects whose whole state is one value: an operation demands a value, or leaves one, or both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import Any

import attrs

from checkers.linearizability.specification import Specification
from checkers.verdict import Anomaly
from histories import HistoryError, Operation, Outcome, freeze


@attrs.frozen
class Register(Specification):
    """Reads return the last value written. A write's `value` is what it writes, a read's `result` what it read."""

    name = "register"
    fs = frozenset({"read", "write"})
    whole_state = True
    initial: Hashable = attrs.field(default=None, converter=freeze)

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        needed, left = effect(operation)
        if needed and needed[0] != state:
            return ()
        return left or (state,)

    def read_only(self, operation: Operation) -> bool:
        """Reads, and a compare-and-set of a value to itself."""
        return not effect(operation)[1]

    def requires(self, operation: Operation) -> tuple[Hashable, ...]:
        """What a read returned, what a compare-and-set compared with."""
        return effect(operation)[0]

    def leaves(self, operation: Operation) -> tuple[Hashable, ...]:
        """What is written."""
        return effect(operation)[1]

    def relevant(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Those that surely happened, and the uncertain ones whose value somebody saw."""
        makers: defaultdict[Hashable, list[Operation]] = defaultdict(list)
        for o in operations:
            if o.outcome is Outcome.INFO:
                for left in effect(o)[1]:
                    makers[left].append(o)
        if not makers:
            return [o for o in operations if o.ok]
        useful: set[int] = set()
        seen = [value for o in operations if o.ok for value in effect(o)[0]]
        while seen:
            for o in makers.pop(seen.pop(), ()):
                useful.add(o.index)
                seen.extend(effect(o)[0])
        return [o for o in operations if o.ok or o.index in useful]

    def labels(self, operations: Sequence[Operation]) -> list[Hashable]:
        """What is needed and what is left; all values that nobody needs are one."""
        effects = [effect(o) for o in operations]
        needed = {need for need, _ in effects}
        return [(need, left) if not left or left in needed else (need, "unseen") for need, left in effects]

    def excerpt(self, operations: Sequence[Operation], anomaly: Anomaly) -> Sequence[Operation]:
        """The evidence, with all that may have left what its operations found, and so on.

        In a linearization, nothing stands between an operation and the one that left what it found; what left it is
        still the last change before it when others are taken out.
        """
        wanted = set(anomaly.evidence if isinstance(anomaly.evidence, tuple) else anomaly.operations)
        makers: defaultdict[Hashable, list[Operation]] = defaultdict(list)
        for o in operations:
            if o.outcome is not Outcome.FAIL:
                for left in effect(o)[1]:
                    makers[left].append(o)
        todo = [o for o in operations if o.index in wanted and o.outcome is not Outcome.FAIL]
        kept: dict[int, Operation] = {}
        while todo:
            o = todo.pop()
            kept[o.index] = o
            for need in effect(o)[0]:
                todo.extend(makers.pop(need, ()))
        return [o for o in operations if o.index in kept]


@attrs.frozen
class CasRegister(Register):
    """A register with compare-and-set: `value` is `[old, new]`; one that found another value fails."""

    name = "cas-register"
    fs = frozenset({"read", "write", "cas"})


def effect(operation: Operation) -> tuple[tuple[Hashable, ...], tuple[Hashable, ...]]:
    """The value it needs to find and the value it leaves behind, each a tuple of one, or empty."""
    f = operation.f
    if f == "read":
        return (freeze(operation.result),) if operation.outcome is Outcome.OK else (), ()
    if f == "write":
        return (), (freeze(operation.value),)
    old, new = old_and_new(operation)
    return (old,), (new,) if new != old else ()


def old_and_new(operation: Operation) -> tuple[Hashable, Hashable]:
    """The two values of a compare-and-set; `HistoryError` if they are not two."""
    value = operation.value
    if isinstance(value, (list, tuple)) and len(value) == 2:
        return freeze(value[0]), freeze(value[1])
    raise HistoryError(f"expected the value of a cas to be [old, new], found {operation.value!r} in {operation}")
