"""What clients do, which systems fit, and which checker judges: one file a workload.

The table names modules, so that listing workloads loads no checker.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from harness.names import pick
from harness.test import TestError
from harness.workloads.workload import Workload
from histories import History

MODULES: Mapping[str, str] = {
    "register": "harness.workloads.register",
    "cas-register": "harness.workloads.register",
}

BY_FUNCTIONS: tuple[tuple[frozenset[str], str], ...] = ((frozenset({"read", "write", "cas"}), "cas-register"),)


def workload(name: str) -> Workload:
    """The workload of that name; `UnknownNameError` names the nearest ones."""
    module = importlib.import_module(pick(name, MODULES, "workload"))
    return cast("Workload", module.WORKLOADS[name])


def infer(history: History, source: str) -> str:
    """The workload that a history's operations are of; `TestError` where it cannot be told."""
    functions = {operation.f for operation in history}
    for known, name in BY_FUNCTIONS:
        if functions and functions <= known:
            return name
    found = ", ".join(sorted(functions)) or "no operations"
    raise TestError(f"{source}: expected the operations of a known workload, found {found}; name one with --workload")
