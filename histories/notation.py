"""Histories as people write them on a board: what tests, `fallacy explain` and the planter of anomalies use.

    T1: w(x,1) w(y,1)                     a transaction of two writes, committed
    T2: r(x,1) r(y,nil) ; T3: r(y,1)      one line is one session: T3 follows T2 in the same process
    a(z,4) r(z,[3 4])                     appends and reads of lists; names are optional (T4 here)
    T5: w(x,2) fail                       aborted; `info`: nobody knows
    i(1,5) d(2) rp(1..9,[1=5 3=7])        rows: insert, delete, read all of a range (also all, =5, %2=1)
    ---                                   everything above has completed before anything below begins
    write(x,1) ; read(x,1) ; cas(x,1,2)   operations on single objects
    T6: r(x,2) @3-8                       begins at 3 and ends at 8; then every line of the text says so

Lines of one block are concurrent: the first transactions of all lines begin together, the last ones end together,
and between them the sessions take turns, in the order of the lines. So a line of one transaction overlaps all
others of its block, and sessions of several are ordered across as little as intervals allow. Where real time
matters, `---` says it. A value is a number, a word, `nil`, a list `[1 2]`, or `?` (not known); `#` begins a remark.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final

import attrs

from histories.errors import HistoryError
from histories.event import Event, EventType
from histories.history import History

_OPERATION: Final = re.compile(r"(\w+)\(([^()]*)\)")
_NAME: Final = re.compile(r"\s*(\w+):\s*")
_INTERVAL: Final = re.compile(r"@(\d+)-(\d+)")
_BARRIER: Final = re.compile(r"\s*---+\s*")
_SINGLE: Final = {"read": 2, "write": 2, "cas": 3}  # with the number of arguments
_MICRO: Final = {"a": "append", "w": "w", "r": "r", "i": "insert", "d": "delete", "rp": "rp"}
_READS: Final = ("r", "rp")
_UNKNOWN: Final = object()


@attrs.frozen(kw_only=True)
class _Call:
    """What one transaction or operation asks and learns."""

    name: str
    f: str
    key: Any
    asked: Any
    learnt: Any
    type: EventType
    line: int
    interval: tuple[int, int] | None


_Sessions = list[tuple[int, list[_Call]]]


def parse(text: str) -> History:
    """The history that a text describes; `HistoryError` names the line that it cannot read."""
    return parse_named(text)[0]


def parse_named(text: str) -> tuple[History, Mapping[str, int]]:
    """The same, and the index of each named transaction (T1, T2, ... in reading order where no name is given)."""
    indices: dict[str, int] = {}
    events: list[Event] = []
    for sessions in _blocks(text):
        for process, call, completes in _timed(sessions) if "@" in text else _turns(sessions):
            indices.setdefault(call.name, len(events))
            events.append(_event(len(events), process, call, completes=completes))
    return History.of(events), indices


def _blocks(text: str) -> Iterator[_Sessions]:
    """The sessions between two barriers, by process."""
    names, processes = count(1), count()
    sessions: _Sessions = []
    for line, written in enumerate(text.splitlines(), start=1):
        said = written.split("#")[0].strip()
        if _BARRIER.fullmatch(said):
            yield sessions
            sessions = []
        elif said:
            sessions.append((next(processes), [_call(part, names, line) for part in said.split(";")]))
    yield sessions


def _turns(sessions: _Sessions) -> Iterator[tuple[int, _Call, bool]]:
    """The events of one block, as (process, call, whether it completes)."""
    for turn in range(max((len(calls) for _, calls in sessions), default=0)):
        for process, calls in sessions:
            if turn < len(calls):
                if turn:
                    yield process, calls[turn - 1], True
                yield process, calls[turn], False
    for process, calls in sessions:
        yield process, calls[-1], True


def _timed(sessions: _Sessions) -> Iterator[tuple[int, _Call, bool]]:
    """The same, by the moments that the text gives."""
    moments: dict[int, tuple[int, _Call, bool]] = {}
    for process, calls in sessions:
        for call in calls:
            if call.interval is None or moments.keys() & set(call.interval):
                raise HistoryError(f"expected moments of its own for {call.name}, as @begin-end", line=call.line)
            begin, end = call.interval
            moments |= {begin: (process, call, False), end: (process, call, True)}
    for moment in sorted(moments):
        yield moments[moment]


def _event(index: int, process: int, call: _Call, *, completes: bool) -> Event:
    value = call.learnt if completes and call.type is EventType.OK else call.asked
    kind = call.type if completes else EventType.INVOKE
    return Event(index=index, time=index * 1000, type=kind, process=process, f=call.f, key=call.key, value=value)


def _call(text: str, names: Iterator[int], line: int) -> _Call:
    label = _NAME.match(text)
    body = text[label.end() :] if label else text
    timed = _INTERVAL.search(body)
    ending = _INTERVAL.sub("", _OPERATION.sub("", body)).strip() or "ok"
    parts = [(f, [_value(word) for word in inside.split(",")]) for f, inside in _OPERATION.findall(body)]
    if ending not in ("ok", "fail", "info") or not parts:
        raise HistoryError(f"expected operations and then perhaps fail or info, found {text.strip()!r}", line=line)
    kind = EventType(ending)
    f, key, asked, learnt = _single(parts, line) if parts[0][0] in _SINGLE else _transaction(parts, kind, line)
    return _Call(
        name=label[1] if label else f"T{next(names)}",
        f=f,
        key=key,
        asked=asked,
        learnt=learnt,
        type=kind,
        line=line,
        interval=(int(timed[1]), int(timed[2])) if timed else None,
    )


def _single(parts: list[tuple[str, list[Any]]], line: int) -> tuple[str, Any, Any, Any]:
    f, values = parts[0]
    if len(parts) > 1 or len(values) != _SINGLE[f]:
        raise HistoryError(f"expected one {f} with {_SINGLE[f]} arguments", line=line)
    value = values[1:] if f == "cas" else values[1]
    return f, values[0], None if f == "read" else value, value


def _transaction(parts: list[tuple[str, list[Any]]], kind: EventType, line: int) -> tuple[str, Any, Any, Any]:
    for f, values in parts:
        if f not in _MICRO or len(values) != (1 if f == "d" else 2):
            raise HistoryError(f"expected a(k,v) w(k,v) r(k,v) i(k,v) d(k) or rp(p,rows), found {f}", line=line)
    learnt = [_micro(_MICRO[f], *values) for f, values in parts]
    asked = [[f, key, None if f in _READS else value] for f, key, value in learnt]
    if kind is EventType.OK and any(value is _UNKNOWN for _, _, value in learnt):
        raise HistoryError("expected what every read of a committed transaction saw, found ?", line=line)
    return "txn", None, asked, learnt


def _micro(f: str, key: Any, value: Any = None) -> list[Any]:
    return [f, _predicate(str(key)) if f == "rp" else key, value]


def _predicate(word: str) -> list[Any]:
    if word == "all":
        return ["all"]
    if ".." in word:
        return ["range", *(_value(part) for part in word.split(".."))]
    if word.startswith("%"):
        return ["mod", *(_value(part) for part in word[1:].split("="))]
    return ["equals", _value(word.removeprefix("="))]


def _value(word: str) -> Any:
    word = word.strip()
    if word.startswith("["):
        return [_row_or_value(part) for part in word.strip("[]").split()]
    if word in ("nil", "?"):
        return None if word == "nil" else _UNKNOWN
    return int(word) if word.lstrip("-").isdigit() else word


def _row_or_value(word: str) -> Any:
    return [_value(part) for part in word.split("=")] if "=" in word else _value(word)
