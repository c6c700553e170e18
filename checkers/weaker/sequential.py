"""Sequential consistency: one order of all operations, each process's in its own, explains every result.

Lamport, "How to make a multiprocessor computer that correctly executes multiprocess programs" (1979). To decide it is
NP-complete, even where it is known which write each read is from (Gibbons and Korach 1997). So causal convergence and
causal memory, which it implies, are judged first; then comes this search.

How far each session has come is all there is to a configuration. Written values are unique, so a write that
somebody has still to read must stay the last of its object, and which one that is follows from what has been read. What
is no choice is done at once: a read of what is there, and a write that nobody reads, where nobody has still to read
what is there. Left to choose is which of the other writes comes next; those before it in conflict order must have
been. A cas reads and writes in one step, as the last reader of what was there.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Final

import attrs

from checkers.budget import Budget
from checkers.verdict import Anomaly
from checkers.weaker.memory import INITIAL, Memory
from checkers.weaker.prose import mark

NONSEQUENTIAL: Final = "nonsequential"


@attrs.define
class SequentialSearch:
    """A search for an order of all steps; `before[n]` are steps that must come before the write n.

    `configurations` were looked at, `deepest` is the longest beginning of an order that was found, and `order` the
    order, if there is one and the search came to its end.
    """

    memory: Memory
    before: Mapping[int, Mapping[int, object]]
    configurations: int = 0
    deepest: list[int] = attrs.field(factory=list)
    order: list[int] | None = None
    _placed: list[int] = attrs.field(factory=list)
    _at: list[int] = attrs.field(init=False)  # by session: how many of its steps are placed
    _there: dict[Hashable, int] = attrs.field(factory=dict)  # by object: the last write to it
    _replaced: list[int] = attrs.field(factory=list)  # by placed step: what was there before
    _readers: dict[tuple[Hashable, int], int] = attrs.field(factory=dict)  # by object and write: reads to come

    def __attrs_post_init__(self) -> None:
        self._at = [0] * len(self.memory.sessions)
        for step in self.memory.steps:
            if not step.is_write:
                self._readers[step.key, step.source] = self._readers.get((step.key, step.source), 0) + 1

    def run(self, budget: Budget) -> str:
        """Search to the end; if the budget does not allow it, the reason is returned."""
        spent = self._search(budget)
        if len(self._placed) == len(self.memory):
            self.order = list(self._placed)
        self._undo(0)
        return spent

    def stuck(self) -> Anomaly:
        """That there is no order: the longest beginning of one, and what each step that could come next waits for."""
        placed = set(self.deepest)
        there = {self.memory.steps[n].key: n for n in self.deepest if self.memory.steps[n].is_write}
        left = [next((n for n in steps if n not in placed), None) for steps in self.memory.sessions]
        waits = {n: self._waits_for(n, placed, there) for n in left if n is not None}
        told = "; ".join(f"{self.memory.steps[n]} must wait for {mark(self.memory, waits[n])}" for n in sorted(waits))
        explanation = (
            f"no order of all operations explains their results. The longest beginning of one has {len(placed)} of "
            f"{len(self.memory)} reads and writes, and nothing can come next: {told}"
        )
        return Anomaly(
            type=NONSEQUENTIAL,
            operations=self.memory.indices(*sorted({*waits, *waits.values()})),
            explanation=explanation,
            evidence=self.memory.indices(*self.deepest),
        )

    def _search(self, budget: Budget) -> str:
        self._advance()
        seen = {tuple(self._at)}
        choices = [(len(self._placed), self._choices())]
        while choices and len(self._placed) < len(self.memory):
            length, writes = choices[-1]
            self._undo(length)
            if not writes:
                choices.pop()
                continue
            self._place(writes.pop())
            self._advance()
            self.configurations += 1
            if tuple(self._at) not in seen:
                seen.add(tuple(self._at))
                choices.append((len(self._placed), self._choices()))
            if self.configurations >= budget.configurations:
                return f"{budget.configurations:,} configurations were not enough"
            if budget.out_of_time():
                return f"{budget.seconds:g} seconds were not enough"
        return ""

    def _waits_for(self, number: int, placed: set[int], there: Mapping[Hashable, int]) -> int:
        """A step that must be placed before this one."""
        step = self.memory.steps[number]
        if not step.is_write and step.source != there.get(step.key, INITIAL):
            return step.source
        readers: list[int] = [
            n
            for n, other in enumerate(self.memory.steps)
            if other.key == step.key and other.source == there.get(step.key, INITIAL)
        ]
        write = number if step.is_write else self._of_the_same_cas(number)
        readers += [] if write is None else self.before.get(write, {})
        return next(n for n in readers if n not in placed and n != number)

    def _advance(self) -> None:
        """Place all that is no choice."""
        moved = True
        while moved:
            moved = False
            for session, steps in enumerate(self.memory.sessions):
                while self._at[session] < len(steps) and self._is_free(steps[self._at[session]]):
                    self._place(steps[self._at[session]])
                    moved = True

    def _is_free(self, number: int) -> bool:
        step = self.memory.steps[number]
        if step.is_write:
            return not self._readers.get((step.key, number)) and self._may_write(number)
        if self._there.get(step.key, INITIAL) != step.source:
            return False
        write = self._of_the_same_cas(number)
        return write is None or (self._readers[step.key, step.source] == 1 and self._waited(write))

    def _choices(self) -> list[int]:
        """The writes that can come next; those that were invoked first are tried first."""
        nexts = [steps[at] for steps, at in zip(self.memory.sessions, self._at, strict=True) if at < len(steps)]
        return sorted((n for n in nexts if self.memory.steps[n].is_write and self._may_write(n)), reverse=True)

    def _may_write(self, number: int) -> bool:
        key = self.memory.steps[number].key
        return not self._readers.get((key, self._there.get(key, INITIAL))) and self._waited(number)

    def _waited(self, number: int) -> bool:
        steps = self.memory.steps
        return all(self._at[steps[v].session] >= steps[v].position for v in self.before.get(number, ()))

    def _of_the_same_cas(self, number: int) -> int | None:
        """The write of a cas, by its read."""
        after = number + 1
        if after < len(self.memory) and self.memory.steps[after].operation is self.memory.steps[number].operation:
            return after
        return None

    def _place(self, number: int) -> None:
        step = self.memory.steps[number]
        self._at[step.session] += 1
        self._placed.append(number)
        self._replaced.append(self._there.get(step.key, INITIAL))
        if step.is_write:
            self._there[step.key] = number
            return
        self._readers[step.key, step.source] -= 1
        write = self._of_the_same_cas(number)
        if write is not None:
            self._place(write)

    def _undo(self, length: int) -> None:
        if len(self._placed) > max(length, len(self.deepest)):
            self.deepest = list(self._placed)
        while len(self._placed) > length:
            number, replaced = self._placed.pop(), self._replaced.pop()
            step = self.memory.steps[number]
            self._at[step.session] -= 1
            if step.is_write:
                self._there[step.key] = replaced
            else:
                self._readers[step.key, step.source] += 1
