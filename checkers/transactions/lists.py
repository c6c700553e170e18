"""Lists that transactions append to: the order of the elements of each key, and which version each read found.

A read shows all versions up to one: whoever reads [3 1 4] knows that 3 came first, then 1, then 4. So the longest
read of a key, its chain, tells the order of everything that was ever read there, if every other read is a prefix of
it. Elements that nobody read come after the chain (each reader of the chain would have seen them otherwise), in an
order that nobody knows. Elements of aborted writers in a chain are passed over: the elements beside them are
neighbours.

A version is a run of elements in a chain that one transaction appended. A read that ends in its own transaction's
appends has read what stands before them. After Kingsbury and Alvaro, "Elle" (2020), section 4.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from checkers.transactions.accesses import Ints, Mask, offsets
from checkers.transactions.within import earlier
from checkers.transactions.writes import Writes
from histories.codes import ranges
from histories.transactions import APPEND, FAIL, LIST, NIL, OK, READ, TransactionColumns

COMPARED_AT_ONCE: Final = 1 << 17
"""So many elements are compared at a time: they fit into a cache."""


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Lists:
    """The lists of a history.

    `appends` and `reads` are micro-operations, in their order; `length` is how much each read saw. Key k's chain is
    `chain[first[k]:first[k + 1]]`: for each element the micro-operation that appended it, -1 if none did.
    `strays` says which reads are no prefix of the chain of their key.
    """

    columns: TransactionColumns
    writes: Writes
    appends: Ints
    reads: Ints
    length: Ints
    first: Ints
    chain: Ints
    strays: Mask

    @classmethod
    def of(cls, columns: TransactionColumns, is_list: Mask) -> Lists:
        """The lists among the keys."""
        appends = np.flatnonzero(columns.kind == APPEND)
        reads = np.flatnonzero(
            (columns.kind == READ)
            & ((columns.value == LIST) | (columns.value == NIL))
            & is_list[columns.key]
            & (columns.outcome == OK)[columns.transaction]
        )
        key, start = columns.key[reads], columns.start[reads]
        length = columns.stop[reads] - start
        longest = np.zeros(len(columns.keys), dtype=np.int64)
        np.maximum.at(longest, key, length)
        begin = np.zeros(len(columns.keys), dtype=np.int64)
        is_longest = length == longest[key]
        begin[key[is_longest]] = start[is_longest]
        value, first = columns.elements[ranges(begin, longest)], offsets(longest)
        writes = Writes(columns, appends)
        return cls(
            columns=columns,
            writes=writes,
            appends=appends,
            reads=reads,
            length=length,
            first=first,
            chain=writes.find(np.repeat(np.arange(len(longest)), longest), value),
            strays=_strays(columns, reads, length, begin[key], value, first),
        )

    @cached_property
    def chain_key(self) -> Ints:
        """The key of each element of the chains."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    @cached_property
    def key(self) -> Ints:
        """The key of each read."""
        return self.columns.key[self.reads]

    @cached_property
    def stray_elements(self) -> tuple[Ints, Ints]:
        """The elements of all strays: which read (a place in `reads`), and who appended it."""
        strays = np.flatnonzero(self.strays)
        read = np.repeat(strays, self.length[strays])
        at = ranges(self.columns.start[self.reads[strays]], self.length[strays])
        return read, self.writes.find(self.key[read], self.columns.elements[at])

    @cached_property
    def seen(self) -> Ints:
        """The appends that somebody saw, perhaps more than once."""
        seen = np.concatenate([self.chain, self.stray_elements[1]])
        return seen[seen >= 0]

    @cached_property
    def rank(self) -> Ints:
        """For each micro-operation its place in the chain of its key if it is an append in there, -1 otherwise.

        An element that stands there twice has its first place.
        """
        rank = np.full(len(self.columns.kind), -1)
        known = np.flatnonzero(self.chain >= 0)[::-1]
        rank[self.chain[known]] = known - self.first[self.chain_key[known]]
        return rank

    @cached_property
    def longest(self) -> Ints:
        """For each key the first read that saw its whole chain, -1 where nobody did."""
        read = np.full(len(self.first) - 1, -1)
        whole = np.flatnonzero(~self.strays & (self.length == np.diff(self.first)[self.key]))[::-1]
        read[self.key[whole]] = self.reads[whole]
        return read

    @cached_property
    def place(self) -> Ints:
        """The place of each element in its chain."""
        return np.arange(len(self.chain)) - self.first[self.chain_key]

    @cached_property
    def touches(self) -> Ints:
        """The micro-operations that append to lists or read them, where the read is a prefix of the chain."""
        marked = np.zeros(len(self.columns.kind), dtype=bool)
        marked[self.appends] = True
        marked[self.reads[~self.strays]] = True
        return np.flatnonzero(marked)

    @cached_property
    def before(self) -> Ints:
        """For each of `touches` the one before it of its transaction and key, as a place among them; or -1."""
        return earlier(self.columns, self.touches)

    @cached_property
    def successive(self) -> tuple[Ints, Ints]:
        """Appends of one transaction to one key, one after the other."""
        is_append = self.columns.kind[self.touches] == APPEND
        then = np.flatnonzero((self.before >= 0) & is_append)
        first = self.before[then]
        while not is_append[first].all():
            then, first = then[first >= 0], first[first >= 0]
            first = np.where(is_append[first], first, self.before[first])
            then, first = then[first >= 0], first[first >= 0]
        return self.touches[first], self.touches[then]

    @cached_property
    def aborted(self) -> Mask:
        """Which elements of the chains were appended by transactions that failed."""
        mask: Mask = (self.chain >= 0) & (self.columns.outcome[self.columns.transaction[self.chain]] == FAIL)
        return mask

    @cached_property
    def last_element(self) -> Ints:
        """For each read the place in `chain` of the last element it saw, -1 where it saw none; strays mean nothing."""
        return np.where(self.length > 0, self.first[self.key] + self.length - 1, -1)


def _strays(columns: TransactionColumns, reads: Ints, length: Ints, begin: Ints, chain: Ints, first: Ints) -> Mask:
    """Which reads differ from the chain of their key, which was read from `begin` on."""
    found = np.zeros(len(reads), dtype=bool)
    apart = np.flatnonzero((columns.start[reads] != begin) & (length > 0))
    start, size, place = columns.start[reads[apart]], length[apart], first[columns.key[reads[apart]]]
    ends = np.cumsum(size)
    cuts = np.searchsorted(ends, np.arange(0, ends[-1] if len(ends) else 0, COMPARED_AT_ONCE))
    for low, high in zip(cuts.tolist(), [*cuts[1:].tolist(), len(apart)], strict=False):
        count = size[low:high]
        at = ranges(place[low:high], count)
        own = at + np.repeat(start[low:high] - place[low:high], count)
        differs = chain.take(at, mode="clip") != columns.elements.take(own, mode="clip")
        if differs.any():
            found[np.repeat(apart[low:high], count)[differs]] = True
    return found
