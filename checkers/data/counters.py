"""Counters by bounds: no read may be below what must have been added, nor above what can have been.

An add that completed before a read began counts in full. One that had begun when the read ended, and is ok or of
unknown outcome, may count. So the sum of the former and of what is negative among the latter is a lower bound, the
sum of the former and of what is positive among the latter an upper one (Jepsen's `counter`, which knows only positive
ones). An add that failed never counts. The bounds are necessary for linearizability, and not sufficient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from checkers.data.conclusion import conclude, counted, name_of, only
from checkers.linearizability.numbers import is_whole
from checkers.verdict import Anomaly, Classification
from histories import History, HistoryError, Operation, Outcome

OUT_OF_BOUNDS: Final = "counter-out-of-bounds"

Number = int | float


@attrs.frozen
class _Sums:
    """The adds so far: of all, and of those that are positive and negative."""

    positive: Number = 0
    negative: Number = 0

    def plus(self, amount: Number) -> _Sums:
        return _Sums(self.positive + max(amount, 0), self.negative + min(amount, 0))


def check_counter(history: History, *, initial: Number = 0) -> Classification:
    """Judge the property `counter`: every read lies between its bounds. Where none succeeded, adds alone keep it.

    Raises `HistoryError` for what is neither an add of a whole number nor a read of one.
    """
    only(history, {"add", "read"})
    anomalies: list[Anomaly] = []
    reads = 0
    for key, operations in history.by_key.items():
        for read, low, high in bounds(operations, initial):
            reads += 1
            if not low <= read.result <= high:
                anomalies.append(_out_of_bounds(read, low, high, key))
    return conclude(
        {"counter": {OUT_OF_BOUNDS}},
        anomalies,
        holds=f"{counted(reads, 'read')} between the least and the greatest sum that the adds allow"
        if reads
        else "no read succeeded, so none is out of bounds: a counter may take these adds in any order",
        certificate=initial,
        unknown={} if any(operation.ok for operation in history) else {"counter": "no operation succeeded"},
        refutes={OUT_OF_BOUNDS},
        statistics={"reads": reads, "reads out of bounds": len(anomalies)},
    )


def bounds(operations: Sequence[Operation], initial: Number = 0) -> list[tuple[Operation, Number, Number]]:
    """Each ok read with the least and the greatest value that it may have."""
    adds = [o for o in operations if o.f == "add" and o.outcome is not Outcome.FAIL]
    reads = [o for o in operations if o.f == "read" and o.ok]
    for operation in adds:
        _number(operation.value, operation)
    done = _sums_at([(o.end, o.value) for o in adds if o.ok], [read.index for read in reads])
    begun = _sums_at([(o.index, o.value) for o in adds], [read.end for read in reads])
    found = []
    for read, sure, possible in zip(reads, done, begun, strict=True):
        _number(read.result, read)
        low = initial + sure.positive + possible.negative
        high = initial + possible.positive + sure.negative
        found.append((read, low, high))
    return found


def _sums_at(amounts: list[tuple[Any, Number]], positions: list[Any]) -> list[_Sums]:
    """For each position, the sums of the amounts that stand before it."""
    found = [_Sums()] * len(positions)
    sums = _Sums()
    waiting = sorted(amounts, key=lambda amount: amount[0], reverse=True)
    for number in sorted(range(len(positions)), key=positions.__getitem__):
        while waiting and waiting[-1][0] < positions[number]:
            sums = sums.plus(waiting.pop()[1])
        found[number] = sums
    return found


def _number(value: Any, operation: Operation) -> None:
    if not is_whole(value):
        raise HistoryError(f"expected a whole number, found {value!r} in {operation}")


def _out_of_bounds(read: Operation, low: Number, high: Number, key: Any) -> Anomaly:
    if read.result < low:
        why = f"with the adds that had completed before it began, the sum was at least {low}"
    else:
        why = f"with all the adds that had begun before it ended, the sum was at most {high}"
    told = f"The read {name_of(read)} returned {read.result}, but {why}"
    return Anomaly(type=OUT_OF_BOUNDS, operations=(read.index,), explanation=told, key=key, evidence=(low, high))
