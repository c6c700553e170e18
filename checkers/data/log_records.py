"""The sends and polls of Kafka-like logs, taken out of the operations that hold them.

send    key k, value v; its result is the offset, or [offset, v]
poll    its result is a map of k to [[offset, v], ...]; its value, where it is a map, tells where to poll from
txn     a list of ["send", k, v] and ["poll"], with the result ["send", k, [offset, v]] and ["poll", {k: ...}]
assign, subscribe, crash    from here on the process polls from somewhere else

A process that has subscribed may lose a log to another and get it back between any two operations, and one whose poll
is of unknown outcome may have got messages by it: then, too, it polls from somewhere else. Logs go by the text of their
keys, since a map in JSON has no other keys.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Final

import attrs

from histories import History, HistoryError, Operation, Outcome, freeze

MOVES: Final = frozenset({"assign", "subscribe", "crash"})
FS: Final = MOVES | {"send", "poll", "txn"}


@attrs.frozen
class Send:
    """A message on its way into a log; `offset` is None where nobody was told."""

    operation: Operation
    value: Hashable
    offset: int | None


@attrs.frozen
class Poll:
    """The messages of one log that a poll got, with their offsets; `fresh` if it was to begin somewhere else."""

    operation: Operation
    messages: tuple[tuple[int, Hashable], ...]
    fresh: bool


@attrs.frozen
class Log:
    """All that happened to one log, in the order of the invocations."""

    key: Hashable
    sends: list[Send] = attrs.field(factory=list)
    polls: list[Poll] = attrs.field(factory=list)


def logs_of(history: History) -> list[Log]:
    """The logs of a history; `HistoryError` for an operation that is not as described above."""
    logs: dict[str, Log] = {}
    polled: dict[int, set[Hashable]] = {}  # by process: what it has polled since it was last told where to poll
    subscribed: set[int] = set()
    for operation in history:
        mine = polled.setdefault(operation.process, set())
        if operation.f in MOVES or operation.process in subscribed:
            mine.clear()
        if operation.f in MOVES:
            (subscribed.add if operation.f == "subscribe" else subscribed.discard)(operation.process)
            continue
        try:
            for key, send in _sends(operation):
                logs.setdefault(str(key), Log(key)).sends.append(send)
            for key, messages in _polls(operation):
                told_where = operation.f == "poll" and isinstance(operation.value, dict) and key in operation.value
                fresh = key not in mine or told_where
                logs.setdefault(str(key), Log(key)).polls.append(Poll(operation, messages, fresh))
                mine.add(key)
            if operation.outcome is Outcome.INFO and operation.f != "send":
                mine.clear()
        except (AttributeError, LookupError, TypeError, ValueError):
            problem = f"expected sends with offsets, and polls with lists of [offset, value], in {operation}"
            raise HistoryError(problem, source=history.source) from None
    return list(logs.values())


def _sends(operation: Operation) -> Iterator[tuple[Hashable, Send]]:
    if operation.f == "send":
        told = operation.result if operation.ok else None
        yield freeze(operation.key), Send(operation, freeze(operation.value), _offset(told, alone=True))
    elif operation.f == "txn":
        learnt = operation.ok and operation.result is not None
        for (kind, *asked), *told in zip(operation.value, *([operation.result] if learnt else []), strict=True):
            if kind == "send":
                key, value = asked
                offset = _offset(told[0][2], alone=False) if told else None
                yield freeze(key), Send(operation, freeze(value), offset)


def _offset(told: Any, *, alone: bool) -> int | None:
    """The offset in `[offset, value]`, or, where it may stand alone, in `offset`."""
    offset = told[0] if isinstance(told, list | tuple) and len(told) == 2 else told if alone else None
    if offset is None or type(offset) is int:
        return offset
    raise TypeError


def _polls(operation: Operation) -> Iterator[tuple[Hashable, tuple[tuple[int, Hashable], ...]]]:
    if not operation.ok or operation.f == "send":
        return
    parts = [operation.result] if operation.f == "poll" else [part[1] for part in operation.result if part[0] == "poll"]
    for part in parts:
        for key, told in ({} if part is None else part).items():
            messages = tuple((offset, freeze(value)) for offset, value in told)
            if any(type(offset) is not int for offset, _ in messages):
                raise TypeError
            yield freeze(key), messages
