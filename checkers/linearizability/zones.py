"""Linearizability of a register in O(n log n): zones.

After Gibbons and Korach, "Testing shared memories" (SIAM J. Comput. 26(4), 1997), who give it for reads and
writes with unique values; extended here to compare-and-set, to operations that may or may not have happened,
and to values written more than once as long as each observation has one possible creator.

Every value in the register was put there by one write, its creator. Join a write, the operations that
observed its value, and the chain of compare-and-sets that consumed it, with their observers, into a cluster.
In any linearization a cluster stands in one piece: nothing may come between a value and its observers.
What is known of a cluster is its zone, between f, the least return of its operations, and s, the greatest call:

    forward, f < s      its value was there from f to s, whatever the order
    backward, s < f     all its operations overlap; one moment in [s, f] is enough for it

So two forward zones may not overlap, and a backward zone may not lie inside a forward one: each such pair has
an operation of A that returned before one of B was called, and one of B before one of A. That, with what can go
wrong inside a cluster, is all that can go wrong (`attribute`, `chain` and `collide` have the list), and where
nothing does, the clusters in the order of their moments are a linearization.

Where an observer has several possible creators (`creators`), zones do not decide, and the search does.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections import defaultdict
from typing import Any

import attrs

from checkers.linearizability.creators import Creators
from checkers.linearizability.rows import INITIAL, NEVER, NOTHING, Rows


@attrs.frozen
class Contradiction:
    """Why there is no linearization. `kind` says which condition failed, `rows` are the operations in it.

    `needed` are uncertain operations among them, each with one that only it can have been the creator for.
    """

    kind: str
    rows: tuple[int, ...]
    needed: tuple[tuple[int, int], ...] = ()


@attrs.frozen
class Attribution:
    """Each observer's creator, and each creator's observers. Uncertain creators that nobody needs are not in it."""

    creator: dict[int, int]
    readers: dict[int, list[int]]
    consumer: dict[int, int]
    writes: list[int]  # the creators that begin a cluster: plain writes, the initial value, open compare-and-sets
    open: list[int]  # observers with several possible creators


@attrs.frozen
class Cluster:
    """One value, or a chain of them, with `stages`: a creator first, and then those who read what it left."""

    stages: list[list[int]]
    first_return: int
    last_call: int
    first: int  # the row that returned first
    last: int  # the row that was called last

    @property
    def forward(self) -> bool:
        """Whether its value surely was there for a while, and not only at one moment."""
        return self.first_return < self.last_call


def zones(rows: Rows, initial: Any) -> list[int] | Contradiction | None:
    """A linearization as rows; or why there is none; or None where an observation has several possible creators.

    Observers with several possible creators are left out of the clusters, which are still in one piece without
    them: a contradiction among those that are left is one, though its absence proves nothing.
    """
    found = Attribution({}, defaultdict(list), {}, [INITIAL], [])
    wrong = attribute(rows, initial, found)
    clusters: list[Cluster] = []
    for write in found.writes if wrong is None else ():
        cluster = chain(rows, found, write)
        if isinstance(cluster, Contradiction):
            wrong = cluster
            break
        clusters.append(cluster)
    if wrong is None and sum(len(cluster.stages) - 1 for cluster in clusters) < len(found.consumer):
        wrong = cycle(found, clusters)
    wrong = wrong or collide(rows, clusters)
    if wrong:
        return with_needed(rows, found, wrong)
    if found.open:
        return None
    return arrange(clusters)


# ── Who observed whose value ───────────────────────────────────────────────────────────────────


def attribute(rows: Rows, initial: Any, found: Attribution) -> Contradiction | None:
    """Give every observation its creator, from the operations that happened back to the uncertain ones they need."""
    creators = Creators(rows, initial)
    needs, makes, returns = rows.needs, rows.makes, rows.returns
    waiting: list[int] = []
    for row in range(len(rows)):
        if returns[row] < NEVER:
            if needs[row] is not NOTHING:
                waiting.append(row)
            else:
                found.writes.append(row)
    uncertain = set()
    for row in waiting:  # grows as it goes
        count, creator = creators.possible(row)
        if count != 1:
            if count == 0:
                return Contradiction("no creator", (row, *creators.makers(row)))
            found.open.append(row)
            if makes[row] is not NOTHING:
                found.writes.append(row)
            continue
        found.creator[row] = creator
        if makes[row] is NOTHING:
            found.readers[creator].append(row)
        elif creator in found.consumer:
            return Contradiction("two consumers", (found.consumer[creator], row, creator))
        else:
            found.consumer[creator] = row
        if creator != INITIAL and returns[creator] == NEVER and creator not in uncertain:
            uncertain.add(creator)
            (found.writes if needs[creator] is NOTHING else waiting).append(creator)
    return None


def with_needed(rows: Rows, found: Attribution, wrong: Contradiction) -> Contradiction:
    """With the reasons why the uncertain operations in it must have happened."""
    needed: dict[int, int] = {}
    todo = list(wrong.rows)
    while todo:
        row = todo.pop()
        if row != INITIAL and rows.returns[row] == NEVER and row not in needed:
            reason = next((observer for observer, creator in found.creator.items() if creator == row), None)
            if reason is not None:
                needed[row] = reason
                todo.append(reason)
    return Contradiction(wrong.kind, wrong.rows, tuple(needed.items()))


# ── Clusters ───────────────────────────────────────────────────────────────────────────────────


def chain(rows: Rows, found: Attribution, write: int) -> Cluster | Contradiction:
    """The cluster that begins with this write.

    Wrong inside: an operation that returned before one of an earlier stage was called.
    """
    calls, returns = rows.calls, rows.returns
    stages = []
    first_return, last_call = NEVER + 1, -1
    first = last = write
    creator: int | None = write
    while creator is not None:
        readers = found.readers.get(creator, ())
        for group in ((creator,), readers):
            ceiling, latest = last_call, last
            for row in group:
                call, back = (-1, -1) if row == INITIAL else (calls[row], returns[row])
                if back < ceiling:
                    return Contradiction("backwards", (row, latest, creator))
                if back < first_return:
                    first_return, first = back, row
                if call > last_call:
                    last_call, last = call, row
        stages.append([creator, *readers])
        creator = found.consumer.get(creator)
    return Cluster(stages, first_return, last_call, first, last)


def cycle(found: Attribution, clusters: list[Cluster]) -> Contradiction:
    """Compare-and-sets that feed each other, with no write to begin with."""
    reached = {stage[0] for cluster in clusters for stage in cluster.stages}
    row = next(consumer for consumer in found.consumer.values() if consumer not in reached)
    around = [row]
    while (row := found.creator[row]) != around[0]:
        around.append(row)
    return Contradiction("cycle", tuple(reversed(around)))


def collide(rows: Rows, clusters: list[Cluster]) -> Contradiction | None:
    """Two clusters of which each has an operation that returned before one of the other was called.

    Of several such pairs, the one that was complete first.
    """
    forward = sorted((c for c in clusters if c.forward), key=lambda c: c.first_return)
    found = []
    for before, after in itertools.pairwise(forward):
        if after.first_return < before.last_call:
            found.append(opposed(rows, before, after))
    starts = [c.first_return for c in forward]
    for cluster in clusters:
        if not cluster.forward:
            at = bisect_left(starts, cluster.last_call) - 1
            if at >= 0 and forward[at].last_call > cluster.first_return:
                found.append(opposed(rows, forward[at], cluster))
    if not found:
        return None
    return min(found, key=lambda pair: max(rows.returns[row] for row in pair.rows if row != INITIAL))


def opposed(rows: Rows, one: Cluster, other: Cluster) -> Contradiction:
    """Four operations that oppose two clusters.

    `a1` of A returned before `b2` of B was called, and `b1` of B before `a2` of A; of several, the first to return.
    A is the cluster that was there first. The creators of the values come last.
    """
    a, b = sorted((one, other), key=lambda cluster: cluster.first_return)
    b2 = soonest(rows, b, a.first_return)
    a2 = soonest(rows, a, b.first_return)
    return Contradiction("opposed", (a.first, b2, b.first, a2))


def soonest(rows: Rows, cluster: Cluster, after: int) -> int:
    """The operation of the cluster that returned first, among those called after a moment."""
    later = [row for stage in cluster.stages for row in stage if row != INITIAL and rows.calls[row] > after]
    return min(later, key=rows.returns.__getitem__)


def arrange(clusters: list[Cluster]) -> list[int]:
    """The clusters in the order of their moments: a linearization."""
    forward = sorted((c for c in clusters if c.forward), key=lambda c: c.first_return)
    starts = [c.first_return for c in forward]
    moments = []
    for number, cluster in enumerate(clusters):
        moment = cluster.first_return
        if not cluster.forward:
            moment = cluster.last_call
            at = bisect_left(starts, moment) - 1
            if at >= 0 and forward[at].last_call > moment:
                moment = forward[at].last_call
        moments.append((moment, number))
    order = []
    for _, number in sorted(moments):
        for creator, *readers in clusters[number].stages:
            order.append(creator)
            order.extend(sorted(readers))
    return [row for row in order if row != INITIAL]
