"""Verdicts verified by means that share nothing with those that found them but the specification.

A certificate is replayed, operation by operation. A counterexample is shown by trying all orders, of the operations
that the specification cuts out around it (`Specification.excerpt`), up to the last return among those that are
named. No method is used here but remembering what was tried, and that of two operations that do the same, the
one that was called first and returned no later may go first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
import msgspec

from checkers.linearizability.check import MODEL
from checkers.linearizability.culprit import Unplaceable
from checkers.linearizability.rows import NEVER
from checkers.linearizability.specification import Specification
from checkers.verdict import Anomaly, Audit, Classification, Status
from histories import History, Operation, Outcome

STEPS_MAX: Final = 100_000  # steps of the specification, for all counterexamples of a verdict
NOWHERE: Final = object()
EXCERPT_MAX: Final = 1_000  # operations; all orders of more would be too many


@attrs.define(slots=False)
class Auditor:
    """Verifies what is said of one history; `steps` of the specification are left for counterexamples."""

    specification: Specification
    parts: Mapping[Any, Sequence[Operation]]
    steps: int = STEPS_MAX

    @classmethod
    def of(cls, history: History, specification: Specification, steps: int = STEPS_MAX) -> Auditor:
        """For a history of objects of one type."""
        return cls(specification, specification.parts(history.by_key), steps)

    def certificate(self, orders: Mapping[Any, Sequence[int]]) -> str:
        """What is wrong with the linearizations of all objects."""
        if orders.keys() != self.parts.keys():
            return "it is not for the objects of this history"
        for part, order in orders.items():
            problem = flaw(self.specification, self.parts[part], order)
            if problem:
                return f"{self.specification.place(part)}: {problem}"
        return ""

    def anomaly(self, anomaly: Anomaly) -> str | None:
        """What is wrong with a counterexample; None if there are too many orders to try."""
        named = set(anomaly.operations)
        places = {self._part_of.get(index, NOWHERE) for index in named}
        if not named or NOWHERE in places:
            return "its operations are not in this history"
        if len(places) > 1:
            return "its operations are not all of one object"
        operations = self.parts[places.pop()]
        if isinstance(anomaly.evidence, Unplaceable) and anomaly.evidence.order is not None:
            end = next((o.end for o in operations if o.index == anomaly.evidence.culprit), None)
            problem = flaw(self.specification, operations, anomaly.evidence.order, until=end or NEVER)
            if problem:
                return f"its partial linearization: {problem}"
        last = max((returned(o) for o in operations if o.index in named and o.ok), default=NEVER)
        happened = (o for o in self.specification.excerpt(operations, anomaly) if o.outcome is not Outcome.FAIL)
        excerpt = [o for o in happened if o.index < last]
        if len(excerpt) > EXCERPT_MAX:
            return None
        orders = Orders(self.specification, excerpt, last)
        explained = orders.explain(self.steps)
        self.steps -= orders.steps
        return "there is an order that explains it" if explained else None if explained is None else ""

    @cached_property
    def _part_of(self) -> Mapping[int, Any]:
        return {o.index: part for part, operations in self.parts.items() for o in operations}


def audit_linearizable(
    history: History, specification: Specification, verdict: Classification, *, steps: int = STEPS_MAX
) -> Audit:
    """Verify what a verdict on `linearizable` rests on."""
    auditor = Auditor.of(history, specification, steps)
    finding = verdict.models[MODEL]
    found = Audit()
    if finding.status is Status.HOLDS:
        found += Audit.of(MODEL, auditor.certificate(finding.certificate))
    for anomaly in verdict.anomalies:
        name = f"{anomaly.type} of {', '.join(f'#{index}' for index in anomaly.operations)}"
        found += Audit.of(name, auditor.anomaly(anomaly))
    return found


# ── Certificates ───────────────────────────────────────────────────────────────────────────────


def flaw(
    specification: Specification, operations: Sequence[Operation], order: Sequence[int], *, until: int = NEVER
) -> str | None:
    """What is wrong with a linearization, of all that had returned before `until`."""
    by_index = {o.index: o for o in operations if o.outcome is not Outcome.FAIL}
    if len(set(order)) < len(order) or not by_index.keys() >= set(order):
        return "the order has an operation twice, or one that did not happen"
    lacking = {o.index for o in operations if returned(o) < until}.difference(order)
    if lacking:
        return f"the order lacks #{min(lacking)}"
    states: set[Any] = {specification.initial}
    latest = -1
    for index in order:
        o = by_index[index]
        if returned(o) < latest:
            return f"#{index} had returned before #{latest} was called, which stands before it"
        latest = max(latest, index)
        if returned(o) >= until:
            o = msgspec.structs.replace(o, outcome=Outcome.INFO, result=None)
        states = {after for state in states for after in specification.step(state, o)}
        if not states:
            return f"#{index} cannot happen where it stands"
    return None


def returned(o: Operation) -> int:
    """The position of the return of an operation that surely happened."""
    return o.end if o.ok and o.end is not None else NEVER


class Orders:
    """All orders of operations that respect real time; what returned after `last` may be left out."""

    def __init__(self, specification: Specification, operations: Sequence[Operation], last: int) -> None:
        self.specification = specification
        self.operations = sorted(operations, key=lambda o: o.index)
        self.ends = [end if (end := returned(o)) <= last else NEVER for o in self.operations]
        self.sure = sum(1 << at for at, end in enumerate(self.ends) if end < NEVER)
        self.same: list[list[int]] = []  # for each those that do the same, were called first and returned no later
        groups: defaultdict[Any, list[int]] = defaultdict(list)
        for at, label in enumerate(specification.labels(self.operations)):
            self.same.append([other for other in groups[label] if self.ends[other] <= self.ends[at]])
            groups[label].append(at)
        self.steps = 0

    def explain(self, steps: int) -> bool | None:
        """Whether one of them explains all results; None if that takes more steps."""
        todo = [(0, self.specification.initial)]
        tried = set(todo)
        while todo:
            placed, state = todo.pop()
            if placed & self.sure == self.sure:
                return True
            for at in self.possible(placed):
                self.steps += 1
                for after in self.specification.step(state, self.operations[at]):
                    configuration = (placed | 1 << at, after)
                    if configuration not in tried:
                        tried.add(configuration)
                        todo.append(configuration)
            if self.steps >= steps:
                return None
        return False

    def possible(self, placed: int) -> list[int]:
        """The operations that may come next: called before any that is left has returned."""
        found = []
        first_end = NEVER + 1
        at = (~placed & (placed + 1)).bit_length() - 1
        while at < len(self.ends) and self.operations[at].index < first_end:
            if not placed >> at & 1:
                first_end = min(first_end, self.ends[at])
                if all(placed >> other & 1 for other in self.same[at]):
                    found.append(at)
            at += 1
        return [at for at in found if self.operations[at].index < first_end]
