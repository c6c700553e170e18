"""Registers: whose write each read saw.

Nothing in a read tells the order of the versions of a register; that is inferred elsewhere, for each model anew, for
what may be inferred depends on what the model promises.
"""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from checkers.transactions.accesses import Ints, Mask, portions
from checkers.transactions.writes import Writes
from histories.transactions import OK, READ, UNKNOWN, WRITE, TransactionColumns


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Registers:
    """The registers of a history.

    `writing` and `reads` are micro-operations, in their order; `source` is the micro-operation that wrote what each
    read saw: NOBODY for the initial value, GARBAGE where no transaction wrote it.
    """

    columns: TransactionColumns
    writing: Ints
    reads: Ints
    source: Ints

    @classmethod
    def of(cls, columns: TransactionColumns, is_list: Mask) -> Registers:
        """The registers among the keys."""
        writing = np.flatnonzero(columns.kind == WRITE)
        reads = np.flatnonzero(
            (columns.kind == READ)
            & (columns.value != UNKNOWN)
            & ~is_list[columns.key]
            & (columns.outcome == OK)[columns.transaction]
        )
        value = columns.value[reads]
        source = Writes(columns, writing).find(columns.key[reads], value)
        source[(source == NOBODY) & (value >= 0)] = GARBAGE
        return cls(columns=columns, writing=writing, reads=reads, source=source)

    @property
    def seen(self) -> Ints:
        """The writes that somebody saw, perhaps more than once."""
        return self.source[self.source >= 0]

    @cached_property
    def own(self) -> Mask:
        """Which reads saw what their own transaction wrote."""
        mask, transaction = self.source >= 0, self.columns.transaction
        for part in portions(len(mask)):
            writer = transaction.take(self.source[part], mode="clip")  # where nobody wrote it, that counts for nothing
            mask[part] &= writer == transaction[self.reads[part]]
        return mask


NOBODY = -1
GARBAGE = -2
