"""What clients do, which systems fit, and which checker judges: one file a workload.

The table names modules, so that listing workloads loads no checker.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from harness.workloads.workload import Workload
from histories.names import pick

MODULES: Mapping[str, str] = {
    "register": "harness.workloads.register",
    "cas-register": "harness.workloads.register",
    "convergence": "harness.workloads.register",
    "list-append": "harness.workloads.list_append",
    "rw-register": "harness.workloads.rw_register",
    "write-skew": "harness.workloads.rw_register",
    "long-fork": "harness.workloads.rw_register",
    "phantom": "harness.workloads.phantom",
    "bank": "harness.workloads.bank",
}

ELSEWHERE: Mapping[str, str] = dict.fromkeys(
    (
        "shared-memory",
        "staleness",
        "set",
        "set-full",
        "counter",
        "total-queue",
        "kafka",
        "unique-ids",
        "bank-totals",
        "bank-overdrawn",
        "no-long-fork",
        "kv",
        "multi-register",
        "queue",
        "stack",
        "priority-queue",
        "linearizable-set",
        "linearizable-counter",
        "fetch-and-add",
        "linearizable-ids",
        "linearizable-log",
        "mutex",
        "fenced-lock",
    ),
    "harness.workloads.elsewhere",
)


def workload(name: str) -> Workload:
    """The workload of that name; `UnknownNameError` names the nearest ones."""
    module = importlib.import_module(pick(name, {**MODULES, **ELSEWHERE}, "workload"))
    return cast("Workload", module.WORKLOADS[name])
