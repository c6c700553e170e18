"""An anomaly for other programs: as a document (JSON) and as a graph (DOT), with the reasons that the prose gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from checkers.transactions.evidence import Case, Clash, Cycle, Edge, Refutation
from checkers.transactions.explain import Names, assumption, micro_text, reason
from checkers.verdict import Anomaly
from histories import History
from histories.transactions import TransactionColumns

EVIDENCE: Final = (Clash, Cycle, Refutation)
"""What anomalies of transactions rest on."""


def document(history: History, anomaly: Anomaly) -> dict[str, Any]:
    """What JSON can hold of an anomaly of transactions: its name, who took part, every step with its reason, the prose.

    `cases` has one entry for a cycle, and one for each case of a proof by cases, with what it supposes; none for
    micro-operations that contradict each other.
    """
    names = _names(history, anomaly)
    columns = names.columns
    return {
        "type": anomaly.type,
        "transactions": [
            {
                "name": names.name(operation),
                "operation": operation,
                "process": int(columns.process[names.row(operation)]),
                "outcome": str(columns.operation(names.row(operation)).outcome),
                "micro_operations": columns.micro_operations(names.row(operation)),
            }
            for operation in names.numbers
        ],
        "cases": [
            {
                "suppose": [assumption(names, given) for given in case.given],
                "edges": [_edge(names, edge) for edge in case.cycle.edges],
            }
            for case in _cases(anomaly)
        ],
        "explanation": anomaly.explanation,
    }


def dot(history: History, anomaly: Anomaly) -> str | None:
    """The cycle of an anomaly, or those of its cases, for Graphviz; None where it has no cycle."""
    cases = _cases(anomaly)
    if not cases:
        return None
    names = _names(history, anomaly)
    lines = [f"digraph {_quoted(anomaly.type)} {{", '  node [shape=box, fontname="monospace"];']
    for number, case in enumerate(cases, start=1):
        alone = len(cases) == 1 and not case.given
        inside = list(_graph(names, case, number))
        if alone:
            lines += [f"  {line}" for line in inside]
        else:
            suppose = "\n".join(["suppose:", *(assumption(names, given) for given in case.given)])
            lines += [
                f"  subgraph cluster_{number} {{",
                f"    label={_quoted(suppose if case.given else 'in any case')};",
            ]
            lines += [f"    {line}" for line in inside] + ["  }"]
    return "\n".join([*lines, "}"]) + "\n"


def _names(history: History, anomaly: Anomaly) -> Names:
    """The names that the explanation gives, over as much of the history as it speaks of."""
    if not isinstance(anomaly.evidence, EVIDENCE):
        raise TypeError(f"expected an anomaly of transactions, found {anomaly.type} with {anomaly.evidence}")
    operations = anomaly.evidence.operations
    some = History(operations=tuple(history.by_index[index] for index in sorted(operations)))
    return Names.among(TransactionColumns.of(some), operations)


def _cases(anomaly: Anomaly) -> Sequence[Case]:
    if isinstance(anomaly.evidence, Refutation):
        return anomaly.evidence.cases
    return [Case(given=(), cycle=anomaly.evidence)] if isinstance(anomaly.evidence, Cycle) else []


def _edge(names: Names, edge: Edge) -> dict[str, Any]:
    return {
        "from": names.name(edge.before),
        "to": names.name(edge.after),
        "kind": str(edge.kind),
        "key": edge.key,
        "predicate": edge.predicate,
        "because": reason(names, edge),
    }


def _graph(names: Names, case: Case, number: int) -> Iterator[str]:
    for operation in case.cycle.operations:
        micros = names.columns.micro_operations(names.row(operation))
        label = "\n".join([f"{names.name(operation)} (#{operation})", *(micro_text(*micro) for micro in micros)])
        yield f"{_node(names, operation, number)} [label={_quoted(label)}];"
    for edge in case.cycle.edges:
        kind = f"predicate {edge.kind}" if edge.predicate else str(edge.kind)
        label = f"label={_quoted(kind)}, tooltip={_quoted(reason(names, edge))}"
        yield f"{_node(names, edge.before, number)} -> {_node(names, edge.after, number)} [{label}];"


def _node(names: Names, operation: int, number: int) -> str:
    return _quoted(f"{names.name(operation)}.{number}")


def _quoted(text: str) -> str:
    """A text as DOT has it: only quotes and backslashes are special, and lines end with an escape."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
