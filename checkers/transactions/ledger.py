"""A history of transactions as plain facts, for `audit`: who wrote what, who committed, what every list became.

Nothing here is shared with the checkers, and nothing is clever.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs

from checkers.transactions.evidence import Place
from histories.predicates import comparable, matches
from histories.transactions import FAIL, INFO, OK, TransactionColumns
from histories.values import freeze

READING = "r"
APPENDING = "append"
DELETING = "delete"
PREDICATE = "rp"
WRITING = ("append", "w", "insert", "delete")
REMEMBERED_MAX = 20_000  # transactions whose micro-operations are kept: long lists take much memory


@attrs.frozen(kw_only=True, slots=False)
class Ledger:
    """The facts of one history. Transactions are called by the index of their operation."""

    columns: TransactionColumns

    @cached_property
    def rows(self) -> dict[int, int]:
        """The rows of the columns, by index."""
        return {index: row for row, index in enumerate(self.columns.index.tolist())}

    @cached_property
    def outcomes(self) -> list[int]:
        """How each row ended."""
        found: list[int] = self.columns.outcome.tolist()
        return found

    def ok(self, index: int) -> bool:
        """Whether it surely committed."""
        return self.outcomes[self.rows[index]] == OK

    def failed(self, index: int) -> bool:
        """Whether it surely did not."""
        return self.outcomes[self.rows[index]] == FAIL

    def process(self, index: int) -> int:
        """Who asked for it."""
        return int(self.columns.process[self.rows[index]])

    def end(self, index: int) -> int:
        """Where it completed."""
        return int(self.columns.end[self.rows[index]])

    @cached_property
    def has_rows(self) -> bool:
        """Whether rows come and go, or predicates are read."""
        return not {DELETING, PREDICATE}.isdisjoint(self.columns.kinds)

    @cached_property
    def _micros(self) -> dict[int, list[list[Any]]]:
        return {}

    def micros(self, index: int) -> list[list[Any]]:
        """Its micro-operations, as [kind, key, value]."""
        known = self._micros.get(index)
        if known is None:
            known = self.columns.micro_operations(self.rows[index])
            if self.has_rows or len(self._micros) < REMEMBERED_MAX:
                self._micros[index] = known
        return known

    def reads(self, index: int) -> Iterator[tuple[int, Any, Any]]:
        """The position, key and value of each of its reads, if they are known; of predicate reads each row shown."""
        if self.ok(index):
            for position, (kind, key, value) in enumerate(self.micros(index)):
                if kind == READING:
                    yield position, key, value
                elif kind == PREDICATE:
                    yield from ((position, row, shown) for row, shown in value)

    def micro(self, place: Place, key: Any = None) -> tuple[str, Any, Any]:
        """Kind, key and value of one of them; a predicate read counts as a read of the row with this key."""
        kind, about, value = self.micros(place.operation)[place.micro]
        if kind == PREDICATE:
            shown = [seen for row, seen in value or () if freeze(row) == freeze(key)]
            return READING, key, shown[0] if shown else None
        return kind, about, value

    @cached_property
    def _indices(self) -> list[int]:
        found: list[int] = self.columns.index.tolist()
        return found

    @cached_property
    def written(self) -> dict[tuple[Any, Any], Place]:
        """Where each value of each key was written."""
        return {
            (freeze(key), freeze(value)): Place(index, position)
            for index in self._indices
            for position, (kind, key, value) in enumerate(self.micros(index))
            if kind in WRITING and value is not None
        }

    def writer(self, key: Any, value: Any) -> Place | None:
        """Where a value of a key was written."""
        return self.written.get((freeze(key), freeze(value)))

    @cached_property
    def committed(self) -> set[int]:
        """The transactions that are ok, and those of unknown fate of which some ok one saw something."""
        found = {index for index in self._indices if self.ok(index)}
        for index in self._indices:
            for _, key, value in self.reads(index):
                for part in value if isinstance(value, list) else [value]:
                    place = None if part is None else self.writer(key, part)
                    if place is not None and self.outcomes[self.rows[place.operation]] == INFO:
                        found.add(place.operation)
        return found

    @cached_property
    def _lists(self) -> dict[Any, list[list[Any]]]:
        found: defaultdict[Any, list[list[Any]]] = defaultdict(list)
        for index in self._indices:
            for _, key, value in self.reads(index):
                if isinstance(value, list):
                    found[freeze(key)].append(value)
        return dict(found)

    def lists(self, key: Any) -> list[list[Any]]:
        """All lists that were read of a key."""
        return self._lists.get(freeze(key), [])

    def last_writes(self, index: int) -> dict[Any, Any]:
        """The last value that a transaction writes to each key, None for a row that it deletes."""
        return {freeze(key): value for kind, key, value in self.micros(index) if kind in WRITING}

    # Rows that a read showed nothing of

    @cached_property
    def last_writers(self) -> dict[Any, dict[int, tuple[Place, Any]]]:
        """For each key those who may have committed, with the place and the value of their last write of it."""
        found: defaultdict[Any, dict[int, tuple[Place, Any]]] = defaultdict(dict)
        for index in self._indices:
            for position, (kind, key, value) in enumerate(self.micros(index) if not self.failed(index) else ()):
                if kind in WRITING:
                    found[freeze(key)][index] = Place(index, position), value
        return dict(found)

    @cached_property
    def _ranges(self) -> dict[str, list[Any]]:
        kinds = {comparable(key) for key in self.last_writers}
        return {kind: sorted(key for key in self.last_writers if comparable(key) == kind) for kind in kinds if kind}

    def domain(self, predicate: Any) -> list[Any]:
        """The rows that somebody may have written and a predicate may ask for, as far as their keys tell."""
        match predicate:
            case ["range", low, high]:
                kind = comparable(low) if comparable(low) == comparable(high) else None
                keys = self._ranges.get(kind or "", [])
                return keys[bisect_left(keys, low) : bisect_left(keys, high)] if keys else []
        return list(self.last_writers)

    def asked(self, place: Place, key: Any) -> Any:
        """What a read that shows nothing of a row asked for; None if it is no such read, or saw an own deletion."""
        kind, about, _ = self.micros(place.operation)[place.micro]
        if not self.ok(place.operation) or self.micro(place, key)[2] is not None or kind not in (READING, PREDICATE):
            return None
        if kind == READING and freeze(about) != freeze(key):
            return None
        predicate = about if kind == PREDICATE else ["all"]
        own = [
            written
            for each, row, written in self.micros(place.operation)[: place.micro]
            if each in WRITING and freeze(row) == freeze(key)
        ]
        return predicate if not own or matches(predicate, key, own[-1]) else None

    def misses(self, place: Place, key: Any) -> bool:
        """Whether it is a predicate read that does not show a row."""
        kind, _, value = self.micros(place.operation)[place.micro]
        return kind == PREDICATE and all(freeze(row) != freeze(key) for row, _ in value or ())

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
            for writer, (written, value) in self.last_writers.get(freeze(key), {}).items()
            if writer != place.operation and predicate is not None and matches(predicate, key, value) == shown
        ]
