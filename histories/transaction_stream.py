"""A journal of transactions, read straight into arrays.

This is the fast way for journals as this project writes them, whose keys are numbers or short strings and whose
values are whole numbers: their lines are parsed in lockstep. Whatever else a journal may hold, and whatever is wrong
with it, is left to the general way, which knows how to say so: `read_journal`, then `TransactionColumns.of`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs
import msgspec
import numpy as np
from numpy.typing import NDArray

from histories.codes import Ints, Narrow, joined, narrow
from histories.event import Event
from histories.history import collector_off
from histories.journal import read_journal
from histories.lockstep import Text, UnusualError
from histories.micro_stream import MicroStream
from histories.transactions import FAIL, FOREVER, INFO, OK, TransactionColumns

_PART_BYTES: Final = 1 << 21
_KEPT_BYTES: Final = 30 << 20
"""Memory that arrays of up to this size leave is used again, where the C library learns (glibc) from what it frees."""

_INVOKE: Final = 3
_TYPES: Final = {b'invoke"': _INVOKE, b'ok"': OK, b'fail"': FAIL, b'info"': INFO}
_TYPE_CODES: Final = np.array(list(_TYPES.values()), dtype=np.int8)


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
    np.empty(_KEPT_BYTES, dtype=np.uint8)  # freed at once: else each part's arrays would be made of new pages
    with collector_off(), path.open("rb") as file:
        while part := file.read(_PART_BYTES):
            reading.take(part + file.readline())
            if progress is not None:
                progress(file.tell())
    return reading.finish(str(path))


@attrs.frozen(kw_only=True, eq=False)
class _Lines:
    """Some lines that tell of transactions: positions, types, processes, and the sizes of the transactions."""

    position: Narrow
    type: Narrow
    process: Narrow
    size: Narrow


class _End(msgspec.Struct, forbid_unknown_fields=True):
    """What stands in a line behind its value."""

    error: str | None = None
    node: str | None = None


class _Reading:
    """What has been read so far."""

    def __init__(self) -> None:
        self._micros = MicroStream()
        self._parts: list[_Lines] = []
        self._last = -1
        self._lines = 0
        self._torn: str | None = None

    def take(self, part: bytes) -> None:
        """Read some lines, of which the last may be torn if it ends the file."""
        whole = part.rfind(b"\n") + 1
        if not part.isascii():
            part[:whole].decode()
        text = Text(part[:whole])
        ends = text.find(b"\n")
        self._lines += len(ends)
        if whole < len(part):
            self._torn = f"line {self._lines + 1} is incomplete ({len(part) - whole} bytes) and was dropped"
        begins = np.append(0, ends + 1)[: len(ends)]
        position, at = text.integers(text.past(begins, b'{"index":'))
        if np.any(np.diff(position, prepend=self._last) <= 0):
            raise UnusualError
        self._last = int(position[-1]) if len(position) else self._last
        _, at = text.integers(text.past(at, b',"time":'))
        kind, at = text.one_of(text.past(at, b',"type":"'), tuple(_TYPES))
        at = text.past(at, b',"process":')
        of_nemesis = text.sees(at, b'"')
        for begin, end in zip(begins[of_nemesis].tolist(), ends[of_nemesis].tolist(), strict=True):
            _decode_event(text.text[begin:end])
        rows = np.flatnonzero(~of_nemesis)
        process, at = text.integers(at[rows])
        kind = _TYPE_CODES[kind[rows]]
        size = self._values(text, text.past(at, b',"f":"txn"'), ends[rows], kind)
        lines = _Lines(position=narrow(position[rows]), type=kind, process=narrow(process), size=narrow(size))
        self._parts.append(lines)

    def _values(self, text: Text, at: Ints, ends: Ints, kind: NDArray[np.int8]) -> Ints:
        """How many micro-operations stand in each line, of which all is read from the value on."""
        size, behind = np.zeros_like(at), at.copy()
        given = text.sees(at, _VALUE)
        if not given[(kind == _INVOKE) | (kind == OK)].all():
            raise UnusualError
        behind[given] += len(_VALUE)
        empty = np.flatnonzero(given)[text.sees(behind[given], b"[]")]
        given[empty] = False
        behind[empty] += len(b"[]")
        size[given], behind[given] = self._micros.take(text, behind[given], ends[given], kind[given] == OK)
        more = np.flatnonzero((text.bytes[behind] != ord("}")) | (behind + 1 != ends))
        for tail in text.distinct(behind[more], ends[more]):
            if not tail.startswith(b","):
                raise UnusualError
            _decode_end(b"{" + tail[1:])
        return size

    def finish(self, source: str) -> TransactionColumns:
        """The columns of all that was read; what is still open is left in doubt."""
        names = [field.name for field in attrs.fields(_Lines)]
        position, kind, process, size = (joined([getattr(part, name) for part in self._parts]) for name in names)
        calls = np.flatnonzero(kind == _INVOKE)
        returned, returns = _pairs(process, kind == _INVOKE)
        returned = np.searchsorted(calls, returned)
        outcome, end = np.full(len(calls), INFO, dtype=np.int8), np.full(len(calls), FOREVER)
        outcome[returned], end[returned] = kind[returns], position[returns]
        end[outcome == INFO] = FOREVER
        line = calls.copy()
        learnt = kind[returns] == OK
        line[returned[learnt]] = returns[learnt]
        return TransactionColumns(
            index=position[calls].astype(np.int64),
            end=end,
            process=process[calls].astype(np.int64),
            outcome=outcome,
            **self._micros.columns((np.cumsum(size) - size)[line], size[line]),
            source=source,
            torn=self._torn,
        )


def _pairs(process: Narrow, is_call: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """The rows of the invocations that were completed, and those of their completions."""
    order = np.argsort(process, kind="stable")
    same = np.diff(process[order], prepend=-1) == 0
    call = is_call[order]
    after_call = same & np.concatenate([[False], call[:-1]])[: len(call)]
    if np.any(call == after_call):
        raise UnusualError
    returns = np.flatnonzero(~call)
    return order[returns - 1], order[returns]


_VALUE: Final = b',"value":'
_decode_event = msgspec.json.Decoder(Event).decode
_decode_end = msgspec.json.Decoder(_End).decode
