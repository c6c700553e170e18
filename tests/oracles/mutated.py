"""Histories a step or two away from given ones: near the edges of models, where random histories seldom are.

Values stay unique for their keys; whatever else comes of it is for the oracle to say.
"""

from __future__ import annotations

from random import Random
from typing import Any

import attrs

from histories import Event, EventType, History, Outcome

READS = ("r", "rp")
SHOWN = ("r", "w", "insert")


@attrs.define
class _Transaction:
    process: int
    outcome: Outcome
    ops: list[list[Any]]


def mutated(history: History, luck: Random, *, most: int = 6) -> History:
    """The history after one to three changes, of at most so many transactions, its intervals drawn anew or not."""
    made = [_Transaction(o.process, o.outcome, [list(op) for op in o.known]) for o in history]
    for _ in range(luck.randint(1, 3)):
        luck.choice(_CHANGES)(made, luck)
    if luck.random() < 0.5:
        luck.shuffle(made)
    return History.of(_events(made[:most], luck))


def _reads_other(made: list[_Transaction], luck: Random) -> None:
    """A read shows what another read of the key shows, or what somebody wrote, or nothing."""
    reads = [op for each in made for op in each.ops if op[0] == "r"]
    if reads:
        op = luck.choice(reads)
        same = [
            other[2] for each in made for other in each.ops if other[1] == op[1] and other[0] in ("r", "w", "insert")
        ]
        op[2] = luck.choice([*same, None])


def _reads_more(made: list[_Transaction], luck: Random) -> None:
    """A transaction reads what another one reads."""
    ops = [op for each in made for op in each.ops if op[0] in READS]
    if ops:
        into = luck.choice(made).ops
        into.insert(luck.randint(0, len(into)), list(luck.choice(ops)))


def _writes_more(made: list[_Transaction], luck: Random) -> None:
    """A transaction writes a key once more, unseen."""
    ops = [op for each in made for op in each.ops if op[0] in ("w", "append")]
    if ops:
        f, key, _ = luck.choice(ops)
        into = luck.choice(made).ops
        into.insert(luck.randint(0, len(into)), [f, key, luck.randint(1_000, 1_000_000)])


def _does_less(made: list[_Transaction], luck: Random) -> None:
    """A transaction leaves out an operation."""
    ops = luck.choice(made).ops
    if len(ops) > 1:
        ops.pop(luck.randrange(len(ops)))


def _turns_around(made: list[_Transaction], luck: Random) -> None:
    """A transaction does what it does in another order."""
    luck.shuffle(luck.choice(made).ops)


def _joins(made: list[_Transaction], luck: Random) -> None:
    """One session follows another, or a transaction has a session of its own."""
    luck.choice(made).process = luck.choice([luck.choice(made).process, 100 + luck.randrange(3)])


def _ends_otherwise(made: list[_Transaction], luck: Random) -> None:
    luck.choice(made).outcome = luck.choice(list(Outcome))


def _merges(made: list[_Transaction], luck: Random) -> None:
    """Two transactions are one."""
    if len(made) > 2:
        gone = made.pop(luck.randrange(len(made)))
        luck.choice(made).ops += gone.ops


_CHANGES = (
    _reads_other,
    _reads_other,
    _reads_more,
    _writes_more,
    _does_less,
    _turns_around,
    _joins,
    _ends_otherwise,
    _merges,
)


def _events(made: list[_Transaction], luck: Random) -> list[Event]:
    """All at once, one after the other, or as it comes; in order within each process."""
    hurry = luck.choice((0.0, 0.5, 1.0))
    waiting: dict[int, list[_Transaction]] = {}
    for each in made:
        waiting.setdefault(each.process, []).append(each)
    running: list[_Transaction] = []
    events: list[Event] = []
    while waiting or running:
        idle = [process for process in waiting if process not in {each.process for each in running}]
        if idle and (not running or luck.random() >= hurry):
            process = luck.choice(idle)
            each = waiting[process].pop(0)
            if not waiting[process]:
                del waiting[process]
            running.append(each)
            events.append(_event(len(events), each, EventType.INVOKE))
        else:
            each = running.pop(luck.randrange(len(running)))
            events.append(_event(len(events), each, EventType(each.outcome.value)))
    return events


def _event(index: int, each: _Transaction, kind: EventType) -> Event:
    asked = [[f, key, None if f in READS else value] for f, key, value in each.ops]
    value = each.ops if kind is EventType.OK else asked
    return Event(index=index, time=index, type=kind, process=each.process, f="txn", value=value)
