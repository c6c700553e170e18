"""The cycle in a checker's evidence, as the drawing wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checkers.verdict import Anomaly
from harness.report.cycle import Cycle, CycleEdge, CycleNode
from harness.report.words import micro_text
from histories import History

if TYPE_CHECKING:
    from checkers.transactions.evidence import Edge, Place

ORDER = {"session": "completed before, in the same process", "realtime": "completed before the other began"}


def cycle_of(anomaly: Anomaly, history: History) -> Cycle | None:
    """The cycle that an anomaly is made of; of several cases, that of the first; None if its evidence has none.

    Transactions have the names that the explanation gives them: T1, T2, ... in the order of the evidence.
    """
    from checkers.transactions import evidence

    found = anomaly.evidence
    cycle = found.cases[0].cycle if isinstance(found, evidence.Refutation) else found
    if not isinstance(cycle, evidence.Cycle):
        return None
    names = {index: f"T{number}" for number, index in enumerate(found.operations, start=1)}
    return Cycle(
        nodes=tuple(
            CycleNode(name=names[index], lines=tuple(map(micro_text, _micros(history, index))), index=index)
            for index in cycle.operations
        ),
        edges=tuple(
            CycleEdge(
                source=names[edge.before],
                target=names[edge.after],
                label=f"predicate {edge.kind}" if edge.predicate else str(edge.kind),
                reason=_reason(history, edge),
            )
            for edge in cycle.edges
        ),
    )


def _micros(history: History, index: int) -> list[Any]:
    operation = history.by_index.get(index)
    known = operation.known if operation else None
    return list(known) if isinstance(known, list | tuple) else []


def _reason(history: History, edge: Edge) -> str:
    if edge.at is None:
        return ORDER.get(str(edge.kind), "")
    before, after = (_at(history, place) for place in edge.at)
    return f"{before} before {after}"


def _at(history: History, place: Place) -> str:
    micros = _micros(history, place.operation)
    return micro_text(micros[place.micro]) if place.micro < len(micros) else "?"
