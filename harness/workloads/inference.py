"""Which workload a history from elsewhere is of, told from its operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.test import TestError
from histories import History

Clue = Callable[[History], bool]


def always(_history: History) -> bool:
    """The functions say enough."""
    return True


def reads_a_collection(history: History) -> bool:
    """Some read returned several things."""
    return any(op.ok and op.f == "read" and isinstance(op.result, list | tuple | set | frozenset) for op in history)


def reads_a_map(history: History) -> bool:
    """Some read returned values by name."""
    return any(op.ok and op.f == "read" and isinstance(op.result, dict) for op in history)


def reads_once(history: History) -> bool:
    """Only one read returned anything, at the end."""
    return sum(op.ok and op.f == "read" for op in history) <= 1 and reads_a_collection(history)


def has(*kinds: str) -> Clue:
    """Some micro-operation of a transaction is of one of these kinds."""

    def clue(history: History) -> bool:
        return any(kind in kinds for op in history for kind in _kinds(op.value))

    return clue


def _kinds(value: Any) -> list[Any]:
    parts = value if isinstance(value, list | tuple) else ()
    return [part[0] for part in parts if isinstance(part, list | tuple) and part]


RULES: tuple[tuple[frozenset[str], Clue, str], ...] = (  # the first that fits
    (frozenset({"txn"}), has("append"), "list-append"),
    (frozenset({"txn"}), has("w", "r"), "rw-register"),
    (frozenset({"read", "write"}), has("r", "w"), "no-long-fork"),
    (frozenset({"read", "transfer"}), reads_a_map, "bank-totals"),
    (frozenset({"read", "write", "cas"}), always, "cas-register"),
    (frozenset({"get", "put", "append"}), always, "kv"),
    (frozenset({"add", "read"}), reads_once, "set"),
    (frozenset({"add", "read"}), reads_a_collection, "set-full"),
    (frozenset({"add", "read"}), always, "counter"),
    (frozenset({"enqueue", "dequeue", "drain"}), always, "total-queue"),
    (frozenset({"push", "pop", "peek"}), always, "stack"),
    (frozenset({"insert", "extract", "peek"}), always, "priority-queue"),
    (frozenset({"send", "poll", "assign", "subscribe", "txn", "crash"}), always, "kafka"),
    (frozenset({"generate"}), always, "unique-ids"),
    (frozenset({"acquire", "release"}), always, "mutex"),
)


def infer(history: History, source: str) -> str:
    """The workload that a history's operations are of; `TestError` where it cannot be told."""
    functions = {operation.f for operation in history}
    for known, clue, name in RULES:
        if functions and functions <= known and clue(history):
            return name
    found = ", ".join(sorted(functions)) or "no operations"
    raise TestError(f"{source}: expected the operations of a known workload, found {found}; name one with --workload")
