"""A history of transactions as plain facts, for `audit`: who wrote what, who committed, what every list became.

Nothing here is shared with the checkers, and nothing is clever. Facts are looked up as they are asked for, so that
evidence of a few operations costs little in a history of millions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from checkers.transactions.evidence import Place
from histories.codes import identity
from histories.predicates import matches
from histories.transactions import FAIL, KINDS, LIST, OK, UNKNOWN, TransactionColumns

READING = "r"
APPENDING = "append"
PREDICATE = "rp"
WRITING = ("append", "w", "insert", "delete")


@attrs.frozen(kw_only=True, slots=False)
class Ledger:
    """The facts of one history. Transactions are called by the index of their operation.

    Those that are not there raise `KeyError`.
    """

    columns: TransactionColumns

    def row(self, index: int) -> int:
        """Where it is in the columns."""
        row = int(np.searchsorted(self.columns.index, index))
        if row == len(self.columns) or self.columns.index[row] != index:
            raise KeyError(index)
        return row

    def ok(self, index: int) -> bool:
        """Whether it surely committed."""
        return bool(self.columns.outcome[self.row(index)] == OK)

    def failed(self, index: int) -> bool:
        """Whether it surely did not."""
        return bool(self.columns.outcome[self.row(index)] == FAIL)

    def learnt(self, index: int) -> bool:
        """Whether it surely committed, and its client got to know what it read."""
        row = self.row(index)
        values = self.columns.value[self.columns.first[row] : self.columns.first[row + 1]]
        return self.ok(index) and not (values == UNKNOWN).any()

    def process(self, index: int) -> int:
        """Who asked for it."""
        return int(self.columns.process[self.row(index)])

    def end(self, index: int) -> int:
        """Where it completed."""
        return int(self.columns.end[self.row(index)])

    @cached_property
    def kinds(self) -> set[str]:
        """The kinds of micro-operations that there are."""
        return {kind for code, kind in enumerate(self.columns.kinds) if (self.columns.kind == code).any()}

    @property
    def has_rows(self) -> bool:
        """Whether rows come and go, or predicates are read."""
        return not self.kinds <= set(KINDS)

    @cached_property
    def _micros(self) -> dict[int, list[list[Any]]]:
        return {}

    def micros(self, index: int) -> list[list[Any]]:
        """Its micro-operations, as [kind, key, value]."""
        known = self._micros.get(index)
        if known is None:
            known = self._micros[index] = self.columns.micro_operations(self.row(index))
        return known

    def reads(self, index: int) -> Iterator[tuple[int, Any, Any]]:
        """The position, key and value of each of its reads, if they are known; of predicate reads each row shown."""
        if self.learnt(index):
            for position, (kind, key, value) in enumerate(self.micros(index)):
                if kind == READING:
                    yield position, key, value
                elif kind == PREDICATE:
                    yield from ((position, row, shown) for row, shown in value)

    def micro(self, place: Place, key: Any = None) -> tuple[str, Any, Any]:
        """Kind, key and value of one of them; a predicate read counts as a read of the row with this key."""
        kind, about, value = self.micros(place.operation)[place.micro]
        if kind == PREDICATE:
            shown = [seen for row, seen in value or () if identity(row) == identity(key)]
            return READING, key, shown[0] if shown else None
        return kind, about, value

    # What is known of a key

    @cached_property
    def _codes(self) -> dict[Any, int]:
        return {identity(key): code for code, key in enumerate(self.columns.keys)}

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The micro-operations by key, and where those of each key begin."""
        order = np.argsort(self.columns.key, kind="stable")
        return order, np.searchsorted(self.columns.key[order], np.arange(len(self.columns.keys) + 1))

    def _about(self, key: Any) -> NDArray[np.int64]:
        """The micro-operations with a key, in the order of the history."""
        code = self._codes.get(identity(key))
        order, first = self._sorted
        return order[:0] if code is None else order[first[code] : first[code + 1]]

    def _place(self, micro: int) -> Place:
        row = int(self.columns.transaction[micro])
        return Place(int(self.columns.index[row]), int(micro - self.columns.first[row]))

    @cached_property
    def _writes(self) -> dict[Any, dict[Any, Place]]:
        return {}

    def writer(self, key: Any, value: Any) -> Place | None:
        """Where a value of a key was written."""
        return self.writes(key).get(identity(value))

    def writes(self, key: Any) -> dict[Any, Place]:
        """Where each value of a key was written."""
        name = identity(key)
        if name not in self._writes:
            columns, found = self.columns, {}
            for micro in self._about(key).tolist():
                if columns.kinds[columns.kind[micro]] in WRITING and columns.value[micro] >= 0:
                    found[identity(columns.values[columns.value[micro]])] = self._place(micro)
            self._writes[name] = found
        return self._writes[name]

    def committed(self, index: int) -> bool:
        """Whether it is ok, or of unknown fate and some ok transaction saw something of it."""
        written = self.micros(index) if not self.failed(index) else ()
        return self.ok(index) or any(
            kind in WRITING and value is not None and self._seen(key, value) for kind, key, value in written
        )

    def _seen(self, key: Any, value: Any) -> bool:
        """Whether an ok transaction read a value of a key."""
        columns, wanted = self.columns, identity(value)
        micros = self._about(key)
        micros = micros[(columns.kind[micros] == KINDS.index(READING)) & (columns.value[micros] >= 0)]
        micros = micros[columns.outcome[columns.transaction[micros]] == OK]
        single = any(identity(columns.values[code]) == wanted for code in np.unique(columns.value[micros]).tolist())
        listed = any(identity(part) == wanted for shown in self.lists(key) for part in shown)
        return single or listed or (identity(key), wanted) in self._scanned

    @cached_property
    def _scanned(self) -> set[tuple[Any, Any]]:
        """The rows that predicate reads showed, with their values."""
        if PREDICATE not in self.kinds:
            return set()
        indices = self.columns.index[self.columns.outcome == OK].tolist()
        return {(identity(key), identity(value)) for index in indices for _, key, value in self.reads(index)}

    @cached_property
    def _lists(self) -> dict[Any, list[list[Any]]]:
        return {}

    def lists(self, key: Any) -> list[list[Any]]:
        """The lists that ok transactions read of a key; of those that begin at one place in the pool the longest."""
        name = identity(key)
        if name not in self._lists:
            columns, micros = self.columns, self._about(key)
            micros = micros[columns.value[micros] == LIST]
            micros = micros[columns.outcome[columns.transaction[micros]] == OK]
            order = np.argsort(columns.stop[micros], kind="stable")
            starts, stops = columns.start[micros[order]].tolist(), columns.stop[micros[order]].tolist()
            longest = dict(zip(starts, stops, strict=True))
            self._lists[name] = [
                [columns.values[part] for part in columns.elements[start:stop].tolist()]
                for start, stop in longest.items()
            ]
        return self._lists[name]

    # Rows that a read showed nothing of

    @cached_property
    def _last(self) -> dict[Any, dict[int, tuple[Place, Any]]]:
        return {}

    def _last_writes(self, key: Any) -> dict[int, tuple[Place, Any]]:
        """Those who may have committed, with the place and the value of their last write of a key."""
        name = identity(key)
        if name not in self._last:
            found = self._last[name] = {}
            for micro in self._about(key).tolist():
                place = self._place(micro)
                kind, _, value = self.micros(place.operation)[place.micro]
                if kind in WRITING and not self.failed(place.operation):
                    found[place.operation] = place, value
        return self._last[name]

    def asked(self, place: Place, key: Any) -> Any:
        """What a read that shows nothing of a row asked for; None if it is no such read, or saw an own deletion."""
        kind, about, _ = self.micros(place.operation)[place.micro]
        if (
            not self.learnt(place.operation)
            or self.micro(place, key)[2] is not None
            or kind not in (READING, PREDICATE)
        ):
            return None
        if kind == READING and identity(about) != identity(key):
            return None
        predicate = about if kind == PREDICATE else ["all"]
        own = [
            written
            for each, row, written in self.micros(place.operation)[: place.micro]
            if each in WRITING and identity(row) == identity(key)
        ]
        return predicate if not own or matches(predicate, key, own[-1]) else None

    def misses(self, place: Place, key: Any) -> bool:
        """Whether it is a predicate read that does not show a row."""
        kind, _, value = self.micros(place.operation)[place.micro]
        return kind == PREDICATE and all(identity(row) != identity(key) for row, _ in value or ())

    def hidden(self, place: Place, key: Any) -> list[Place]:
        """Where others wrote what a read that showed nothing of a row may have found."""
        return self._others(place, key, shown=False)

    def shown(self, place: Place, key: Any) -> list[Place]:
        """Where others wrote what it would have shown."""
        return self._others(place, key, shown=True)

    def _others(self, place: Place, key: Any, *, shown: bool) -> list[Place]:
        predicate = self.asked(place, key)
        return [
            written
            for writer, (written, value) in self._last_writes(key).items()
            if writer != place.operation and predicate is not None and matches(predicate, key, value) == shown
        ]
