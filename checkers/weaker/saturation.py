"""What must come before what in any sequential order, as far as that can be known without trying.

Begin with causal order. Let a read be from w, and v another write to its object. If v comes before the read, it comes
before w; if w comes before v, the read comes before v. Add both until nothing is left to add (as Biswas and Enea do for
serializability, OOPSLA 2019). A circle shows that there is no sequential order; that there is none proves
nothing, but what was found leaves less to try.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import NDArray

from checkers.budget import Budget
from checkers.verdict import Anomaly
from checkers.weaker.causality import Causality
from checkers.weaker.evidence import Derivation
from checkers.weaker.graphs import path
from checkers.weaker.memory import INITIAL, Memory, Writer
from checkers.weaker.prose import Successors, causal_successors, clauses, mark
from checkers.weaker.sequential import NONSEQUENTIAL

Reason = tuple[str, int, int]  # a sentence, and the steps that it names


@attrs.define
class Saturation:
    """The order so far: `before[n]` has what was found to come before n, and why; `clocks` tell the whole order."""

    memory: Memory
    clocks: NDArray[np.int32]
    before: dict[int, dict[int, Reason]] = attrs.field(factory=dict)
    forced: list[tuple[int, int, int]] = attrs.field(factory=list)  # what comes before what, and the read; in order

    @classmethod
    def of(cls, causality: Causality, budget: Budget) -> Saturation | Anomaly:
        """All that can be added before the budget's time is over, or the circle that comes up."""
        found = cls(causality.memory, causality.clocks)
        circle = found.complete(budget)
        return found if circle is None else circle

    def complete(self, budget: Budget) -> Anomaly | None:
        """Add until nothing is left to add, or the time is over; the circle that comes up, if one does."""
        while self._add() and not budget.out_of_time():
            circle = self._order()
            if circle is not None:
                return circle
        return None

    def _add(self) -> bool:
        """Add what the order asks for; whether there was anything."""
        new = False
        for number, step in enumerate(self.memory.steps):
            if step.is_write:
                continue
            for writer in self.memory.writers.get(step.key, ()):
                for first, second, reason in self._asked(number, writer):
                    firsts = self.before.setdefault(second, {})
                    if first not in firsts:
                        new = True
                        firsts[first] = reason
                        self.forced.append((first, second, reason[1]))
        return new

    def _asked(self, read: int, writer: Writer) -> Iterator[tuple[int, int, Reason]]:
        """What one read asks of the writes of a session to its object; what is between those named follows."""
        source = self.memory.steps[read].source
        last = writer.last(int(self.clocks[read, writer.session]))
        if last is not None and source not in (last, INITIAL) and not self._is_before(last, source):
            yield last, source, ("{} reads what {} wrote and comes after both", read, source)
        after = bisect_left(writer.numbers, 1, key=lambda write: write != source and self._is_before(source, write))
        if after < len(writer.numbers) and not self._is_before(read, writer.numbers[after]):
            yield read, writer.numbers[after], ("{} reads what {} wrote and must not come after both", read, source)

    def _is_before(self, first: int, second: int) -> bool:
        step = self.memory.steps[first]
        return first < 0 or bool(self.clocks[second, step.session] >= step.position)

    def _order(self) -> Anomaly | None:
        """Bring the clocks up to what was added, or show a circle."""
        successors = self._successors()
        missing = [0] * len(self.memory)
        for number in range(len(self.memory)):
            for after in successors(number):
                missing[after] += 1
        clocks = np.zeros_like(self.clocks)
        ready = [number for number, count in enumerate(missing) if not count]
        for number in ready:
            step = self.memory.steps[number]
            clocks[number, step.session] = step.position
            for after in successors(number):
                np.maximum(clocks[after], clocks[number], out=clocks[after])
                missing[after] -= 1
                if not missing[after]:
                    ready.append(after)
        if len(ready) < len(self.memory):
            return self._circle(set(ready), successors)
        self.clocks = clocks
        return None

    def _successors(self) -> Successors:
        causal = causal_successors(self.memory)
        after: dict[int, list[int]] = {}
        for second, firsts in self.before.items():
            for first in firsts:
                after.setdefault(first, []).append(second)

        def successors(number: int) -> Iterator[int]:
            yield from causal(number)
            yield from after.get(number, ())

        return successors

    def _circle(self, placed: set[int], successors: Successors) -> Anomaly:
        """A circle through one of the steps that have no place: the shortest through what was added to it."""
        for second, firsts in self.before.items():
            for first in firsts:
                if first not in placed and second not in placed and (way := path(successors, second, first)):
                    told = f"no order of all operations explains their results: {self._told([*way, second])}"
                    evidence = Derivation.of(self.memory, [*way, second], self.forced)
                    operations = self.memory.indices(*way)
                    return Anomaly(type=NONSEQUENTIAL, operations=operations, explanation=told, evidence=evidence)
        raise AssertionError("a circle without what was added would be one of causal order")

    def _told(self, way: list[int]) -> str:
        reasons = {
            (first, second): (
                f"{mark(self.memory, first)} must come before {mark(self.memory, second)}, since "
                + sentence.format(*(mark(self.memory, step) for step in steps))
            )
            for second, firsts in self.before.items()
            for first, (sentence, *steps) in firsts.items()
        }
        return clauses(self.memory, way, reasons)
