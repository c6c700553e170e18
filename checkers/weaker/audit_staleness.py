"""Findings of bounded staleness, verified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from checkers.linearizability.audit import Auditor
from checkers.linearizability.rows import NEVER
from checkers.verdict import Anomaly
from checkers.weaker.staleness import Bounded, StaleRegister
from histories import History, Operation, Outcome, freeze

SECOND = 10**9


def orders_problem(history: History, certificate: Sequence[Bounded]) -> str:
    """What is wrong with orders that are said to keep their bounds."""
    for bounded in certificate:
        if bounded.versions is not None:
            problem = Auditor.of(history, StaleRegister(versions=bounded.versions)).certificate(bounded.orders)
        elif bounded.orders.keys() != history.by_key.keys():
            problem = "it is not for the objects of this history"
        else:
            late = round((bounded.seconds or 0) * SECOND)
            problems = (_late(history.by_key[key], order, late) for key, order in bounded.orders.items())
            problem = next(filter(None, problems), "")
        if problem:
            return problem
    return ""


def _late(operations: Sequence[Operation], order: Sequence[int], late_ns: int) -> str:
    """Replay an order in which reads may stand so much earlier than they began."""
    by_index = {o.index: o for o in operations if o.outcome is not Outcome.FAIL}
    if len(set(order)) < len(order) or not {o.index for o in operations if o.ok} <= set(order) <= by_index.keys():
        return "the order does not have what happened, and that once"
    state: Any = None
    latest, latest_ns = -1, 0
    for o in map(by_index.__getitem__, order):
        if o.ok and ((o.end or NEVER) < latest or (o.end_ns or 0) < latest_ns):
            return f"#{o.index} had returned before something began that stands before it"
        found = freeze(o.result) if o.f == "read" else freeze(o.value[0]) if o.f == "cas" else state
        if o.f != "read":
            latest = max(latest, o.index)
        elif o.ok:
            latest_ns = max(latest_ns, o.invoke_ns - late_ns)
        if found != state and (o.ok or o.f == "cas"):
            return f"#{o.index} cannot happen where it stands"
        state = freeze(o.value[1] if o.f == "cas" else o.value) if o.f != "read" else state
    return ""


def anomaly_problem(history: History, anomaly: Anomaly) -> str | None:
    """What is wrong with a read that is said to be too late; None where only all orders would show it."""
    named = [o for index in anomaly.operations if (o := history.by_index.get(index))]
    bound = anomaly.evidence
    if not named or len(named) < len(anomaly.operations):
        return "its operations are not in this history"
    if bound.unexplained:
        if bound.versions is None:
            return None
        return Auditor.of(history, StaleRegister(versions=bound.versions)).anomaly(anomaly)
    *source, newer, read = named
    since = max((_end(o) for o in source), default=-1)
    writes = [o for o in history.by_key[freeze(read.key)] if o.f != "read" and o.ok]
    between = [o for o in writes if since < o.index and _end(o) < read.index]
    others = [o for o in history.by_key[freeze(read.key)] if _left(o) == freeze(read.result)]
    if [o.index for o in others] != [o.index for o in source] or newer.index not in {o.index for o in between}:
        return "its operations do not show it"
    if bound.versions is not None:
        return "" if len(between) > bound.versions else "it is within the bound"
    late = read.invoke_ns - (newer.end_ns or read.invoke_ns)
    return "" if late > bound.seconds * SECOND else "it is within the bound"


def _end(o: Operation) -> int:
    return NEVER if o.end is None or not o.ok else o.end


def _left(o: Operation) -> Any:
    """What an operation left behind; itself where that is nothing."""
    if o.f == "read" or o.outcome is Outcome.FAIL:
        return o
    return freeze(o.value[1] if o.f == "cas" else o.value)
