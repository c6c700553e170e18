"""Weak causality and causal convergence, by bad patterns.

Bouajjani, Enea, Guerraoui and Hamza, "On verifying causal consistency" (POPL 2017): where values are unique, a history
is causally consistent exactly if none of a few patterns is in it. Write co for causal order. For weak causal
consistency (CC) they are

    CyclicCO           co has a circle
    ThinAirRead        a read of what nobody wrote (here: garbage-read, or G1a where a failed write wrote it)
    WriteCOInitRead    a read finds the initial value, though a write to its object is co-before it
    WriteCORead        a read is from a write, and another write to its object is co-between the two

and for causal convergence (CCv) also

    CyclicCF           co and the conflict order have a circle, where one write comes before another in conflict order
                       if it is co-before a read that is from the other: everybody must order them so

A topological order of co and conflict order is then one order of all writes in which each read finds the last write of
its causal past: the certificate of CCv. For CC, the reads' sources are enough: co and all else follows from them.

Of the writes of a session to an object that are co-before a read, only the last needs to be looked at: if an earlier
one is co-after the read's source, so is the last, and the edges of the earlier ones are implied.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from checkers.verdict import Anomaly
from checkers.weaker.causality import Causality
from checkers.weaker.evidence import Derivation
from checkers.weaker.graphs import path
from checkers.weaker.memory import INITIAL, Memory
from checkers.weaker.prose import Successors, causal_successors, clauses, leads, mark

CYCLIC: Final = "CyclicCO"
OVERWRITTEN: Final = "WriteCORead"
INITIAL_READ: Final = "WriteCOInitRead"
CONFLICT: Final = "CyclicCF"


def circle(memory: Memory, steps: list[int]) -> Anomaly:
    """The anomaly of a circle in causal order."""
    told = f"causes go in a circle: {clauses(memory, [*steps, steps[0]])}"
    evidence = Derivation.of(memory, [*steps, steps[0]])
    return Anomaly(type=CYCLIC, operations=memory.indices(*steps), explanation=told, evidence=evidence)


def overwritten(causality: Causality) -> Anomaly | None:
    """A read of what had been overwritten in its causal past, if there is one: the first."""
    memory = causality.memory
    for number, step in enumerate(memory.steps):
        if step.is_write:
            continue
        for write in writes_before(causality, number):
            if write != step.source and causality.before(step.source, write):
                return _overwritten(memory, number, write)
    return None


def writes_before(causality: Causality, number: int) -> Iterator[int]:
    """The last write of each session, to the object of a read, that is causally before it."""
    clock = causality.clocks[number].tolist()
    for writer in causality.memory.writers.get(causality.memory.steps[number].key, ()):
        write = writer.last(clock[writer.session])
        if write is not None:
            yield write


def _overwritten(memory: Memory, read: int, write: int) -> Anomaly:
    step, successors = memory.steps[read], causal_successors(memory)
    how = leads(memory, successors, write, read)
    if step.source == INITIAL:
        told = f"{step}, the initial value, but it comes after {memory.steps[write]}: {how}"
        return Anomaly(type=INITIAL_READ, operations=memory.indices(write, read), explanation=told, key=step.key)
    first = leads(memory, successors, step.source, write)
    told = f"{step}, but {memory.steps[write]} had replaced that by then: {first}; and {how}"
    return Anomaly(
        type=OVERWRITTEN, operations=memory.indices(step.source, write, read), explanation=told, key=step.key
    )


def conflicts(causality: Causality) -> dict[int, dict[int, int]]:
    """Conflict order: for each write those that come directly before it, with the read that says so."""
    found: dict[int, dict[int, int]] = {}
    for number, step in enumerate(causality.memory.steps):
        if step.source >= 0:
            for write in writes_before(causality, number):
                if write != step.source:
                    found.setdefault(step.source, {}).setdefault(write, number)
    return found


def arbitrate(causality: Causality) -> tuple[int, ...] | Anomaly:
    """An order of all steps that agrees with causal and conflict order, or the anomaly of a circle in them."""
    memory = causality.memory
    before = conflicts(causality)
    after: dict[int, list[int]] = {}
    for write, firsts in before.items():
        for first in firsts:
            after.setdefault(first, []).append(write)
    causal = causal_successors(memory)
    missing = [
        (step.position > 1) + (step.source >= 0) + len(before.get(number, ()))
        for number, step in enumerate(memory.steps)
    ]
    ready = [number for number in reversed(range(len(memory))) if not missing[number]]
    order: list[int] = []
    while ready:
        number = ready.pop()
        order.append(number)
        for next_ in (*causal(number), *after.get(number, ())):
            missing[next_] -= 1
            if not missing[next_]:
                ready.append(next_)
    if len(order) == len(memory):
        return tuple(order)

    def successors(number: int) -> Iterator[int]:
        yield from causal(number)
        yield from after.get(number, ())

    return _conflict(memory, before, order, successors)


def _conflict(memory: Memory, before: dict[int, dict[int, int]], order: list[int], successors: Successors) -> Anomaly:
    """The anomaly of a circle among the steps that could not be put in order."""
    number = next(iter(set(range(len(memory))).difference(order)))
    placed, seen = set(order), list[int]()
    while number not in seen:
        seen.append(number)
        step = memory.steps[number]
        firsts = [
            *before.get(number, ()),
            step.source,
            *memory.sessions[step.session][step.position - 2 : step.position - 1],
        ]
        number = next(first for first in firsts if first >= 0 and first not in placed)
    back = [*seen[seen.index(number) :], number]
    write, first = next((a, b) for a, b in pairwise(back) if b in before.get(a, ()))
    way = path(successors, write, first)
    reasons = {
        (b, a): (
            f"{mark(memory, b)} must come before {mark(memory, a)}, "
            f"since {mark(memory, read)} reads what {mark(memory, a)} wrote and comes after both"
        )
        for a, firsts in before.items()
        for b, read in firsts.items()
    }
    told = f"the writes cannot be put in one order for all: {clauses(memory, [*way, write], reasons)}"
    forced = ((b, a, read) for a, firsts in before.items() for b, read in firsts.items() if {a, b} <= {*way})
    evidence = Derivation.of(memory, [*way, write], forced)
    return Anomaly(type=CONFLICT, operations=memory.indices(*way), explanation=told, evidence=evidence)
