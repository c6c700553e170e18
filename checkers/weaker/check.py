"""Which of the weaker models a history of reads and writes satisfies."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final

import attrs

from checkers.budget import Budget
from checkers.verdict import Anomaly, Classification, Finding, Status
from checkers.weaker.causal import arbitrate, circle, conflicts, overwritten
from checkers.weaker.causality import Causality
from checkers.weaker.guarantees import GUARANTEES, keep
from checkers.weaker.memory import Ambiguous, Memory
from checkers.weaker.saturation import Saturation
from checkers.weaker.sequential import SequentialSearch
from checkers.weaker.views import View, causal_view, pram_view
from histories import History

CAUSAL: Final = ("weak-causal", "causal-convergence", "causal", "sequential")
QUICK: Final = 2  # configurations a step, for a first search
MODELS: Final = (*CAUSAL, "PRAM", *GUARANTEES)


def check_weaker(history: History, budget: Budget | None = None) -> Classification:
    """Judge sequential consistency, the three causal ones, PRAM, and the four session guarantees.

    The history is of reads, writes and cas on objects that begin as None. `budget` bounds the search for a sequential
    order; all else is polynomial. Where a value was written twice and read, all is unknown. Certificates are made of
    indices of operations: an order of all for `sequential`, of the writes for `causal-convergence`; for `causal` and
    `PRAM`, for each session an order of its own operations and all writes, where a cas stands for its read and then
    again for its write; for `weak-causal`, the write that each read is from; for the guarantees, for each session and
    object an order of versions. Raises `HistoryError` for other operations.
    """
    try:
        memory = Memory.of(history)
    except Ambiguous as ambiguous:
        return _alike(Status.UNKNOWN, str(ambiguous))
    if memory.garbage:
        return _alike(Status.VIOLATED, memory.garbage[0].explanation, memory.garbage)
    if not len(memory):
        return _alike(Status.UNKNOWN, "no operation succeeded")
    findings = _Findings()
    _judge_causal(memory, budget or Budget(), findings)
    if findings.models["causal"].status is Status.HOLDS:
        because = "the orders of causal memory are also in the order of each session"
        findings.models["PRAM"] = attrs.evolve(findings.models["causal"], because=because)
    else:
        _judge_views(memory, "PRAM", lambda session: pram_view(memory, session), findings)
    versions: dict[int, tuple[dict[Hashable, tuple[int | None, ...]], ...]] = {}
    for guarantee in GUARANTEES:
        stronger = "causal" if guarantee == "writes-follow-reads" else "PRAM"
        if findings.models[stronger].status is Status.HOLDS:
            certificate = findings.models[stronger].certificate
            if id(certificate) not in versions:
                versions[id(certificate)] = tuple(_versions(memory, order) for order in certificate)
            findings.hold(guarantee, f"{stronger} holds, which implies it", versions[id(certificate)])
        else:
            _judge_guarantee(memory, guarantee, findings)
    return Classification(
        models=findings.models,
        anomalies=tuple(findings.anomalies),
        statistics={"steps": len(memory), "sessions": len(memory.sessions), **findings.statistics},
    )


@attrs.frozen
class _Findings:
    """What has been found so far."""

    models: dict[str, Finding] = attrs.field(factory=dict)
    anomalies: list[Anomaly] = attrs.field(factory=list)
    statistics: dict[str, float | str] = attrs.field(factory=dict)

    def hold(self, model: str, because: str, certificate: Any) -> None:
        self.models[model] = Finding(status=Status.HOLDS, because=because, certificate=certificate)

    def violate(self, anomaly: Anomaly, *models: str) -> None:
        self.anomalies.append(anomaly)
        for model in models:
            self.models.setdefault(model, Finding(status=Status.VIOLATED, because=anomaly.explanation))


def _alike(status: Status, because: str, anomalies: tuple[Anomaly, ...] = ()) -> Classification:
    return Classification(models=dict.fromkeys(MODELS, Finding(status=status, because=because)), anomalies=anomalies)


def _judge_causal(memory: Memory, budget: Budget, findings: _Findings) -> None:
    causality = Causality.of(memory)
    if not isinstance(causality, Causality):
        findings.violate(circle(memory, causality), *CAUSAL)
        return
    weak = overwritten(causality)
    if weak is not None:
        findings.violate(weak, *CAUSAL)
        return
    indices = [step.operation.index for step in memory.steps]
    sources = {
        (index, step.operation.f): None if step.source < 0 else indices[step.source]
        for index, step in zip(indices, memory.steps, strict=True)
        if not step.is_write
    }
    findings.hold("weak-causal", "no read is of what had been replaced in its causal past", sources)
    order = arbitrate(causality)
    if isinstance(order, Anomaly):
        findings.violate(order, "causal-convergence", "sequential")
    else:
        writes = tuple(indices[number] for number in order if memory.steps[number].is_write)
        because = "with one order of all writes, each read is of the last write in its causal past"
        findings.hold("causal-convergence", because, writes)
        _judge_sequential(causality, budget, findings)
    if findings.models["sequential"].status is Status.HOLDS:
        _hold_views(memory, findings)
        return
    _judge_views(memory, "causal", lambda session: causal_view(causality, session), findings)
    if findings.models["causal"].status is Status.VIOLATED:
        findings.models["sequential"] = findings.models["causal"]


def _judge_views(memory: Memory, model: str, view_of: Callable[[int], View], findings: _Findings) -> None:
    orders = []
    for session in range(len(memory.sessions)):
        view = view_of(session)
        anomaly = view.complete()
        if anomaly is not None:
            findings.violate(anomaly, model)
            return
        orders.append(tuple(memory.steps[number].operation.index for number in view.order()))
    because = "each process can put its own operations and all writes in an order that explains its reads"
    findings.hold(model, because, tuple(orders))


def _hold_views(memory: Memory, findings: _Findings) -> None:
    """What is in one order for all is so for each process."""
    orders: list[list[int]] = [[] for _ in memory.sessions]
    steps_of: dict[int, list[int]] = {}
    for number, step in enumerate(memory.steps):
        steps_of.setdefault(step.operation.index, []).append(number)
    for index in findings.models["sequential"].certificate:
        for step in (memory.steps[number] for number in steps_of[index]):
            for session, order in enumerate(orders):
                if step.is_write or step.session == session:
                    order.append(index)
    findings.hold(
        "causal", "one order of all operations explains every result, and each process's", tuple(map(tuple, orders))
    )


def _judge_sequential(causality: Causality, budget: Budget, findings: _Findings) -> None:
    search = SequentialSearch(causality.memory, conflicts(causality))
    quick = min(budget.configurations, QUICK * len(causality.memory) + 1)
    spent = search.run(attrs.evolve(budget, configurations=quick))
    if spent and not budget.out_of_time():
        saturation = Saturation.of(causality, budget)
        if isinstance(saturation, Anomaly):
            findings.violate(saturation, "sequential")
            return
        search = SequentialSearch(causality.memory, saturation.before)
        spent = search.run(budget)
    findings.statistics["configurations"] = search.configurations
    if spent:
        reach = f"{spent}; the longest beginning of an order has {len(search.deepest)} of {len(causality.memory)} steps"
        findings.models["sequential"] = Finding(status=Status.UNKNOWN, because=reach)
    elif search.order is None:
        findings.violate(search.stuck(), "sequential")
    else:
        order = causality.memory.indices(*search.order)
        findings.hold("sequential", "one order of all operations explains every result", order)


def _versions(memory: Memory, order: Sequence[int]) -> dict[Hashable, tuple[int | None, ...]]:
    """The order of the versions of each object in an order of operations."""
    key_of = {step.operation.index: step.key for step in memory.steps if step.is_write}
    versions: dict[Hashable, dict[int | None, None]] = {}
    for index in order:
        if index in key_of:
            versions.setdefault(key_of[index], {None: None})[index] = None
    return {key: tuple(found) for key, found in versions.items()}


def _judge_guarantee(memory: Memory, guarantee: str, findings: _Findings) -> None:
    orders = []
    for session in range(len(memory.sessions)):
        kept = keep(memory, session, guarantee)
        if isinstance(kept, Anomaly):
            findings.violate(kept, guarantee)
            return
        orders.append(kept)
    findings.hold(
        guarantee, "for each session, one order of versions gives its reads what they are owed", tuple(orders)
    )
