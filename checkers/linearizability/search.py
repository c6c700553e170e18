"""Linearizability of anything: the search of Wing and Gong, as improved by Lowe, with fewer choices.

Wing and Gong, "Testing and verifying concurrent objects" (J. Parallel Distrib. Comput. 17, 1993): take an
operation that no other one must precede, let it happen, go on; where there is none, take the last one back.
Lowe, "Testing for linearizability" (Concurrency Computat.: Pract. Exper. 29(4), 2017): a configuration that
was met before need not be tried again. Here a configuration is the first completion that is not yet passed,
the set of pending operations that have happened, and the state.

What is not tried, and why nothing is lost:
- An operation that changes no state, whatever the state, happens as soon as it can: from wherever a
  linearization has it, it may be moved there.
- Of two operations that do the same, the one that was called earlier and returned no later goes first: in any
  linearization the two may be exchanged.
- The search ends when all operations that surely happened are placed. An uncertain one is only tried when
  nothing else works, and must make a difference to the very next operation: where that leads to the same state
  without it, it may be left out.
- A configuration in which a pending operation has become impossible for ever (`Specification.hopeless`) is left.
- Where operations require and leave whole states (`Specification.whole_state`): a state is not left while a
  sure operation still requires it all of whose possible creators have happened; and an uncertain operation is only
  tried if a pending one requires what it leaves, if need be through other uncertain ones.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from checkers.linearizability.creators import Creators
from checkers.linearizability.problem import (
    ANY,
    CONFIGURATION_BYTES,
    HOPELESS,
    Problem,
    slots,
    twins,
    uncertain_by_label,
)
from checkers.linearizability.rows import INITIAL, NEVER, NOTHING, Rows

Frame = tuple[int, int, int, int, list[int]]  # what was placed; state, mask and rank before; what else was possible
LATER: Final = -1  # stands among the choices for the uncertain operations, which are looked for when they are needed

FEW: Final = 30  # sure operations; to search among fewer costs less than to know their creators
CREATORS_MAX: Final = 64  # steps to find an observer's possible creators; with more it is never thought hopeless
UNKNOWN: Final = 1 << 60


class Search:
    """A search that can be interrupted: `run` goes on to a limit of configurations.

    `done` tells that it ended; then `order` is a linearization as numbers of operations, or None where there is
    none. `configurations` and `passed` (completions passed, at best) tell how far it got.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.done = False
        self.order: list[int] | None = None
        self.configurations = 0
        self.passed = 0
        self.limit = 0
        self.weight = 1
        self._exploration = explore(problem, self)

    @property
    def cost(self) -> int:
        """What it takes of a budget: configurations, those with many bits counted as several, and the states."""
        return self.configurations * self.weight + self.problem.bulk

    def run(self, limit: int) -> None:
        """Go on until this many configurations have been looked at in all, or to the end."""
        self.limit = limit
        for _ in self._exploration:
            return
        self.done = True


class Field:
    """What is left to place: the sure operations as a ring in the order of their calls, the uncertain ones by label."""

    def __init__(self, problem: Problem) -> None:
        count = len(problem.labels)
        self.problem = problem
        self.head = count
        self.after = list(range(count + 1))
        self.before = list(range(count + 1))
        last = count
        for number, end in enumerate(problem.returns):
            if end < NEVER:
                self.after[last], self.before[number] = number, last
                last = number
        self.after[last], self.before[count] = count, last
        required, left = problem.required(), problem.left()
        self.needs = [required[label] for label in problem.labels]
        self.makes = [left[label] for label in problem.labels]
        self.hope = [UNKNOWN] * count  # how many possible creators an observer has that are not placed
        self.observers: list[list[int]] = [[] for _ in range(count)]  # those who may have found what an operation left
        self.stuck = [0] * (len(problem.states) + 1)  # by state, those who need it and have no hope; the last for ANY
        if problem.specification.whole_state and len(problem.by_return) > FEW:
            self._link_creators()
        self.uncertain = uncertain_by_label(problem)
        self.taken = [0] * (len(problem.examples) + 1)  # by label; the last is for all sure operations
        self.groups = [
            label if end == NEVER else -1 for label, end in zip(problem.labels, problem.returns, strict=True)
        ]
        self._by_made: dict[int, list[int]] = {}
        for label in self.uncertain:
            self._by_made.setdefault(left[label], []).append(label)

    def _link_creators(self) -> None:
        problem = self.problem
        rows = Rows(
            needs=[NOTHING if need == ANY else need for need in self.needs],
            makes=[NOTHING if make == ANY else make for make in self.makes],
            calls=problem.calls,
            returns=problem.returns,
        )
        creators = Creators(rows, problem.initial)
        for number in problem.by_return:
            possible = creators.all(number, CREATORS_MAX) if self.needs[number] != ANY else None
            if possible is not None:
                self.hope[number] = len(possible) - (INITIAL in possible)
                self.stuck[self.needs[number]] += not self.hope[number]
                for creator in possible:
                    if creator != INITIAL:
                        self.observers[creator].append(number)

    def allowed(self, choices: list[int], state: int, previous: Frame | None) -> list[int]:
        """Those that leave no demanded state for good, and that notice an uncertain operation just before them."""
        problem, labels = self.problem, self.problem.labels
        if problem.specification.whole_state and self.stuck[state]:
            last = self.stuck[state] == 1
            choices = [n for n in choices if self.makes[n] == state or (last and not self.hope[n])]
        if previous and problem.returns[previous[0]] == NEVER:
            without = previous[1]
            for number in choices:
                if labels[number] not in problem.moves[without]:
                    problem.step(without, labels[number])
            here, there = problem.moves[state], problem.moves[without]
            choices = [n for n in choices if here[labels[n]] != there[labels[n]]]
        return choices

    def unlikely(self, state: int, end: int) -> list[int]:
        """The uncertain operations that can happen now and make a difference."""
        calls, row, found = self.problem.calls, self.problem.moves[state], []
        for label in self._demanded(end) if self.problem.specification.whole_state else self.uncertain:
            group, taken = self.uncertain[label], self.taken[label]
            if taken < len(group) and calls[group[taken]] < end:
                to = row[label] if label in row else self.problem.step(state, label)
                if to >= 0 and to != state:
                    found.append(group[taken])
        return found

    def _demanded(self, end: int) -> list[int]:
        """Labels of uncertain operations that leave what a pending one requires, at once or through others."""
        required, number = [], self.after[self.head]
        while number != self.head and self.problem.calls[number] < end:
            required.append(self.needs[number])
            number = self.after[number]
        labels: list[int] = []
        met = set()
        while required:
            state = required.pop()
            if state not in met:
                met.add(state)
                for label in self._by_made.get(state, ()):
                    labels.append(label)
                    required.append(self.needs[self.uncertain[label][0]])
        return labels


def explore(problem: Problem, search: Search) -> Generator[None]:  # noqa: C901, PLR0912, PLR0915  one loop: a call costs as much as its work
    """Yield when the limit is reached; end when the search has, with `search.order` set if there is one."""
    field = Field(problem)
    calls, labels, moves, read_only = [*problem.calls, NEVER], problem.labels, problem.moves, problem.read_only
    after, before, head = field.after, field.before, field.head
    needs, hope, observers, stuck = field.needs, field.hope, field.observers, field.stuck
    groups, taken = field.groups, field.taken
    ends = [problem.returns[number] for number in problem.by_return] + [NEVER]
    bits, twin = slots(problem), twins(problem)
    search.weight += max(bits, default=0).bit_length() // 8 // CONFIGURATION_BYTES
    end_bits = [bits[number] for number in problem.by_return] + [0]
    seen: set[tuple[int, int, int]] = set()
    trail: list[Frame] = []
    forced: list[int] = []  # no other choice than what was taken
    state, mask, rank = problem.initial, 0, 0
    while True:
        row, choices, number, dead = moves[state], [], after[head], False
        while calls[number] < ends[rank]:
            label = labels[number]
            to = row[label] if label in row else problem.step(state, label)
            if to == state and read_only[label]:  # one that tells several possible states apart is a choice
                trail.append((number, state, mask, rank, forced))
                after[before[number]], before[after[number]] = after[number], before[number]
                if not hope[number]:
                    stuck[needs[number]] -= 1
                mask |= bits[number]
                while mask & end_bits[rank]:
                    mask ^= end_bits[rank]
                    rank += 1
            elif to == HOPELESS:
                dead = True
                break
            elif to >= 0 and (twin[number] < 0 or after[before[twin[number]]] != twin[number]):
                choices.append(number)
            number = after[number]
        if rank == len(ends) - 1:
            search.order = [frame[0] for frame in trail]
            return
        search.configurations += 1
        if search.configurations >= search.limit:
            yield
        previous = trail[-1] if trail else None
        if dead or (rank, mask, state) in seen:
            choices = []
        else:
            seen.add((rank, mask, state))
            choices = [LATER] * bool(field.uncertain) + field.allowed(choices, state, previous)[::-1]
        while not choices or choices[-1] == LATER:
            if choices:
                choices = field.allowed(field.unlikely(state, ends[rank]), state, trail[-1] if trail else None)
                continue
            search.passed = max(search.passed, rank)
            if not trail:
                return
            number, state, mask, rank, choices = trail.pop()
            after[before[number]] = before[after[number]] = number
            for observer in observers[number]:
                if not hope[observer] and after[before[observer]] == observer:
                    stuck[needs[observer]] -= 1
                hope[observer] += 1
            if not hope[number]:
                stuck[needs[number]] += 1
            taken[groups[number]] -= 1
        number = choices.pop()
        trail.append((number, state, mask, rank, choices))
        after[before[number]], before[after[number]] = after[number], before[number]
        if not hope[number]:
            stuck[needs[number]] -= 1
        for observer in observers[number]:
            hope[observer] -= 1
            if not hope[observer] and after[before[observer]] == observer:
                stuck[needs[observer]] += 1
        taken[groups[number]] += 1
        mask |= bits[number]
        while mask & end_bits[rank]:
            mask ^= end_bits[rank]
            rank += 1
        state = moves[state][labels[number]]
