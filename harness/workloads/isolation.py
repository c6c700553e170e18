"""What the workloads of transactions have in common: how they are judged, and which models that says something of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from checkers.budget import Budget
from checkers.models import MODELS, Data
from checkers.transactions import check_transactions
from checkers.verdict import Classification
from harness.generators import Generator
from harness.test import Test
from harness.workloads.workload import Workload
from histories import History


def models_of(data: Data) -> tuple[str, ...]:
    """The models that transactions on such data can show to be violated."""
    return tuple(name for name, model in MODELS.items() if data in model.data)


def isolation(
    name: str,
    data: Data,
    summary: str,
    generator: Callable[[Test], Generator],
    final: Callable[[Test, Sequence[Any]], Generator],
) -> Workload:
    """A workload of transactions on such data."""

    def check(history: History, budget: Budget) -> Classification:
        return check_transactions(history, data, budget)

    return Workload(
        name=name,
        summary=summary,
        data=data.value,
        claim="serializable",
        models=models_of(data),
        generator=generator,
        final=final,
        check=check,
    )
