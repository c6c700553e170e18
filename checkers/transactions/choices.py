"""Which of two versions came first, where nothing tells: a choice, refuted cycle by cycle.

A cycle that a model forbids rests on the order of some pairs of versions. So not all of those pairs can be ordered as
it has them: a clause, for a SAT solver to satisfy. When no order satisfies all clauses, the model is violated, and a
minimal set of the clauses is the proof. (Lazily added clauses after Cobra, OSDI 2020, and PolySI, VLDB 2023.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from checkers.transactions.accesses import Accesses, Ints, ranges
from checkers.transactions.edges import Edges, Type, joined
from checkers.transactions.steps import Steps, assumed

if TYPE_CHECKING:
    from pysat.solvers import Solver

Pair = tuple[int, int]
"""Two versions of a key, the first before the second."""


@attrs.frozen
class Clause:
    """These pairs are not all ordered so, for then there is this cycle."""

    pairs: tuple[Pair, ...]
    cycle: Steps


class Choices:
    """Pairs of versions, what is known to exclude some of their orders, and the present choice."""

    def __init__(self, accesses: Accesses) -> None:
        self._accesses = accesses
        self._numbers: dict[Pair, int] = {}
        self._pairs: list[Pair] = []
        self._clauses: dict[tuple[Pair, ...], Clause] = {}
        self._solver: Solver | None = None
        self._chosen: list[Pair] = []

    def __len__(self) -> int:
        return len(self._clauses)

    def learn(self, cycle: Steps, *, adjacent: bool) -> Clause:
        """Exclude the orders under which there is this cycle; a clause without pairs excludes all.

        `adjacent` as for `shortened`.
        """
        short = shortened(cycle, adjacent=adjacent)
        if any((then, first) in self._needed(short) for first, then in self._needed(short)):
            short = cycle  # it goes round among the versions of one key: that is what it shows
        clause = Clause(tuple(sorted(self._needed(short))), short)
        if clause.pairs not in self._clauses:
            self._clauses[clause.pairs] = clause
            self._sat.add_clause([-self._literal(pair) for pair in clause.pairs])
        return clause

    def _needed(self, cycle: Steps) -> set[Pair]:
        return {pair for step in cycle if (pair := assumed(self._accesses, step)) is not None}

    def choose(self) -> bool:
        """Choose orders that nothing learnt excludes; False if there are none."""
        if not self._sat.solve():
            return False
        self._chosen = [self._pair(literal) for literal in self._sat.get_model() or ()]
        return True

    def proof(self) -> list[Clause]:
        """Clauses that exclude everything between them, none of which could be left out."""
        from pysat.solvers import Solver

        clauses = list(self._clauses.values())
        with Solver(name=SOLVER) as solver:
            first = len(self._pairs) + 1
            for guard, clause in enumerate(clauses, start=first):
                solver.add_clause([-guard, *(-self._literal(pair) for pair in clause.pairs)])
            needed = list(range(first, first + len(clauses)))
            solver.solve(assumptions=needed)
            needed = sorted(solver.get_core())
            for guard in tuple(needed):
                rest = [other for other in needed if other != guard]
                if not solver.solve(assumptions=rest):
                    needed = rest
        return [clauses[guard - first] for guard in needed]

    def edges(self) -> Edges:
        """What follows from the present choice: ww from first to second, and rw from the readers of the first."""
        accesses = self._accesses
        rows = np.arange(len(accesses.columns))
        first, then = np.array(self._chosen, dtype=np.int64).reshape(-1, 2).T
        ww = Edges.make(rows, Type.WW, accesses.writer[first], accesses.writer[then], first, then)
        return joined([ww, anti_dependencies(accesses, rows, first, then)])

    @property
    def _sat(self) -> Solver:
        if self._solver is None:
            from pysat.solvers import Solver

            self._solver = Solver(name=SOLVER)
        return self._solver

    def _literal(self, pair: Pair) -> int:
        straight = min(pair), max(pair)
        number = self._numbers.get(straight)
        if number is None:
            number = self._numbers[straight] = len(self._pairs) + 1
            self._pairs.append(straight)
        return number if pair == straight else -number

    def _pair(self, literal: int) -> Pair:
        first, then = self._pairs[abs(literal) - 1]
        return (first, then) if literal > 0 else (then, first)


SOLVER = "glucose4"


def anti_dependencies(accesses: Accesses, rows: Ints, first: Ints, then: Ints) -> Edges:
    """Rw from all readers of some versions to the writers of later ones."""
    read = np.argsort(accesses.version, kind="stable")
    begins = np.searchsorted(accesses.version[read], first)
    size = np.searchsorted(accesses.version[read], first, side="right") - begins
    read, then = read[ranges(begins, size)], np.repeat(then, size)
    others = accesses.reader[read] != accesses.writer[then]
    read, then = read[others], then[others]
    return Edges.make(rows, Type.RW, accesses.reader[read], accesses.writer[then], read, then)


def shortened(cycle: Steps, *, adjacent: bool) -> Steps:
    """The same cycle without detours over versions of one key, so that it rests on fewer pairs.

    `adjacent` says whether two rw may follow each other; where they may not, no ww that keeps them apart is left out.
    """
    steps = list(cycle)
    i = 0
    while len(steps) > 2 and i < len(steps):
        here, onward, beyond = (steps[(i + k) % len(steps)] for k in range(3))
        joins = here.type in (Type.WW, Type.RW) and onward.type is Type.WW and here.right == onward.left
        keeps_apart = here.type is Type.RW and beyond.type is Type.RW and not adjacent
        if joins and not keeps_apart and here.before != onward.after:
            steps[i] = attrs.evolve(here, after=onward.after, right=onward.right)
            del steps[(i + 1) % len(steps)]
            i = max(0, i - 2)
        else:
            i += 1
    return tuple(steps)
