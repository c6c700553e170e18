"""From anomalies to a classification, the same way for all checks of this package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from checkers.verdict import Anomaly, Classification, Finding, Status
from histories import History, HistoryError, Operation, freeze

LINEARIZABLE: Final = "linearizable"
SHOWN_MAX: Final = 5  # of a list, in a sentence
KEPT_MAX: Final = 100  # of the anomalies of one type


def conclude(
    properties: Mapping[str, Collection[str]],
    anomalies: Iterable[Anomaly],
    *,
    holds: str,
    certificate: Any = None,
    unknown: Mapping[str, str] | None = None,
    refutes: Collection[str] = (),
    statistics: Mapping[str, float | str] | None = None,
) -> Classification:
    """A finding for each property: violated by the types of anomalies that it names, else unknown or holding.

    `unknown` says why a property cannot be said to hold, `holds` why the others do; `certificate` is what they were
    measured by. Anomalies of the types in
    `refutes` show that the history is not linearizable.
    """
    anomalies = tuple(first_of_each_type(anomalies))
    findings: dict[str, Finding] = {}
    for name, types in properties.items():
        against = [anomaly for anomaly in anomalies if anomaly.type in types]
        if against:
            findings[name] = Finding(status=Status.VIOLATED, because=against[0].explanation)
        elif unknown and name in unknown:
            findings[name] = Finding(status=Status.UNKNOWN, because=unknown[name])
        else:
            findings[name] = Finding(status=Status.HOLDS, because=holds, certificate=certificate)
    refuting = [anomaly for anomaly in anomalies if anomaly.type in refutes]
    if refuting:
        findings[LINEARIZABLE] = Finding(status=Status.VIOLATED, because=refuting[0].explanation)
    return Classification(models=findings, anomalies=anomalies, statistics=dict(statistics or {}))


def first_of_each_type(anomalies: Iterable[Anomaly]) -> Iterator[Anomaly]:
    """The anomalies without those of whose type there were `KEPT_MAX` already: the rest would teach nobody anything."""
    seen: Counter[str] = Counter()
    for anomaly in anomalies:
        seen[anomaly.type] += 1
        if seen[anomaly.type] <= KEPT_MAX:
            yield anomaly


def only(history: History, fs: Collection[str]) -> None:
    """Raise `HistoryError` for an operation that is none of these."""
    for operation in history:
        if operation.f not in fs:
            raise HistoryError(f"expected one of {', '.join(sorted(fs))}, found {operation}", source=history.source)


def elements_of(operation: Operation) -> list[Any]:
    """The elements that an operation returned, hashable; `HistoryError` if it returned no list."""
    if operation.result is None:
        return []
    if not isinstance(operation.result, list | tuple | set | frozenset):
        raise HistoryError(f"expected a list of elements as the result of {operation}")
    return [freeze(element) for element in operation.result]


def listed(things: Sequence[Any]) -> str:
    """Some things, for people: `1, 2, 3, 4, 5 and 7 more`."""
    shown = ", ".join(map(str, things[:SHOWN_MAX]))
    return shown if len(things) <= SHOWN_MAX else f"{shown} and {len(things) - SHOWN_MAX} more"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 element`, `2 elements`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def name_of(operation: Operation) -> str:
    """An operation in a sentence: its index and process."""
    return f"#{operation.index} (process {operation.process})"
