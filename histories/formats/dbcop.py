"""Sessions of transactions, as dbcop and its kin write them: JSON, and no times.

    {"name": "lost update", "sessions": [[{"committed": true, "ops": [["r", "x", null], ["w", "x", 1]]}], ...]}

A file holds one such object or an array of them. A session is a process, its transactions follow one another; across
sessions there is no order (`History.real_time` is False). A read of null found the initial value. A transaction
that is not committed did not happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, Literal

import attrs
import msgspec

from histories.errors import HistoryError
from histories.event import Event, EventType
from histories.formats.format import Format, json_value
from histories.history import History, pair

_START: Final = re.compile(r'\s*(?:\[\s*)?\{\s*"')


class _Transaction(msgspec.Struct, forbid_unknown_fields=True):
    ops: list[tuple[Literal["r", "w"], int | str, Any]]
    committed: bool = True


class _History(msgspec.Struct):
    sessions: list[list[_Transaction]]
    name: str | None = None


def recognise(head: str) -> str | None:
    """A file of JSON objects that have sessions."""
    return "its objects have sessions" if _START.match(head) and '"sessions"' in head else None


def read(path: Path) -> Mapping[str, History]:
    """The histories in a file, by their names or else by their numbers from 1."""
    found = json_value(path.read_bytes(), type=_History | list[_History])
    histories: dict[str, History] = {}
    for number, each in enumerate(found if isinstance(found, list) else [found], start=1):
        name = str(number) if each.name is None else each.name
        if name in histories:
            raise HistoryError(f"expected histories of different names, found {name!r} twice")
        history = pair(enumerate(_events(each), start=1), source=str(path))
        histories[name] = attrs.evolve(history, real_time=False)
    return histories


def _events(history: _History) -> Iterator[Event]:
    """Two events a transaction; the sessions take turns."""
    index = 0
    for turn in zip_longest(*history.sessions):
        for process, transaction in enumerate(turn):
            if transaction is not None:
                yield from _transaction_events(transaction, process, index)
                index += 2


def _transaction_events(transaction: _Transaction, process: int, index: int) -> tuple[Event, Event]:
    learnt = [list(operation) for operation in transaction.ops]
    asked = [[kind, key, None if kind == "r" else value] for kind, key, value in learnt]
    done = EventType.OK if transaction.committed else EventType.FAIL
    return (
        Event(index=index, time=0, type=EventType.INVOKE, process=process, f="txn", value=asked),
        Event(index=index + 1, time=0, type=done, process=process, f="txn", value=learnt),
    )


FORMAT: Final = Format(
    name="dbcop",
    summary="sessions of transactions as JSON, without times",
    recognise=recognise,
    read=read,
)
