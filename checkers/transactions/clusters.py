"""What stays together in the order of the versions of a register, and who takes part in it.

Where a transaction wrote a key that it had read, its version comes right after the one that it read: nothing may come
between the two. Such a row of versions is a cluster, and so is a version by itself. The transactions that wrote or read
a version of a cluster take part in it. Of two clusters of a key one is over, with all who take part in it, before the
first version of the other is written (Gibbons, Korach 1997, who judge single registers so). The initial value of a key
begins a cluster that comes before all others.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from checkers.transactions.accesses import INITIAL, Accesses, Ints, offsets, ranges
from histories.transactions import TransactionColumns

ROUNDS_MAX: Final = 64
"""Rows of versions are followed in steps that double: longer ones than that are circles."""

PAIRS_MAX: Final = 1024
"""Transactions that take part in so many clusters that these make more pairs are not compared."""

Pairs = tuple[Ints, Ints]


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Clusters:
    """The clusters of a history.

    One entry a cluster: `key`, and `root`, the transaction that wrote its first version: `transactions`, which stands
    for before everything, where that is the initial one. Transaction t takes part in those clusters in `part` from
    `first[t]` to `first[t + 1]`, some perhaps repeated.
    """

    transactions: int
    key: Ints
    root: Ints
    first: Ints
    part: Ints

    def __len__(self) -> int:
        return len(self.key)

    @cached_property
    def part_key(self) -> Ints:
        """The key of each entry of `part`."""
        return self.key[self.part]

    @cached_property
    def holder(self) -> Ints:
        """The transaction of each entry of `part`."""
        return np.repeat(np.arange(self.transactions), np.diff(self.first))

    @cached_property
    def _members(self) -> Pairs:
        others = np.flatnonzero(self.root[self.part] != self.holder)
        cluster = self.part[others]
        order = np.argsort(cluster, kind="stable")
        return offsets(np.bincount(cluster, minlength=len(self))), self.holder[others[order]]

    @cached_property
    def shared(self) -> Ints:
        """The clusters that others than the root take part in."""
        return np.flatnonzero(np.diff(self._members[0]))

    def highest(self, moment: Ints, chosen: Ints | None = None) -> Ints:
        """The highest moment of those who take part in each cluster, or in each of some."""
        begins, members = self._members
        if chosen is None:
            found, shared, moments = moment[self.root], self.shared, moment[members]
            starts = begins[shared]
        else:
            sizes = begins[chosen + 1] - begins[chosen]
            found, shared = moment[self.root[chosen]], np.flatnonzero(sizes)
            moments = moment[members[ranges(begins[chosen], sizes)]]
            starts = (np.cumsum(sizes) - sizes)[shared]
        if len(shared):
            found[shared] = np.maximum(found[shared], np.maximum.reduceat(moments, starts))
        return found

    def edges(self, first: Ints, then: Ints) -> tuple[Ints, Ints, Ints]:
        """From all who take part in some clusters to the roots of those that come after them: which pair says so."""
        begins, members = self._members
        size = begins[first + 1] - begins[first]
        pair = np.append(np.arange(len(first)), np.repeat(np.arange(len(first)), size))
        source = np.append(self.root[first], members[ranges(begins[first], size)])
        target = self.root[then[pair]]
        others = (source < self.transactions) & (source != target)
        return source[others], target[others], pair[others]


def clusters(accesses: Accesses) -> tuple[Clusters, Pairs] | None:
    """The clusters of the registers of a history, and the edges that order what is in them.

    None where two transactions wrote a key after reading the same version of it: then there is no such order.
    """
    columns, versions, keys = accesses.columns, len(accesses.writer), len(accesses.known)
    at_micro = np.full(len(columns.kind), INITIAL)
    at_micro[accesses.written_at] = np.arange(versions)
    read = np.where(accesses.version >= 0, accesses.version, versions + accesses.read_key)
    own = _written_later(accesses, at_micro)
    updates = np.flatnonzero(own >= 0)
    following = np.full(versions + keys, INITIAL)
    following[read[updates]] = own[updates]
    if (following[read[updates]] != own[updates]).any():
        return None
    root = _roots(versions + keys, read[updates], own[updates])
    begins = root == np.arange(len(root))
    begins[versions:] &= np.bincount(accesses.read_key[accesses.version == INITIAL], minlength=keys) > 0
    chosen = np.flatnonzero(begins)
    number = np.full(len(root) + 1, INITIAL)
    number[chosen] = np.arange(len(chosen))
    number[:-1] = number[root]
    part = number[at_micro]
    part[accesses.read_at] = np.where(own >= 0, INITIAL, number[read])
    taking = part >= 0
    found = Clusters(
        transactions=len(columns),
        key=np.append(accesses.version_key, np.arange(keys))[chosen],
        root=np.append(accesses.writer, np.full(keys, len(columns)))[chosen],
        first=np.append(0, np.cumsum(taking))[columns.first],
        part=part[taking],
    )
    return found, _inner_edges(accesses, read, following)


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


def _inner_edges(accesses: Accesses, read: Ints, following: Ints) -> Pairs:
    """From writers to readers, and from readers to whoever wrote the next version in the row; not where time tells."""
    seen = np.flatnonzero(accesses.version >= 0)
    over = np.flatnonzero(following[read] >= 0)
    source = np.append(accesses.writer[accesses.version[seen]], accesses.reader[over])
    target = np.append(accesses.reader[seen], accesses.writer[following[read[over]]])
    columns: TransactionColumns = accesses.columns
    open_ = np.flatnonzero((source != target) & (columns.end[source] > columns.index[target]))
    return source[open_], target[open_]
