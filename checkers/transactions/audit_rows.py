"""Rows that a read showed nothing of, looked up: what it may have found, and what a transaction knows of itself."""

from __future__ import annotations

from typing import Any

import attrs

from checkers.transactions.evidence import Edge, Found, Ordered, Place
from checkers.transactions.ledger import APPENDING, PREDICATE, READING, Ledger
from histories.codes import identity
from histories.predicates import matches

Given = tuple[Ordered | Found, ...]


def ordered(given: Given, first: Place, then: Place) -> bool:
    """Whether it is assumed that one version comes before the other."""
    return any(isinstance(each, Ordered) and (each.first, each.then) == (first, then) for each in given)


def precedes(ledger: Ledger, edge: Edge, given: Given) -> bool:
    """Whether a read that showed nothing comes before a version, under these assumptions.

    It found the initial version, or if there are others that it may have found, one that is assumed. The version must
    be one that it would have shown, or come after one, which comes after what it found.
    """
    if edge.at is None or ledger.asked(edge.at[0], edge.key) is None:
        return False
    read, written = edge.at
    shown = ledger.shown(read, edge.key)
    found: list[Place | None] = [None]
    if ledger.hidden(read, edge.key):
        same = [each for each in given if isinstance(each, Found) and each.read == read]
        found = [each.version for each in same if identity(each.key) == identity(edge.key)]
    return any(
        (version is None or ordered(given, version, next_shown))
        and (next_shown == written or ordered(given, next_shown, written))
        for version in found
        for next_shown in shown
    )


def contradicts_itself(ledger: Ledger, index: int, *, reads: bool, phantoms: bool) -> bool:
    """Whether a read shows something else than an earlier write of its transaction, or with `reads` an earlier read.

    With `phantoms`, predicate reads may show rows that earlier ones did not.
    """
    known = _Known(reads=reads, phantoms=phantoms)
    return any(known.contradicts(*micro) for micro in (ledger.micros(index) if ledger.learnt(index) else ()))


@attrs.define(kw_only=True)
class _Known:
    """What a transaction has appended, and what it knows of keys before that; and what predicate reads showed."""

    reads: bool
    phantoms: bool
    own: dict[Any, list[Any]] = attrs.field(factory=dict)
    known: dict[Any, tuple[Any, Any]] = attrs.field(factory=dict)
    asked: list[tuple[Any, set[Any]]] = attrs.field(factory=list)  # with the rows shown, or written since

    def contradicts(self, kind: str, key: Any, value: Any) -> bool:
        """Take in a micro-operation."""
        name = None if kind == PREDICATE else identity(key)
        if kind == PREDICATE:
            return self._asks(key, value)
        if kind == READING:
            return self._reads(key, value)
        if kind == APPENDING:
            self.own.setdefault(name, []).append(value)
        else:
            self.known[name] = key, value
            for _, rows in self.asked:
                rows.add(name)
        return False

    def _asks(self, predicate: Any, rows: list[list[Any]]) -> bool:
        shown = {identity(row) for row, _ in rows}
        missed = [
            row for name, (row, value) in self.known.items() if name not in shown and matches(predicate, row, value)
        ]
        wrong = [row for row, value in rows if self._reads(row, value)]
        if self.reads and not self.phantoms:
            self.asked.append((predicate, shown))
        return bool(missed or wrong)

    def _reads(self, key: Any, value: Any) -> bool:
        name = identity(key)
        if isinstance(value, list) or name in self.own:
            seen, tail = value or [], self.own.get(name, [])
            before = seen[: len(seen) - len(tail)]
            wrong = before + tail != seen or (self.reads and (self.known.get(name, (key, before))[1] or []) != before)
            self.known[name] = key, before
            return wrong
        if name in self.known and (self.known[name][1] or None) != value:
            return True
        if any(name not in rows and matches(predicate, key, value) for predicate, rows in self.asked):
            return True
        if self.reads:
            self.known[name] = key, value
        return False
