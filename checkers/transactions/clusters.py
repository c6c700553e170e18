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

from checkers.transactions.accesses import INITIAL, Accesses, Ints, Mask, offsets, portions
from checkers.transactions.layouts import Layout
from checkers.transactions.within import earlier
from histories.codes import ranges

ROUNDS_MAX: Final = 64
"""Rows of versions are followed in steps that double, so many times: what goes on after that is a circle."""

OFTEN: Final = 4
"""Where one in so many clusters is asked for, all are looked at."""

EARLY: Final = -(1 << 60)
"""Before all moments."""

LATE: Final = 1 << 60
"""After all moments."""

Pairs = tuple[Ints, Ints]

NONE: Final = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


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


@attrs.frozen(kw_only=True, eq=False)
class Members:
    """Who takes part in each cluster in one way: those in `who` from `first[c]` to `first[c + 1]`."""

    first: Ints
    who: Ints

    @classmethod
    def of(cls, cluster: Ints, who: Ints, count: int) -> Members:
        """Those given by pairs."""
        return cls(first=offsets(np.bincount(cluster, minlength=count)), who=who[np.argsort(cluster, kind="stable")])

    def highest(self, moment: Ints, chosen: Ints) -> Ints:
        """The highest moment of those in each of some clusters; EARLY where there is nobody."""
        if OFTEN * len(chosen) > len(self.first):
            return _highest(moment[self.who], self.first)[chosen]
        who, _ = self.of_each(chosen)
        return _highest(moment[who], offsets(self.first[chosen + 1] - self.first[chosen]))

    def touched(self, moved: Mask) -> Ints:
        """The clusters of some of those who take part, perhaps more than once."""
        return np.searchsorted(self.first, np.flatnonzero(moved[self.who]), side="right") - 1

    def of_each(self, clusters: Ints) -> Pairs:
        """Who is in some clusters, and of which of them, by place."""
        size = self.first[clusters + 1] - self.first[clusters]
        return self.who[ranges(self.first[clusters], size)], np.repeat(np.arange(len(clusters)), size)


def _highest(moments: Ints, first: Ints) -> Ints:
    """The highest of the moments from `first[c]` to `first[c + 1]`; EARLY where there is none."""
    found, some = np.full(len(first) - 1, EARLY), np.flatnonzero(np.diff(first))
    if len(some):
        found[some] = np.maximum.reduceat(moments, first[some])
    return found


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Clusters:
    """The clusters of a history.

    One entry a cluster: `key`, and `root`, the transaction that wrote its first version: nobody, where that is the
    initial one. `number` is the cluster of each version, in the end those of the initial version of each key; `later`
    are the versions that are not the first of theirs, `idle` the reads of those who wrote none over what they read.
    """

    places: Places
    accesses: Accesses
    key: Ints
    root: Ints
    number: Ints
    later: Ints
    idle: Ints

    @cached_property
    def writers(self) -> Members:
        """Who wrote versions other than the first one."""
        return Members.of(self.number[self.later], self.accesses.writer[self.later], len(self))

    @cached_property
    def readers(self) -> Members:
        """Who read one, and wrote none over it."""
        found = _found(self.accesses, self.idle)
        return Members.of(self.number[found], self.accesses.reader[self.idle], len(self))

    @property
    def in_order(self) -> bool:
        """Whether no key has two, which had to be ordered."""
        return bool(np.bincount(self.key).max(initial=0) <= 1)

    def __len__(self) -> int:
        return len(self.key)

    def touched(self, moved: Mask) -> Mask:
        """In which of the clusters somebody has moved."""
        shift = self.places.shift
        mask = moved[self.root] | moved[shift:][self.root]
        mask[self.writers.touched(moved)] = True
        mask[self.readers.touched(moved[shift:])] = True
        return mask

    def entangled(self, moment: Ints, first: Ints, then: Ints) -> Pairs:
        """Those of some neighbours of which one is not over before the other begins, in these moments."""
        same = np.flatnonzero(self.key[first] == self.key[then])
        first, then = first[same], then[same]
        tangled = np.flatnonzero(self.room(moment, moment, first, then) <= 0)
        return first[tangled], then[tangled]

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


def clusters(accesses: Accesses, places: Places, low: Ints, high: Ints) -> tuple[Clusters, Pairs] | None:
    """The clusters of the registers of a history, and the edges that order what is in them.

    Edges are left out where these windows of the moments imply them. None where two transactions wrote a key after
    reading the same version of it: then there is no such order.
    """
    columns, versions, keys = accesses.columns, len(accesses.writer), len(accesses.known)
    own = np.full(len(accesses.reader), INITIAL) if places.loses else _written_later(accesses)
    idle, updates = np.flatnonzero(own < 0), np.flatnonzero(own >= 0)
    before, after = _found(accesses, updates), own[updates]
    following = np.full(versions + keys, INITIAL)
    following[before] = after
    if (following[before] != after).any():
        return None
    root = _roots(versions + keys, before, after)
    begins = root == np.arange(len(root))
    read = np.zeros(keys, dtype=bool)
    read[columns.key[accesses.read_at[accesses.version == INITIAL]]] = True
    begins[versions:] &= read
    chosen = np.flatnonzero(begins)
    number = np.full(len(root), INITIAL)
    number[chosen] = np.arange(len(chosen))
    found = Clusters(
        places=places,
        accesses=accesses,
        key=np.append(accesses.version_key, np.arange(keys))[chosen],
        root=np.append(accesses.writer, np.full(keys, len(columns)))[chosen],
        number=number[root],
        later=np.flatnonzero(~begins[:versions]),
        idle=idle,
    )
    return found, _inner_edges(found, following, low, high)


def _found(accesses: Accesses, reads: Ints) -> Ints:
    """The version that each of some reads found; after all others come the initial ones, by key."""
    found = accesses.version[reads]
    initial = np.flatnonzero(found == INITIAL)
    found[initial] = len(accesses.writer) + accesses.columns.key[accesses.read_at[reads[initial]]]
    return found


def _written_later(accesses: Accesses) -> Ints:
    """For each read the version of its key that its transaction wrote later, INITIAL if there is none."""
    micros = len(accesses.columns.kind)
    before = earlier(accesses.columns, np.arange(micros))
    found = np.full(micros, INITIAL)
    at, version = accesses.written_at, np.arange(len(accesses.writer))
    while len(at):
        at = before[at]
        there = np.flatnonzero(at >= 0)
        at, version = at[there], version[there]
        found[at] = version
    return found[accesses.read_at]


def _roots(count: int, before: Ints, after: Ints) -> Ints:
    """The first of each row of versions, given some that come right before others.

    Of a circle it is anything: the edges between its versions leave it no moments.
    """
    root = np.arange(count)
    root[after] = before
    for _ in range(ROUNDS_MAX if len(after) else 0):
        further = root[root]
        if np.array_equal(further, root):
            break
        root = further
    return root


def _inner_edges(some: Clusters, following: Ints, low: Ints, high: Ints) -> Pairs:
    """From writers to readers, and from readers to whoever wrote the next version in the row."""
    accesses, idle, shift = some.accesses, some.idle, some.places.shift
    until, since = np.append(high[accesses.writer], EARLY), np.append(low[accesses.writer], LATE)
    found = [NONE]
    for part in portions(len(accesses.reader)):
        version, reader = accesses.version[part], accesses.reader[part] + shift
        seen = np.flatnonzero(until[version] >= low[reader])
        found.append((accesses.writer[version[seen]], reader[seen]))
    for part in portions(len(idle)):
        over, reader = following[_found(accesses, idle[part])], accesses.reader[idle[part]] + shift
        late = np.flatnonzero(high[reader] >= since[over])
        found.append((reader[late], accesses.writer[over[late]]))
    source, target = (np.concatenate(ends) for ends in zip(*found, strict=True))
    others = source != target
    return (source, target) if others.all() else (source[others], target[others])
