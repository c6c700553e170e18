"""One line an operation, with its start and its end, as the linearizability monitors PolyLin and fptlin read them.

The first line names the data type. Then, in one of three orders:

    # stack                       # queue                               # set
    METHOD VALUES.. START END     PROCESS METHOD VALUES.. START END     PROCESS START END METHOD VALUES..
    push 7 1 2                    0 enq 7 1 2                           0 1 2 INSERT 7 1

Every operation is complete. Where a return and a call are at the same instant, the return comes first. Where no process
is given, each operation is of a process of its own. Taking from an empty collection returns -1, unless somebody
puts a -1. A read-modify-write register begins as 0: this is told by a write before everything else. Priority queues
give the largest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from histories.errors import HistoryError
from histories.event import Event, EventType
from histories.formats.edn import shortened
from histories.formats.format import ONLY, Format, first_line, text_of
from histories.history import History, pair

Values = list[int]


@attrs.frozen
class _Method:
    """How a method is called here: its f, how many values it has on its line, what of them was asked, and told."""

    f: str
    count: int
    asked: Callable[[Values], Any]
    told: Callable[[Values], Any]


def _put(f: str) -> _Method:
    return _Method(f, 1, lambda values: values[0], lambda values: values[0])


def _take(f: str) -> _Method:
    return _Method(f, 1, lambda _: None, lambda values: values[0])


def _tell(f: str) -> _Method:
    return _Method(f, 2, lambda values: values[0], lambda values: bool(values[1]))


def _found(f: str, *, there: bool) -> _Method:
    return _Method(f, 1, lambda values: values[0], lambda _: there)


_QUEUE: Final = {"enq": _put("enqueue"), "deq": _take("dequeue"), "peek": _take("peek")}
_PRIORITY_QUEUE: Final = {"insert": _put("insert"), "poll": _take("extract"), "peek": _take("peek")}
_DATA_TYPES: Final[Mapping[str, Mapping[str, _Method]]] = {
    "stack": {"push": _put("push"), "pop": _take("pop"), "peek": _take("peek")},
    "queue": _QUEUE,
    "priorityqueue": _PRIORITY_QUEUE,
    "pqueue": _PRIORITY_QUEUE,
    "set": {
        "insert": _tell("add"),
        "remove": _tell("remove"),
        "contains": _tell("contains"),
        "contains_true": _found("contains", there=True),
        "contains_false": _found("contains", there=False),
    },
    "rmw": {"read_modify_write": _Method("cas", 2, lambda values: values, lambda values: values)},
}
_EMPTY: Final = -1
_HEADER: Final = re.compile(rf"#\s*({'|'.join(_DATA_TYPES)})")
_NUMBER: Final = re.compile(r"-?\d{1,18}", re.ASCII)


@attrs.frozen(kw_only=True)
class _Row:
    """One line, taken apart."""

    line: int
    process: int
    method: _Method
    values: Values
    start: int
    end: int


def recognise(head: str) -> str | None:
    """A file whose first line names a data type."""
    header = _HEADER.fullmatch(first_line(head))
    return f"its first line names a data type, {header[1]}" if header else None


def read(path: Path) -> Mapping[str, History]:
    """The history in a file."""
    lines = [line.strip() for line in text_of(path).split("\n")]
    header = next((line for line in lines if line), "")
    match = _HEADER.fullmatch(header)
    if match is None:
        raise HistoryError(f"expected a data type, such as `# queue`, found {shortened(header)}", line=1)
    methods = _DATA_TYPES[match[1]]
    rows = [_row(line, number, methods) for number, line in enumerate(lines, start=1) if line and line[0] != "#"]
    return {ONLY: pair(_events(rows, match[1]), source=str(path))}


def _row(line: str, number: int, methods: Mapping[str, _Method]) -> _Row:
    words = line.split()
    at = next((place for place, word in enumerate(words) if word.lower() in methods), None)
    if at is None or at not in _ORDERS:
        raise HistoryError(f"expected one of {', '.join(methods)}, found {shortened(line)}", line=number)
    method = methods[words[at].lower()]
    process, values, start, end = _ORDERS[at]([str(number), *words])
    if len(values) != method.count:
        raise HistoryError(f"expected {method.count} values and two times, found {shortened(line)}", line=number)
    row = _Row(
        line=number,
        process=_number(process, number),
        method=method,
        values=[_number(value, number) for value in values],
        start=_number(start, number),
        end=_number(end, number),
    )
    if row.end < row.start:
        raise HistoryError(f"expected an end after the start, found {shortened(line)}", line=number)
    return row


# By the place of the method on its line: process, values, start and end of the line's number and its words.
_ORDERS: Final[Mapping[int, Callable[[list[str]], tuple[str, list[str], str, str]]]] = {
    0: lambda words: (words[0], words[2:-2], *_last_two(words)),
    1: lambda words: (words[1], words[3:-2], *_last_two(words)),
    3: lambda words: (words[1], words[5:], words[2], words[3]),
}


def _last_two(words: list[str]) -> tuple[str, str]:
    return words[-2], words[-1]


def _number(word: str, line: int) -> int:
    if _NUMBER.fullmatch(word):
        return int(word)
    raise HistoryError(f"expected a whole number, found {shortened(word)}", line=line)


def _events(rows: Iterable[_Row], data_type: str) -> Iterator[tuple[int, Event]]:
    """The two events of each operation in the order of their times; see `_moment` for equal ones."""
    rows = list(rows)
    puts = {row.values[0] for row in rows if row.method.f in {"enqueue", "push", "insert"}}
    moments = sorted(
        (_moment(row, is_return), place, is_return) for place, row in enumerate(rows) for is_return in (0, 1)
    )
    first = 0
    if data_type == "rmw":
        yield from enumerate(_initial_write(), start=1)
        first = 2
    for index, (_, place, is_return) in enumerate(moments, start=first):
        row = rows[place]
        value = (row.method.told if is_return else row.method.asked)(row.values)
        if is_return and value == _EMPTY and _EMPTY not in puts:
            value = None
        yield (
            row.line,
            Event(
                index=index,
                time=row.end if is_return else row.start,
                type=EventType.OK if is_return else EventType.INVOKE,
                process=row.process,
                f=row.method.f,
                value=value,
            ),
        )


def _moment(row: _Row, is_return: int) -> tuple[int, int]:
    """A return comes before the calls at its instant, save that of an operation that begins and ends there."""
    if row.start == row.end:
        return row.start, 1 + is_return
    return (row.end, 0) if is_return else (row.start, 3)


def _initial_write() -> tuple[Event, Event]:
    return (
        Event(index=0, time=0, type=EventType.INVOKE, process=-1, f="write", value=0),
        Event(index=1, time=0, type=EventType.OK, process=-1, f="write", value=0),
    )


FORMAT: Final = Format(
    name="intervals",
    summary="PolyLin's and fptlin's histories: a data type, then one operation a line with start and end",
    recognise=recognise,
    read=read,
)
