"""Causal order: a step is after those before it in its session, and a read is after the write that it is from.

Both hold transitively. What is causally before a step is, in each session, a prefix, so it is told by one number a
session: the step's clock (Mattern, Fidge). A history whose causal order goes in a circle has no clocks.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from checkers.weaker.memory import Memory

Clock = NDArray[np.int32]


@attrs.frozen
class Causality:
    """The causal order of a history; `clocks[n][s]` is how many steps of session s are before step n, or are n."""

    memory: Memory
    clocks: NDArray[np.int32]

    @classmethod
    def of(cls, memory: Memory) -> Causality | list[int]:
        """The causal order, or a circle of steps, each before the next."""
        clocks = np.zeros((len(memory), len(memory.sessions)), dtype=np.int32)
        done = np.zeros(len(memory), dtype=bool)
        waiting: dict[int, list[int]] = {}  # by write: the sessions that wait for it
        at = [0] * len(memory.sessions)
        ready = list(range(len(memory.sessions)))
        while ready:
            session = ready.pop()
            steps = memory.sessions[session]
            while at[session] < len(steps):
                number = steps[at[session]]
                source = memory.steps[number].source
                if source >= 0 and not done[source]:
                    waiting.setdefault(source, []).append(session)
                    break
                if at[session]:
                    clocks[number] = clocks[steps[at[session] - 1]]
                if source >= 0:
                    np.maximum(clocks[number], clocks[source], out=clocks[number])
                clocks[number, session] = at[session] = at[session] + 1
                done[number] = True
                ready += waiting.pop(number, [])
        return cls(memory, clocks) if done.all() else _circle(memory, at)

    def before(self, first: int, second: int) -> bool:
        """Whether one step is causally before another, or is that step; the initial write is before all."""
        if first < 0:
            return True
        step = self.memory.steps[first]
        return bool(self.clocks[second, step.session] >= step.position)


def _circle(memory: Memory, at: list[int]) -> list[int]:
    """A circle, from sessions each of which waits at a read for a write that another has still to come to."""
    session = next(s for s, steps in enumerate(memory.sessions) if at[s] < len(steps))
    seen: list[int] = []
    circle: list[int] = []
    while session not in seen:
        seen.append(session)
        read = memory.sessions[session][at[session]]
        write = memory.steps[read].source
        circle += [read, write]
        session = memory.steps[write].session
    return circle[2 * seen.index(session) :][::-1]
