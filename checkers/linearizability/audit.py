"""Verdicts verified by means that share nothing with those that found them but the specification.

A certificate is replayed, operation by operation. A counterexample is shown by trying all orders, of the operations
that the specification cuts out around it (`Specification.excerpt`), up to the last return among those that are
named. No method is used here but remembering what was tried, and that of two operations that do the same, the
one that was called first and returned no later may go first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import msgspec

from checkers.linearizability.check import MODEL
from checkers.linearizability.culprit import Unplaceable
from checkers.linearizability.rows import NEVER
from checkers.linearizability.specification import Specification
from checkers.verdict import Anomaly, Classification, Status
from histories import History, Operation, Outcome

STEPS_MAX: Final = 100_000  # steps of the specification, for each counterexample


@attrs.frozen(kw_only=True)
class Audit:
    """How many certificates and counterexamples were verified, what is wrong, and what was too much to verify."""

    verified: int = 0
    wrong: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()


def audit_linearizable(
    history: History, specification: Specification, verdict: Classification, *, steps: int = STEPS_MAX
) -> Audit:
    """Verify what a verdict on `linearizable` rests on."""
    parts = specification.parts(history.by_key)
    finding = verdict.models[MODEL]
    wrong: list[str] = []
    unverified: list[str] = []
    verified = 0
    if finding.status is Status.HOLDS:
        if finding.certificate.keys() != parts.keys():
            wrong.append("the certificate is not for the objects of this history")
        for part, order in finding.certificate.items():
            problem = flaw(specification, parts.get(part, ()), order)
            wrong += [f"{specification.place(part)}: {problem}"] if problem else []
            verified += problem is None
    for anomaly in verdict.anomalies:
        name = f"{anomaly.type} of {', '.join(f'#{index}' for index in anomaly.operations)}"
        shown = shows(specification, parts, anomaly, steps)
        if shown is None:
            unverified.append(f"{name}: {steps:,} steps were not enough to try all orders")
        wrong += [f"{name}: {shown}"] if shown else []
        verified += shown == ""
    return Audit(verified=verified, wrong=tuple(wrong), unverified=tuple(unverified))


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


# ── Counterexamples ────────────────────────────────────────────────────────────────────────────


def shows(
    specification: Specification, parts: Mapping[Any, Sequence[Operation]], anomaly: Anomaly, steps: int
) -> str | None:
    """What is wrong with a counterexample, or nothing; None if there are too many orders to try."""
    named = set(anomaly.operations)
    for operations in parts.values():
        if named & {o.index for o in operations}:
            break
    else:
        return "none of its operations are in this history"
    if not named <= {o.index for o in operations}:
        return "its operations are not all of one object"
    if isinstance(anomaly.evidence, Unplaceable) and anomaly.evidence.order is not None:
        end = next(o.end for o in operations if o.index == anomaly.evidence.culprit)
        problem = flaw(specification, operations, anomaly.evidence.order, until=end or NEVER)
        if problem:
            return f"its partial linearization: {problem}"
    last = max((returned(o) for o in operations if o.index in named and o.ok), default=NEVER)
    excerpt = [
        o for o in specification.excerpt(operations, anomaly) if o.outcome is not Outcome.FAIL and o.index < last
    ]
    explained = Orders(specification, excerpt, last).explain(steps)
    return "there is an order that explains it" if explained else None if explained is None else ""


class Orders:
    """All orders of operations that respect real time; what returned after `last` may be left out."""

    def __init__(self, specification: Specification, operations: Sequence[Operation], last: int) -> None:
        self.specification = specification
        self.operations = sorted(operations, key=lambda o: o.index)
        self.ends = [end if (end := returned(o)) <= last else NEVER for o in self.operations]
        self.sure = sum(1 << at for at, end in enumerate(self.ends) if end < NEVER)
        labels = specification.labels(self.operations)
        self.same = [
            [other for other in range(at) if labels[other] == labels[at] and self.ends[other] <= self.ends[at]]
            for at in range(len(labels))
        ]

    def explain(self, steps: int) -> bool | None:
        """Whether one of them explains all results; None if that takes more steps."""
        todo = [(0, self.specification.initial)]
        tried = set(todo)
        while todo:
            placed, state = todo.pop()
            if placed & self.sure == self.sure:
                return True
            for at in self.possible(placed):
                steps -= 1
                for after in self.specification.step(state, self.operations[at]):
                    configuration = (placed | 1 << at, after)
                    if configuration not in tried:
                        tried.add(configuration)
                        todo.append(configuration)
            if steps <= 0:
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
