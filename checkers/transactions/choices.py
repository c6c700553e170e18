"""Which of two versions came first, where nothing tells: a choice, refuted cycle by cycle.

A cycle that a model forbids rests on the order of some pairs of versions. So not all of those pairs can be ordered as
it has them: a clause, for a SAT solver to satisfy. When no order satisfies all clauses, the model is violated, and a
minimal set of the clauses is the proof. (Lazily added clauses after Cobra, OSDI 2020, and PolySI, VLDB 2023.)

Most databases order versions about as time does. So a version whose writer had ended when that of the other began comes
first, until clauses exclude that: else one that was wrong nearby would be put right by orders that are wrong far away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
import numpy as np

from checkers.transactions.accesses import INITIAL, Accesses, Ints, Mask
from checkers.transactions.clauses import SOLVER
from checkers.transactions.edges import Edges, Type, joined
from checkers.transactions.steps import Found, Pair, Steps, assumed
from histories.codes import ranges

if TYPE_CHECKING:
    from pysat.solvers import Solver


@attrs.frozen
class Clause:
    """These pairs are not all ordered so, while these reads found what is said, for then there is this cycle."""

    pairs: tuple[Pair, ...]
    cycle: Steps
    found: tuple[Found, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether there is this cycle in any case."""
        return not self.pairs and not self.found


class Choices:
    """Pairs of versions and open reads, what is known to exclude some choices, and the present choice.

    `relevant` tells which of the open reads count; the others found the initial version, which never hurts then.
    """

    def __init__(self, accesses: Accesses, relevant: Mask | None = None) -> None:
        self._accesses = accesses
        self._relevant = relevant
        self._numbers: dict[Pair | Found, int] = {}
        self._givens: list[Pair | Found] = []
        self._alternatives: list[list[int]] = []  # one of each of these is true
        self._clauses: dict[tuple[tuple[Pair, ...], tuple[Found, ...]], Clause] = {}
        self._solver: Solver | None = None
        self._presumed: set[int] = set()
        self._chosen: list[Pair] = []
        self._found: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._clauses)

    def learn(self, accesses: Accesses, cycle: Steps, *, adjacent: bool) -> Clause:
        """Exclude the choices under which there is this cycle; one that is certain excludes all.

        `accesses` are those that the cycle was found in, `adjacent` as for `shortened`.
        """
        short = shortened(cycle, adjacent=adjacent, kept=self._is_open)
        given = self._given(accesses, short)
        if given in self._clauses or any((then, first) in given[0] for first, then in given[0]):
            short = cycle  # the shorter one is known, or contradicts itself: what it leaves out says otherwise
            given = self._given(accesses, short)
        clause = Clause(given[0], short, given[1])
        self._add(clause)
        return clause

    def _add(self, clause: Clause) -> None:
        given = clause.pairs, clause.found
        if given not in self._clauses:
            self._clauses[given] = clause
            self._sat.add_clause(self._excluding(clause))
            self._sat.set_phases([self._literal(pair) for pair in clause.pairs])  # as they are, as far as may be

    def _is_open(self, read: int) -> bool:
        return self._accesses.open_reads is not None and read in self._accesses.open_reads.number

    def _given(self, accesses: Accesses, cycle: Steps) -> tuple[tuple[Pair, ...], tuple[Found, ...]]:
        given = [each for step in cycle for each in assumed(accesses, step)]
        pairs = {each for each in given if isinstance(each, tuple)}
        return tuple(sorted(pairs)), tuple(sorted({each for each in given if isinstance(each, Found)}))

    def _excluding(self, clause: Clause) -> list[int]:
        given: tuple[Pair | Found, ...] = (*clause.pairs, *clause.found)
        return [-self._literal(each) for each in given]

    def choose(self) -> bool:
        """Choose what nothing learnt excludes; False if there is nothing left."""
        while not self._sat.solve(assumptions=sorted(self._presumed)):
            wrong = self._sat.get_core()
            if not wrong:
                return False
            self._presumed -= set(wrong)
        true = [self._true(literal) for literal in self._sat.get_model() or ()]
        self._chosen = [pair for pair in true if isinstance(pair, tuple)]
        self._found = {found.read: found.version for found in true if isinstance(found, Found)}
        return True

    def accesses(self) -> Accesses:
        """The reads with what the present choice says that they found; OPEN where it says nothing."""
        if self._accesses.open_reads is None:
            return self._accesses
        version = self._accesses.version.copy()
        version[list(self._found)] = list(self._found.values())
        if self._relevant is not None:
            version[self._accesses.open_reads.read[~self._relevant]] = INITIAL
        return attrs.evolve(self._accesses, version=version)

    def proof(self) -> list[Clause]:
        """Clauses that exclude everything between them, none of which could be left out."""
        from pysat.solvers import Solver

        clauses = list(self._clauses.values())
        with Solver(name=SOLVER) as solver:
            first = len(self._givens) + 1
            for alternatives in self._alternatives:
                solver.add_clause(alternatives)
            for guard, clause in enumerate(clauses, start=first):
                solver.add_clause([-guard, *self._excluding(clause)])
            needed = list(range(first, first + len(clauses)))
            solver.solve(assumptions=needed)
            needed = sorted(solver.get_core())
            for guard in tuple(needed):
                rest = [other for other in needed if other != guard]
                if not solver.solve(assumptions=rest):
                    needed = rest
        return [clauses[guard - first] for guard in needed]

    def edges(self) -> Edges:
        """What follows from the present choice: ww from first to second, rw from the readers of the first.

        And from what the open reads found: wr, and rw to the versions after it that they would have shown.
        """
        accesses = self._accesses
        rows = np.arange(len(accesses.columns))
        first, then = np.array(self._chosen, dtype=np.int64).reshape(-1, 2).T
        ww = Edges.make(rows, Type.WW, accesses.writer[first], accesses.writer[then], first, then)
        return joined([ww, anti_dependencies(accesses, rows, first, then), *self._of_open_reads(rows)])

    def _of_open_reads(self, rows: Ints) -> list[Edges]:
        if self._accesses.open_reads is None:
            return []
        accesses, chosen = self._accesses, set(self._chosen)
        seen = [(version, read) for read, version in self._found.items() if version != INITIAL]
        missed = [
            (read, shown)
            for read, version in self._found.items()
            for shown in self._accesses.open_reads.shown_to(read)
            if version == INITIAL or (version, shown) in chosen
        ]
        version, reader = np.array(seen, dtype=np.int64).reshape(-1, 2).T
        read, shown = np.array(missed, dtype=np.int64).reshape(-1, 2).T
        return [
            Edges.make(rows, Type.WR, accesses.writer[version], accesses.reader[reader], version, reader),
            Edges.make(rows, Type.RW, accesses.reader[read], accesses.writer[shown], read, shown),
        ]

    @property
    def _sat(self) -> Solver:
        if self._solver is None:
            from pysat.solvers import Solver

            self._solver = Solver(name=SOLVER)
        return self._solver

    def _literal(self, given: Pair | Found) -> int:
        straight = given if isinstance(given, Found) else (min(given), max(given))
        number = self._numbers.get(straight)
        if number is None:
            number = self._new(straight)
            self._presume(straight, number)
            if isinstance(given, Found) and self._accesses.open_reads is not None:
                others = [
                    Found(given.read, version)
                    for version in (INITIAL, *self._accesses.open_reads.hidden_from(given.read))
                ]
                self._alternatives.append([self._numbers.get(other) or self._new(other) for other in others])
                self._sat.add_clause(self._alternatives[-1])
        return number if given == straight else -number

    def _presume(self, given: Pair | Found, number: int) -> None:
        """Order a pair as time does, if that tells."""
        if isinstance(given, Found):
            return
        columns, (one, other) = self._accesses.columns, (int(self._accesses.writer[version]) for version in given)
        if columns.real_time or columns.process[one] == columns.process[other]:
            if columns.end[one] < columns.index[other]:
                self._presumed.add(number)
            elif columns.end[other] < columns.index[one]:
                self._presumed.add(-number)

    def _new(self, given: Pair | Found) -> int:
        self._givens.append(given)
        self._numbers[given] = len(self._givens)
        return len(self._givens)

    def _true(self, literal: int) -> Pair | Found | None:
        given = self._givens[abs(literal) - 1]
        if isinstance(given, Found):
            return given if literal > 0 else None
        first, then = given
        return (first, then) if literal > 0 else (then, first)


def anti_dependencies(accesses: Accesses, rows: Ints, first: Ints, then: Ints) -> Edges:
    """Rw from all readers of some versions to the writers of later ones."""
    read = np.argsort(accesses.version, kind="stable")
    begins = np.searchsorted(accesses.version[read], first)
    size = np.searchsorted(accesses.version[read], first, side="right") - begins
    read, then = read[ranges(begins, size)], np.repeat(then, size)
    others = accesses.reader[read] != accesses.writer[then]
    read, then = read[others], then[others]
    return Edges.make(rows, Type.RW, accesses.reader[read], accesses.writer[then], read, then)


def shortened(cycle: Steps, *, adjacent: bool, kept: Callable[[int], bool]) -> Steps:
    """The same cycle without detours over versions of one key, so that it rests on fewer pairs.

    `adjacent` says whether two rw may follow each other; where they may not, no ww that keeps them apart is left out.
    Nor is what follows the rw of reads that are `kept`.
    """
    steps = list(cycle)
    i = 0
    while len(steps) > 2 and i < len(steps):
        here, onward, beyond = (steps[(i + k) % len(steps)] for k in range(3))
        joins = here.type in (Type.WW, Type.RW) and onward.type is Type.WW and here.right == onward.left
        joins = joins and not (here.type is Type.RW and kept(here.left))
        keeps_apart = here.type is Type.RW and beyond.type is Type.RW and not adjacent
        if joins and not keeps_apart and here.before != onward.after:
            steps[i] = attrs.evolve(here, after=onward.after, right=onward.right)
            del steps[(i + 1) % len(steps)]
            i = max(0, i - 2)
        else:
            i += 1
    return tuple(steps)
