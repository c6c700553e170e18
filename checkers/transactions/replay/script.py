"""What was done to single keys: by a history, and by the transactions of a certificate, key by key as they commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from checkers.transactions.replay.arrays import Ints, Mask, heads, last_true, offsets, spans
from checkers.transactions.replay.errors import RefusedError
from histories.transactions import APPEND, LIST, NIL, OK, READ, UNKNOWN, WRITE, TransactionColumns

SMALL: Final = 1 << 16
"""Numbers below this are sorted digit by digit."""


@attrs.frozen(kw_only=True)
class Scan:
    """A read of a `row` of the columns that showed nothing of some keys: of one, or of all that a predicate asks for.

    `shown` are the keys of which a predicate read showed something.
    """

    row: int
    at: int
    predicate: Any
    key: int | None = None
    shown: Mapping[int, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, eq=False)
class Touches:
    """All reads and writes of single keys, in the order of the history.

    One entry a touch: the `row` of its transaction in the columns, `at` (its place in there, as the client counts),
    `key`, `kind` (READ, APPEND, or WRITE, deletions too), and `value`, `start` and `stop` as in the columns. Reads
    whose results nobody learnt are left out. `first` says where the touches of each transaction begin. `scans` are
    the reads that showed nothing of rows, where rows come and go, and None where they do not.
    """

    row: Ints
    at: Ints
    key: Ints
    kind: NDArray[np.int8]
    value: Ints
    start: Ints
    stop: Ints
    elements: Ints
    first: Ints
    keys: Sequence[Any]
    values: Sequence[Any]
    scans: Sequence[Scan] | None = None

    @classmethod
    def of(cls, columns: TransactionColumns) -> Touches:
        """The touches of lists and registers."""
        row = columns.transaction
        learnt = (columns.value != UNKNOWN) & (columns.outcome == OK)[row]
        kept = np.flatnonzero((columns.kind != READ) | learnt)
        return cls(
            row=row[kept],
            at=kept - columns.first[row[kept]],
            key=columns.key[kept],
            kind=columns.kind[kept],
            value=columns.value[kept],
            start=columns.start[kept],
            stop=columns.stop[kept],
            elements=columns.elements,
            first=offsets(np.bincount(row[kept], minlength=len(columns))),
            keys=columns.keys,
            values=columns.values,
        )


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Script:
    """The touches of committed transactions: by key, then as their transactions commit, then as they were made.

    Transactions are called by their `place` among the commits; `index` are the names of their operations, `rows` where
    they are in the columns. Writes are called by their place among all writes (of a script); since these lie in the
    order in which they take effect, the store holds, of each key, what the writes of a range say.
    """

    index: Ints
    rows: Ints
    place: Ints
    at: Ints
    key: Ints
    kind: NDArray[np.int8]
    value: Ints
    start: Ints
    stop: Ints
    touches: Touches

    @classmethod
    def of(cls, touches: Touches, rows: Ints, index: Ints) -> Script:
        """The script of some transactions, in the order of their commits.

        Raises `RefusedError` where a key is used both as a list and as a register.
        """
        counts = touches.first[rows + 1] - touches.first[rows]
        taken = spans(touches.first[rows], counts)
        key = touches.key[taken]
        order = np.argsort(key.astype(np.uint16) if len(touches.keys) <= SMALL else key, kind="stable")
        taken = taken[order]
        script = cls(
            index=index,
            rows=rows,
            place=np.repeat(np.arange(len(rows)), counts)[order],
            at=touches.at[taken],
            key=key[order],
            kind=touches.kind[taken],
            value=touches.value[taken],
            start=touches.start[taken],
            stop=touches.stop[taken],
            touches=touches,
        )
        register = script.is_write & (script.kind == WRITE) | (script.is_read & (script.value >= 0))
        both = np.flatnonzero(register & script.of_list)
        if len(both):
            raise RefusedError(f"key {script.key_of(int(both[0]))} is used both as a list and as a register")
        return script

    @cached_property
    def is_read(self) -> Mask:
        """Which touches read."""
        return self.kind == READ

    @cached_property
    def is_write(self) -> Mask:
        """Which touches write."""
        return self.kind != READ

    @cached_property
    def of_list(self) -> Mask:
        """Which touches are of keys that hold lists."""
        found = np.zeros(len(self.touches.keys), dtype=bool)
        found[self.key[(self.kind == APPEND) | (self.value == LIST)]] = True
        return found[self.key]

    @cached_property
    def length(self) -> Ints:
        """How many elements each read of a list shows; an initial list is empty."""
        return self.stop - self.start

    @cached_property
    def writes(self) -> Ints:
        """The touches that write."""
        return np.flatnonzero(self.is_write)

    @cached_property
    def written(self) -> Ints:
        """What each write wrote."""
        return self.value[self.writes]

    @cached_property
    def before(self) -> Ints:
        """The first write that is not before each touch: those before it are below."""
        return np.cumsum(self.is_write) - self.is_write

    @cached_property
    def base(self) -> Ints:
        """For each touch the first write of its key."""
        begins = np.flatnonzero(heads(self.key))
        return np.repeat(self.before[begins], np.diff(np.append(begins, len(self.key))))

    @cached_property
    def alone(self) -> Ints:
        """For each touch the first touch of the same key by the same transaction."""
        return last_true(heads(self.key, self.place))

    @cached_property
    def own(self) -> Ints:
        """For each touch the first write of its own transaction to its key, if there is one before it."""
        return self.before[self.alone]

    @cached_property
    def versions(self) -> Versions:
        """What each transaction left behind of each key."""
        key, place = self.key[self.writes], self.place[self.writes]
        begins = heads(key, place)
        begin = np.flatnonzero(begins)
        return Versions(
            key=key[begin],
            place=place[begin],
            end=np.append(begin[1:], len(key))[: len(begin)],
            first=np.searchsorted(key[begin], np.arange(len(self.touches.keys) + 1)),
            of_write=np.cumsum(begins) - 1,
            transactions=len(self.rows),
        )

    def writers(self, key: Ints, value: Ints) -> Ints:
        """The writes that wrote some values to some keys, -1 where none did."""
        order, sorted_codes = self._sorted_writes
        code = self._code(key, value)
        at = np.searchsorted(sorted_codes, code)
        return np.where(np.append(sorted_codes, -1)[at] == code, np.append(order, -1)[at], -1)

    @cached_property
    def _sorted_writes(self) -> tuple[Ints, Ints]:
        code = self._code(self.key[self.writes], self.written)
        order = np.argsort(code, kind="stable")
        return order, code[order]

    def _code(self, key: Ints, value: Ints) -> Ints:
        """A number for a key and a value, NIL too."""
        return key * (len(self.touches.values) + 1) + value - NIL

    # In words

    def name(self, place: int) -> str:
        """A transaction."""
        return f"#{self.index[place]}"

    def key_of(self, touch: int) -> Any:
        """The key of a touch, as the client knows it."""
        return self.touches.keys[self.key[touch]]

    def value_of(self, touch: int) -> Any:
        """What a touch read or wrote, as the client knows it."""
        code, values = self.value[touch], self.touches.values
        if code == LIST:
            return [values[part] for part in self.touches.elements[self.start[touch] : self.stop[touch]]]
        return values[code] if code >= 0 else None

    def reading(self, touch: int) -> str:
        """Who read what."""
        return f"{self.name(int(self.place[touch]))} read {self.value_of(touch)} from key {self.key_of(touch)}"


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Versions:
    """What each transaction left behind of each key: by key, and as they commit.

    `place` is the transaction, `end` where its writes of the key end among the writes; key k has those from `first[k]`
    to `first[k + 1]`. `of_write` is the version that each write belongs to.
    """

    key: Ints
    place: Ints
    end: Ints
    first: Ints
    of_write: Ints
    transactions: int

    def __len__(self) -> int:
        return len(self.key)

    @cached_property
    def _codes(self) -> Ints:
        return self.key * (self.transactions + 1) + self.place

    def since(self, key: Ints, place: Ints) -> Ints:
        """For some keys the first version that no transaction before a place made."""
        return np.searchsorted(self._codes, key * (self.transactions + 1) + place)

    def made(self, key: Ints, place: Ints) -> Ints:
        """The versions that some transactions made of some keys, -1 where there is none."""
        at = self.since(key, place)
        found = np.append(self._codes, -1)[at] == key * (self.transactions + 1) + place
        return np.where(found, at, -1)

    def by_place(self) -> tuple[Ints, Ints]:
        """The versions as their transactions commit, and where those of each transaction begin."""
        order = np.argsort(self.place, kind="stable")
        return order, offsets(np.bincount(self.place, minlength=self.transactions))
