"""What transactions read and wrote, as versions: the common ground of lists and registers.

A version is what a committed transaction left behind for a key; its writes in between are no versions. A read that
found another transaction's version points to it. Versions lie key by key. Within a key those whose order is known
come first, in that order; the others are free: they come after all known ones, in an order that is not known.
For lists the longest read tells the order, and what nobody read is free; for registers every version is free.

A transaction is committed if its completion says so, or if its fate is unknown and somebody read what it wrote.

Where rows come and go (see `rows`), some reads are of single rows, and others are what a predicate read says of a row
that it did not show; and which version a read found may be open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from histories.transactions import APPEND, INFO, OK, TransactionColumns

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

INITIAL = -1
"""The version of every key that no transaction wrote."""

OPEN = -2
"""In the place of a version that a read found, if that is open."""

AT_ONCE: Final = 1 << 17
"""So many are looked at at a time where they are very many: they fit into a cache."""

FAR: Final = int(np.iinfo(np.int64).max)
"""A place that no version has."""


@attrs.frozen(kw_only=True, eq=False, slots=False)
class OpenReads:
    """Reads that showed nothing, where some versions would have been shown and some not.

    `read` are their places among the reads, ascending. Read i found the initial version or one of those
    `hidden[hidden_first[i]:hidden_first[i + 1]]`, and it would have shown those in `shown`, which lie likewise.
    """

    read: Ints
    hidden: Ints
    hidden_first: Ints
    shown: Ints
    shown_first: Ints

    @cached_property
    def number(self) -> Mapping[int, int]:
        """The place of each read in here."""
        return {read: number for number, read in enumerate(self.read.tolist())}

    def hidden_from(self, read: int) -> list[int]:
        """The versions that a read may have found, beside the initial one."""
        number = self.number[read]
        found: list[int] = self.hidden[self.hidden_first[number] : self.hidden_first[number + 1]].tolist()
        return found

    def shown_to(self, read: int) -> list[int]:
        """The versions that a read would have shown."""
        number = self.number[read]
        found: list[int] = self.shown[self.shown_first[number] : self.shown_first[number + 1]].tolist()
        return found

    def latest_hidden(self, rank: Ints, limit: Ints) -> Ints:
        """For each read that of its hidden versions with the highest rank below a limit, INITIAL where none is."""
        ranks = np.where(rank[self.hidden] < np.repeat(limit, np.diff(self.hidden_first)), rank[self.hidden], -1)
        best = np.maximum.reduceat(ranks, self.hidden_first[:-1])
        first = np.flatnonzero(ranks == np.repeat(best, np.diff(self.hidden_first)))
        reads = np.repeat(np.arange(len(self.read)), np.diff(self.hidden_first))[first]
        found = np.full(len(self.read), INITIAL)
        found[reads] = self.hidden[first]
        return np.where(best < 0, INITIAL, found)

    def next_shown(self, place: Ints, version: Ints) -> Ints:
        """For each read the least place after that of a version at which it would have shown something.

        That is FAR where there is none.
        """
        after = np.repeat(np.where(version == INITIAL, -1, np.append(place, -1)[version]), np.diff(self.shown_first))
        places = np.where(place[self.shown] > after, place[self.shown], FAR)
        return np.minimum.reduceat(places, self.shown_first[:-1])


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Accesses:
    """The versions of all keys and the reads of them.

    Versions: `first[key]` to `first[key + 1]`, the first `known[key]` of them in their order; `writer` is the
    transaction, `written_at` the last micro-operation by which it wrote the version.
    Reads: `reader`, `read_at` (the micro-operation), `read_key`, and `version` (INITIAL for the initial one), in
    the order of the micro-operations. Reads of a transaction's own writes are not among them.
    Rows: `item` tells which reads are of single rows (None: all are), `open_reads` those of which it is open what they
    found (None: none is; their `version` is OPEN), `origin` the micro-operation of the client's that each belongs to.
    """

    columns: TransactionColumns
    committed: Mask
    first: Ints
    known: Ints
    writer: Ints
    written_at: Ints
    reader: Ints
    read_at: Ints
    version: Ints
    item: Mask | None = None
    open_reads: OpenReads | None = None
    origin: Ints | None = None

    @cached_property
    def version_key(self) -> Ints:
        """The key of each version."""
        return np.repeat(np.arange(len(self.known)), np.diff(self.first))

    @cached_property
    def finished_at(self) -> Ints:
        """The last micro-operation by which the writer of each version wrote its key, be that seen or not."""
        columns, found = self.columns, self.written_at.copy()
        appends = np.flatnonzero(columns.kind == APPEND)
        lists = np.flatnonzero(columns.kind[found] == APPEND)
        code = columns.key[appends] * len(columns) + columns.transaction[appends]
        order = np.argsort(code, kind="stable")
        wanted = self.version_key[lists] * len(columns) + self.writer[lists]
        found[lists] = appends[order[np.searchsorted(code[order], wanted, side="right") - 1]]
        return found

    @cached_property
    def read_key(self) -> Ints:
        """The key of each read."""
        return self.columns.key[self.read_at]

    @cached_property
    def event(self) -> Ints:
        """For each read the first that belongs to the same micro-operation of the client's."""
        at = self.moment(self.read_at)
        return np.searchsorted(at, at)

    def moment(self, micro: Ints) -> Ints:
        """When some micro-operations happened, as their client counts."""
        return micro if self.origin is None else self.origin[micro]

    @cached_property
    def free(self) -> Mask:
        """The versions whose order is not known."""
        return np.arange(len(self.writer)) - self.first[self.version_key] >= self.known[self.version_key]

    @cached_property
    def end(self) -> Ints:
        """For each key its last version in the known order, INITIAL where there is none."""
        return np.where(self.known > 0, self.first[:-1] + self.known - 1, INITIAL)

    @cached_property
    def read_writer(self) -> Ints:
        """The transaction whose version each read found, -1 for the initial one."""
        return np.append(self.writer, -1)[self.version]


def committed(columns: TransactionColumns, *seen: Ints) -> Mask:
    """The committed transactions, given those writing micro-operations of which somebody saw the result."""
    mask: Mask = columns.outcome == OK
    for each in seen if (columns.outcome == INFO).any() else ():
        writers = columns.transaction[each]
        mask[writers[columns.outcome[writers] == INFO]] = True
    return mask


def offsets(counts: Ints) -> Ints:
    """Where each part of so many begins, and where the last one ends."""
    found = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def portions(count: int) -> Iterator[slice]:
    """Slices that hold all of so many, `AT_ONCE` at a time."""
    return (slice(low, low + AT_ONCE) for low in range(0, count, AT_ONCE))
