"""When each transaction may have taken effect: as early as those before it allow.

A transaction takes effect after its invocation, before its completion, and after those that it depends on. Begin with
the invocations, and put off whoever is not later than one that it depends on; only few are, and only for a while. If
that ends with everybody before its completion, the order of these moments agrees with the dependencies and with real
time. Nothing else shows so quickly that there is no cycle. Where it does not end soon, nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from checkers.transactions.accesses import Ints, Mask, portions
from checkers.transactions.edges import Edges
from histories.transactions import FOREVER, TransactionColumns

Ends = NDArray[np.integer[Any]]

ROUNDS_MAX: Final = 255
"""So many times transactions are put off,"""

WORK_MAX: Final = 4
"""and no more than so many of them for each edge."""

POSITION: Final = 1 << 16
"""So many moments lie between two positions of a history: more than there are ever rounds."""

ENDLESS: Final = 1 << 61
"""After all moments."""


def joined_ends(parts: Iterable[Edges]) -> tuple[Ends, Ends]:
    """The sources and the targets of several parts end to end."""
    ends = zip(*((part.source, part.target) for part in parts), strict=True)
    source, target = (np.concatenate(each, dtype=np.int32, casting="unsafe") for each in ends)
    return source, target


def beyond_real_time(columns: TransactionColumns, vertices: int, parts: Iterable[Edges]) -> tuple[Ends, Ends]:
    """The ends of the edges, except of those on transactions that had completed before the other began."""
    auxiliary = np.zeros(vertices - len(columns), dtype=np.int64)
    end, begin = np.append(columns.end, auxiliary + FOREVER), np.append(columns.index, auxiliary)
    sources, targets = [np.empty(0, dtype=np.int32)], [np.empty(0, dtype=np.int32)]
    for part in parts:
        for at in portions(len(part)):
            source, target = part.source[at], part.target[at]
            kept = np.flatnonzero(end[source] > begin[target])
            sources.append(source[kept].astype(np.int32))
            targets.append(target[kept].astype(np.int32))
    return np.concatenate(sources), np.concatenate(targets)


def earliest(columns: TransactionColumns, vertices: int, source: Ends, target: Ends) -> Ints | None:
    """The vertices of a graph in an order in which all edges lead onwards, and real time does; None if none is found.

    The first vertices are the transactions. Edges that real time implies may be missing.
    """
    if (columns.last + 1) * POSITION > ENDLESS:
        return None
    moment, end = np.zeros(vertices, dtype=np.int64), np.full(vertices, ENDLESS)
    moment[: len(columns)] = columns.index * POSITION
    if columns.real_time:
        in_time = np.flatnonzero(columns.end < FOREVER)
        end[in_time] = columns.end[in_time] * POSITION
    found = put_off(moment, source, target) and bool((moment < end).all())
    return np.argsort(moment, kind="stable") if found else None


def put_off(moment: Ints, source: Ends, target: Ends) -> bool:
    """Put moments off, in place, until all edges lead to later ones; False if that does not end soon."""
    work = 0
    later = np.ones(len(moment), dtype=bool)
    for _ in range(ROUNDS_MAX):
        late = _late(moment, later, source, target)
        work += len(late)
        if not len(late) or work > WORK_MAX * len(source):
            break
        before, after = source[late], target[late]
        np.maximum.at(moment, after, moment[before] + 1)
        later[:] = False
        later[after] = True
    return not len(late)


def _late(moment: Ints, later: Mask, source: Ends, target: Ends) -> Ints:
    """The edges from those that became later to what is not later still."""
    found = []
    for at in portions(len(source)):
        asked = np.flatnonzero(later[source[at]]) + at.start
        found.append(asked[moment[source[asked]] >= moment[target[asked]]])
    return np.concatenate([np.empty(0, dtype=np.int64), *found])
