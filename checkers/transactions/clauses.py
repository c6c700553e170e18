"""Choices between two ways each, and clauses that exclude some: what no clause joins is chosen apart.

A clause that is new concerns the choices in it, those that other clauses join to these, and so on: few, as a rule. They
alone are chosen anew, by a SAT solver, as they were as far as may be. So what is learnt nearby costs little. (Where
everything is joined to everything, all of it is chosen anew each time.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import numpy as np

from checkers.transactions.accesses import Mask

Clause = tuple[int, ...]
"""Literals, of which one must be true: n if the n-th choice, from 1 on, is for the first way, -n if for the other."""

SOLVER: Final = "glucose4"


class Clauses:
    """Clauses that were learnt."""

    def __init__(self) -> None:
        self._known: set[Clause] = set()
        self._about: defaultdict[int, list[Clause]] = defaultdict(list)  # by choice
        self._new: set[int] = set()  # choices that clauses are about which were not regarded yet

    def learn(self, clauses: Iterable[Clause]) -> None:
        """Take in some more, none of them empty."""
        for clause in clauses:
            if clause not in self._known:
                self._known.add(clause)
                for literal in clause:
                    self._about[abs(literal)].append(clause)
                    self._new.add(abs(literal))

    def choose(self, chosen: Mask) -> bool:
        """Choose anew what new clauses concern, each at its number less one; False if there is no choice left."""
        from pysat.solvers import Solver

        concerned, clauses = self._concerned()
        number = {choice: place for place, choice in enumerate(concerned, start=1)}
        renumbered = sorted(
            [number[literal] if literal > 0 else -number[-literal] for literal in clause] for clause in clauses
        )
        places = np.array(concerned, dtype=np.int64) - 1
        with Solver(name=SOLVER, bootstrap_with=renumbered) as solver:
            solver.set_phases([place if way else -place for place, way in enumerate(chosen[places].tolist(), start=1)])
            if not solver.solve():
                return False
            chosen[places] = np.array(solver.get_model()[: len(places)], dtype=np.int64) > 0
        return True

    def _concerned(self) -> tuple[list[int], set[Clause]]:
        """The choices that new clauses concern, which then are no longer new, and all clauses about these."""
        concerned, ahead = set(self._new), list(self._new)
        clauses: set[Clause] = set()
        self._new = set()
        while ahead:
            for clause in self._about[ahead.pop()]:
                if clause not in clauses:
                    clauses.add(clause)
                    joined = set(map(abs, clause)) - concerned
                    concerned |= joined
                    ahead += joined
        return sorted(concerned), clauses
