"""Zones on arrays: the same conditions as in `zones`, for millions of operations, where every value is left once.

It says whether there is a linearization and which. Where a value that was observed has several possible creators it
does not decide. Why there is none, `zones` explains.
"""

from __future__ import annotations

from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from checkers.linearizability.rows import NEVER, NOTHING, Rows

Ints = NDArray[np.int64]
NONE: Final = -1  # no value


@attrs.frozen(kw_only=True)
class Columns:
    """A register's operations in the order of their calls; see `Rows` for what belongs in them.

    Values are numbers from 0 up, 0 for the initial one, and -1 for none. Positions are not negative; the return of an
    operation that never returned is `NEVER`. Reads need something, writes leave it, a compare-and-set does both.
    """

    needs: Ints
    makes: Ints
    calls: Ints
    returns: Ints

    @classmethod
    def of(cls, rows: Rows, initial: Any) -> Columns:
        """The same as rows."""
        numbers: dict[Any, int] = {NOTHING: NONE, initial: 0}
        number = numbers.setdefault
        return cls(
            needs=np.array([number(value, len(numbers) - 1) for value in rows.needs], dtype=np.int64),
            makes=np.array([number(value, len(numbers) - 1) for value in rows.makes], dtype=np.int64),
            calls=np.array(rows.calls, dtype=np.int64),
            returns=np.array(rows.returns, dtype=np.int64),
        )


def linearizable(columns: Columns) -> bool | None:
    """Whether there is a linearization; None where a value that was observed has several possible creators."""
    found = clusters(columns)
    return found if found is None or isinstance(found, bool) else moments(found) is not None


def linearization(columns: Columns) -> Ints | None:
    """A linearization, as numbers of rows; None where there is none or where this method does not decide."""
    found = clusters(columns)
    if found is None or isinstance(found, bool):
        return None
    moment = moments(found)
    if moment is None:
        return None
    rows = np.flatnonzero(found.kept[:-1])
    reads = columns.makes[rows] == NONE
    creators = np.where(reads, found.creator[rows], rows)
    stages = 2 * found.stage[creators] + reads
    place = np.empty_like(moment)
    place[np.argsort(moment, kind="stable")] = np.arange(len(moment))
    return rows[np.lexsort((stages, place[found.cluster[creators]]))]


@attrs.frozen(kw_only=True)
class Clusters:
    """By row: whether it is kept, whose value it found; by row that left a value: its cluster, and how far in it.

    By cluster: the least return and the greatest call. The write of the initial value is a row after all others.
    """

    kept: NDArray[np.bool_]
    creator: Ints
    cluster: Ints
    stage: Ints
    first: Ints
    last: Ints


def clusters(columns: Columns) -> Clusters | bool | None:
    """The clusters; False if something is wrong inside one; None if an observation has several possible creators."""
    needs, makes = np.append(columns.needs, NONE), np.append(columns.makes, 0)
    calls, returns = np.append(columns.calls, -1), np.append(columns.returns, -1)
    kept, creator = returns < NEVER, np.full(len(needs), NONE)
    maker, count = makers(needs, makes)
    fresh = np.flatnonzero(kept & (needs != NONE))
    while fresh.size:
        several = count[needs[fresh]]
        if several.min() != 1 or several.max() != 1:
            return None if several.min() else False
        creator[fresh] = maker[needs[fresh]]
        new = np.unique(creator[fresh][~kept[creator[fresh]]])
        kept[new] = True
        fresh = new[needs[new] != NONE]
    reads = np.flatnonzero((creator != NONE) & (makes == NONE))
    soonest, latest = np.full(len(needs), NEVER), np.full(len(needs), -1)
    np.minimum.at(soonest, creator[reads], returns[reads])
    np.maximum.at(latest, creator[reads], calls[reads])
    left = np.flatnonzero(kept & (makes != NONE))
    takers = left[creator[left] != NONE]
    if not takers.size:
        if (soonest[left] < calls[left]).any():
            return False
        cluster = np.zeros(len(needs), dtype=np.int64)
        cluster[left] = np.arange(len(left))
        first, last = np.minimum(returns, soonest)[left], np.maximum(calls, latest)[left]
        return Clusters(
            kept=kept, creator=creator, cluster=cluster, stage=np.zeros_like(cluster), first=first, last=last
        )
    chains = Chains.of(takers, creator, left)
    if chains is None:
        return False
    return chains.clusters(kept=kept, creator=creator, calls=calls, returns=returns, soonest=soonest, latest=latest)


def makers(needs: Ints, makes: Ints) -> tuple[Ints, Ints]:
    """By value, a row that left it, and how many did."""
    rows = np.flatnonzero(makes != NONE)
    values = max(needs.max(), makes.max()) + 1
    maker = np.full(values, NONE)
    maker[makes[rows]] = rows
    return maker, np.bincount(makes[rows], minlength=values)


@attrs.frozen
class Chains:
    """Rows that left a value, chain by chain and in each from its write on; and where the chains start."""

    rows: Ints
    starts: Ints
    stages: Ints

    @classmethod
    def of(cls, takers: Ints, creator: Ints, left: Ints) -> Chains | None:
        """Follow each compare-and-set to its write; None if there is no such write, or two took the same value."""
        if np.bincount(creator[takers]).max() > 1:
            return None
        up, stage = np.arange(len(creator)), np.zeros(len(creator), dtype=np.int64)
        up[takers], stage[takers] = creator[takers], 1
        for _ in range(len(takers).bit_length() + 1):  # twice as far each time
            stage, up = stage + stage[up], up[up]
        if (creator[up[takers]] != NONE).any():
            return None
        order = np.lexsort((stage[left], up[left]))
        rows = left[order]
        starts = np.flatnonzero(np.append(True, up[rows][1:] != up[rows][:-1]))
        return cls(rows, starts, stage[rows])

    def clusters(
        self, *, kept: NDArray[np.bool_], creator: Ints, calls: Ints, returns: Ints, soonest: Ints, latest: Ints
    ) -> Clusters | bool:
        """The clusters, unless an operation returned before one of an earlier stage was called."""
        rows, starts = self.rows, self.starts
        number = np.zeros(len(rows), dtype=np.int64)
        number[starts[1:]] = 1
        number = np.cumsum(number)
        last = np.maximum(calls[rows], latest[rows])
        bits = int(calls.max() + 2).bit_length()
        so_far = np.maximum.accumulate((number << bits) + last + 1) - (number << bits) - 1
        before = np.append(-1, so_far[:-1])
        before[starts] = -1
        if (returns[rows] < before).any() or (soonest[rows] < np.maximum(before, calls[rows])).any():
            return False
        cluster, stage = np.zeros(len(kept), dtype=np.int64), np.zeros(len(kept), dtype=np.int64)
        cluster[rows], stage[rows] = number, self.stages
        first = np.minimum.reduceat(np.minimum(returns[rows], soonest[rows]), starts)
        return Clusters(
            kept=kept,
            creator=creator,
            cluster=cluster,
            stage=stage,
            first=first,
            last=np.maximum.reduceat(last, starts),
        )


def moments(found: Clusters) -> Ints | None:
    """By cluster, a moment for it; None if two clusters oppose each other."""
    first, last = found.first, found.last
    forward = np.flatnonzero(first < last)
    forward = forward[np.argsort(first[forward], kind="stable")]
    begins, ends = first[forward], last[forward]
    if (begins[1:] < ends[:-1]).any():
        return None
    backward = np.flatnonzero(first > last)
    at = np.searchsorted(begins, last[backward]) - 1
    around = np.where(at >= 0, ends[at], -1) if len(ends) else np.full(len(backward), -1)
    if (around > first[backward]).any():
        return None
    moment = first.copy()
    moment[backward] = np.maximum(last[backward], around)
    return moment
