"""Polynomial methods for single data types; each decides a part of the histories, and leaves the rest to the search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from checkers.linearizability.collections import Collection, PriorityQueue, Queue, Set, Stack
from checkers.linearizability.columns import Columns, linearization
from checkers.linearizability.locks import FencedLock, Mutex, Semaphore
from checkers.linearizability.monitors.collection_prose import explain_conflict, explain_misfit
from checkers.linearizability.monitors.counting import judge_counter, judge_fetch_and_add, judge_unique_ids
from checkers.linearizability.monitors.judge import Discipline, judge_collection
from checkers.linearizability.monitors.lifetimes import Conflict, Misfit
from checkers.linearizability.monitors.locking import judge_lock
from checkers.linearizability.monitors.overdue import (
    overdue_in_priority_queue,
    overdue_in_queue,
    overdue_in_stack,
)
from checkers.linearizability.monitors.priority_queues import arrange_priority_queue
from checkers.linearizability.monitors.queues import arrange_queue
from checkers.linearizability.monitors.sets import judge_set
from checkers.linearizability.monitors.stacks import arrange_stack
from checkers.linearizability.numbers import Counter, FetchAndAdd, UniqueIds
from checkers.linearizability.register_prose import explain
from checkers.linearizability.registers import CasRegister, Register
from checkers.linearizability.rows import rows_of
from checkers.linearizability.specification import Specification
from checkers.linearizability.zones import Contradiction, zones
from checkers.verdict import Anomaly
from histories import Operation

Order = tuple[int, ...]  # indices of operations, in an order in which they may have happened
Monitor = Callable[[Any, Sequence[Operation], Any], Order | Anomaly | None]


MANY: Final = 500  # operations from which arrays are worth their while


def judge_register(specification: Register, operations: Sequence[Operation], key: Any) -> Order | Anomaly | None:
    """Registers by zones."""
    rows = rows_of(operations)
    if len(rows) >= MANY:
        order = linearization(Columns.of(rows, specification.initial))
        if order is not None:
            return tuple(np.array(rows.calls)[order].tolist())
    found = zones(rows, specification.initial)
    if isinstance(found, Contradiction):
        return explain(rows, specification.initial, found, key)
    return None if found is None else tuple(rows.calls[row] for row in found)


def judge_with(
    discipline: Discipline, specification: Collection, operations: Sequence[Operation], key: Any
) -> Order | Anomaly | None:
    """Queues, stacks and priority queues by the lifetimes of their items."""
    found = judge_collection(specification, operations, discipline)
    if isinstance(found, Misfit):
        return explain_misfit(specification, key, found)
    if isinstance(found, Conflict):
        return explain_conflict(specification, key, found, discipline.arrange)
    return None if found is None else tuple(o.index for o in found)


def judge_priority_queue(
    specification: PriorityQueue, operations: Sequence[Operation], key: Any
) -> Order | Anomaly | None:
    """Priority queues, either way round."""
    arrange = partial(arrange_priority_queue, largest_first=specification.largest_first)
    overdue = partial(overdue_in_priority_queue, largest_first=specification.largest_first)
    return judge_with(Discipline(arrange, overdue), specification, operations, key)


MONITORS: Final[Mapping[type[Specification], Monitor]] = {
    Register: judge_register,
    CasRegister: judge_register,
    Queue: partial(judge_with, Discipline(arrange_queue, overdue_in_queue)),
    Stack: partial(judge_with, Discipline(arrange_stack, overdue_in_stack)),
    PriorityQueue: judge_priority_queue,
    Set: judge_set,
    Counter: judge_counter,
    FetchAndAdd: judge_fetch_and_add,
    UniqueIds: judge_unique_ids,
    Mutex: judge_lock,
    Semaphore: judge_lock,
    FencedLock: judge_lock,
}
