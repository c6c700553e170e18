"""A journal of transactions, read straight into arrays.

This is the fast way for journals as this project writes them, whose keys are numbers or short strings and whose
values are whole numbers. Its regular expressions match those lines and no others. Whatever else a journal may hold, and
whatever is wrong with it, is left to the general way, which knows how to say so: `read_journal`, then
`TransactionColumns.of`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
import msgspec
import numpy as np
from numpy.typing import NDArray

from histories.codes import Ints
from histories.event import Event
from histories.history import collector_off
from histories.journal import read_journal
from histories.micro_texts import MicroTexts, UnusualError, integers, joined
from histories.transactions import FAIL, FOREVER, INFO, OK, TransactionColumns

_PART_BYTES: Final = 1 << 19

_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_EVENT: Final = re.compile(
    rb'(?m)^\{"index":(\d+),"time":(?:0|[1-9]\d*),"type":"(invoke|ok|fail|info)","process":'
    rb'(?:(\d+),"f":"txn"(?:,"value":(\[\[".*\]\]|\[\]))?(?:,"error":(%s))?(?:,"node":"[^"\\\x00-\x1f]*+")?'
    rb'|("nemesis",.*))\}\n' % _STRING
)
_NEMESIS_EVENT: Final = b'{"index":0,"time":0,"type":"info","process":%s}'
_INVOKE: Final = 3
_TYPES: Final = {b"ok": OK, b"fail": FAIL, b"info": INFO, b"invoke": _INVOKE}
_NONE: Final[Ints] = np.empty(0, dtype=np.int64)


def read_transactions(path: Path, *, progress: Callable[[int], None] | None = None) -> TransactionColumns:
    """The transactions in a journal; `HistoryError` and `OSError` as `read_journal` raises them.

    `progress` is told now and then how many bytes have been read. Operations whose f is not "txn" are left out.
    """
    columns = stream_transactions(path, progress=progress)
    return TransactionColumns.of(read_journal(path)) if columns is None else columns


def stream_transactions(path: Path, *, progress: Callable[[int], None] | None = None) -> TransactionColumns | None:
    """The same by the fast way alone; None where that cannot be taken, or there are other operations."""
    try:
        return _stream(path, progress)
    except (UnusualError, msgspec.DecodeError, UnicodeDecodeError, OverflowError):
        return None


def _stream(path: Path, progress: Callable[[int], None] | None) -> TransactionColumns:
    reading = _Reading()
    with collector_off(), path.open("rb") as file:
        while part := file.read(_PART_BYTES):
            reading.take(part + file.readline())
            if progress is not None:
                progress(file.tell())
    return reading.finish(str(path))


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self._micros = MicroTexts()
        self._last = -1
        self._lines = 0
        self._torn: str | None = None
        self._invoked: list[Ints] = []  # positions and processes of transactions, in the order of their numbers
        self._processes: list[Ints] = []
        self._completed: list[Ints] = []  # numbers of transactions, how they ended and at which positions
        self._outcomes: list[Ints] = []
        self._ends: list[Ints] = []
        self._open = _Open(process=_NONE, number=_NONE, text=[])

    def take(self, part: bytes) -> None:
        """Read some lines, of which the last may be torn if it ends the file."""
        lines, whole = part.count(b"\n"), part.rfind(b"\n") + 1
        self._lines += lines
        if whole < len(part):
            self._torn = f"line {self._lines + 1} is incomplete ({len(part) - whole} bytes) and was dropped"
        events = _EVENT.findall(part)
        positions = integers([event[0] for event in events])
        if len(events) != lines or np.any(np.diff(positions, prepend=self._last) <= 0):
            raise UnusualError
        self._last = int(positions[-1]) if lines else self._last
        if not part.isascii():
            part.decode()
        _validate([event[4] for event in events])
        for event in events:
            if event[5]:
                msgspec.json.decode(_NEMESIS_EVENT % event[5], type=Event)
        of_client = np.array([not event[5] for event in events], dtype=bool)
        self._pair(positions[of_client], [event for event in events if not event[5]])

    def _pair(self, position: Ints, events: list[tuple[bytes, ...]]) -> None:
        kind = np.array([_TYPES[event[1]] for event in events], dtype=np.int64)
        process = integers([event[2] for event in events])
        numbers = np.arange(np.count_nonzero(kind == _INVOKE)) + sum(map(len, self._invoked))
        number = np.full(len(kind), -1)
        number[kind == _INVOKE] = numbers
        self._invoked.append(position[kind == _INVOKE])
        self._processes.append(process[kind == _INVOKE])
        # rows: what was open, then the events
        opened = len(self._open.process)
        kind = np.concatenate([np.full(opened, _INVOKE), kind])
        process = np.concatenate([self._open.process, process])
        number = np.concatenate([self._open.number, number])
        texts = self._open.text + [event[3] for event in events]
        calls, returns, left = _pairs(process, kind == _INVOKE)
        self._open = _Open(process=process[left], number=number[left], text=[texts[row] for row in left.tolist()])
        self._completed.append(number[calls])
        self._outcomes.append(kind[returns])
        self._ends.append(position[returns - opened])
        ok = kind[returns] == OK
        self._micros.add(number[calls[ok]], [texts[row] for row in returns[ok].tolist()], learnt=True)
        self._micros.add(number[calls[~ok]], [texts[row] for row in calls[~ok].tolist()], learnt=False)
        _validate([texts[row] for row in np.concatenate([calls[ok], returns[~ok]]).tolist()])

    def finish(self, source: str) -> TransactionColumns:
        """The columns of all that was read; what is still open is left in doubt."""
        self._micros.add(self._open.number, self._open.text, learnt=False)
        index, completed = joined(self._invoked), joined(self._completed)
        outcome = np.full(len(index), INFO, dtype=np.int8)
        outcome[completed] = joined(self._outcomes)
        end = np.full(len(index), FOREVER)
        end[completed] = joined(self._ends)
        end[outcome == INFO] = FOREVER
        return TransactionColumns(
            index=index,
            end=end,
            process=joined(self._processes),
            outcome=outcome,
            **self._micros.columns(),
            source=source,
            torn=self._torn,
        )


@attrs.frozen(kw_only=True)
class _Open:
    """Invocations that have not been completed: processes, numbers of transactions, texts of values."""

    process: Ints
    number: Ints
    text: list[bytes]


def _validate(texts: list[bytes]) -> None:
    """Raise an error where one of those that nobody needs is no JSON."""
    given = list(filter(None, texts))
    if len(msgspec.json.decode(b"[" + b",".join(given) + b"]", type=list[msgspec.Raw])) != len(given):
        raise UnusualError


def _pairs(process: Ints, is_call: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """The rows of invocations, those of their completions, and those of the invocations that have none."""
    order = np.argsort(process, kind="stable")
    same = np.diff(process[order], prepend=-1) == 0
    call = is_call[order]
    after_call = same & np.concatenate([[False], call[:-1]])
    if np.any(call == after_call):
        raise UnusualError
    returns = np.flatnonzero(~call)
    alone = call.copy()
    alone[returns - 1] = False
    return order[returns - 1], order[returns], order[alone]
