"""What stays together in the order of the versions of a register, who takes part in it, and in which moments.

A transaction has one moment, or a start, at which it reads, and a commit, at which it writes: see `layouts`. Where it
wrote a key that it had read, its version comes right after the one that it read: nothing may come between the two. Such
a row of versions is a cluster, and so is a version by itself. Of two clusters of a key one is over before the other
begins: whoever wrote or read a version of it did so before the first version of the other was written (Gibbons, Korach
1997, who judge single registers so). The initial value of a key begins a cluster that comes before all others.

Where updates may be lost (consistent prefix) no version is bound to the one that its writer read: each is by itself.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from checkers.transactions.accesses import INITIAL, Accesses, Ints, offsets
from checkers.transactions.layouts import Layout
from histories.codes import ranges

ROUNDS_MAX: Final = 64
"""Rows of versions are followed in steps that double: longer ones than that are circles."""

EARLY: Final = -(1 << 60)
"""Before all moments."""

Pairs = tuple[Ints, Ints]


@attrs.frozen(kw_only=True)
class Places:
    """Where the moments of transactions stand: the commit of t at t, its start at `shift` more (0: it has but one).

    Who writes a key must have committed before whoever writes it later does what stands at `over` more: he starts, or
    if updates may be lost (`loses`), he commits. One more transaction is nobody, who did everything before all others.
    """

    transactions: int
    shift: int
    loses: bool

    @classmethod
    def of(cls, layout: Layout, transactions: int) -> Places:
        """Those of a layout."""
        shift = 0 if layout is Layout.SERIAL else transactions + 1
        return cls(transactions=transactions, shift=shift, loses=layout is Layout.PREFIX)

    @property
    def over(self) -> int:
        """See above."""
        return 0 if self.loses else self.shift

    @property
    def within(self) -> Pairs:
        """From the start of each transaction to its commit."""
        all_ = np.arange(self.transactions if self.shift else 0)
        return all_ + self.shift, all_


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Members:
    """Who takes part in each cluster in one way: those in `who` from `first[c]` to `first[c + 1]`."""

    first: Ints
    who: Ints

    @classmethod
    def of(cls, cluster: Ints, who: Ints, count: int) -> Members:
        """Those given by pairs; with a negative cluster they are left out."""
        there = np.flatnonzero(cluster >= 0)
        order = there[np.argsort(cluster[there], kind="stable")]
        return cls(first=offsets(np.bincount(cluster[there], minlength=count)), who=who[order])

    @cached_property
    def _some(self) -> Ints:
        return np.flatnonzero(np.diff(self.first))

    def highest(self, moment: Ints, chosen: Ints | None = None) -> Ints:
        """The highest moment of those in each cluster, or in each of some; EARLY where there is nobody."""
        if chosen is None:
            found, some, moments = np.full(len(self.first) - 1, EARLY), self._some, moment[self.who]
            starts = self.first[some]
        else:
            sizes = self.first[chosen + 1] - self.first[chosen]
            found, some = np.full(len(chosen), EARLY), np.flatnonzero(sizes)
            moments = moment[self.who[ranges(self.first[chosen], sizes)]]
            starts = (np.cumsum(sizes) - sizes)[some]
        if len(some):
            found[some] = np.maximum.reduceat(moments, starts)
        return found

    def of_each(self, clusters: Ints) -> Pairs:
        """Who is in some clusters, and of which of them, by place."""
        size = self.first[clusters + 1] - self.first[clusters]
        return self.who[ranges(self.first[clusters], size)], np.repeat(np.arange(len(clusters)), size)


@attrs.frozen(kw_only=True, eq=False)
class Clusters:
    """The clusters of a history.

    One entry a cluster: `key`, and `root`, the transaction that wrote its first version: nobody, where that is the
    initial one. `writers` are the others who wrote versions of it, `readers` those who read one and wrote none over it.
    """

    places: Places
    key: Ints
    root: Ints
    writers: Members
    readers: Members

    def __len__(self) -> int:
        return len(self.key)

    def entangled(self, moment: Ints, first: Ints, then: Ints) -> Ints:
        """Which of all neighbours are not one over before the other begins, in these moments."""
        root = self.root[then]
        written = np.maximum(moment[self.root], self.writers.highest(moment))[first]
        written = written >= moment[root + self.places.over]
        read = self.readers.highest(moment[self.places.shift :])[first] >= moment[root]
        return np.flatnonzero((written | read) & (self.key[first] == self.key[then]))

    def room(self, low: Ints, high: Ints, first: Ints, then: Ints) -> Ints:
        """How much time windows leave for clusters one after the other; none if not above 0."""
        root = self.root[then]
        written = np.maximum(low[self.root[first]], self.writers.highest(low, first))
        read = self.readers.highest(low[self.places.shift :], first)
        return np.minimum(high[root + self.places.over] - written, high[root] - read)

    def edges(self, first: Ints, then: Ints) -> tuple[Ints, Ints, Ints]:
        """Between the moments of clusters that come one after the other: source, target, and which pair says so."""
        root, all_ = self.root[then], np.arange(len(first))
        writers, by_writer = self.writers.of_each(first)
        readers, by_reader = self.readers.of_each(first)
        source = np.concatenate([self.root[first], writers, readers + self.places.shift])
        pair = np.concatenate([all_, by_writer, by_reader])
        target = root[pair] + np.where(np.arange(len(pair)) < len(all_) + len(writers), self.places.over, 0)
        others = (source != self.places.transactions) & (source != target)
        return source[others], target[others], pair[others]


def clusters(accesses: Accesses, places: Places) -> tuple[Clusters, Pairs] | None:
    """The clusters of the registers of a history, and the edges that order what is in them.

    None where two transactions wrote a key after reading the same version of it: then there is no such order.
    """
    columns, versions, keys = accesses.columns, len(accesses.writer), len(accesses.known)
    at_micro = np.full(len(columns.kind), INITIAL)
    at_micro[accesses.written_at] = np.arange(versions)
    read = np.where(accesses.version >= 0, accesses.version, versions + accesses.read_key)
    own = np.full(len(read), INITIAL) if places.loses else _written_later(accesses, at_micro)
    updates = np.flatnonzero(own >= 0)
    following = np.full(versions + keys, INITIAL)
    following[read[updates]] = own[updates]
    if (following[read[updates]] != own[updates]).any():
        return None
    root = _roots(versions + keys, read[updates], own[updates])
    begins = root == np.arange(len(root))
    begins[versions:] &= np.bincount(accesses.read_key[accesses.version == INITIAL], minlength=keys) > 0
    chosen = np.flatnonzero(begins)
    number = np.full(len(root), INITIAL)
    number[chosen] = np.arange(len(chosen))
    number = number[root]
    first = begins[:versions]
    found = Clusters(
        places=places,
        key=np.append(accesses.version_key, np.arange(keys))[chosen],
        root=np.append(accesses.writer, np.full(keys, len(columns)))[chosen],
        writers=Members.of(np.where(first, INITIAL, number[:versions]), accesses.writer, len(chosen)),
        readers=Members.of(np.where(own >= 0, INITIAL, number[read]), accesses.reader, len(chosen)),
    )
    return found, _inner_edges(accesses, read, following, places)


def _written_later(accesses: Accesses, at_micro: Ints) -> Ints:
    """For each read the version of its key that its transaction wrote later, INITIAL if there is none."""
    columns, own = accesses.columns, np.full(len(accesses.reader), INITIAL)
    stop = columns.first[accesses.reader + 1]
    going, at = np.arange(len(own)), accesses.read_at + 1
    while len(going):
        inside = np.flatnonzero(at < stop[going])
        going, at = going[inside], at[inside]
        hits = np.flatnonzero(columns.key[at] == accesses.read_key[going])
        own[going[hits]] = np.maximum(own[going[hits]], at_micro[at[hits]])
        at = at + 1
    return own


def _roots(count: int, before: Ints, after: Ints) -> Ints:
    """The first of each row of versions, given some that come right before others."""
    root = np.arange(count)
    root[after] = before
    for _ in range(ROUNDS_MAX if len(after) else 0):
        further = root[root]
        if np.array_equal(further, root):
            break
        root = further
    return root


def _inner_edges(accesses: Accesses, read: Ints, following: Ints, places: Places) -> Pairs:
    """From writers to readers, and from readers to whoever wrote the next version in the row."""
    seen = np.flatnonzero(accesses.version >= 0)
    over = np.flatnonzero(following[read] >= 0)
    source = np.append(accesses.writer[accesses.version[seen]], accesses.reader[over] + places.shift)
    target = np.append(accesses.reader[seen] + places.shift, accesses.writer[following[read[over]]])
    others = np.flatnonzero(source != target)
    return source[others], target[others]
