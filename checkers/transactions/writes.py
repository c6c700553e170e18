"""Who wrote a value: every value is written to a key once, or the history is refused."""

from __future__ import annotations

from typing import Final

import numpy as np

from checkers.transactions.accesses import Ints, Mask, offsets, portions
from histories import HistoryError
from histories.transactions import TransactionColumns

TABLE_FACTOR: Final = 16
"""The table of all values between the least and the greatest of each key may be so many times as long as the writes."""


class Writes:
    """The micro-operations that write values, findable by key and value.

    Raises `HistoryError` where a value was written to a key twice: nobody could tell whose write a read saw.
    """

    def __init__(self, columns: TransactionColumns, writing: Ints) -> None:
        self._columns, self._writing = columns, writing
        key, value = columns.key[writing], columns.value[writing]
        least = np.full(len(columns.keys), len(columns.values))
        np.minimum.at(least, key, value)
        most = np.full(len(columns.keys), -1)
        np.maximum.at(most, key, value)
        self._first = offsets(np.maximum(most - least + 1, 0))
        self._base = self._first[:-1] - least
        self._tabled = self._first[-1] <= TABLE_FACTOR * len(writing)
        codes = self._codes(key, value)
        if self._tabled:
            self._table = np.full(self._first[-1] + 1, -1)  # the last stands for whatever lies outside
            self._table[codes] = writing
            self._refuse(self._table[codes] != writing)
        else:
            order = np.argsort(codes, kind="stable")
            self._sorted, self._table = codes[order], writing[order]
            twice = np.zeros(len(codes), dtype=bool)
            twice[order[1:]] = self._sorted[1:] == self._sorted[:-1]
            self._refuse(twice)

    def find(self, key: Ints, value: Ints) -> Ints:
        """The micro-operation that wrote each value to each key; -1 where none did, as where the value is NIL."""
        found = np.full(len(key), -1)
        for part in portions(len(key) if len(self._writing) else 0):
            found[part] = self._found(key[part], value[part])
        return found

    def _found(self, key: Ints, value: Ints) -> Ints:
        codes = self._codes(key, value)
        if self._tabled:
            codes[(codes < self._first[key]) | (codes >= self._first[key + 1])] = -1
            return self._table[codes]
        at = np.minimum(np.searchsorted(self._sorted, codes), len(self._sorted) - 1)
        return np.where(self._sorted[at] == codes, self._table[at], -1)

    def _codes(self, key: Ints, value: Ints) -> Ints:
        if self._tabled:
            codes: Ints = self._base[key] + value
            return codes
        return key * (len(self._columns.values) + 1) + value + 1  # where NIL is none of another key's

    def _refuse(self, twice: Mask) -> None:
        if not twice.any():
            return
        columns, key, value = self._columns, self._columns.key, self._columns.value
        one = int(self._writing[np.flatnonzero(twice)[0]])
        same = self._writing[(key[self._writing] == key[one]) & (value[self._writing] == value[one])]
        operations = ", ".join(str(index) for index in columns.index[columns.transaction[same]].tolist())
        raise HistoryError(
            f"expected each value to be written to a key once, found {columns.values[value[one]]!r} written to key "
            f"{columns.keys[key[one]]!r} by operations {operations}: nobody can tell which of them a read saw",
            source=columns.source,
        )
