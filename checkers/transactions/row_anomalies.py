"""What is wrong with reads of rows before any cycle is looked for, beside what registers show.

Rows that a predicate did not ask for, and what a transaction sees of itself. A predicate read that shows a row which
an earlier one of the transaction did not show is `internal-predicate` only: as far as single rows go, nothing had been
said of it. One that does not show a row which it should, by what the transaction knows, is also `predicate-read-miss`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import Any

import attrs
import numpy as np

from checkers.transactions.accesses import Ints
from checkers.transactions.evidence import Clash, Place
from checkers.transactions.registers import Registers
from checkers.transactions.rows import PREDICATE_READ, WRITES, Rows
from histories.codes import identity
from histories.predicates import matches
from histories.transactions import OK


def row_anomalies(rows: Rows, registers: Registers) -> list[tuple[str, Ints]]:
    """Rows of micro-operations, one row an anomaly, by name."""
    columns, source = rows.columns, registers.source
    own = source > registers.reads
    own[own] = columns.transaction[source[own]] == columns.transaction[registers.reads[own]]
    return [
        ("garbage-read", rows.unfit[:, None]),
        ("future-read", np.stack([registers.reads[own], source[own]], axis=1)),
    ]


def contradictions(rows: Rows) -> dict[str, list[Clash]]:
    """Reads that contradict what their own transaction did or saw before, by the name of the anomaly."""
    found: defaultdict[str, list[Clash]] = defaultdict(list)
    whole = rows.columns.whole
    for transaction in np.flatnonzero(whole.outcome == OK).tolist():
        view = _View(int(whole.index[transaction]))
        for position, (kind, key, value) in enumerate(whole.micro_operations(transaction)):
            for name, clash in view.step(position, kind, key, value):
                found[name].append(clash)
    return dict(found)


@attrs.define
class _View:
    """What a transaction knows of rows, and why: from its writes, its reads, and what predicate reads did not show."""

    operation: int
    known: dict[Hashable, tuple[Any, Any, int]] = attrs.field(factory=dict)  # key, value (None: no row), position
    asked: list[tuple[int, Any, set[Hashable]]] = attrs.field(factory=list)  # position, predicate, rows shown
    written: dict[Hashable, int] = attrs.field(factory=dict)  # where it last wrote each row

    def step(self, position: int, kind: str, key: Any, value: Any) -> Iterator[tuple[str, Clash]]:
        """Take in one micro-operation; what it contradicts."""
        if kind in WRITES:
            self.known[identity(key)] = key, value, position
            self.written[identity(key)] = position
        elif kind == PREDICATE_READ:
            for row, shown in value:
                yield from self._read(position, row, shown)
            shown_rows = {identity(row) for row, _ in value}
            for name, (row, known, before) in self.known.items():
                if name not in shown_rows and matches(key, row, known):
                    clash = self._clash(row, before, position)
                    yield from (("internal", clash), ("predicate-read-miss", clash))
            self.asked.append((position, key, shown_rows))
        else:
            yield from self._read(position, key, value)

    def _read(self, position: int, row: Any, value: Any) -> Iterator[tuple[str, Clash]]:
        name = identity(row)
        _, known, before = self.known.get(name, (row, value, -1))
        if identity(known) != identity(value):
            yield "internal", self._clash(row, before, position)
        for at, predicate, shown in self.asked:
            if at > self.written.get(name, -1) and name not in shown and matches(predicate, row, value):
                yield "internal-predicate", self._clash(row, at, position)
                break
        if name not in self.written:
            self.known[name] = row, value, position

    def _clash(self, row: Any, before: int, after: int) -> Clash:
        return Clash(places=(Place(self.operation, before), Place(self.operation, after)), key=row)
