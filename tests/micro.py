"""The micro-language that tests and `fallacy explain` write small histories in.

    T1: w(x,1) w(y,1)                     a transaction of two writes, committed
    T2: r(x,1) r(y,nil) ; T3: r(y,1)      one line is one session: T3 follows T2 in the same process
    a(z,4) r(z,[3 4])                     appends and reads of lists; names are optional (T4 here)
    T5: w(x,2) fail                       aborted; `info`: nobody knows
    i(1,5) d(2) rp(1..9,[1=5 3=7])        rows: insert, delete, read all of a range (also all, =5, %2=1)
    ---                                   everything above has completed before anything below begins
    T6: r(x,2) @3-8                       begins at 3 and ends at 8; then every line of the text says so
    write(x,1) ; read(x,1) ; cas(x,1,2)   operations on single objects

Lines of one block are concurrent: the first transactions of all lines begin together, the last ones end together,
and between them the sessions take turns, in the order of the lines. So a line of one transaction overlaps all
others of its block, and sessions of several are ordered across as little as intervals allow. Where real time is
the point of a test, `---` says it. A value is a number, a word, `nil`, a list `[1 2]`, or `?` (not known).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import attrs

from histories import Event, EventType, History

OPERATION = re.compile(r"(\w+)\(([^()]*)\)")
NAME = re.compile(r"\s*(\w+):\s*")
INTERVAL = re.compile(r"@(\d+)-(\d+)")
SINGLE = ("read", "write", "cas")
MICRO = {"a": "append", "w": "w", "r": "r", "i": "insert", "d": "delete", "rp": "rp"}
UNKNOWN = object()


@attrs.frozen(kw_only=True)
class Call:
    """What one transaction or operation asks and learns."""

    name: str
    f: str
    key: Any
    asked: Any
    learnt: Any
    type: EventType
    interval: tuple[int, int] | None = None


def history(text: str) -> History:
    """The history that a text describes."""
    return named(text)[0]


def named(text: str) -> tuple[History, Mapping[str, int]]:
    """The same, and the index of each named transaction (T1, T2, ... in reading order where no name is given)."""
    numbers, indices = count(), {}
    names = count(1)
    events: list[Event] = []
    processes = count()
    for block in re.split(r"^\s*---+\s*$", text, flags=re.MULTILINE):
        lines = [line.split("#")[0].strip() for line in block.splitlines()]
        sessions = [(next(processes), [_call(part, names) for part in line.split(";")]) for line in lines if line]
        for process, call, completes in _timed(sessions) if "@" in text else _turns(sessions):
            index = next(numbers)
            indices.setdefault(call.name, index)
            events.append(_event(index, process, call, completes=completes))
    return History.of(events), indices


def _turns(sessions: list[tuple[int, list[Call]]]) -> Iterator[tuple[int, Call, bool]]:
    """The events of one block, as (process, call, whether it completes)."""
    for turn in range(max((len(calls) for _, calls in sessions), default=0)):
        for process, calls in sessions:
            if turn < len(calls):
                if turn:
                    yield process, calls[turn - 1], True
                yield process, calls[turn], False
    for process, calls in sessions:
        yield process, calls[-1], True


def _timed(sessions: list[tuple[int, list[Call]]]) -> Iterator[tuple[int, Call, bool]]:
    """The same, by the moments that the text gives."""
    moments = {}
    for process, calls in sessions:
        for call in calls:
            if call.interval is None or moments.keys() & set(call.interval):
                raise ValueError(f"expected {call.name} to have an interval with moments of its own, @begin-end")
            begin, end = call.interval
            moments |= {begin: (process, call, False), end: (process, call, True)}
    for moment in sorted(moments):
        yield moments[moment]


def _event(index: int, process: int, call: Call, *, completes: bool) -> Event:
    value = call.asked if not completes or call.type is not EventType.OK else call.learnt
    kind = call.type if completes else EventType.INVOKE
    return Event(index=index, time=index * 1000, type=kind, process=process, f=call.f, key=call.key, value=value)


def _call(text: str, names: Iterator[int]) -> Call:
    label = NAME.match(text)
    body = text[label.end() :] if label else text
    name = label[1] if label else f"T{next(names)}"
    timed = INTERVAL.search(body)
    interval = (int(timed[1]), int(timed[2])) if timed else None
    rest = INTERVAL.sub("", OPERATION.sub("", body)).strip() or "ok"
    parts = [(f, [_value(word) for word in inside.split(",")]) for f, inside in OPERATION.findall(body)]
    if rest not in ("ok", "fail", "info") or not parts:
        raise ValueError(f"expected operations and then perhaps fail or info, found {text.strip()!r}")
    if parts[0][0] in SINGLE:
        return attrs.evolve(_single(name, parts, EventType(rest)), interval=interval)
    learnt = [_micro(MICRO[f], *values) for f, values in parts]
    asked = [[f, key, None if f in ("r", "rp") else value] for f, key, value in learnt]
    if rest == "ok" and any(value is UNKNOWN for _, _, value in learnt):
        raise ValueError(f"expected what every read of a committed transaction saw, found {text.strip()!r}")
    kind = EventType(rest)
    return Call(name=name, f="txn", key=None, asked=asked, learnt=learnt, type=kind, interval=interval)


def _single(name: str, parts: list[tuple[str, list[Any]]], kind: EventType) -> Call:
    ((f, (key, *values)),) = parts
    value = values if f == "cas" else values[0]
    return Call(name=name, f=f, key=key, asked=None if f == "read" else value, learnt=value, type=kind)


def _micro(f: str, key: Any, value: Any = None) -> list[Any]:
    return [f, _predicate(key) if f == "rp" else key, value]


def _predicate(word: str) -> list[Any]:
    if word == "all":
        return ["all"]
    if ".." in word:
        return ["range", *(_value(part) for part in word.split(".."))]
    if word.startswith("%"):
        return ["mod", *(_value(part) for part in word[1:].split("="))]
    return ["equals", _value(word[1:])]


def _value(word: str) -> Any:
    word = word.strip()
    if word.startswith("["):
        return [_value(part) for part in word.strip("[]").split()]
    if "=" in word.strip("=%") and not word.startswith("%"):
        return [_value(part) for part in word.split("=")]
    if word == "nil":
        return None
    if word == "?":
        return UNKNOWN
    return int(word) if word.lstrip("-").isdigit() else word
