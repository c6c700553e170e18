"""The few operations that a picture of an anomaly shows: its own, numbered, and those around them.

A run has thousands of operations and an anomaly a handful. Shown with them are the operations on the same
object that lie nearest to them in the order of the history; the rest is left out, and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from checkers.verdict import Anomaly
from histories import History, Operation, freeze

CONTEXT_MAX = 18  # a picture with more bars than this explains less


@attrs.frozen(kw_only=True)
class Scene:
    """What a picture of an anomaly shows.

    `marks` numbers its operations by index, from 1, in the order of the explanation; `omitted` counts the
    operations on the same object between the first and the last that are shown.
    """

    operations: tuple[Operation, ...]
    marks: Mapping[int, int]
    omitted: int = 0

    @property
    def marked(self) -> tuple[Operation, ...]:
        """The anomaly's own operations, in the order of their numbers."""
        own = [op for op in self.operations if op.index in self.marks]
        return tuple(sorted(own, key=lambda op: self.marks[op.index]))

    @property
    def start_ns(self) -> int:
        """The first invocation shown."""
        return min((op.invoke_ns for op in self.operations), default=0)

    @property
    def stop_ns(self) -> int:
        """The last moment shown."""
        return max((stop_of(op) for op in self.operations), default=0)


def stop_of(operation: Operation) -> int:
    """Where a bar ends: at the completion, or at the invocation if there was none."""
    return operation.invoke_ns if operation.end_ns is None else operation.end_ns


def scene_of(history: History, anomaly: Anomaly, most: int = CONTEXT_MAX) -> Scene:
    """The anomaly's operations and those nearest to them, up to `most` in all; unknown indices are passed over."""
    known = [index for index in dict.fromkeys(anomaly.operations) if index in history.by_index][:most]
    marks = {index: number for number, index in enumerate(known, start=1)}
    own = [history.by_index[index] for index in known]
    if not own:
        return Scene(operations=(), marks={})
    candidates = [op for op in _same_object(history, anomaly, own) if op.index not in marks]
    spans = [(op.index, op.index if op.end is None else op.end) for op in own]
    nearest = sorted(candidates, key=lambda op: (_distance(op, spans), op.index))[: max(most - len(own), 0)]
    shown = sorted([*own, *nearest], key=lambda op: op.index)
    first, last = shown[0].index, shown[-1].index
    between = sum(first <= op.index <= last for op in candidates)
    return Scene(
        operations=tuple(shown),
        marks=marks,
        omitted=between - sum(first <= op.index <= last for op in nearest),
    )


def _distance(operation: Operation, spans: Iterable[tuple[int, int]]) -> int:
    start, stop = operation.index, operation.index if operation.end is None else operation.end
    return min(max(first - stop, start - last, 0) for first, last in spans)


def _same_object(history: History, anomaly: Anomaly, own: Sequence[Operation]) -> Iterable[Operation]:
    if any(op.f == "txn" for op in own):
        touched = {freeze(anomaly.key)} if anomaly.key is not None else set().union(*(_keys(op) for op in own))
        return [op for op in history.operations if not touched.isdisjoint(_keys(op))]
    keys = {freeze(op.key) for op in own}
    return [op for key in sorted(keys, key=repr) for op in history.by_key.get(key, ())]


def _keys(transaction: Operation) -> set[Any]:
    known = transaction.known
    if not isinstance(known, list | tuple):
        return set()
    return {freeze(micro[1]) for micro in known if isinstance(micro, list | tuple) and len(micro) == 3}
