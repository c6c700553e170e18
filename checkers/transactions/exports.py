"""An anomaly for other programs: as a document (JSON) and as a graph (DOT), with the reasons that the prose gives.

Some histories are only told as transactions by who judges them (a bank's transfers). Their operations are shown as they
are, and the reasons are left to the prose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import attrs

from checkers.transactions.evidence import Case, Clash, Cycle, Edge, Found, Ordered, Refutation
from checkers.transactions.explain import Names, assumption, reason
from checkers.verdict import Anomaly
from histories import History, Operation
from histories.transactions import TransactionColumns

EVIDENCE: Final = (Clash, Cycle, Refutation)
"""What anomalies of transactions rest on."""


def document(history: History, anomaly: Anomaly) -> dict[str, Any]:
    """What JSON can hold of an anomaly of transactions: its name, who took part, every step with its reason, the prose.

    `cases` has one entry for a cycle, and one for each case of a proof by cases, with what it supposes; none for
    micro-operations that contradict each other. Raises `TypeError` for anomalies of other checkers.
    """
    shown = _Shown(history=history, anomaly=anomaly)
    return {
        "type": anomaly.type,
        "transactions": [
            {
                "name": shown.name(operation.index),
                "operation": operation.index,
                "process": operation.process,
                "outcome": str(operation.outcome),
                "f": operation.f,
                "value": operation.known,
            }
            for operation in shown.operations
        ],
        "cases": [
            {
                "suppose": [shown.assumption(given) for given in case.given],
                "edges": [
                    {
                        "from": shown.name(edge.before),
                        "to": shown.name(edge.after),
                        "kind": str(edge.kind),
                        "key": edge.key,
                        "predicate": edge.predicate,
                        "because": shown.reason(edge),
                    }
                    for edge in case.cycle.edges
                ],
            }
            for case in shown.cases
        ],
        "explanation": anomaly.explanation,
    }


def dot(history: History, anomaly: Anomaly) -> str | None:
    """The cycle of an anomaly, or those of its cases, for Graphviz; None where it has no cycle."""
    shown = _Shown(history=history, anomaly=anomaly)
    if not shown.cases:
        return None
    lines = [f"digraph {_quoted(anomaly.type)} {{", '  node [shape=box, fontname="monospace"];']
    for number, case in enumerate(shown.cases, start=1):
        inside = list(_graph(shown, case, number))
        if isinstance(anomaly.evidence, Cycle):
            lines += [f"  {line}" for line in inside]
        else:
            given = "\n".join(["suppose:", *map(shown.assumption, case.given)]) if case.given else "in any case"
            lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(given)};"]
            lines += [*(f"    {line}" for line in inside), "  }"]
    return "\n".join([*lines, "}"]) + "\n"


@attrs.frozen(kw_only=True, slots=False)
class _Shown:
    """An anomaly, and as much of the history as it speaks of."""

    history: History
    anomaly: Anomaly

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.anomaly.evidence, EVIDENCE):
            raise TypeError(f"expected an anomaly of transactions, found {self.anomaly.type}")

    @cached_property
    def numbers(self) -> dict[int, int]:
        return {index: number for number, index in enumerate(self.anomaly.evidence.operations, start=1)}

    @property
    def operations(self) -> list[Operation]:
        return [self.history.by_index[index] for index in self.numbers]

    @cached_property
    def names(self) -> Names | None:
        """What the prose is made from; None where the operations are no transactions."""
        if any(operation.f != "txn" for operation in self.operations):
            return None
        some = History(operations=tuple(sorted(self.operations, key=lambda operation: operation.index)))
        return Names.among(TransactionColumns.of(some), self.anomaly.evidence)

    @property
    def cases(self) -> Sequence[Case]:
        evidence = self.anomaly.evidence
        if isinstance(evidence, Refutation):
            return evidence.cases
        return [Case(given=(), cycle=evidence)] if isinstance(evidence, Cycle) else []

    def name(self, index: int) -> str:
        return f"T{self.numbers[index]}"

    def reason(self, edge: Edge) -> str | None:
        return None if self.names is None else reason(self.names, edge)

    def assumption(self, given: Ordered | Found) -> str:
        if self.names is not None:
            return assumption(self.names, given)
        if isinstance(given, Found):
            writer = "nobody" if given.version is None else self.name(given.version.operation)
            return f"{self.name(given.read.operation)} found {given.key} as {writer} had left it"
        first, then = self.name(given.first.operation), self.name(given.then.operation)
        return f"{first} wrote {given.key} before {then}"

    def label(self, index: int) -> str:
        operation = self.history.by_index[index]
        name = f"{self.name(index)} (#{index})"
        if self.names is None:
            return f"{name}\n{operation.f} {operation.known}"
        return "\n".join([name, *self.names.micros(index)])


def _graph(shown: _Shown, case: Case, number: int) -> Iterator[str]:
    for index in case.cycle.operations:
        yield f"{_node(shown, index, number)} [label={_quoted(shown.label(index))}];"
    for edge in case.cycle.edges:
        because = shown.reason(edge)
        attributes = [f"label={_quoted(f'predicate {edge.kind}' if edge.predicate else str(edge.kind))}"]
        attributes += [] if because is None else [f"tooltip={_quoted(because)}"]
        ends = _node(shown, edge.before, number), _node(shown, edge.after, number)
        yield f"{ends[0]} -> {ends[1]} [{', '.join(attributes)}];"


def _node(shown: _Shown, index: int, number: int) -> str:
    return _quoted(f"{shown.name(index)}.{number}")


def _quoted(text: str) -> str:
    """A text as DOT has it: only quotes and backslashes are special, and lines end with an escape."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
