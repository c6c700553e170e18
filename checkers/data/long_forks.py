"""Long forks: two readers who disagree about which of two writes came first.

Some keys are each written once. Transactions read groups of them, and each read of a group sees some as written and
some as not. Of two reads of the same group, one must have seen all that the other has: else one saw x and not y, the
other y and not x, and no order of the two writes explains both. Snapshot isolation and prefix consistency forbid this
(Cerone, Bernardi and Gotsman 2015); parallel snapshot isolation was made to allow it (Sovran et al. 2011).

Reads of a group need be compared with their neighbours only, in the order of how many keys they saw.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from itertools import pairwise
from typing import Any, Final

import attrs

from checkers.data.conclusion import conclude, counted, name_of
from checkers.verdict import Anomaly, Classification, Finding, Status
from histories import History, HistoryError, Operation, freeze

LONG_FORK: Final = "long-fork"
REFUTED: Final = ("prefix", "snapshot-isolation")


@attrs.frozen
class _Read:
    """Which keys of a group one transaction saw as written."""

    operation: Operation
    seen: frozenset[Hashable]


def check_long_forks(history: History, *, group_size: int | None = None) -> Classification:
    """Judge the property `no-long-fork`, and with it refute `prefix` and `snapshot-isolation`.

    Transactions are lists of micro-operations; those that only read are compared with others that read the same keys.
    Raises `HistoryError` where a key has two values, or where a read is not of `group_size` keys, if that is given.
    """
    groups: dict[frozenset[Hashable], list[_Read]] = {}
    values: dict[Hashable, tuple[Any, Operation]] = {}
    reads = 0
    for operation in history:
        found = _reads_of(operation, history)
        if found:
            if group_size is not None and len(found) != group_size:
                problem = f"expected reads of {group_size} keys, found {operation}"
                raise HistoryError(problem, source=history.source)
            reads += 1
            seen = frozenset(key for key, value in found.items() if value is not None)
            groups.setdefault(frozenset(found), []).append(_Read(operation, seen))
            _same_values(operation, found, values, history)
    anomalies = [anomaly for group in groups.values() for anomaly in _forks(group)]
    judged = conclude(
        {"no-long-fork": {LONG_FORK}},
        anomalies,
        holds=f"{counted(reads, 'read')} of {counted(len(groups), 'group')} of keys agree on the order of the writes",
        unknown={} if reads else {"no-long-fork": "no transaction only read"},
        statistics={"reads": reads, "groups": len(groups)},
    )
    if not anomalies:
        return judged
    refuted = Finding(status=Status.VIOLATED, because=anomalies[0].explanation)
    return attrs.evolve(judged, models={**judged.models, **dict.fromkeys(REFUTED, refuted)})


def _reads_of(operation: Operation, history: History) -> dict[Hashable, Any]:
    """What a transaction that is ok and only reads found, by key; nothing for the others."""
    value = operation.result if operation.ok else None
    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(part, list | tuple) and len(part) == 3 for part in value):
        raise HistoryError(f"expected a list of micro-operations in {operation}", source=history.source)
    if any(kind != "r" for kind, _, _ in value):
        return {}
    return {freeze(key): freeze(found) for _, key, found in value}


def _same_values(
    operation: Operation, found: dict[Hashable, Any], values: dict[Hashable, tuple[Any, Operation]], history: History
) -> None:
    for key, value in found.items():
        if value is not None:
            before, other = values.setdefault(key, (value, operation))
            if before != value:
                problem = (
                    f"expected each key to be written once, found key {key} with {before} in {other} "
                    f"and with {value} in {operation}"
                )
                raise HistoryError(problem, source=history.source)


def _forks(group: list[_Read]) -> Iterator[Anomaly]:
    distinct = {read.seen: read for read in group}.values()
    for less, more in pairwise(sorted(distinct, key=lambda read: len(read.seen))):
        if not less.seen <= more.seen:
            x, y = min(less.seen - more.seen, key=str), min(more.seen - less.seen, key=str)
            first, second = less.operation, more.operation
            told = (
                f"{name_of(first)} saw the write of key {x} and not that of key {y}, but {name_of(second)} saw that of "
                f"key {y} and not that of key {x}: neither write can have come first"
            )
            yield Anomaly(type=LONG_FORK, operations=(first.index, second.index), explanation=told, evidence=(x, y))
