"""What a checker found about some models, carried through the lattice to all of them.

What holds on the left of an implication holds on the right; what is violated on the right is violated on the left.
A checker that says both of one model has a bug, or the lattice has: `LatticeContradiction` stops it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checkers.models.lattice import (
    MODELS,
    by_strength,
    canonical_anomaly,
    canonical_model,
    implies,
    refuted_by,
    strongest,
    weakest,
)
from checkers.models.rows import Data
from checkers.verdict import Anomaly, Classification, Finding, Status


class LatticeContradiction(RuntimeError):  # noqa: N818  named for what it finds
    """A model is said to hold and implies one that is violated. One checker, or the lattice, is wrong: report it."""


def classification(
    findings: Mapping[str, Finding],
    *,
    data: Data,
    anomalies: Iterable[Anomaly] = (),
    statistics: Mapping[str, float | str] | None = None,
) -> Classification:
    """A classification over the whole lattice, from what a checker found of some models."""
    anomalies = tuple(anomalies)
    models = propagate(findings, data=data, anomalies=anomalies)
    return Classification(models=models, anomalies=anomalies, statistics=dict(statistics or {}))


def propagate(findings: Mapping[str, Finding], *, data: Data, anomalies: Iterable[Anomaly] = ()) -> dict[str, Finding]:
    """A finding for every model of the lattice, strongest first.

    `data` is the kind of data that the history has. Models that the anomalies refute by the tables are violated.
    Where nothing follows, the given finding stands; where none is given, the model is unknown if this kind of data
    can test it, and not testable otherwise. Raises `LatticeContradiction`.
    """
    given = {canonical_model(name): finding for name, finding in findings.items()}
    violated = {name: finding for name, finding in given.items() if finding.status is Status.VIOLATED}
    for anomaly in anomalies:
        for name in refuted_by(anomaly.type, data=data):
            violated.setdefault(name, _refuted(name, anomaly, data))
    holding = {name: finding for name, finding in given.items() if finding.status is Status.HOLDS}
    _check(holding, violated, data)
    found = {**given, **violated}
    return {
        name: _implied(name, found, holding, violated, data) or found.get(name) or _unjudged(name, data)
        for name in by_strength(MODELS)
    }


def strongest_holding(findings: Mapping[str, Finding]) -> tuple[str, ...]:
    """The models that hold and that no other that holds implies, as the tables order them."""
    return tuple(strongest(_with(findings, Status.HOLDS)))


def weakest_violated(findings: Mapping[str, Finding]) -> tuple[str, ...]:
    """The models that are violated and imply no other that is, as the tables order them."""
    return tuple(weakest(_with(findings, Status.VIOLATED)))


def _with(findings: Mapping[str, Finding], status: Status) -> list[str]:
    return [canonical_model(name) for name, finding in findings.items() if finding.status is status]


def _refuted(name: str, anomaly: Anomaly, data: Data) -> Finding:
    kind = canonical_anomaly(anomaly.type)
    direct = by_strength(model for model in refuted_by(kind, data=data) if implies(name, model, data=data))
    weakest = direct[-1]
    because = f"{kind} was found" if weakest == name else f"it implies {weakest}, and {kind} was found"
    return Finding(status=Status.VIOLATED, because=because)


def _check(holding: Mapping[str, Finding], violated: Mapping[str, Finding], data: Data) -> None:
    for stronger, good in holding.items():
        for weaker, bad in violated.items():
            if implies(stronger, weaker, data=data):
                raise LatticeContradiction(
                    f"{stronger} is said to hold ({good.because}), it implies {weaker}, "
                    f"and that is said to be violated ({bad.because})"
                )


def _implied(
    name: str,
    found: Mapping[str, Finding],
    holding: Mapping[str, Finding],
    violated: Mapping[str, Finding],
    data: Data,
) -> Finding | None:
    """What follows for a model that was not decided itself."""
    if name in found and found[name].status in {Status.HOLDS, Status.VIOLATED}:
        return None
    if above := by_strength(model for model in holding if implies(model, name, data=data)):
        certificate = holding[above[-1]].certificate
        return Finding(status=Status.HOLDS, because=f"{above[-1]} holds and implies it", certificate=certificate)
    if below := by_strength(model for model in violated if implies(name, model, data=data)):
        return Finding(status=Status.VIOLATED, because=f"it implies {below[-1]}, which is violated")
    return None


def _unjudged(name: str, data: Data) -> Finding:
    if data in MODELS[name].data:
        return Finding(status=Status.UNKNOWN, because="no checker has judged it")
    return Finding(status=Status.NOT_TESTABLE, because=f"histories of {data} cannot show it")
