"""Queues by counting, after Jepsen's `total-queue`: what was put in must come out, and only that.

The order of the elements does not matter here, and an element may be put in several times. Of the elements that come
out there are those that nobody put in, or whose enqueue failed (unexpected), and those that come out more often than
they may have been put in (duplicated). Of those whose enqueue succeeded there are those that never come out (lost).

Nothing is known to be lost before the queue has been drained: a dequeue that began when all enqueues were over has
returned nothing, or a `drain` what was left. One that failed did not happen, and tells nothing. A dequeue of unknown
outcome may have taken an element with it; so many are forgiven, and then nobody knows which. A drain that does not
tell what it took may have taken everything.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final

import attrs

from checkers.data.conclusion import conclude, counted, elements_of, listed, name_of, only
from checkers.verdict import Anomaly, Classification
from histories import History, Operation, Outcome, freeze

LOST: Final = "lost-element"
DUPLICATED: Final = "duplicated-element"
UNEXPECTED: Final = "unexpected-element"

PROPERTIES: Final = {
    "total-queue": frozenset({LOST, UNEXPECTED}),
    "at-least-once": frozenset({LOST}),
    "at-most-once": frozenset({DUPLICATED}),
}


def check_total_queue(history: History) -> Classification:
    """Judge `total-queue` (nothing lost, nothing unexpected), `at-least-once` (nothing lost) and `at-most-once`.

    A dequeue's result is the element, or None where there was none; a drain's is a list of elements. Raises
    `HistoryError` for other operations.
    """
    only(history, {"enqueue", "dequeue", "drain"})
    anomalies: list[Anomaly] = []
    full: list[Any] = []
    doubtful = recovered = 0
    for key, operations in history.by_key.items():
        flow = _Flow.of(key, operations)
        anomalies += [*flow.unexpected(), *flow.duplicated()]
        lost = flow.missing()
        full += [key] if lost and not flow.drained else []
        if flow.drained and lost.total() > flow.forgiven:
            anomalies.append(flow.loss(lost))
        elif flow.drained:
            doubtful += lost.total()
        recovered += flow.recovered()
    unknown = ""
    if full:
        unknown = f"elements were still to come when the history ended (in queue {listed(full)}): it was not drained"
    elif doubtful:
        unknown = (
            f"{counted(doubtful, 'element')} did not come out, but may have been taken by operations that do not tell"
        )
    return conclude(
        PROPERTIES,
        anomalies,
        holds="every element that was put in came out, and nothing else did",
        unknown={"total-queue": unknown, "at-least-once": unknown} if unknown else {},
        refutes={LOST, UNEXPECTED, DUPLICATED},
        statistics={"recovered elements": recovered},
    )


@attrs.frozen
class _Flow:
    """What went into one queue and what came out."""

    key: Any
    enqueues: list[Operation]
    taken: dict[Hashable, list[Operation]]  # for each element the operations that took it
    drained: bool
    forgiven: float

    @classmethod
    def of(cls, key: Any, operations: Sequence[Operation]) -> _Flow:
        enqueues = [operation for operation in operations if operation.f == "enqueue"]
        taken: dict[Hashable, list[Operation]] = {}
        for operation in operations:
            for element in _taken_by(operation):
                taken.setdefault(element, []).append(operation)
        over = max((_end(enqueue) for enqueue in enqueues if enqueue.outcome is not Outcome.FAIL), default=-1)
        return cls(
            key=key,
            enqueues=enqueues,
            taken=taken,
            drained=any(o.f != "enqueue" and o.index > over and _found_empty(o) for o in operations),
            forgiven=sum(map(_silently_taken, operations)),
        )

    def unexpected(self) -> Iterator[Anomaly]:
        """Elements that came out and cannot have been put in."""
        possible = {freeze(o.value) for o in self.enqueues if o.outcome is not Outcome.FAIL}
        failed = {freeze(o.value): o for o in self.enqueues if o.outcome is Outcome.FAIL}
        for element, takers in self.taken.items():
            if element in possible:
                continue
            enqueue = failed.get(element)
            why = f"its enqueue {name_of(enqueue)} failed" if enqueue else "nobody put it in"
            yield Anomaly(
                type=UNEXPECTED,
                operations=(*([enqueue.index] if enqueue else []), *_indices(takers)),
                explanation=f"{element} came out to {name_of(takers[0])}, but {why}",
                key=self.key,
                evidence=element,
            )

    def duplicated(self) -> Iterator[Anomaly]:
        """Elements that came out more often than they may have been put in."""
        attempts = Counter(freeze(o.value) for o in self.enqueues if o.outcome is not Outcome.FAIL)
        for element, takers in self.taken.items():
            if 0 < attempts[element] < len(takers):
                times = counted(attempts[element], "enqueue")
                told = f"{element} came out {len(takers)} times, of {times}: to {listed([name_of(o) for o in takers])}"
                yield Anomaly(
                    type=DUPLICATED, operations=_indices(takers), explanation=told, key=self.key, evidence=element
                )

    def missing(self) -> Counter[Hashable]:
        """Elements that were surely put in and did not come out, with how often."""
        put = Counter(freeze(operation.value) for operation in self.enqueues if operation.ok)
        return put - Counter({element: len(takers) for element, takers in self.taken.items()})

    def loss(self, lost: Counter[Hashable]) -> Anomaly:
        """The anomaly of elements that are missing."""
        enqueues = [operation for operation in self.enqueues if operation.ok and freeze(operation.value) in lost]
        told = (
            f"{counted(lost.total(), 'element')} lost: {listed(list(lost))}. {enqueues[0].value} was put in by "
            f"{name_of(enqueues[0])} and never came out, though the queue was drained"
        )
        if self.forgiven:
            told += f"; of these, {counted(int(self.forgiven), 'dequeue')} of unknown outcome may have taken one each"
        return Anomaly(type=LOST, operations=_indices(enqueues), explanation=told, key=self.key, evidence=tuple(lost))

    def recovered(self) -> int:
        """How many elements came out though their enqueue's outcome is unknown."""
        return sum(o.outcome is Outcome.INFO and freeze(o.value) in self.taken for o in self.enqueues)


def _taken_by(operation: Operation) -> list[Hashable]:
    if not operation.ok or operation.f == "enqueue" or operation.result is None:
        return []
    return elements_of(operation) if operation.f == "drain" else [freeze(operation.result)]


def _found_empty(operation: Operation) -> bool:
    return operation.ok and (operation.result is None) == (operation.f == "dequeue")


def _silently_taken(operation: Operation) -> float:
    """How many elements an operation may have taken without telling which."""
    if operation.f == "drain" and operation.outcome is not Outcome.FAIL and operation.result is None:
        return math.inf
    return int(operation.f == "dequeue" and operation.outcome is Outcome.INFO)


def _end(operation: Operation) -> int:
    """The position after which it is over; for one of unknown outcome, the best guess: when it was given up."""
    return operation.index if operation.end is None else operation.end


def _indices(operations: Sequence[Operation]) -> tuple[int, ...]:
    return tuple(operation.index for operation in operations)
