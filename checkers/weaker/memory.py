"""Reads and writes of single objects, as the weaker models see them: steps in sessions, and where each read is from.

A step is a read or a write; a cas that succeeded is a read and then a write, for these models know no atomicity. What
failed did not happen. A write of unknown outcome is taken to have happened if somebody read it, and not to have
happened otherwise, which is always the easier way to satisfy a model; a read of unknown outcome says nothing. Since
such a write may take effect at any later time, its session ends with it: a process that goes on begins another.

Which write a read is from must be known. Where a value that was read was written twice to its object, or the initial
value was read and also written, the history is `Ambiguous`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import Any, Final

import attrs

from checkers.verdict import Anomaly
from histories import History, HistoryError, Operation, Outcome, freeze

INITIAL: Final = -1  # in the place of the write that an initial value is from
NONE: Final = -2  # in the place of the source of what is no read

GARBAGE: Final = "garbage-read"
ABORTED: Final = "G1a"

FS: Final = frozenset({"read", "write", "cas"})


class Ambiguous(Exception):  # noqa: N818  not an error: it says why nothing can be said
    """Which write a read is from cannot be known; the message is the reason, as a sentence."""


@attrs.frozen
class Step:
    """One read or write.

    `session` and `position` (from 1) tell where it stands. `source` is the number of the write that a read is from, or
    INITIAL; NONE for a write. The number of a step is its place among all, in the order of invocations.
    """

    operation: Operation
    session: int
    key: Hashable
    is_write: bool
    value: Hashable
    position: int = 0
    source: int = NONE

    def __str__(self) -> str:
        """For people, within a sentence: `#12 (process 3 writes 4 to x)`."""
        where = "" if self.key is None else f" {'to' if self.is_write else 'from'} {self.key}"
        verb = "writes" if self.is_write else "reads"
        return f"#{self.operation.index} (process {self.operation.process} {verb} {self.value}{where})"


@attrs.frozen
class Writer:
    """The writes of one session to one object: their positions and their numbers."""

    session: int
    positions: list[int] = attrs.field(factory=list)
    numbers: list[int] = attrs.field(factory=list)

    def last(self, position: int) -> int | None:
        """The last of them that stands at a position or before it."""
        at = bisect_right(self.positions, position)
        return self.numbers[at - 1] if at else None


@attrs.frozen(slots=False)
class Memory:
    """The steps of a history, the numbers of the steps of each session, and reads of what was never written."""

    steps: tuple[Step, ...]
    sessions: tuple[tuple[int, ...], ...]
    garbage: tuple[Anomaly, ...] = ()

    @classmethod
    def of(cls, history: History) -> Memory:
        """The steps of a history of reads, writes and cas, whose initial values are None.

        Raises `Ambiguous`, and `HistoryError` for other operations.
        """
        drafts = list(_drafts(history))
        kept, sources = _resolve(drafts)
        numbers = {draft: number for number, draft in enumerate(kept)}
        sessions: dict[int, list[int]] = {}
        steps = []
        for number, at in enumerate(kept):
            draft = drafts[at]
            mine = sessions.setdefault(draft.session, [])
            mine.append(number)
            source = sources.get(at, NONE)
            steps.append(attrs.evolve(draft, position=len(mine), source=numbers[source] if source >= 0 else source))
        order = {session: place for place, session in enumerate(sessions)}
        steps = [attrs.evolve(step, session=order[step.session]) for step in steps]
        strange = [step for step in steps if step.source == INITIAL and step.value is not None]
        garbage = tuple(_garbage(step, history) for step in strange)
        return cls(tuple(steps), tuple(map(tuple, sessions.values())), garbage)

    def __len__(self) -> int:
        return len(self.steps)

    @cached_property
    def writers(self) -> dict[Hashable, list[Writer]]:
        """For each object, the sessions that wrote it."""
        found: dict[Hashable, dict[int, Writer]] = {}
        for number, step in enumerate(self.steps):
            if step.is_write:
                writer = found.setdefault(step.key, {}).setdefault(step.session, Writer(step.session))
                writer.positions.append(step.position)
                writer.numbers.append(number)
        return {key: list(writers.values()) for key, writers in found.items()}

    def indices(self, *numbers: int) -> tuple[int, ...]:
        """The indices of the operations of some steps, each once."""
        return tuple(dict.fromkeys(self.steps[number].operation.index for number in numbers if number >= 0))


def _drafts(history: History) -> Iterator[Step]:
    """The steps that may have happened, without their places."""
    session_of: dict[int, int] = {}
    for place, operation in enumerate(history):
        if operation.f not in FS:
            raise HistoryError(f"expected one of {', '.join(sorted(FS))}, found {operation}", source=history.source)
        session = session_of.setdefault(operation.process, place)
        if operation.outcome is Outcome.INFO:
            session_of.pop(operation.process)
        if operation.outcome is Outcome.FAIL or (operation.f == "read" and not operation.ok):
            continue
        key = freeze(operation.key)
        for is_write, value in _accesses(operation):
            yield Step(operation, session, key, is_write, freeze(value))


def _accesses(operation: Operation) -> Iterator[tuple[bool, Any]]:
    """What an operation reads and writes: whether it is a write, and the value."""
    if operation.f == "cas":
        if not isinstance(operation.value, list | tuple) or len(operation.value) != 2:
            raise HistoryError(f"expected [old, new] as the value of {operation}")
        old, new = operation.value
        yield False, old
        if freeze(old) != freeze(new):
            yield True, new
    elif operation.f == "write":
        yield True, operation.value
    else:
        yield False, operation.result


def _resolve(drafts: list[Step]) -> tuple[list[int], dict[int, int]]:
    """The places of the steps that happened, and of the write that each read among them is from.

    Sure are the steps of what is ok, and of what is of unknown outcome and was read by one that is sure.
    """
    writes: dict[tuple[Hashable, Hashable], list[int]] = {}
    steps_of: dict[int, list[int]] = {}
    for place, draft in enumerate(drafts):
        steps_of.setdefault(draft.operation.index, []).append(place)
        if draft.is_write:
            writes.setdefault((draft.key, draft.value), []).append(place)
    waiting = [place for place, draft in enumerate(drafts) if draft.operation.ok]
    sure, sources = set(waiting), dict[int, int]()
    while waiting:
        place = waiting.pop()
        read = drafts[place]
        if read.is_write:
            continue
        found = writes.get((read.key, read.value), [])
        if len(found) + (read.value is None) > 1:
            raise Ambiguous(_ambiguity(read, [drafts[write] for write in found]))
        sources[place] = found[0] if found else INITIAL
        if found and found[0] not in sure:
            new = steps_of[drafts[found[0]].operation.index]
            sure.update(new)
            waiting += new
    return sorted(sure), sources


def _ambiguity(read: Step, writes: list[Step]) -> str:
    who = " and ".join(map(str, writes[:2]))
    others = "it is the initial value, and was also written" if read.value is None else "it was written more than once"
    return f"which write {read} is from cannot be known: {others} ({who}); written values must be unique"


def _garbage(read: Step, history: History) -> Anomaly:
    for operation in history.by_key.get(read.key, ()):
        if operation.outcome is Outcome.FAIL and any(w and freeze(v) == read.value for w, v in _accesses(operation)):
            told = f"{read}, which only #{operation.index} (process {operation.process}) wrote, and that failed"
            return Anomaly(
                type=ABORTED, operations=(operation.index, read.operation.index), explanation=told, key=read.key
            )
    return Anomaly(
        type=GARBAGE, operations=(read.operation.index,), explanation=f"{read}, which nobody ever wrote", key=read.key
    )
