"""A classification, verified from the history alone: certificates are replayed, and anomalies looked up.

What is believed without proof: the tables of the lattice, which say what an anomaly refutes and what a model implies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from checkers.models import implied
from checkers.transactions.audit_clashes import exhaustive, shows
from checkers.transactions.audit_rows import Given, contradicts_itself, ordered, precedes
from checkers.transactions.certificates import Certificate
from checkers.transactions.conditions import CONDITIONS
from checkers.transactions.evidence import Clash, Cycle, Edge, Found, Kind, Refutation
from checkers.transactions.ledger import APPENDING, READING, Ledger
from checkers.transactions.replay import Replay
from checkers.verdict import Anomaly, Classification, Status
from histories import History
from histories.codes import identity
from histories.transactions import TransactionColumns


def audit(history: History | TransactionColumns, classification: Classification) -> list[str]:
    """What is wrong with a classification; an empty list if nothing is."""
    columns = history if isinstance(history, TransactionColumns) else TransactionColumns.of(history)
    ledger = Ledger(columns=columns)
    found = [
        f"{anomaly.type}: {problem}" for anomaly in classification.anomalies for problem in _anomaly(ledger, anomaly)
    ]
    certificates: dict[int, tuple[Certificate, list[str]]] = {}
    for model, finding in classification.models.items():
        if finding.status is Status.HOLDS and isinstance(finding.certificate, Certificate):
            certificates.setdefault(id(finding.certificate), (finding.certificate, []))[1].append(model)
    replay = Replay(columns=columns, ledger=ledger)
    for certificate, models in certificates.values():
        demands = frozenset(CONDITIONS[model].internal for model in models if model in CONDITIONS)
        problem = _unproven(certificate, models) or replay.problem(certificate, demands)
        if problem:
            found.append(f"{', '.join(models)}: {problem}")
    return found


def _unproven(certificate: Certificate, models: Sequence[str]) -> str | None:
    """Whether a certificate, if it is right, does not show that these models hold."""
    shown: set[str] = set()
    for model, condition in CONDITIONS.items():
        if (condition.rule, condition.order) == (certificate.rule, certificate.order):
            shown |= {model, *implied(model)}
    others = [model for model in models if model not in shown]
    return f"a certificate of {certificate.rule} says nothing of {', '.join(others)}" if others else None


# Anomalies


def _anomaly(ledger: Ledger, anomaly: Anomaly) -> Iterator[str]:
    evidence, kind = anomaly.evidence, anomaly.type.removesuffix("-process").removesuffix("-realtime")
    if isinstance(evidence, Clash):
        operation = evidence.places[0].operation
        if not shows(ledger, kind, evidence):
            yield f"{evidence.places} do not show it"
        elif kind in _INTERNAL and not contradicts_itself(ledger, operation, reads=True, phantoms=_INTERNAL[kind]):
            yield f"#{operation} does not contradict itself"
    elif isinstance(evidence, Cycle):
        yield from _cycle(ledger, evidence, (), anomaly.type)
    elif isinstance(evidence, Refutation):
        for case in evidence.cases:
            yield from _cycle(ledger, case.cycle, case.given, anomaly.type)
        if not exhaustive(ledger, evidence.cases):
            yield "the cases leave an order of the versions open"
    else:
        yield f"expected evidence, found {evidence}"


_INTERNAL: Final = {"internal": True, "predicate-read-miss": True, "internal-predicate": False}
"""Anomalies that a transaction shows alone: whether they are there though predicates may show new rows."""


def _cycle(ledger: Ledger, cycle: Cycle, given: Given, name: str) -> Iterator[str]:
    order = 2 * name.endswith("-realtime") + name.endswith("-process")
    needed = max((_TIMES.index(edge.kind) if edge.kind in _TIMES else 0) for edge in cycle.edges)
    if needed > order:
        yield f"a cycle with {_TIMES[needed]} edges"
    kind = name.removesuffix("-process").removesuffix("-realtime")
    if not _PATTERNS[kind](cycle.edges):
        yield f"a cycle of {[str(edge.kind) for edge in cycle.edges]}"
    for edge in cycle.edges:
        if not _EDGES[edge.kind](ledger, edge, given):
            yield f"nothing shows {edge}"
        if not ledger.committed(edge.before) and (not given or ledger.failed(edge.before)):
            yield f"#{edge.before} may not have committed"


_TIMES: Final = (None, Kind.SESSION, Kind.REALTIME)


# What cycles of each name are made of; what is forbidden where they are, is forbidden where a simpler one is


def _rw(edges: Sequence[Edge]) -> list[tuple[Edge, Edge]]:
    """Each anti-dependency, and the edge before it."""
    return [(edges[i], edges[i - 1]) for i in range(len(edges)) if edges[i].kind is Kind.RW]


def _few_rw(most: int) -> Callable[[Sequence[Edge]], bool]:
    return lambda edges: len(_rw(edges)) <= most


def _one_after(allowed: Callable[[Edge, Edge], bool], length: int | None = None) -> Callable[[Sequence[Edge]], bool]:
    """At most one rw, and if there is one: so many edges, of which the one before it is allowed."""

    def matches(edges: Sequence[Edge]) -> bool:
        pairs = _rw(edges)
        if not pairs:
            return True
        return len(pairs) == 1 and length in (None, len(edges)) and allowed(*pairs[0])

    return matches


def _entered_before(edge: Edge, previous: Edge) -> bool:
    """Whether an edge came into the transaction at an earlier place than that where it read."""
    return edge.at is not None and previous.at is not None and previous.at[1].micro < edge.at[0].micro


def _entered_at_a_read(edge: Edge, previous: Edge) -> bool:
    """Whether an edge came into the transaction at a read, and this one leaves at the same or a later one."""
    places = edge.at, previous.at
    return previous.kind is Kind.WR and None not in places and places[1][1].micro <= places[0][0].micro  # type: ignore[index]


def _causal(edges: Sequence[Edge]) -> bool:
    pairs = _rw(edges)
    if not pairs:
        return True
    return len(pairs) == 1 and all(edge.kind in (Kind.RW, Kind.WR, Kind.SESSION) for edge in edges)


def _nonadjacent(edges: Sequence[Edge]) -> bool:
    return all(previous.kind is not Kind.RW for _, previous in _rw(edges))


_ITEMS: Final[Mapping[str, Callable[[Sequence[Edge]], bool]]] = {
    "G-single-item": _few_rw(1),
    "G-nonadjacent-item": _nonadjacent,
    "G2-item": lambda _: True,
}


def _of_items(matches: Callable[[Sequence[Edge]], bool]) -> Callable[[Sequence[Edge]], bool]:
    return lambda edges: matches(edges) and not any(edge.predicate for edge in edges)


_PATTERNS: Final[Mapping[str, Callable[[Sequence[Edge]], bool]]] = {
    "G0": lambda edges: not any(edge.kind in (Kind.WR, Kind.RW) for edge in edges),
    "cyclic-versions": lambda edges: all(edge.kind is Kind.WW and edge.key == edges[0].key for edge in edges),
    "G1c": _few_rw(0),
    "G-single": _few_rw(1),
    "G-nonadjacent": _nonadjacent,
    "G2": lambda _: True,
    **{name: _of_items(matches) for name, matches in _ITEMS.items()},
    "G-update": lambda _: True,
    "long-fork": lambda edges: (
        len(edges) == len({edge.before for edge in edges}) == 4
        and [edge.kind for edge in edges] in ([Kind.WR, Kind.RW] * 2, [Kind.RW, Kind.WR] * 2)
    ),
    "prefix-cycle": lambda edges: all(previous.kind not in (Kind.RW, Kind.WW) for _, previous in _rw(edges)),
    "G-MSR": lambda edges: all(_entered_at_a_read(edge, previous) for edge, previous in _rw(edges)),
    "causal-cycle": _causal,
    "fractured-reads": _one_after(lambda _, previous: previous.kind in (Kind.WR, Kind.SESSION), 2),
    "fractured-update": _one_after(lambda _, previous: previous.kind in (Kind.WR, Kind.WW), 2),
    "observed-transaction-vanishes": _one_after(
        lambda edge, previous: previous.kind is Kind.WR and _entered_before(edge, previous), 2
    ),
    "G-cursor": _one_after(lambda edge, previous: previous.kind is Kind.WW and previous.key == edge.key, 2),
    "G-monotonic": _one_after(_entered_before),
}


# Edges


def _follows(ledger: Ledger, edge: Edge, _: Given) -> bool:
    same = edge.kind is Kind.REALTIME or ledger.process(edge.before) == ledger.process(edge.after)
    return same and ledger.ok(edge.before) and ledger.end(edge.before) < edge.after


def _joins(ledger: Ledger, edge: Edge, *, before: bool, after: bool) -> tuple[Any, Any] | None:
    """The two values of an edge, if its places are of its transactions and its key, and read or write as they should.

    `before` and `after` say which of the two is a read.
    """
    if edge.at is None or (edge.at[0].operation, edge.at[1].operation) != (edge.before, edge.after):
        return None
    one, other = ledger.micro(edge.at[0], edge.key), ledger.micro(edge.at[1], edge.key)
    missed = [place for place, reads in zip(edge.at, (before, after), strict=True) if reads]
    if edge.predicate != any(ledger.misses(place, edge.key) for place in missed):
        return None
    fits = (one[0] == READING) == before and (other[0] == READING) == after
    return (one[2], other[2]) if fits and identity(one[1]) == identity(other[1]) == identity(edge.key) else None


def _overwrites(ledger: Ledger, edge: Edge, given: Given) -> bool:
    values = _joins(ledger, edge, before=False, after=False)
    if values is None or edge.at is None or edge.before == edge.after:
        return False
    if ordered(given, *edge.at):
        return True
    if ledger.micro(edge.at[0])[0] == APPENDING:
        return _in_order(ledger, edge.key, *values)
    return values[0] is not None and any(
        at < edge.at[1].micro and identity(key) == identity(edge.key) and value == values[0]
        for at, key, value in ledger.reads(edge.after)
    )


def _in_order(ledger: Ledger, key: Any, one: Any, other: Any) -> bool:
    """Whether some list shows one element before the other, or one and none ever the other."""
    lists = [value for value in ledger.lists(key) if one in value]
    return any(other in value and value.index(one) < value.index(other) for value in lists) or (
        bool(lists) and not any(other in value for value in ledger.lists(key))
    )


def _reads_from(ledger: Ledger, edge: Edge, given: Given) -> bool:
    values = _joins(ledger, edge, before=False, after=True)
    if values is None or edge.at is None or edge.before == edge.after:
        return False
    written, seen = values
    if seen is None:
        return Found(read=edge.at[1], key=edge.key, version=edge.at[0]) in given
    if not isinstance(seen, list):
        return bool(written == seen)
    after = seen[seen.index(written) + 1 :] if written in seen else [written]
    writers = [ledger.writer(edge.key, part) for part in after]
    return all(writer and (writer.operation == edge.after or ledger.failed(writer.operation)) for writer in writers)


def _reads_before(ledger: Ledger, edge: Edge, given: Given) -> bool:
    values = _joins(ledger, edge, before=True, after=False)
    if values is None or edge.at is None or edge.before == edge.after:
        return False
    seen, written = values
    if not ledger.learnt(edge.before):
        return False
    if seen is None:
        return ledger.micro(edge.at[1])[0] == APPENDING or precedes(ledger, edge, given)
    if isinstance(seen, list):
        return written not in seen and all(value[: len(seen)] == seen[: len(value)] for value in ledger.lists(edge.key))
    first = ledger.writer(edge.key, seen)
    return first is not None and ordered(given, first, edge.at[1])


_EDGES: Final[Mapping[Kind, Callable[[Ledger, Edge, Given], bool]]] = {
    Kind.WW: _overwrites,
    Kind.WR: _reads_from,
    Kind.RW: _reads_before,
    Kind.SESSION: _follows,
    Kind.REALTIME: _follows,
}
