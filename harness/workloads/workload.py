from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from checkers.audit import audit
from checkers.budget import Budget
from checkers.verdict import Audit, Classification
from harness.generators import Generator, Nothing
from harness.test import Test, TestError
from histories import History


def from_elsewhere(_test: Test) -> Generator:
    """The generator of a workload that is only judged here."""
    raise TestError("--workload: nothing here generates its operations; `fallacy check` judges its histories")


def no_final(_test: Test, _keys: Sequence[Any]) -> Generator:
    """Nothing is asked after the end."""
    return Nothing()


class AuditError(Exception):
    """A verdict whose evidence does not bear it out: a checker is wrong, and nothing can be said of the history."""


def borne_out(classification: Classification, audited: Audit) -> Classification:
    """A verdict with what was verified of it among its statistics; `AuditError` where that is wrong."""
    if audited.wrong:
        raise AuditError(f"the verdict is not borne out by its evidence, so a checker is wrong: {audited.wrong[0]}")
    return attrs.evolve(classification, statistics={**classification.statistics, **audited.statistics})


@attrs.frozen(kw_only=True)
class Workload:
    """What the clients do against data of one kind, and how the history is judged.

    `claim` is the model that is expected where the system claims none of `models`, the ones that `check` speaks
    of; `audit` verifies what it says. `final` is what is asked when all is healed and quiet, given the keys that
    were used, oldest first.
    """

    name: str
    summary: str
    data: str
    claim: str
    models: tuple[str, ...]
    check: Callable[[History, Budget], Classification]
    audit: Callable[[History, Classification], Audit] = audit
    generator: Callable[[Test], Generator] = from_elsewhere
    final: Callable[[Test, Sequence[Any]], Generator] = no_final

    def judge(self, history: History, budget: Budget) -> Classification:
        """The verdict, after its evidence has been verified; `AuditError` where that is wrong.

        The statistics say how many certificates and anomalies were verified, and how many would have taken too long.
        """
        classification = self.check(history, budget)
        return borne_out(classification, self.audit(history, classification))
