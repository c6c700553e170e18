"""Mutexes, semaphores, fenced locks: acquired as late and released as early as it can have been.

A process held what it acquired at least from the return of its acquire to the call of its release. Taking just these
moments holds each permit as briefly as it can have been held, so if they are too many at a time, nothing helps; and if
not, they are a linearization. An acquire that may have happened did not, since its process did nothing after it;
a release that may have happened did at once.

Types of anomaly:

    mutual-exclusion      more held it at one time than it has permits
    release-not-held      a process released what it did not hold
    double-acquire        a process acquired a mutex that it held
    fence-not-increasing  a fence was not larger than the one before
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from checkers.linearizability.locks import FencedLock, Lock, Semaphore
from checkers.linearizability.monitors.lifetimes import returned
from checkers.linearizability.register_prose import capital, show
from checkers.linearizability.specification import asked_and_told
from checkers.verdict import Anomaly
from histories import Operation, Outcome

Order = tuple[int, ...]


def judge_lock(specification: Lock, operations: Sequence[Operation], key: Any) -> Order | Anomaly | None:
    """Any of the three; None where a process went on after an operation that may have happened."""
    happened = certain(operations)
    if happened is None:
        return None
    permits = specification.permits if isinstance(specification, Semaphore) else 1
    held: defaultdict[int, list[Operation]] = defaultdict(list)
    holding: dict[int, Operation] = {}
    fence: Operation | None = None
    order: list[int] = []
    moments = sorted((returned(o) if o.f == "acquire" else o.index, o) for o in happened)
    for _, o in moments:
        mine = held[o.process]
        if o.f == "release":
            if not mine and not o.ok:
                continue
            order.append(o.index)
            if not mine:
                return anomaly("release-not-held", key, f"{capital(did(o))}, which it did not hold.", o)
            del holding[mine.pop().index]
            continue
        if mine and permits == 1:
            text = f"{capital(did(o))}, which it had acquired before (#{mine[0].index}) and not released."
            return anomaly("double-acquire", key, text, o, mine[0])
        if len(holding) >= permits:
            return overheld(o, list(holding.values()), happened, permits, key)
        order.append(o.index)
        mine.append(o)
        holding[o.index] = o
        if isinstance(specification, FencedLock):
            number = asked_and_told(o)[1]
            if number is None:
                continue
            if fence is not None and asked_and_told(fence)[1] >= number:
                text = (
                    f"{capital(did(fence))} with the fence {show(fence.result)}, and after it {did(o)} with "
                    f"{show(o.result)}, which is not larger."
                )
                return anomaly("fence-not-increasing", key, text, fence, o)
            fence = o
    return tuple(order)


def certain(operations: Sequence[Operation]) -> list[Operation] | None:
    """What happened, and the releases that may have; None where a process did not stop after it was left in doubt."""
    happened: list[Operation] = []
    doubtful: set[int] = set()
    for o in operations:
        if o.outcome is Outcome.FAIL:
            continue
        if o.process in doubtful:
            return None
        if o.ok or o.f == "release":
            happened.append(o)
        if not o.ok:
            doubtful.add(o.process)
    return happened


def overheld(
    o: Operation, holders: Sequence[Operation], happened: Sequence[Operation], permits: int, key: Any
) -> Anomaly:
    """Somebody acquired what was surely held by as many as there are permits."""
    parts = []
    operations = [o]
    for holder in holders:
        operations.append(holder)
        release = next((r for r in happened if r.process == holder.process and r.index > holder.index), None)
        if release is None:
            until = "never released it"
        else:
            operations.append(release)
            until = f"began to release it only later (#{release.index})"
        parts.append(f"{did(holder)} before that returned, and {until}")
    what = "while it was held" if permits == 1 else f"while all {permits} permits were held"
    text = f"{capital(did(o))} {what}: {'; '.join(parts)}."
    return anomaly("mutual-exclusion", key, text, *operations)


def did(o: Operation) -> str:
    """A sentence without its full stop."""
    return f"process {o.process} {o.f}d the lock (#{o.index})"


def anomaly(kind: str, key: Any, text: str, *operations: Operation) -> Anomaly:
    """An anomaly of a lock."""
    return Anomaly(type=kind, operations=tuple(sorted({o.index for o in operations})), explanation=text, key=key)
