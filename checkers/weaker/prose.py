"""Why one step comes before another, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from checkers.weaker.graphs import path
from checkers.weaker.memory import Memory

Successors = Callable[[int], Iterator[int]]
Reasons = Mapping[tuple[int, int], str]


def causal_successors(memory: Memory) -> Successors:
    """What follows a step at once in causal order: the next of its session, and the reads that are from it."""
    readers: dict[int, list[int]] = {}
    for number, step in enumerate(memory.steps):
        readers.setdefault(step.source, []).append(number)

    def successors(number: int) -> Iterator[int]:
        yield from session_successor(memory, number)
        yield from readers.get(number, ())

    return successors


def session_successor(memory: Memory, number: int) -> tuple[int, ...]:
    """The next step of the session, if there is one."""
    step = memory.steps[number]
    return memory.sessions[step.session][step.position : step.position + 1]


def leads(memory: Memory, successors: Successors, first: int, last: int) -> str:
    """How one step leads to another, in clauses that stand within a sentence."""
    return clauses(memory, path(successors, first, last))


def clauses(memory: Memory, way: Sequence[int], reasons: Reasons | None = None) -> str:
    """Why each step of a way comes before the next one; steps within a session are told together."""
    told: list[str] = []
    at = 0
    while at < len(way) - 1:
        end = at + 1
        if reasons and (way[at], way[end]) in reasons:
            told.append(reasons[way[at], way[end]])
        elif memory.steps[way[end]].source == way[at]:
            told.append(f"{mark(memory, way[end])} reads what {mark(memory, way[at])} wrote")
        else:
            while end + 1 < len(way) and way[end + 1 : end + 2] == [*session_successor(memory, way[end])]:
                end += 1
            process = memory.steps[way[at]].operation.process
            told.append(f"{mark(memory, way[at])} is before {mark(memory, way[end])} in process {process}")
        at = end
    return ", ".join(told)


def mark(memory: Memory, number: int) -> str:
    """The name of a step's operation: `#12`."""
    return f"#{memory.steps[number].operation.index}" if number >= 0 else "the initial write"
