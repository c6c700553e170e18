"""Where a history stops being linearizable: the operations that cannot be reconciled, and the one that came last.

Histories are prefix-closed: if what had happened up to some moment has no linearization, nor has what happened up
to a later one. So there is one completion such that all before it can be explained, and with it they cannot.
It is found by search among the prefixes, not read off the search that failed, whose own shortcuts look ahead.

Of the operations before it most have nothing to do with it. An operation that surely happened is weakened to one
that may have happened, at any time after its call and with any result; what has no linearization even so had
none before. Those that cannot be weakened are the core: they contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs
import msgspec

from checkers.budget import Budget
from checkers.linearizability.problem import Problem
from checkers.linearizability.rows import NEVER
from checkers.linearizability.search import Search
from checkers.linearizability.specification import Specification
from checkers.verdict import Anomaly
from histories import Operation, Outcome

EFFORT: Final = 20  # what an explanation may cost, where the failed search cost 1
EFFORT_MIN: Final = 20_000
BREATH: Final = 100  # configurations between two looks at the clock
TAIL: Final = 5  # operations shown of a long order


@attrs.frozen(kw_only=True)
class Unplaceable:
    """The evidence of a failed search.

    `order` explains all operations that had completed before `culprit` did (the longest partial linearization);
    nothing explains that one too. Both are None where the effort for finding them ran out.
    """

    culprit: int | None
    order: tuple[int, ...] | None


class EffortSpentError(Exception):
    """An explanation would cost too much."""


class Prober:
    """Asks whether operations have a linearization, as long as the effort (in configurations) and the time last."""

    def __init__(self, specification: Specification, effort: int, budget: Budget) -> None:
        self._specification = specification
        self._left = effort
        self._budget = budget

    def order(self, operations: Sequence[Operation]) -> tuple[int, ...] | None:
        """A linearization, or None if there is none; `EffortSpentError` if neither is found in time."""
        search = self.searched(operations)
        placed = search.problem.operations
        return None if search.order is None else tuple(placed[number].index for number in search.order)

    def searched(self, operations: Sequence[Operation]) -> Search:
        """A search that has ended."""
        search = Search(Problem(self._specification, operations))
        self._left -= len(operations)
        while not search.done and search.cost < self._left and not self._budget.out_of_time():
            search.run(min(search.configurations + BREATH, self._left))
        self._left -= search.cost
        if not search.done or self._left <= 0:
            raise EffortSpentError
        return search


def unplaceable(search: Search, part: Any, budget: Budget) -> Anomaly:
    """The anomaly of an object whose search ended without a linearization, explained as far as the time allows."""
    problem = search.problem
    effort = max(EFFORT_MIN, EFFORT * (search.cost + len(problem.operations)))
    prober = Prober(problem.specification, effort, budget)
    involved: Sequence[Operation] = problem.operations
    evidence = Unplaceable(culprit=None, order=None)
    try:
        involved, evidence = shortest_prefix(search, prober)
        involved = core(involved, prober)
    except EffortSpentError:
        pass
    return tell(problem, part, [o for o in involved if o.ok], evidence)


def shortest_prefix(search: Search, prober: Prober) -> tuple[list[Operation], Unplaceable]:
    """What had happened by the first completion that cannot be explained, and a linearization of all before it."""
    problem = search.problem
    explained, wrong = search.passed - 1, len(problem.by_return) - 1
    order: tuple[int, ...] | None = None
    step = 1
    while wrong - explained > 1:
        probe = min(explained + step, wrong - 1)
        found = prober.order(until(problem, probe))
        if found is None:
            wrong, step = probe, max(1, (probe - explained) // 2)
        else:
            explained, order, step = probe, found, 2 * step
    if order is None:
        order = prober.order(until(problem, explained)) if explained >= 0 else ()
    culprit = problem.operations[problem.by_return[wrong]]
    return until(problem, wrong), Unplaceable(culprit=culprit.index, order=order)


def until(problem: Problem, completion: int) -> list[Operation]:
    """The operations called before this completion; those that returned after it may or may not have happened."""
    end = problem.returns[problem.by_return[completion]]
    called = (o for o in problem.operations if o.index <= end)
    return [o if o.end is not None and o.end <= end else weakened(o) for o in called]


def weakened(operation: Operation) -> Operation:
    """An operation that may have happened, at any time after its call and with any result."""
    return msgspec.structs.replace(operation, outcome=Outcome.INFO, end=None, result=None)


def core(operations: Sequence[Operation], prober: Prober) -> Sequence[Operation]:
    """Weaken all that can be weakened: first all but the last few to complete, then one by one."""
    completed = sorted((o for o in operations if o.ok), key=lambda o: o.end or 0, reverse=True)
    size = 4
    while True:
        strong = {o.index for o in completed[:size]}
        search = prober.searched([o if o.index in strong else weakened(o) for o in operations])
        if search.order is None:
            break
        size *= 2
    operations = search.problem.operations
    for candidate in reversed(completed[1:size]):  # without the first, which is the culprit, there is an order
        trial = prober.searched([weakened(o) if o.index == candidate.index else o for o in operations])
        if trial.order is None:
            operations = trial.problem.operations
    return operations


def tell(problem: Problem, part: Any, involved: list[Operation], evidence: Unplaceable) -> Anomaly:
    """The explanation, as far as the effort went."""
    place = problem.specification.place(part)
    by_index = {o.index: o for o in problem.operations}
    if evidence.culprit is None or evidence.order is None:
        text = f"No order of the {len(problem.by_return):,} operations of {place} that happened explains their results."
        return Anomaly(
            type="nonlinearizable",
            operations=tuple(o.index for o in involved),
            explanation=text,
            key=problem.specification.key(part),
            evidence=evidence,
        )
    culprit = by_index[evidence.culprit]
    end = culprit.end or NEVER
    order = [o if (o.end or NEVER) < end else weakened(o) for o in map(by_index.__getitem__, evidence.order)]
    shown = ("..., " if len(order) > TAIL else "") + ", ".join(map(str, order[-TAIL:]))
    before = (
        f"All that had completed before can be explained, by the order {shown}" if order else "Nothing had happened"
    )
    state = after(problem, order)
    text = f"{culprit} has no place on {place}. {before}, after which the state is {state}. "
    others = [o for o in involved if o is not culprit and o.index != culprit.index]
    if others:
        listed = ", ".join(str(o) for o in others)
        text += (
            f"It contradicts {listed}: no order that respects real time explains the results of all of these, "
            "whatever else happened."
        )
    else:
        text += "No other operation could have brought about what it saw."
    operations = tuple(sorted((culprit.index, *(o.index for o in others))))
    return Anomaly(
        type="nonlinearizable",
        operations=operations,
        explanation=text,
        key=problem.specification.key(part),
        evidence=evidence,
    )


def after(problem: Problem, order: Sequence[Operation]) -> str:
    """The state that an order of operations leads to."""
    specification = problem.specification
    states = {specification.initial}
    for operation in order:
        states = {to for state in states for to in specification.step(state, operation)}
    return " or ".join(sorted(specification.show(state) for state in states))
