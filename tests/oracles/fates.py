"""Histories with uncertain operations, as the histories that may have been: every fate of everything that is uncertain.

Each fate is a history of reads and writes that surely happened, for `tests.oracles.memory`. A process that goes on
after an operation of unknown outcome is another one from there; a cas is a read and then a write.
"""

from __future__ import annotations

from itertools import chain, combinations

from histories import Operation, Outcome
from tests.oracles.memory import MODELS, Memory, linear


def fates(operations):
    """The operations that happened, in every possible way: some of the uncertain writes with all that is sure."""
    sure = [o for o in operations if o.ok]
    maybe = [o for o in operations if o.outcome is Outcome.INFO and o.f != "read"]
    for chosen in chain.from_iterable(combinations(maybe, size) for size in range(len(maybe) + 1)):
        yield sorted([*sure, *chosen], key=lambda o: o.index)


def processes_of(operations):
    """By index, the process of each operation; a new one after each that is uncertain."""
    found, now = {}, {}
    for o in operations:
        found[o.index] = now.setdefault(o.process, (o.process, o.index))
        if o.outcome is Outcome.INFO:
            now.pop(o.process)
    return found


def memory_of(happened, processes):
    """Reads and writes for the oracle; an operation's position is doubled, so that a cas has two."""
    steps = []
    for o in happened:
        accesses = {"read": [("read", None, o.result)], "write": [("write", o.value, o.value)]}.get(o.f)
        if accesses is None:
            old, new = o.value
            accesses = [("read", None, old), ("write", new, new)][: 1 if old == new else 2]
        for part, (f, value, result) in enumerate(accesses):
            steps.append(
                Operation(
                    index=2 * o.index + part,
                    end=2 * o.end + part if o.ok else None,
                    process=processes[o.index],
                    f=f,
                    key=o.key,
                    value=value,
                    result=result,
                    outcome=Outcome.OK,
                )
            )
    return Memory(operations=tuple(steps))


def sequential(happened, processes):
    """Whether an order of whole operations explains them, each process's in its own order."""

    def before(i, j):
        return processes[happened[i].index] == processes[happened[j].index] and i < j

    for order in linear(range(len(happened)), before):
        state = {}
        for i in order:
            o = happened[i]
            if (o.f == "read" and state.get(o.key) != o.result) or (o.f == "cas" and state.get(o.key) != o.value[0]):
                break
            if o.f != "read":
                state[o.key] = o.value[1] if o.f == "cas" else o.value
        else:
            return True
    return False


def satisfied(operations):
    """The models that some fate satisfies."""
    processes = processes_of(operations)
    found = set()
    for happened in fates(operations):
        memory = memory_of(happened, processes)
        if memory.garbage:
            continue
        weaker = {name: holds for name, holds in MODELS.items() if name not in {"sequential", "linearizable"}}
        found |= {name for name, holds in weaker.items() if name not in found and holds(memory)}
        if "sequential" not in found and sequential(happened, processes):
            found.add("sequential")
    return found
