"""Objects that are held: mutexes, semaphores, fenced locks. A process holds what it acquired until it releases it.

Operations that failed did not happen: a try-lock that found the lock taken says nothing here.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import attrs

from checkers.linearizability.specification import Specification, asked_and_told
from checkers.verdict import Anomaly
from histories import HistoryError, Operation


class Lock(Specification):
    """What the three share. `acquire` and `release` are done by processes, so processes are part of the state."""

    fs = frozenset({"acquire", "release"})

    def labels(self, operations: Sequence[Operation]) -> list[Hashable]:
        """What a process did is not what another did."""
        return [(o.process, label) for o, label in zip(operations, super().labels(operations), strict=True)]

    def excerpt(self, operations: Sequence[Operation], anomaly: Anomaly) -> Sequence[Operation]:
        """What the processes of the anomaly did: what the others did only got in their way."""
        processes = {o.process for o in operations if o.index in anomaly.operations}
        return [o for o in operations if o.process in processes]


class Mutex(Lock):
    """Held by one process at a time, which cannot acquire it again before it has released it. States are holders."""

    name = "mutex"
    initial: Hashable = None

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if operation.f == "acquire":
            return (operation.process,) if state is None else ()
        return (None,) if state == operation.process else ()


@attrs.frozen
class Semaphore(Lock):
    """Has a number of permits, acquired and released one at a time. States are the holders, one entry a permit."""

    name = "semaphore"
    permits: int = attrs.field(validator=attrs.validators.ge(1))
    initial: Hashable = ()

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if operation.f == "acquire":
            return (tuple(sorted((*state, operation.process))),) if len(state) < self.permits else ()
        if operation.process not in state:
            return ()
        at = state.index(operation.process)
        return (state[:at] + state[at + 1 :],)


class FencedLock(Lock):
    """A mutex whose `acquire` returns a fence: a number larger than all before. States are (holder, last fence)."""

    name = "fenced-lock"
    initial: Hashable = (None, None)

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        holder, last = state
        if operation.f == "release":
            return ((None, last),) if holder == operation.process else ()
        fence = asked_and_told(operation)[1]
        if holder is not None or (fence is not None and last is not None and fence <= last):
            return ()
        return ((operation.process, last if fence is None else fence),)

    def known(self, operations: Iterable[Operation]) -> None:
        """Also refuse fences that are not numbers."""
        operations = list(operations)
        super().known(operations)
        for o in operations:
            fence = asked_and_told(o)[1] if o.f == "acquire" else None
            if isinstance(fence, bool) or not isinstance(fence, int | float | None):
                raise HistoryError(f"expected a fence to be a number, found {fence!r} in {o}")
