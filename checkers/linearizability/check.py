"""Is a history linearizable, as a data type: object by object, cheapest method first.

Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects" (ACM TOPLAS 12(3), 1990): each
operation seems to happen at one moment between its call and its return. It is local: a history is linearizable
exactly if what happened to each object is. So each object is judged apart, first by a polynomial method where
its type has one, and by search where that does not decide. Searches take turns, so that one object that
explodes does not use up what the others need.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from checkers.budget import Budget
from checkers.linearizability.culprit import unplaceable
from checkers.linearizability.monitors import MONITORS, Order
from checkers.linearizability.problem import Problem
from checkers.linearizability.search import Search
from checkers.linearizability.specification import Specification
from checkers.verdict import Anomaly, Classification, Finding, Status
from histories import History, Operation

MODEL: Final = "linearizable"
FIRST_SHARE: Final = 1_000  # configurations for the first round of searches
BREATH: Final = 100  # configurations between two looks at the clock


@attrs.define(kw_only=True)
class Findings:
    """What is known of each object: `open` searches are those that ran into the budget, and `spent` says which."""

    orders: dict[Any, Order] = attrs.field(factory=dict)
    anomalies: dict[Any, Anomaly] = attrs.field(factory=dict)
    searches: dict[Any, Search] = attrs.field(factory=dict)
    spent: str = ""

    @property
    def open(self) -> dict[Any, Search]:
        """The searches that have not ended."""
        return {key: search for key, search in self.searches.items() if not search.done}


def check_linearizable(
    history: History, specification: Specification, budget: Budget | None = None, *, search_only: bool = False
) -> Classification:
    """Judge `linearizable`; the certificate is, for each object, a linearization as indices of operations.

    Operations that failed did not happen, and those that may have happened are in a linearization only where
    they must. Without real time it is unknown. Raises `HistoryError` for operations that are none of the
    specification's. `search_only` does without the polynomial methods.
    """
    specification.known(history)
    if not history.real_time:
        return Classification(models={MODEL: Finding(status=Status.UNKNOWN, because="the history has no real time")})
    parts = specification.parts(history.by_key)
    found = judge(specification, parts, budget or Budget(), search_only=search_only)
    return Classification(
        models={MODEL: finding(found, specification)},
        anomalies=tuple(found.anomalies.values()),
        statistics={
            "objects": len(parts),
            "objects searched": len(found.searches),
            "configurations": sum(search.configurations for search in found.searches.values()),
        },
    )


def judge(
    specification: Specification,
    parts: Mapping[Any, Sequence[Operation]],
    budget: Budget,
    *,
    search_only: bool = False,
) -> Findings:
    """Judge each object apart."""
    found = Findings()
    monitor = None if search_only else MONITORS.get(type(specification))
    for key, operations in parts.items():
        verdict = monitor(specification, operations, key) if monitor else None
        if isinstance(verdict, Anomaly):
            found.anomalies[key] = verdict
        elif verdict is not None:
            found.orders[key] = verdict
        else:
            found.searches[key] = Search(Problem(specification, operations))
    take_turns(found, budget)
    return found


def take_turns(found: Findings, budget: Budget) -> None:
    """Run the searches round after round, each with twice the share of the round before, as far as the budget goes."""
    share = FIRST_SHARE
    left = budget.configurations
    while waiting := found.open:
        for part, search in waiting.items():
            turn = min(share, left)
            while turn > 0 and not search.done and not budget.out_of_time():
                before = search.cost
                search.run(search.configurations + min(turn, BREATH))
                turn -= search.cost - before
                left -= search.cost - before
            if search.done and search.order is None:
                found.anomalies[part] = unplaceable(search, part, budget)
            elif search.done:
                operations = search.problem.operations
                found.orders[part] = tuple(operations[number].index for number in search.order or ())
            elif left <= 0:
                found.spent = f"{budget.configurations:,} configurations were not enough"
                return
            elif budget.out_of_time():
                found.spent = f"{budget.seconds:g} seconds were not enough"
                return
        share *= 2


def finding(found: Findings, specification: Specification) -> Finding:
    """All objects together: one violated is enough; one unknown among the others is unknown."""
    anomalies, unknown = found.anomalies, found.open
    progress = "; ".join(
        f"{specification.place(key)}: {search.configurations:,} configurations, "
        f"{search.passed:,} of {len(search.problem.by_return):,} completions passed"
        for key, search in list(unknown.items())[:3]
    )
    doubt = f"{found.spent} for {count(len(unknown))} ({progress})"
    if anomalies:
        keys = ", ".join(specification.place(key) for key in list(anomalies)[:3]) + (
            ", ..." if len(anomalies) > 3 else ""
        )
        because = f"no order of the operations explains {keys}" + (f"; unknown besides: {doubt}" if unknown else "")
        return Finding(status=Status.VIOLATED, because=because)
    if unknown:
        return Finding(status=Status.UNKNOWN, because=doubt)
    if not found.orders:
        return Finding(status=Status.UNKNOWN, because="there are no client operations")
    because = f"{count(len(found.orders))} can be explained by an order of its operations that respects real time"
    return Finding(status=Status.HOLDS, because=because, certificate=found.orders)


def count(objects: int) -> str:
    """So many objects, in words."""
    return "the one object" if objects == 1 else f"each of {objects:,} objects"
