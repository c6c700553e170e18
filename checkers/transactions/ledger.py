"""A history of transactions as plain facts, for `audit`: who wrote what, who committed, what every list became.

Nothing here is shared with the checkers, and nothing is clever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs

from checkers.transactions.evidence import Place
from histories.transactions import FAIL, INFO, OK, TransactionColumns
from histories.values import freeze

READING = "r"
APPENDING = "append"


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

    def micros(self, index: int) -> list[list[Any]]:
        """Its micro-operations, as [kind, key, value]."""
        return self.columns.micro_operations(self.rows[index])

    def reads(self, index: int) -> Iterator[tuple[int, Any, Any]]:
        """The position, key and value of each of its reads, if they are known."""
        if self.ok(index):
            for position, (kind, key, value) in enumerate(self.micros(index)):
                if kind == READING:
                    yield position, key, value

    def micro(self, place: Place) -> tuple[str, Any, Any]:
        """Kind, key and value of one of them."""
        kind, key, value = self.micros(place.operation)[place.micro]
        return kind, key, value

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
            if kind != READING
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
        """The last value that a transaction writes to each key."""
        return {freeze(key): value for kind, key, value in self.micros(index) if kind != READING}
