"""The operations of one object, as the search wants them: small integers for operations, labels and states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from sys import getsizeof
from typing import Final

from checkers.linearizability.rows import NEVER
from checkers.linearizability.specification import Specification
from histories import Operation

ILLEGAL: Final = -1
HOPELESS: Final = -2  # illegal, and will be for ever
ANY: Final = -1  # no one state
CONFIGURATION_BYTES: Final = 200
STATE_BYTES: Final = 600  # of a state, besides what it holds


class Problem:
    """Operations in the order of their calls, with a table of what each does in each state, filled as it is asked for.

    A state here is the set of states in which the object may be, so that an object which is not deterministic
    needs no search of its own.
    """

    def __init__(self, specification: Specification, operations: Sequence[Operation]) -> None:
        self.operations = sorted(specification.relevant(operations), key=lambda o: o.index)
        self.specification = specification = specification.suited(self.operations)
        self.calls = [o.index for o in self.operations]
        self.returns = [NEVER if o.end is None or not o.ok else o.end for o in self.operations]
        self.by_return = sorted((n for n, end in enumerate(self.returns) if end < NEVER), key=self.returns.__getitem__)
        numbers: dict[Hashable, int] = {}
        self.labels = [numbers.setdefault(label, len(numbers)) for label in specification.labels(self.operations)]
        self.examples = list(dict(zip(self.labels, self.operations, strict=True)).values())
        self.read_only = [specification.read_only(example) for example in self.examples]
        self.bulk = 0  # the memory of the states, in configurations
        self._numbers: dict[frozenset[Hashable], int] = {}
        self.states: list[frozenset[Hashable]] = []
        self.moves: list[dict[int, int]] = []  # state -> label -> state, ILLEGAL or HOPELESS
        self.initial = self._number(specification.initial)

    def step(self, state: int, label: int) -> int:
        """Where an operation leads, worked out the first time; `ILLEGAL` or `HOPELESS` where it cannot happen."""
        after: set[Hashable] = set()
        example, possible = self.examples[label], self.states[state]
        for possibility in possible:
            after.update(self.specification.step(possibility, example))
        if after:
            to = self._number(*after)
        else:
            to = HOPELESS if all(self.specification.hopeless(each, example) for each in possible) else ILLEGAL
        self.moves[state][label] = to
        return to

    def required(self) -> list[int]:
        """By label, the one state that is required, where the specification says so, or `ANY`."""
        return [self._known(self.specification.requires(example)) for example in self.examples]

    def left(self) -> list[int]:
        """By label, the one state that is left behind, where the specification says so, or `ANY`."""
        return [self._known(self.specification.leaves(example)) for example in self.examples]

    def _known(self, states: tuple[Hashable, ...]) -> int:
        return self._number(*states) if states and self.specification.whole_state else ANY

    def _number(self, *possible: Hashable) -> int:
        state = frozenset(possible)
        number = self._numbers.setdefault(state, len(self.states))
        if number == len(self.states):
            self.states.append(state)
            self.moves.append({})
            self.bulk += (STATE_BYTES + sum(map(getsizeof, possible))) // CONFIGURATION_BYTES
        return number


def slots(problem: Problem) -> list[int]:
    """For each operation a bit: no two that are pending together share one, so few bits name a set of them.

    The uncertain ones stay pending for ever, and have bits of their own above all others.
    """
    bits: list[int] = []
    free: list[int] = []
    width = returned = 0
    ends, returns = problem.by_return, problem.returns
    for call, end in zip(problem.calls, returns, strict=True):
        while returned < len(ends) and returns[ends[returned]] < call:
            free.append(bits[ends[returned]])
            returned += 1
        if end < NEVER and not free:
            free.append(1 << width)
            width += 1
        bits.append(free.pop() if end < NEVER else 0)
    for number, end in enumerate(returns):
        if end == NEVER:
            bits[number] = 1 << width
            width += 1
    return bits


def twins(problem: Problem) -> list[int]:
    """For each operation one of the same label that was called earlier and returned no later, or -1."""
    found, last = [], [-1] * len(problem.examples)
    returns = problem.returns
    for number, label in enumerate(problem.labels):
        twin = last[label]
        found.append(twin if twin >= 0 and returns[twin] <= returns[number] else -1)
        last[label] = number
    return found


def uncertain_by_label(problem: Problem) -> dict[int, list[int]]:
    """The operations that may have happened or not, in the order of their calls."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for number, label in enumerate(problem.labels):
        if problem.returns[number] == NEVER:
            groups[label].append(number)
    return dict(groups)
