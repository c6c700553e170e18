"""One way to verify any verdict: certificates are replayed, anomalies looked up, what was counted is counted again.

An audit knows the history and what a checker said of it, and shares no method with the checker. What it believes
without proof are the tables of the lattice, which say what an anomaly refutes and what a model implies, and the reader
of the history. What it cannot see is a checker that says `unknown` too often.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import attrs

from checkers.data.audit import FAULTS, MEASURED, PROPERTIES, Facts, anomaly_problem, property_problem
from checkers.data.audit_logs import LOG_FAULTS
from checkers.linearizability.audit import STEPS_MAX, Auditor
from checkers.linearizability.registers import CasRegister
from checkers.linearizability.specification import Specification
from checkers.models import strongest
from checkers.transactions.audit import audit as audit_transactions
from checkers.transactions.certificates import Certificate
from checkers.transactions.evidence import Clash, Cycle, Refutation
from checkers.verdict import Anomaly, Audit, Classification, Status
from checkers.weaker import audit as weaker
from checkers.weaker import audit_staleness
from checkers.weaker.audit import REPLICATED, SHOWS
from checkers.weaker.audit_facts import Facts as Registers
from checkers.weaker.audit_orders import REPLAYS
from checkers.weaker.staleness import MODEL as BOUNDED
from checkers.weaker.staleness import STALE
from histories import History

LINEARIZABLE: Final = "linearizable"
GARBAGE: Final = "garbage-read"  # what two checkers call the same
TRANSACTIONAL: Final = (Clash, Cycle, Refutation)


def audit(history: History, classification: Classification, *, specification: Specification | None = None) -> Audit:
    """Verify a classification, from whichever checker it is.

    `specification` is what `linearizable` was judged by; registers with compare-and-set, if none is given.
    """
    return _Case(history, classification, specification).audit()


@attrs.frozen(slots=False)
class _Case:
    history: History
    classification: Classification
    specification: Specification | None

    def audit(self) -> Audit:
        found = self._transactions()
        for anomaly in self.classification.anomalies:
            if not isinstance(anomaly.evidence, TRANSACTIONAL):
                name = f"{anomaly.type} of {', '.join(f'#{index}' for index in anomaly.operations)}"
                found += Audit.of(name, self._anomaly(anomaly))
        for name, certificate in self._certificates():
            found += Audit.of(name, self._certificate(name, certificate))
        violated = [name for name, f in self.classification.models.items() if f.status is Status.VIOLATED]
        if violated and not self.classification.anomalies:
            found += Audit.of(violated[0], "it is said to be violated, and no anomaly shows it")
        return found

    def _transactions(self) -> Audit:
        """What is made of transactions, which have an audit of their own."""
        mine = [a for a in self.classification.anomalies if isinstance(a.evidence, TRANSACTIONAL)]
        holding = {n: f for n, f in self.classification.models.items() if isinstance(f.certificate, Certificate)}
        if not mine and not holding:
            return Audit()
        part = attrs.evolve(self.classification, anomalies=tuple(mine), models=holding)
        wrong = audit_transactions(self.history, part)
        certificates = {id(finding.certificate) for finding in holding.values()}
        return Audit(verified=max(0, len(mine) + len(certificates) - len(wrong)), wrong=tuple(wrong))

    def _anomaly(self, anomaly: Anomaly) -> str | None:
        if anomaly.type in FAULTS or anomaly.type in LOG_FAULTS:
            return anomaly_problem(self._facts, anomaly)
        if anomaly.type == STALE:
            return audit_staleness.anomaly_problem(self.history, anomaly)
        if anomaly.type in SHOWS and not (anomaly.type == GARBAGE and self.specification):
            return weaker.anomaly_problem(self._memory, anomaly)
        return self._linearizability.anomaly(anomaly)

    def _certificates(self) -> Iterator[tuple[str, Any]]:
        """Each certificate, for the strongest of the models that it is for; and what holds without one."""
        names: dict[int, tuple[Any, list[str]]] = {}
        for name, finding in self.classification.models.items():
            if finding.status is Status.HOLDS and not isinstance(finding.certificate, Certificate):
                if finding.certificate is None:
                    yield name, None
                else:
                    names.setdefault(id(finding.certificate), (finding.certificate, []))[1].append(name)
        for certificate, models in names.values():
            for name in strongest(models) if len(models) > 1 else models:
                yield name, certificate

    def _certificate(self, name: str, certificate: Any) -> str | None:
        if name in PROPERTIES or name in MEASURED:
            return property_problem(self._facts, name, certificate)
        if certificate is None:
            return "it is said to hold, and nothing shows it"
        if name == LINEARIZABLE:
            return self._linearizability.certificate(certificate)
        if name == BOUNDED:
            return audit_staleness.orders_problem(self.history, certificate)
        if name in REPLAYS or name in REPLICATED:
            return weaker.certificate_problem(self._memory, name, certificate)
        return "nothing is known of its certificate"

    @cached_property
    def _facts(self) -> Facts:
        return Facts(self.history)

    @cached_property
    def _memory(self) -> Registers:
        return Registers(self.history)

    @cached_property
    def _linearizability(self) -> Auditor:
        return Auditor.of(self.history, self.specification or CasRegister(), STEPS_MAX)
