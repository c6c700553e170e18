"""Jepsen's operation maps, as EDN and JSON files hold them, turned into events.

Jepsen's own files are generous: an index, a time, a process or an f may be missing, and a map may hold more than an
event does. What is missing is filled in where there is only one way to do so; what is contradictory is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeGuard

import msgspec

from histories.errors import HistoryError
from histories.event import NEMESIS, Event, EventType

_TYPES: Final[Mapping[str, EventType]] = {kind.value: kind for kind in EventType}
_MICRO_OPERATIONS: Final = {"read": "r", "write": "w"}


def events_of(numbered: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Event]]:
    """The events that maps stand for; the maps come with the lines they stand on, and so do the events.

    Indices are taken from the maps if the first one has one, and counted from 0 otherwise. If no map names a
    process, all are of process 0: a sequence of calls. An f that is missing is "txn" where the value is a list
    of micro-operations.
    """
    indexed = has_process = False
    last = -1
    for position, (line, fields) in enumerate(numbered):
        if not isinstance(fields, dict):
            raise HistoryError(f"expected a map with type, process, f and value, found {shown(fields)}", line=line)
        if position == 0:
            indexed, has_process = _index(fields, line) is not None, fields.get("process") is not None
        index = _index(fields, line) if indexed else position
        if index is None or index <= last:
            found = "none" if index is None else index
            raise HistoryError(f"expected an index above {last}, found {found}", line=line)
        last = index
        value = fields.get("value")
        f = fields.get("f")
        if is_transaction(value):
            value = [[_MICRO_OPERATIONS.get(part[0], part[0]), *part[1:]] for part in value]
            f = "txn" if f is None else f
        if not isinstance(f, str):
            raise HistoryError(f"expected the name of a function as f, found {shown(f)}", line=line)
        event = Event(
            index=index,
            time=_integer(fields, "time", line) or 0,
            type=_type(fields, line),
            process=_process(fields, line, named=has_process),
            f=f,
            key=fields.get("key"),
            value=value,
            error=_text(fields.get("error")),
            node=_text(fields.get("node")),
        )
        yield line, event


def is_transaction(value: Any) -> TypeGuard[list[list[Any]]]:
    """Whether a value is a list of micro-operations such as `["r", 3, null]`."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(part, list) and len(part) >= 2 and isinstance(part[0], str) for part in value)
    )


def shown(value: Any) -> str:
    """A value as JSON, cut to what fits in a message."""
    text = _text(value) or "nothing"
    return text if len(text) <= 60 else text[:57] + "..."


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value, enc_hook=str).decode()


def _type(fields: Mapping[str, Any], line: int) -> EventType:
    found = fields.get("type")
    kind = _TYPES.get(found) if isinstance(found, str) else None
    if kind is None:
        raise HistoryError(f"expected a type of invoke, ok, fail or info, found {shown(found)}", line=line)
    return kind


def _process(fields: Mapping[str, Any], line: int, *, named: bool) -> int | Literal["nemesis"]:
    process = fields.get("process")
    if process == NEMESIS:
        return NEMESIS
    if process is None and not named:
        return 0
    if type(process) is not int or not named:
        wanted = "a number or nemesis as process" if named else "no process, as in the first event"
        raise HistoryError(f"expected {wanted}, found {shown(process)}", line=line)
    return process


def _index(fields: Mapping[str, Any], line: int) -> int | None:
    index = _integer(fields, "index", line)
    return None if index is None or index < 0 else index  # Jepsen writes -1 where it has not indexed yet


def _integer(fields: Mapping[str, Any], name: str, line: int) -> int | None:
    value = fields.get(name)
    if value is None or type(value) is int:
        return value
    raise HistoryError(f"expected a whole number as {name}, found {shown(value)}", line=line)
