"""Histories that are judged here and generated elsewhere: `fallacy check --workload NAME`.

Three ways of judging: registers by models weaker than linearizability; by counting what went in and came out, under
the names that Jepsen gives to such workloads; and by a sequential specification, under the name of the data type, with
`linearizable-` before it where a count goes by that name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checkers.audit import audit
from checkers.budget import Budget
from checkers.data import (
    check_bank,
    check_counter,
    check_log,
    check_long_forks,
    check_set,
    check_set_full,
    check_total_queue,
    check_unique_ids,
)
from checkers.linearizability import (
    Counter,
    FencedLock,
    FetchAndAdd,
    KeyValue,
    Log,
    MultiRegister,
    Mutex,
    PriorityQueue,
    Queue,
    Set,
    Specification,
    Stack,
    UniqueIds,
    check_linearizable,
)
from checkers.models import Data, classification
from checkers.verdict import Audit, Classification
from checkers.weaker import check_weaker, measure_staleness
from harness.workloads.workload import Workload
from histories import History

MEMORY_MODELS = (
    "sequential",
    "causal",
    "causal-convergence",
    "weak-causal",
    "PRAM",
    "read-your-writes",
    "monotonic-reads",
    "monotonic-writes",
    "writes-follow-reads",
)


def _counted(
    name: str, summary: str, check: Callable[[History], Classification], *models: str, property_: str | None = None
) -> Workload:
    """A workload judged by counting: what went in must come out. The property is called as the workload, or so."""
    claim = property_ or name
    return Workload(
        name=name,
        summary=summary,
        data=name,
        claim=claim,
        models=(claim, *models),
        check=lambda history, _: check(history),
    )


def _linearized(name: str, summary: str, specification: Callable[[], Specification]) -> Workload:
    """A workload judged by its sequential specification."""

    def check(history: History, budget: Budget) -> Classification:
        return check_linearizable(history, specification(), budget)

    def verify(history: History, found: Classification) -> Audit:
        return audit(history, found, specification=specification())

    return Workload(
        name=name,
        summary=summary,
        data=name,
        claim="linearizable",
        models=("linearizable",),
        check=check,
        audit=verify,
    )


def _weaker(history: History, budget: Budget) -> Classification:
    found = check_weaker(history, budget)
    return classification(found.models, data=Data.OPERATIONS, anomalies=found.anomalies, statistics=found.statistics)


def _overdrawn(history: History) -> Classification:
    return check_bank(history, negative_balances=True)


WORKLOADS: Mapping[str, Workload] = {
    work.name: work
    for work in (
        Workload(
            name="shared-memory",
            summary="reads, writes and cas, judged by the models weaker than linearizability",
            data="register",
            claim="sequential",
            models=MEMORY_MODELS,
            check=_weaker,
        ),
        Workload(
            name="staleness",
            summary="reads, writes and cas: by how many versions, and how many seconds, reads are out of date",
            data="register",
            claim="bounded-staleness",
            models=("bounded-staleness",),
            check=measure_staleness,
        ),
        _counted("set", "elements added, and read at the end: none lost, none made up", check_set),
        _counted("set-full", "elements added, and read all along: lost or stale", check_set_full, "linearizable"),
        _counted("counter", "additions, and reads between the least and the greatest possible sum", check_counter),
        _counted("total-queue", "what was enqueued is dequeued or drained: lost, duplicated", check_total_queue),
        _counted("kafka", "a log per key, as Kafka's: sends and polls with offsets", check_log, property_="log"),
        _counted("unique-ids", "generated ids, none twice", check_unique_ids),
        _counted("bank-totals", "transfers, and reads whose total never changes", check_bank, property_="bank"),
        _counted("bank-overdrawn", "the same, with balances below zero allowed", _overdrawn, property_="bank"),
        _counted("no-long-fork", "reads of groups of keys agree on the order of writes", check_long_forks, "prefix"),
        _linearized("kv", "get, put and append of strings, as Porcupine's", KeyValue),
        _linearized("multi-register", "several registers read and written at once", MultiRegister),
        _linearized("queue", "a first-in-first-out queue", Queue),
        _linearized("stack", "a stack", Stack),
        _linearized("priority-queue", "a priority queue", PriorityQueue),
        _linearized("linearizable-set", "a set with add, remove, contains and read", Set),
        _linearized("linearizable-counter", "a counter whose reads are exact", Counter),
        _linearized("fetch-and-add", "a counter that answers with what it held", FetchAndAdd),
        _linearized("linearizable-ids", "a source of unique ids", UniqueIds),
        _linearized("linearizable-log", "an append-only log, read whole or by offset", Log),
        _linearized("mutex", "a lock", Mutex),
        _linearized("fenced-lock", "a lock with fencing tokens", FencedLock),
    )
}
