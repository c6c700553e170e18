"""Anomalies planted into a history by name.

What is planted is the textbook example of the anomaly, on keys and processes of its own, its events in their order
but strewn over the whole history. So the history then satisfies just those models that it satisfied before and that
the example satisfies. (Keys and sessions are disjoint. Real time joins the two; but a way from one transaction of the
example over the history to another, along which time went forward, is no more than the real-time edge between the
two, and one along which it went back is a violation that the history had before.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from random import Random
from typing import Any, Final

import attrs
import msgspec

from checkers.models import ANOMALIES, EXAMPLES, Data, canonical_anomaly
from histories import NEMESIS, Event, EventType, History, Outcome
from histories.notation import parse

_TYPES: Final = {Outcome.OK: EventType.OK, Outcome.FAIL: EventType.FAIL, Outcome.INFO: EventType.INFO}
_WRITES: Final = {Data.LIST_APPEND: {"append"}, Data.RW_REGISTER: {"w"}, Data.PREDICATE: {"w", "insert", "delete"}}


@attrs.frozen(kw_only=True)
class Planted:
    """A history with an anomaly in it: its name, and the indices of the transactions that show it."""

    history: History
    anomaly: str
    operations: tuple[int, ...]


@cache
def plantable(data: Data) -> tuple[str, ...]:
    """The anomalies that can be planted into histories of a kind of data."""
    return tuple(name for name, kind in ANOMALIES.items() if data in kind.data and _example(name, data) is not None)


def plant(history: History, anomaly: str, *, data: Data, seed: int = 0) -> Planted:
    """The history with an anomaly planted at random; `ValueError` if this kind of data has no example of it.

    Indices are renumbered. Keys of the history are hashable; if all are numbers, so are those of the anomaly.
    """
    name = canonical_anomaly(anomaly)
    example = _example(name, data)
    if example is None:
        raise ValueError(f"expected an anomaly that {data} can show ({', '.join(plantable(data))}), found {name!r}")
    luck = Random(seed)
    host = list(_events(history))
    process = max((event.process for event in host if event.process != NEMESIS), default=-1) + 1
    rename = _Renaming(history, example)
    guests = [_moved(event, process, rename) for event in _events(example)]
    places = sorted(luck.randint(0, len(host)) for _ in guests)
    merged: list[tuple[Event, bool]] = []
    done = 0
    for guest, place in zip(guests, places, strict=True):
        merged += [(event, False) for event in host[done:place]]
        time = merged[-1][0].time if merged else 0
        merged.append((msgspec.structs.replace(guest, time=time), True))
        done = place
    merged += [(event, False) for event in host[done:]]
    numbered = [msgspec.structs.replace(event, index=index) for index, (event, _) in enumerate(merged)]
    invoked = [event.index for event, (old, ours) in zip(numbered, merged, strict=True) if ours and _begins(old)]
    return Planted(history=History.of(numbered), anomaly=name, operations=tuple(invoked))


def _begins(event: Event) -> bool:
    return event.type is EventType.INVOKE


def _events(history: History) -> Iterator[Event]:
    """The events that a history was paired from."""
    found = list(history.faults)
    for operation in history:
        call = Event(
            index=operation.index,
            time=operation.invoke_ns,
            type=EventType.INVOKE,
            process=operation.process,
            f=operation.f,
            key=operation.key,
            value=operation.value,
            node=operation.node,
        )
        found.append(call)
        if operation.end is not None:
            found.append(
                msgspec.structs.replace(
                    call,
                    index=operation.end,
                    time=operation.end_ns or operation.invoke_ns,
                    type=_TYPES[operation.outcome],
                    value=operation.known,
                    error=operation.error,
                )
            )
    return iter(sorted(found, key=lambda event: event.index))


class _Renaming:
    """Keys of an example as keys that a history does not have."""

    def __init__(self, history: History, example: History) -> None:
        taken = set(_keys(history))
        names = sorted(set(_keys(example)), key=str)
        if all(isinstance(key, int) for key in taken):
            first = max(taken, default=-1) + 1
            self.keys: dict[Any, Any] = {name: first + place for place, name in enumerate(names)}
            self.range = ["range", first, first + len(names)]
        else:
            self.keys = {name: f"{name}-planted-{len(taken)}" for name in names}
            self.range = ["all"]

    def __call__(self, operations: Iterable[list[Any]]) -> list[list[Any]]:
        return [self._operation(*operation) for operation in operations]

    def _operation(self, f: str, key: Any, value: Any) -> list[Any]:
        if f != "rp":
            return [f, self.keys[key], value]
        rows = None if value is None else [[self.keys[row], shown] for row, shown in value]
        return [f, self.range, rows]


def _keys(history: History) -> Iterator[Any]:
    for operation in history:
        for f, key, _ in operation.value:
            if f != "rp":
                yield key


def _moved(event: Event, process: int, rename: _Renaming) -> Event:
    return msgspec.structs.replace(event, process=process + int(event.process), value=rename(event.value))


@cache
def _example(anomaly: str, data: Data) -> History | None:
    """The example of an anomaly in a kind of data, registers made lists if need be; None if it cannot be."""
    history = parse(EXAMPLES[ANOMALIES[anomaly].example].text)
    if data is Data.OPERATIONS or any(operation.f != "txn" for operation in history):
        return None
    if data is Data.LIST_APPEND:
        history = History.of(msgspec.structs.replace(e, value=_as_lists(e.value)) for e in _events(history))
    wanted = _WRITES[data] | {"r"} | ({"rp"} if data is Data.PREDICATE else set())
    fits = all(f in wanted for operation in history for f, _, _ in operation.value)
    return history if fits else None


def _as_lists(operations: list[list[Any]]) -> list[list[Any]]:
    """Registers of which every value that is read is the first one written, as lists."""
    return [
        ["append" if f == "w" else f, key, value if f != "r" or value is None or isinstance(value, list) else [value]]
        for f, key, value in operations
    ]
