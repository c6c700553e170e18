"""Anomalies as they are reported: with their evidence, explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from checkers.transactions import evidence
from checkers.transactions.accesses import INITIAL, Accesses, Ints
from checkers.transactions.choices import Clause
from checkers.transactions.conditions import Rule
from checkers.transactions.edges import Type
from checkers.transactions.evidence import Case, Clash, Evidence, Ordered, Refutation
from checkers.transactions.explain import explanation
from checkers.transactions.naming import is_long_fork, name
from checkers.transactions.steps import Found, Pair, Steps, cycle, cycle_of_writes, place
from checkers.verdict import Anomaly
from histories.transactions import OK, WRITE, TransactionColumns

SHOWN_MAX: Final = 3
"""So many anomalies of each name are reported."""


@attrs.frozen(kw_only=True)
class Reporter:
    """Makes anomalies of what was found in one history."""

    accesses: Accesses

    @property
    def columns(self) -> TransactionColumns:
        """The history."""
        return self.accesses.columns

    def clashes(self, kind: str, rows: Ints) -> list[Anomaly]:
        """The first of some anomalies, each a row of micro-operations."""
        found = [
            Clash(
                places=tuple(place(self.columns, micro) for micro in row),
                key=self.columns.keys[self.columns.key[row[0]]],
            )
            for row in rows[:SHOWN_MAX].tolist()
        ]
        return self.anomalies(kind, found)

    def anomalies(self, kind: str, found: Sequence[Clash]) -> list[Anomaly]:
        """The first of some clashes."""
        return [self._anomaly(kind, clash) for clash in found[:SHOWN_MAX]]

    def cycles(self, found: Iterable[Steps]) -> list[Anomaly]:
        """Cycles of known edges, so many of each name."""
        counts: dict[str, int] = {}
        anomalies = []
        for steps in found:
            kind = name([steps], self.columns.outcome == OK, item=self.accesses.item)
            counts[kind] = counts.get(kind, 0) + 1
            if counts[kind] <= SHOWN_MAX:
                anomalies.append(self._anomaly(kind, cycle(self.accesses, steps)))
                if is_long_fork(steps):
                    anomalies.append(self._anomaly("long-fork", cycle(self.accesses, steps)))
        return anomalies

    def writes(self, steps: Steps) -> Anomaly:
        """A cycle of writes and order alone, whose steps name micro-operations."""
        written = {step.left for step in steps if step.type is Type.WW}
        kinds = {(int(self.columns.key[micro]), int(self.columns.kind[micro])) for micro in written}
        one_register = len(written) == len(steps) and len(kinds) == 1 and kinds.pop()[1] == WRITE
        kind = "cyclic-versions" if one_register else name([steps], self.columns.outcome == OK)
        return self._anomaly(kind, cycle_of_writes(self.columns, steps))

    def broken(self, rule: Rule, clauses: Sequence[Clause]) -> Anomaly:
        """What breaks a rule."""
        kind = name([clause.cycle for clause in clauses], self.columns.outcome == OK, rule, self.accesses.item)
        if len(clauses) == 1 and clauses[0].certain:
            return self._anomaly(kind, cycle(self.accesses, clauses[0].cycle))
        cases = tuple(
            Case(
                given=(*map(self._ordered, clause.pairs), *map(self._found, clause.found)),
                cycle=cycle(self.accesses, clause.cycle),
            )
            for clause in clauses
        )
        return self._anomaly(kind, Refutation(cases=cases))

    def _ordered(self, pair: Pair) -> Ordered:
        first, then = (int(self.accesses.written_at[version]) for version in pair)
        key = self.columns.keys[self.columns.key[first]]
        return Ordered(key=key, first=place(self.columns, first), then=place(self.columns, then))

    def _found(self, found: Found) -> evidence.Found:
        read = int(self.accesses.read_at[found.read])
        version = None
        if found.version != INITIAL:
            version = place(self.columns, int(self.accesses.written_at[found.version]))
        key = self.columns.keys[self.columns.key[read]]
        return evidence.Found(read=place(self.columns, read), key=key, version=version)

    def _anomaly(self, kind: str, shown: Evidence) -> Anomaly:
        return Anomaly(
            type=kind,
            operations=shown.operations,
            explanation=explanation(self.columns, kind, shown),
            key=None,
            evidence=shown,
        )
