"""Rows of a table, and reads of all rows that a predicate asks for.

A row is a register that may be missing: it is not yet inserted (its initial version), or deleted (a version that is
no row). A predicate read says something of every row: of those that it shows which version it found, of each other one
that it found a version that does not match. Adya (1999, section 4.4.2): it depends on the change that made the row
leave the matches, and precedes the first later one that makes it match again. Where several versions in a row do not
match (two deletions), a history cannot tell which of them was seen, so here it may be any. That makes a difference to
monotonic-atomic-view alone, where otherwise read-atomic would not imply it; elsewhere the first asks least.

So each predicate read is told as one read of each row, and the rest is as for registers. A row that is not shown
matters only if some transaction has a version of it that would have been shown. If nobody else has one that would not
have been, the read found the initial version. Otherwise it is open which version it found (`open_reads`).

A transaction of unknown fate may have deleted a row though no value tells. If it has, or if predicates ask for values,
it counts as committed: nothing follows from that, as long as nobody is taken to have seen it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np

from checkers.transactions.accesses import Ints, Mask
from histories import HistoryError
from histories.codes import identity
from histories.predicates import comparable, matches
from histories.transactions import INFO, NIL, OK, READ, UNKNOWN, WRITE, TransactionColumns

MISS: Final = 3
"""The kind of a micro-operation that stands for a row that a predicate read did not show."""

PREDICATE_READ: Final = "rp"
WRITES: Final = ("w", "insert", "delete")
ROW_KINDS: Final = ("r", *WRITES, PREDICATE_READ)

SIGHTS_MAX: Final = 4_000_000
"""So many rows are looked at for predicate reads that did not show them."""


class TooManyRowsError(Exception):
    """Predicate reads did not show more rows, all together, than are looked at."""


@attrs.frozen(kw_only=True, eq=False, slots=False)
class RowColumns(TransactionColumns):
    """Transactions whose predicate reads are told row by row: kinds READ, WRITE (deletions too) and MISS.

    `origin` is the micro-operation of `whole`, the columns as they were, that each one belongs to.
    """

    whole: TransactionColumns = attrs.field(repr=False)
    origin: Ints = attrs.field(repr=False)

    def micro_operations(self, transaction: int) -> list[list[Any]]:
        """A transaction as its client knows it."""
        return self.whole.micro_operations(transaction)

    def position(self, micro: int) -> int:
        """The place of a micro-operation in its transaction, as its client knows it."""
        return int(self.origin[micro] - self.whole.first[self.transaction[micro]])


Candidates = tuple[tuple[int, ...], tuple[int, ...]]
"""The writers of versions of a row that a read would have shown, and of those that it would not."""

NOBODY: Final[Candidates] = ((), ())


@attrs.frozen(kw_only=True, eq=False)
class Rows:
    """A history of rows.

    `misses` are the micro-operations of `columns` that showed nothing of a row that another version would have been
    shown of, ascending, with their `candidates`. `unfit` are reads of rows that the predicate did not ask for, or
    twice.
    """

    columns: RowColumns
    committed: Mask
    misses: Ints
    candidates: Sequence[Candidates]
    unfit: Ints

    @classmethod
    def of(cls, columns: TransactionColumns) -> Rows:
        """The rows of a history of `ROW_KINDS`.

        Raises `HistoryError` where a predicate is not understood, a predicate read has no list of rows, or null is
        written, and `TooManyRowsError`.
        """
        return _Telling(columns).rows()

    @property
    def item(self) -> Mask:
        """Which micro-operations are about single rows: all but what predicate reads do not show."""
        mask: Mask = self.columns.kind != MISS
        return mask


def is_of_rows(columns: TransactionColumns) -> bool:
    """Whether a history has rows that come and go, or predicates."""
    return not {columns.kinds[kind] for kind in np.unique(columns.kind).tolist()}.isdisjoint(ROW_KINDS[2:])


class _Telling:
    """Tells the predicate reads of a history row by row."""

    def __init__(self, columns: TransactionColumns) -> None:
        self._columns = columns
        self._kinds = [columns.kinds[kind] for kind in columns.kind.tolist()]
        self._keys: list[Any] = list(columns.keys)
        self._values: list[Any] = list(columns.values)
        self._key_codes = {identity(key): code for code, key in enumerate(self._keys)}
        self._value_codes = {identity(value): code for code, value in enumerate(self._values)}
        self._key, self._value = columns.key.tolist(), columns.value.tolist()
        self._transaction = columns.transaction.tolist()
        self._ok: list[bool] = (columns.outcome == OK).tolist()
        self._check()
        self._shown = {
            micro: list(self._rows_shown(micro))
            for micro, kind in enumerate(self._kinds)
            if kind == PREDICATE_READ and self._ok[self._transaction[micro]]
        }
        self._cache: dict[tuple[int, int], Candidates] = {}
        self._domains: dict[int, list[int]] = {}
        self._looked_at = 0

    def _check(self) -> None:
        for micro, kind in enumerate(self._kinds):
            if kind in WRITES[:2] and self._value[micro] == NIL:
                key = self._keys[self._key[micro]]
                problem = f"expected no null to be written (delete the row), found it written to row {key!r}"
                raise HistoryError(problem, source=self._columns.source)
            if kind == PREDICATE_READ:
                matches(self._keys[self._key[micro]], None, None)

    def _rows_shown(self, micro: int) -> Iterator[tuple[int, int, bool]]:
        """Key and value of each row that a predicate read shows, and whether it should not have."""
        predicate, code = self._keys[self._key[micro]], self._value[micro]
        rows: Any = self._values[code] if code >= 0 else None
        try:
            pairs = [(key, value) for key, value in rows]
        except (TypeError, ValueError):
            problem = f"expected a list of rows [key, value] as the result of the predicate read of {predicate}"
            index = self._columns.index[self._transaction[micro]]
            raise HistoryError(f"{problem} in operation {index}, found {rows}", source=self._columns.source) from None
        seen = set()
        for key, value in pairs:
            name = identity(key)
            yield (
                _code(self._key_codes, self._keys, key),
                NIL if value is None else _code(self._value_codes, self._values, value),
                name in seen or not matches(predicate, key, value),
            )
            seen.add(name)

    @cached_property
    def _committed(self) -> Mask:
        """The ok transactions, and those of unknown fate that were seen, or may have been without a trace."""
        columns = self._columns
        mask: Mask = columns.outcome == OK
        writer = {
            (self._key[micro], self._value[micro]): self._transaction[micro]
            for micro, kind in enumerate(self._kinds)
            if kind in WRITES
        }
        seen = [(key, value) for rows in self._shown.values() for key, value, _ in rows]
        seen += [
            (self._key[micro], self._value[micro])
            for micro, kind in enumerate(self._kinds)
            if kind == "r" and self._ok[self._transaction[micro]]
        ]
        mask[[writer[sight] for sight in seen if sight[1] >= 0 and sight in writer]] = True
        by_value = any(self._keys[self._key[micro]][0] not in ("all", "range") for micro in self._shown)
        traceless = [
            self._transaction[micro]
            for micro, kind in enumerate(self._kinds)
            if kind == "delete" or (by_value and kind in WRITES)
        ]
        mask[traceless] = True
        mask &= (columns.outcome == OK) | (columns.outcome == INFO)
        return mask

    @cached_property
    def _versions(self) -> dict[int, dict[int, Any]]:
        """For each row the last value of each committed writer, None for a deletion."""
        found: defaultdict[int, dict[int, Any]] = defaultdict(dict)
        committed: list[bool] = self._committed.tolist()
        for micro, kind in enumerate(self._kinds):
            if kind in WRITES and committed[self._transaction[micro]]:
                value = None if kind == "delete" else self._values[self._value[micro]]
                found[self._key[micro]][self._transaction[micro]] = value
        return dict(found)

    @cached_property
    def _sorted(self) -> dict[str, tuple[list[Any], list[int]]]:
        """The rows whose keys can be compared, by kind of key: the keys ascending, and their codes."""
        found: defaultdict[str, list[tuple[Any, int]]] = defaultdict(list)
        for code in self._versions:
            kind = comparable(self._keys[code])
            if kind is not None:
                found[kind].append((self._keys[code], code))
        ascending = {kind: sorted(rows) for kind, rows in found.items()}
        return {kind: ([key for key, _ in rows], [code for _, code in rows]) for kind, rows in ascending.items()}

    def _domain(self, predicate: int) -> list[int]:
        """The rows that a predicate may ask for, as far as their keys tell."""
        if predicate not in self._domains:
            match self._keys[predicate]:
                case ["range", low, high]:
                    kind = comparable(low) if comparable(low) == comparable(high) else None
                    keys, codes = self._sorted.get(kind or "", ([], []))
                    self._domains[predicate] = codes[bisect_left(keys, low) : bisect_left(keys, high)] if keys else []
                case _:
                    self._domains[predicate] = list(self._versions)
        return self._domains[predicate]

    def _candidates(self, predicate: int, key: int, reader: int) -> Candidates:
        """What a read that does not show a row may have been of; `predicate` is -1 where it asked for that row."""
        found = self._cache.get((predicate, key))
        if found is None:
            wanted = ["all"] if predicate < 0 else self._keys[predicate]
            shown: list[int] = []
            hidden: list[int] = []
            for writer, value in self._versions.get(key, {}).items():
                (shown if matches(wanted, self._keys[key], value) else hidden).append(writer)
            found = self._cache[predicate, key] = tuple(shown), tuple(hidden)
        if reader in self._versions.get(key, ()):
            shown_to, hidden_to = (tuple(writer for writer in part if writer != reader) for part in found)
            return shown_to, hidden_to
        return found

    def rows(self) -> Rows:
        """The history, told row by row."""
        told: list[tuple[int, int, int, int]] = []  # kind, key, value, origin
        misses, candidates, unfit = [], [], []
        own: dict[int, Any] = {}
        running = -1
        for micro, kind in enumerate(self._kinds):
            transaction, key, value = self._transaction[micro], self._key[micro], self._value[micro]
            if transaction != running:
                own, running = {}, transaction
            if kind in WRITES:
                told.append((WRITE, key, len(self._values) + micro if kind == "delete" else value, micro))
                own[key] = None if kind == "delete" else self._values[value]
            elif kind == "r":
                found = NOBODY
                deleted = key in own and own[key] is None
                if value == NIL and self._ok[transaction] and not deleted:
                    found = self._candidates(-1, key, transaction)
                if found[0]:
                    misses.append(len(told))
                    candidates.append(found)
                told.append((READ, key, value if self._ok[transaction] else UNKNOWN, micro))
            elif self._ok[transaction]:
                for row, seen, bad in self._shown[micro]:
                    unfit += [len(told)] if bad else []
                    told.append((READ, row, seen, micro))
                for row, found in self._not_shown(micro, own, transaction):
                    misses.append(len(told))
                    candidates.append(found)
                    told.append((MISS, row, NIL, micro))
        return self._told(told, misses, candidates, unfit)

    def _not_shown(self, micro: int, own: dict[int, Any], reader: int) -> Iterator[tuple[int, Candidates]]:
        """The rows that a predicate read did not show and that another's version would have been shown of."""
        shown = {row for row, _, _ in self._shown[micro]}
        predicate = self._key[micro]
        domain = self._domain(predicate)
        self._looked_at += len(domain)
        if self._looked_at > SIGHTS_MAX:
            raise TooManyRowsError
        for row in domain:
            if row in shown or (row in own and not matches(self._keys[predicate], self._keys[row], own[row])):
                continue
            found = self._candidates(predicate, row, reader)
            if found[0]:
                yield row, found

    def _told(
        self, told: list[tuple[int, int, int, int]], misses: list[int], candidates: list[Candidates], unfit: list[int]
    ) -> Rows:
        columns = self._columns
        kind, key, value, origin = np.array(told, dtype=np.int64).reshape(-1, 4).T
        nothing = np.zeros(len(told), dtype=np.int64)
        return Rows(
            columns=RowColumns(
                index=columns.index,
                end=columns.end,
                process=columns.process,
                outcome=columns.outcome,
                first=np.searchsorted(origin, columns.first),
                kind=kind.astype(np.int8),
                key=key,
                value=value,
                start=nothing,
                stop=nothing,
                elements=nothing[:0],
                kinds=("r", "append", "w", PREDICATE_READ),
                keys=self._keys,
                values=[*self._values, *([None] * len(self._kinds))],
                source=columns.source,
                torn=columns.torn,
                real_time=columns.real_time,
                whole=columns,
                origin=origin,
            ),
            committed=self._committed,
            misses=np.array(misses, dtype=np.int64),
            candidates=candidates,
            unfit=np.array(unfit, dtype=np.int64),
        )


def _code(codes: dict[Any, int], table: list[Any], value: Any) -> int:
    """The code of a key or a value, a new one if it has none."""
    code = codes.setdefault(identity(value), len(table))
    if code == len(table):
        table.append(value)
    return code
