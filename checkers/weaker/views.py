"""PRAM and causal memory: each process has an order of its own, in which it sees all writes and does its own steps.

Lipton and Sandberg's PRAM (1988) asks of the order of a process that the writes of each session stand in it as they
were written, Ahamad et al.'s causal memory (1995; CM) that it agrees with causal order; in both a read finds the last
write before it. After Bouajjani et al. (POPL 2017), whose HB this is: begin with session order, or causal order. While
the process reads from w, and another write v to that object comes before the read, v must come before w; add that.
When nothing is left to add, there is an order exactly if the relation has no circle, and no write to an object comes
before a read of its initial value (CyclicHB, WriteHBInitRead). The process's own reads stand in one order, so the last
of them is the only one for which this must be done.

The order itself is then: for each own read in turn, all that comes before it and stands in no place yet, in any order
that agrees with the relation; then the read; at the end all else. Let v and w be writes to the object of a read from
w. If v comes before the read it comes before w, so it has its place before w; if not, it gets its place later.

The relation is kept as clocks: what comes before a step is a prefix of each session. Only the writes that something was
added to have clocks other than those of the relation at the beginning.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

import attrs
import numpy as np

from checkers.verdict import Anomaly
from checkers.weaker.causality import Causality, Clock
from checkers.weaker.evidence import Derivation
from checkers.weaker.graphs import path
from checkers.weaker.memory import Memory, Writer
from checkers.weaker.prose import Successors, causal_successors, clauses, mark, session_successor

CYCLIC = "CyclicHB"
INITIAL_READ = "WriteHBInitRead"


@attrs.define
class View:
    """What must come before what, for the process of one session.

    `base` gives, as a clock, what comes before a step to begin with; `follows` what follows it at once. `added[w][v]`
    is the read for whose sake v must come before w; `clocks[w]` is what comes before w since that is so.
    """

    memory: Memory
    session: int
    base: Callable[[int], Clock]
    follows: Successors
    alone: bool  # whether only the process's own reads tell what comes before what
    added: dict[int, dict[int, int]] = attrs.field(factory=dict)
    forced: list[tuple[int, int, int]] = attrs.field(factory=list)  # the same as v, w and read, in order
    clocks: dict[int, Clock] = attrs.field(factory=dict)
    _grown: dict[int, Writer] = attrs.field(factory=dict)  # by session, the writes that have a clock in `clocks`

    def complete(self) -> Anomaly | None:
        """Add until nothing is left to add; the anomaly that comes up, if one does."""
        reads = [number for number in self.memory.sessions[self.session] if not self.memory.steps[number].is_write]
        growing = True
        while growing:
            growing = False
            for judge, numbers in ((self._look, reads), (self._grow, self.added)):
                for number in numbers:
                    found = judge(number)
                    if isinstance(found, Anomaly):
                        return found
                    growing |= found
        return None

    def clock(self, number: int) -> Clock:
        """What comes before a step, and the step itself."""
        return self._closed(self.clocks.get(number, self.base(number)).copy())

    def _closed(self, clock: Clock) -> Clock:
        """With all that comes before what the clock has."""
        while True:
            before = clock.tolist()
            for session, writer in self._grown.items():
                write = writer.last(before[session])
                if write is not None:
                    np.maximum(clock, self.clocks[write], out=clock)
            if clock.tolist() == before:
                return clock

    def order(self) -> list[int]:
        """The process's own steps and all writes, in an order that explains its reads; once it is complete."""
        rank = {number: place for place, number in enumerate(self._topological())}
        steps, order, seen = self.memory.steps, list[int](), [0] * len(self.memory.sessions)
        ends = [len(numbers) for numbers in self.memory.sessions]
        for number in (*self.memory.sessions[self.session], None):
            if number is not None and steps[number].is_write:
                continue
            upto = ends if number is None else self.clock(number).tolist()
            new = [n for s, numbers in enumerate(self.memory.sessions) for n in numbers[seen[s] : upto[s]]]
            order += sorted((n for n in new if steps[n].is_write), key=rank.__getitem__)
            order += [] if number is None else [number]
            seen = upto
        return order

    def _look(self, read: int) -> Anomaly | bool:
        """Add what one read asks for; whether there was anything."""
        step, clock = self.memory.steps[read], self.clock(read).tolist()
        if clock[self.session] > step.position:
            after = self.memory.sessions[self.session][step.position]
            return self._circle([read, *path(self._successors(), after, read)[:-1]])
        new = False
        source = self.clocks.get(step.source, self.base(step.source)) if step.source >= 0 else None
        for writer in self.memory.writers.get(step.key, ()):
            write = writer.last(clock[writer.session])
            if write is None or write == step.source:
                continue
            if source is None:
                return self._initial(write, read)
            if self.memory.steps[write].position > source[writer.session]:
                firsts = self.added.setdefault(step.source, {})
                if write not in firsts:
                    new = True
                    firsts[write] = read
                    self.forced.append((write, step.source, read))
        return new

    def _grow(self, write: int) -> Anomaly | bool:
        """Bring the clock of a write up to what was added before it; whether it grew."""
        step = self.memory.steps[write]
        before = self.base(write).copy()
        before[step.session] -= 1
        for first in self.added[write]:
            np.maximum(before, self.base(first), out=before)
        self._closed(before)
        if before[step.session] >= step.position:
            successors, firsts = self._successors(), self.added[write]
            ways = (path(successors, write, first) for first in firsts)
            return self._circle(next(way for way in ways if way))
        before[step.session] = step.position
        if write in self.clocks and np.array_equal(before, self.clocks[write]):
            return False
        if write not in self.clocks:
            grown = self._grown.setdefault(step.session, Writer(step.session))
            at = bisect_left(grown.positions, step.position)
            grown.positions.insert(at, step.position)
            grown.numbers.insert(at, write)
        self.clocks[write] = before
        return True

    def _successors(self) -> Successors:
        after: dict[int, list[int]] = {}
        for write, firsts in self.added.items():
            for first in firsts:
                after.setdefault(first, []).append(write)

        def successors(number: int) -> Iterator[int]:
            yield from self.follows(number)
            yield from after.get(number, ())

        return successors

    def _topological(self) -> list[int]:
        successors = self._successors()
        missing = [0] * len(self.memory)
        for number in range(len(self.memory)):
            for after in successors(number):
                missing[after] += 1
        ready = [number for number in range(len(self.memory)) if not missing[number]]
        for number in ready:
            for after in successors(number):
                missing[after] -= 1
                if not missing[after]:
                    ready.append(after)
        return ready

    def _circle(self, way: list[int]) -> Anomaly:
        reasons = {
            (first, write): (
                f"{mark(self.memory, first)} must come before {mark(self.memory, write)}, "
                f"since {mark(self.memory, read)} reads what {mark(self.memory, write)} wrote and comes after both"
            )
            for write, firsts in self.added.items()
            for first, read in firsts.items()
        }
        told = f"{self._who()} cannot put what it saw in one order: {clauses(self.memory, [*way, way[0]], reasons)}"
        evidence = self._evidence([*way, way[0]])
        return Anomaly(type=CYCLIC, operations=self.memory.indices(*way), explanation=told, evidence=evidence)

    def _initial(self, write: int, read: int) -> Anomaly:
        step = self.memory.steps[read]
        way = path(self._successors(), write, read)
        how = clauses(self.memory, way)
        told = f"{self._who()} finds the initial value: {step}, but {self.memory.steps[write]} comes before that: {how}"
        return Anomaly(
            type=INITIAL_READ,
            operations=self.memory.indices(write, read),
            explanation=told,
            key=step.key,
            evidence=self._evidence(way),
        )

    def _evidence(self, way: list[int]) -> Derivation:
        return Derivation.of(self.memory, way, self.forced, session=self.session, alone=self.alone)

    def _who(self) -> str:
        first = self.memory.sessions[self.session][0]
        return f"process {self.memory.steps[first].operation.process}"


def causal_view(causality: Causality, session: int) -> View:
    """The view of causal memory: it begins with causal order."""
    return View(
        causality.memory, session, causality.clocks.__getitem__, causal_successors(causality.memory), alone=False
    )


def pram_view(memory: Memory, session: int) -> View:
    """The view of PRAM: it begins with the order in each session, and with where the process's own reads are from."""
    own = np.zeros((len(memory.sessions[session]) + 1, len(memory.sessions)), dtype=np.int32)
    readers: dict[int, list[int]] = {}
    for number in memory.sessions[session]:
        step = memory.steps[number]
        own[step.position] = own[step.position - 1]
        for before in (number, *([step.source] if step.source >= 0 else [])):
            other = memory.steps[before]
            own[step.position, other.session] = max(own[step.position, other.session], other.position)
        readers.setdefault(step.source, []).append(number)

    def base(number: int) -> Clock:
        step = memory.steps[number]
        if step.session == session:
            clock: Clock = own[step.position]
            return clock
        clock = np.zeros(len(memory.sessions), dtype=np.int32)
        clock[step.session] = step.position
        return clock

    def follows(number: int) -> Iterator[int]:
        yield from session_successor(memory, number)
        yield from readers.get(number, ())

    return View(memory, session, base, follows, alone=True)
