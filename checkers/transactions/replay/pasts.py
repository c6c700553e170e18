"""What transactions depend on, directly and indirectly: for a transaction and a key, the latest version in its past.

A past is a set that grows with the history. But of each key one version is enough, the latest, and only keys that are
asked for count, from their first version on up to the last question. So for some hundred keys at a time, all
transactions in that window are walked once, with a row of numbers each: that is linear if keys are used for a while,
as in most histories, and costs transactions times keys / `KEYS_AT_ONCE` if all are used all the time.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import attrs
import numpy as np

from checkers.transactions.replay.arrays import Ints, heads, last_true, offsets, spans
from checkers.transactions.replay.reads import Reads
from checkers.transactions.replay.script import Versions

KEYS_AT_ONCE: Final = 128


@attrs.frozen(kw_only=True, eq=False)
class Dependencies:
    """Who depends on whom: transaction t directly on `sources[first[t]:first[t + 1]]`.

    In `order` each comes after those that it depends on; `rank` is where each stands in it.
    """

    sources: Ints
    first: Ints
    order: Ints
    rank: Ints

    @classmethod
    def of(cls, target: Ints, source: Ints, order: Ints) -> Dependencies:
        """Dependencies given in pairs."""
        by_target = np.argsort(target, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        first = offsets(np.bincount(target, minlength=len(order)))
        return cls(sources=source[by_target], first=first, order=order, rank=rank)

    def latest(self, versions: Versions, transaction: Ints, key: Ints) -> Ints:
        """The latest version of a key that a transaction made or depends on, -1 if there is none."""
        found = np.full(len(transaction), -1)
        asked, column = np.unique(key, return_inverse=True)
        used = versions.first[asked + 1] > versions.first[asked]
        made = spans(versions.first[asked], versions.first[asked + 1] - versions.first[asked])
        begin = np.full(len(asked), len(self.rank))
        np.minimum.at(begin, np.searchsorted(asked, versions.key[made]), self.rank[versions.place[made]])
        order = np.argsort(begin, kind="stable")[: np.count_nonzero(used)]
        for low in range(0, len(order), KEYS_AT_ONCE):
            block = order[low : low + KEYS_AT_ONCE]
            number = np.full(len(asked), -1)
            number[block] = np.arange(len(block))
            mine = np.flatnonzero((number[column] >= 0) & (self.rank[transaction] >= begin[block[0]]))
            if len(mine):
                window = _Window(self, versions, asked[block], int(begin[block[0]]))
                found[mine] = window.latest(self.rank[transaction[mine]], number[column[mine]])
        return found


class _Window:
    """The pasts of some transactions that follow one another, in terms of some keys."""

    def __init__(self, dependencies: Dependencies, versions: Versions, keys: Ints, begin: int) -> None:
        self.dependencies, self.begin, self.width = dependencies, begin, len(keys)
        self.made = spans(versions.first[keys], versions.first[keys + 1] - versions.first[keys])
        self.column = np.repeat(np.arange(len(keys)), versions.first[keys + 1] - versions.first[keys])
        self.writer = dependencies.rank[versions.place[self.made]] - begin

    def latest(self, rank: Ints, column: Ints) -> Ints:
        """For some transactions, by rank, and columns: the latest version."""
        size = int(rank.max()) + 1 - self.begin
        table = np.full((size, self.width), -1, dtype=np.int32)
        inside = self.writer < size
        table[self.writer[inside], self.column[inside]] = self.made[inside]
        lines = list(table)
        for line, sources in zip(lines, self._sources(size), strict=True):
            for source in sources:
                np.maximum(line, lines[source], out=line)
        return table[rank - self.begin, column].astype(np.int64)

    def _sources(self, size: int) -> list[list[int]]:
        """What each of the transactions in the window depends on in there."""
        rank, first = self.dependencies.rank, self.dependencies.first
        members = self.dependencies.order[self.begin : self.begin + size]
        counts = first[members + 1] - first[members]
        target = np.repeat(np.arange(size), counts)
        source = rank[self.dependencies.sources[spans(first[members], counts)]] - self.begin
        inside = source >= 0
        bounds = offsets(np.bincount(target[inside], minlength=size)).tolist()
        flat = source[inside].tolist()
        return [flat[low:high] for low, high in pairwise(bounds)]


def dependencies(reads: Reads, *, writes: bool, process: Ints | None, ok: Ints) -> Dependencies:
    """By reads, and as asked for by writes of a key one after another, and by the order in each process."""
    versions = reads.script.versions
    shown = reads.version >= 0
    targets, sources = [reads.reader[shown]], [reads.source[shown]]
    if writes:
        later = np.flatnonzero(~heads(versions.key))
        targets.append(versions.place[later])
        sources.append(versions.place[later - 1])
    if process is not None:
        after, before = _sessions(process, ok)
        targets.append(after)
        sources.append(before)
    everybody = np.arange(len(reads.script.rows))
    return Dependencies.of(np.concatenate(targets), np.concatenate(sources), everybody)


def _sessions(process: Ints, ok: Ints) -> tuple[Ints, Ints]:
    """Transactions and the last before each in its process that is known to have committed."""
    order = np.argsort(process, kind="stable")
    group = process[order]
    previous = np.append(-1, last_true(ok[order] > 0)[:-1])[: len(order)]
    there = (previous >= 0) & (group[previous] == group)
    return order[there], order[previous[there]]
