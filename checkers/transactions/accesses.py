"""What transactions read and wrote, as versions: the common ground of lists and registers.

A version is what a committed transaction left behind for a key; its writes in between are no versions. A read that
found another transaction's version points to it. Versions lie key by key. Within a key those whose order is known
come first, in that order; the others are free: they come after all known ones, in an order that is not known.
For lists the longest read tells the order, and what nobody read is free; for registers every version is free.

A transaction is committed if its completion says so, or if its fate is unknown and somebody read what it wrote.
"""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np
from numpy.typing import NDArray

from histories.transactions import INFO, OK, TransactionColumns

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

INITIAL = -1
"""The version of every key that no transaction wrote."""


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Accesses:
    """The versions of all keys and the reads of them.

    Versions: `first[key]` to `first[key + 1]`, the first `known[key]` of them in their order; `writer` is the
    transaction, `written_at` the last micro-operation by which it wrote the version.
    Reads: `reader`, `read_at` (the micro-operation), `read_key`, and `version` (INITIAL for the initial one), in
    the order of the micro-operations. Reads of a transaction's own writes are not among them.
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

    @cached_property
    def version_key(self) -> Ints:
        """The key of each version."""
        return np.repeat(np.arange(len(self.known)), np.diff(self.first))

    @cached_property
    def read_key(self) -> Ints:
        """The key of each read."""
        return self.columns.key[self.read_at]

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


def committed(columns: TransactionColumns, seen: Ints) -> Mask:
    """The committed transactions, given those writing micro-operations of which somebody saw the result."""
    mask: Mask = columns.outcome == OK
    writers = columns.transaction[seen]
    mask[writers[columns.outcome[writers] == INFO]] = True
    return mask


def offsets(counts: Ints) -> Ints:
    """Where each part of so many begins, and where the last one ends."""
    found = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """`starts[i], starts[i] + 1, ...` for each i, so many as `lengths` says, end to end."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)
