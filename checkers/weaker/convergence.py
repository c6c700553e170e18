"""Convergence: once nobody writes any more, all replicas must come to say the same.

Eventual consistency (Vogels 2009) says nothing of any moment, so it can be judged only when the writing has stopped
and long enough has passed, and of those replicas that are read then: of each, the last read counts. Strong eventual
consistency (Shapiro et al. 2011) says in addition that replicas which have received the same writes agree at once. What
a replica has received is not in a history, save at the end, when all have received everything: if a time is given
after which that is so, all reads count from then on.

A write of unknown outcome counts as over when it was given up. Replicas are nodes, where the history knows them,
else processes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Final

from checkers.verdict import Anomaly, Classification, Finding, Status
from histories import History, Operation, freeze

EVENTUAL: Final = "eventual"
STRONG: Final = "strong-eventual"
DIVERGENT: Final = "divergence"

READ: Final = "read"


def check_convergence(
    history: History, *, quiet_ns: int = 0, canonical: Callable[[Any], Hashable] = freeze
) -> Classification:
    """Judge `eventual` and `strong-eventual` for every object that was written, from the reads at the end.

    Only reads count that began at least `quiet_ns` after the last write to their object was over. `canonical` gives of
    two results the same if they mean the same (as sets, say). All operations that are not reads are writes.
    The certificate is what was agreed on, by key. It is unknown where a node, or a second process, did not read last.
    """
    nodes = {operation.node for operation in history if operation.node is not None}
    agreed: dict[Hashable, Any] = {}
    anomalies: dict[str, list[Anomaly]] = {EVENTUAL: [], STRONG: []}
    missing = ""
    for key, operations in history.by_key.items():
        if all(operation.f == READ for operation in operations):
            continue
        reads = list(_final_reads(operations, quiet_ns))
        last = {_replica(read): read for read in reads}
        absent = sorted(nodes - last.keys()) if nodes else []
        if absent or len(last) < 2:
            who = f"by {', '.join(absent)}" if absent else "by two replicas"
            missing = missing or f"{_named(key)} was not read {who} after the writing had stopped"
        for model, counted in ((EVENTUAL, list(last.values())), (STRONG, reads if quiet_ns else list(last.values()))):
            apart = _apart(counted, canonical)
            if apart is not None:
                anomalies[model].append(_divergent(key, operations, *apart))
        if reads:
            agreed[key] = reads[-1].result
    if not agreed:
        missing = missing or "nothing was written"
    return Classification(
        models={model: _finding(found, missing, agreed) for model, found in anomalies.items()},
        anomalies=tuple({anomaly.operations: anomaly for found in anomalies.values() for anomaly in found}.values()),
        statistics={"objects": len(agreed)},
    )


def _final_reads(operations: Sequence[Operation], quiet_ns: int) -> Iterator[Operation]:
    """The reads that began when the writing was over, in the order of their completions."""
    writes = [operation for operation in operations if operation.f != READ]
    over = max(write.index if write.end is None else write.end for write in writes)
    over_ns = max(write.invoke_ns if write.end_ns is None else write.end_ns for write in writes)
    reads = [o for o in operations if o.f == READ and o.ok and o.index > over and o.invoke_ns >= over_ns + quiet_ns]
    yield from sorted(reads, key=lambda read: read.end or 0)


def _replica(read: Operation) -> Hashable:
    return read.process if read.node is None else read.node


def _apart(reads: Sequence[Operation], canonical: Callable[[Any], Hashable]) -> tuple[Operation, Operation] | None:
    """Two reads that do not agree, if there are any."""
    for read in reads[1:]:
        if canonical(read.result) != canonical(reads[0].result):
            return reads[0], read
    return None


def _divergent(key: Hashable, operations: Sequence[Operation], one: Operation, other: Operation) -> Anomaly:
    last = max((o for o in operations if o.f != READ), key=lambda o: o.index if o.end is None else o.end)
    told = (
        f"the replicas of {_named(key)} do not agree: {_said(one)}, {_said(other)}, though nobody wrote it after "
        f"#{last.index}"
    )
    return Anomaly(type=DIVERGENT, operations=(last.index, one.index, other.index), explanation=told, key=key)


def _said(read: Operation) -> str:
    who = f"process {read.process}" if read.node is None else f"node {read.node}"
    return f"{who} says {read.result} (#{read.index})"


def _named(key: Hashable) -> str:
    return "the object" if key is None else f"object {key}"


def _finding(anomalies: Sequence[Anomaly], missing: str, agreed: dict[Hashable, Any]) -> Finding:
    if anomalies:
        return Finding(status=Status.VIOLATED, because=anomalies[0].explanation)
    if missing:
        return Finding(status=Status.UNKNOWN, because=missing)
    because = "when the writing had stopped, all replicas said the same of every object"
    return Finding(status=Status.HOLDS, because=because, certificate=dict(agreed))
