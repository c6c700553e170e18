"""A run as operations: every invocation paired with its completion."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import attrs

from histories.errors import HistoryError
from histories.event import NEMESIS, Event, EventType
from histories.operation import Operation, Outcome
from histories.values import freeze

OUTCOMES = {EventType.OK: Outcome.OK, EventType.FAIL: Outcome.FAIL, EventType.INFO: Outcome.INFO}


@attrs.frozen(kw_only=True, slots=False)
class History:
    """The operations of a run, in the order of their invocations, and what the nemesis did meanwhile.

    `faults` are the nemesis's events. `source` names the file it came from; `torn` is the note about an
    incomplete last line, where one was dropped. `real_time` is False where the source knows only the order within
    each process: positions of different processes then mean nothing.
    """

    operations: tuple[Operation, ...] = ()
    faults: tuple[Event, ...] = ()
    source: str | None = None
    torn: str | None = None
    real_time: bool = True

    @classmethod
    def of(cls, events: Iterable[Event], *, source: str | None = None) -> History:
        """Pair events that are in hand; `HistoryError` where they are not a history."""
        return pair(enumerate(events, start=1), source=source)

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    @cached_property
    def by_index(self) -> Mapping[int, Operation]:
        """Operations by the index that verdicts call them by."""
        return {operation.index: operation for operation in self.operations}

    @cached_property
    def by_key(self) -> Mapping[Any, tuple[Operation, ...]]:
        """Operations by the object they touch; the key is None where there is only one object."""
        keys: defaultdict[Any, list[Operation]] = defaultdict(list)
        for operation in self.operations:
            keys[freeze(operation.key)].append(operation)
        return {key: tuple(operations) for key, operations in keys.items()}

    def count(self, outcome: Outcome) -> int:
        """How many operations ended so."""
        return sum(operation.outcome is outcome for operation in self.operations)


def pair(numbered: Iterable[tuple[int, Event]], *, source: str | None = None, torn: str | None = None) -> History:
    """Pair each completion with its process's open invocation.

    `numbered` are events with the lines they stand on. A process may go on after an `info` (imported logs
    reuse numbers); an invocation that is never completed stays `info`. Raises `HistoryError` for a completion
    of nothing and for a second invocation of a busy process.
    """
    operations: list[Operation] = []
    faults: list[Event] = []
    open_calls: dict[int, tuple[int, Event]] = {}
    with collector_off():
        for line, event in numbered:
            process = event.process
            if process == NEMESIS:
                faults.append(event)
            elif event.type is _INVOKE:
                if process in open_calls:
                    raise HistoryError(_busy(event, open_calls[process][1]), source=source, line=line)
                open_calls[process] = (len(operations), event)
                operations.append(_PENDING)
            else:
                slot, invocation = open_calls.pop(process, _NO_CALL)
                if slot < 0 or invocation.f != event.f:
                    raise HistoryError(_mismatch(event, invocation), source=source, line=line)
                operations[slot] = _join(invocation, event)
        for slot, invocation in open_calls.values():
            operations[slot] = _join(invocation, _UNENDING)
    return History(operations=tuple(operations), faults=tuple(faults), source=source, torn=torn)


_INVOKE, _OK = EventType.INVOKE, EventType.OK  # looked up once: a million events are compared with them
_NO_CALL = (-1, Event(index=-1, time=0, type=_INVOKE, process=NEMESIS, f=""))
_UNENDING = Event(index=-1, time=-1, type=EventType.INFO, process=NEMESIS, f="")
_PENDING = Operation(index=-1, process=-1, f="", outcome=Outcome.INFO)


def _mismatch(event: Event, invocation: Event) -> str:
    if invocation is _NO_CALL[1]:
        return f"expected an invocation of process {event.process} before this {event.type} of {event.f!r}, found none"
    return f"expected the completion of {invocation.f!r} by process {event.process}, found one of {event.f!r}"


def _busy(event: Event, earlier: Event) -> str:
    return (
        f"process {event.process} invokes {event.f!r} while its {earlier.f!r} (index {earlier.index}) is still open; "
        "expected one operation at a time"
    )


def _join(invocation: Event, completion: Event) -> Operation:
    ended = completion is not _UNENDING
    return Operation(
        index=invocation.index,
        process=invocation.process,  # type: ignore[arg-type]
        f=invocation.f,
        key=invocation.key,
        value=invocation.value,
        node=invocation.node,
        invoke_ns=invocation.time,
        outcome=OUTCOMES[completion.type],
        end=completion.index if ended else None,
        end_ns=completion.time if ended else None,
        result=completion.value if completion.type is _OK else None,
        error=completion.error,
    )


@contextmanager
def collector_off() -> Iterator[None]:
    """Without the cyclic garbage collector, which makes the loading of millions of records 3 to 10 times slower."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
