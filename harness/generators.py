"""What the clients do next: generators are pure values.

A generator is asked on behalf of one idle thread, `next(context)`, and answers with an invocation (perhaps
for later), with `Later` (ask again at that time), or with None (nothing more for this thread), and always with
the generator that takes its place. It is told of every completion, `update(completion)`, which most ignore.
All chance comes from `context.luck`, keyed by the thread and by how many operations it has had: so one operation
more or less on another thread changes nothing here. After jepsen.generator, which asks for any free thread.

`simulate` shows the schedule of any generator without running a system. What is made anew for every operation is
a msgspec struct, a fifth of an attrs class's cost.
"""

from __future__ import annotations

import abc
import heapq
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
import msgspec

from histories import Outcome
from systems.simulation.luck import Luck


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and when. `now` is in seconds since the run began."""

    now: float
    thread: int
    threads: int
    luck: Luck


class Invocation(msgspec.Struct, frozen=True, kw_only=True):
    """An operation to perform, not before `at` seconds since the run began."""

    f: str
    key: Any = None
    value: Any = None
    at: float = 0.0


class Later(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing now: ask again at `at`."""

    at: float


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an invocation, as generators are told."""

    thread: int
    f: str
    key: Any
    outcome: Outcome
    result: Any


Answer = Invocation | Later | None


class Generator(abc.ABC):
    """See the module."""

    @abc.abstractmethod
    def next(self, context: Context) -> tuple[Answer, Generator]:
        """What this thread does next, and the generator from then on."""

    def update(self, completion: Completion) -> Generator:  # noqa: ARG002  most generators ignore completions
        """The generator that knows of this completion."""
        return self


@attrs.frozen
class Nothing(Generator):
    """No operation for anybody."""

    def next(self, context: Context) -> tuple[Answer, Generator]:  # noqa: ARG002  whoever asks
        """Nothing."""
        return None, self


@attrs.frozen
class Each(Generator):
    """`draw(number, context)` for number 0, 1, 2, ... without end."""

    draw: Callable[[int, Context], Invocation]
    number: int = 0

    def next(self, context: Context) -> tuple[Answer, Generator]:
        """The next one, for whoever asks."""
        return self.draw(self.number, context), Each(self.draw, self.number + 1)


@attrs.frozen
class Script(Generator):
    """These operations, for each thread its own, each at its time."""

    steps: Mapping[int, tuple[Invocation, ...]]

    def next(self, context: Context) -> tuple[Answer, Generator]:
        """The thread's next step."""
        steps = self.steps.get(context.thread, ())
        if not steps:
            return None, self
        return steps[0], Script({**self.steps, context.thread: steps[1:]})


@attrs.frozen
class Limit(Generator):
    """At most `count` operations of another generator."""

    inner: Generator
    count: int

    def next(self, context: Context) -> tuple[Answer, Generator]:
        """The inner one's answer, until the count is used up."""
        if self.count <= 0:
            return None, self
        answer, inner = self.inner.next(context)
        return answer, Limit(inner, self.count - isinstance(answer, Invocation))

    def update(self, completion: Completion) -> Generator:
        """Pass it on."""
        return Limit(self.inner.update(completion), self.count)


@attrs.frozen
class Until(Generator):
    """Another generator's operations that would begin before `end` seconds."""

    inner: Generator
    end: float

    def next(self, context: Context) -> tuple[Answer, Generator]:
        """The inner one's answer, or None from `end` on."""
        if context.now >= self.end:
            return None, self
        answer, inner = self.inner.next(context)
        if answer is not None and answer.at >= self.end:
            return None, self
        return answer, Until(inner, self.end)

    def update(self, completion: Completion) -> Generator:
        """Pass it on."""
        return Until(self.inner.update(completion), self.end)


@attrs.frozen
class Stagger(Generator):
    """Another generator's operations at about `rate` a second in all, at uneven intervals."""

    inner: Generator
    rate: float
    due: float = 0.0

    def next(self, context: Context) -> tuple[Answer, Generator]:
        """The inner one's invocation, when it is due."""
        answer, inner = self.inner.next(context)
        if not isinstance(answer, Invocation):
            return answer, Stagger(inner, self.rate, self.due)
        at = max(answer.at, self.due, context.now)
        gap = context.luck.child("stagger").uniform(0, 2 / self.rate)
        due = max(self.due, context.now - 1 / self.rate) + gap
        return msgspec.structs.replace(answer, at=at), Stagger(inner, self.rate, due)

    def update(self, completion: Completion) -> Generator:
        """Pass it on."""
        return Stagger(self.inner.update(completion), self.rate, self.due)


@attrs.frozen
class Then(Generator):
    """One generator after another: a thread goes on to the next as soon as one has nothing more for it."""

    parts: tuple[Generator, ...]

    def next(self, context: Context) -> tuple[Answer, Generator]:
        """The first answer that is not None."""
        parts = list(self.parts)
        for place, part in enumerate(parts):
            answer, parts[place] = part.next(context)
            if answer is not None:
                return answer, Then(tuple(parts))
        return None, self

    def update(self, completion: Completion) -> Generator:
        """Tell all of them."""
        return Then(tuple(part.update(completion) for part in self.parts))


@attrs.frozen(kw_only=True)
class Planned:
    """One line of a simulated schedule; times in seconds."""

    begin: float
    end: float
    thread: int
    invocation: Invocation


def simulate(
    generator: Generator, *, threads: int, seed: int = 0, latency: float = 0.01, most: int = 1000
) -> tuple[Planned, ...]:
    """The first `most` operations if each took `latency` seconds and was ok with its own value as the result."""
    luck, counts, planned = Luck.of(seed, "operations"), [0] * threads, list[Planned]()
    idle: list[tuple[float, int]] = [(0.0, thread) for thread in range(threads)]
    while idle and len(planned) < most:
        now, thread = heapq.heappop(idle)
        context = Context(now=now, thread=thread, threads=threads, luck=luck.child(thread, counts[thread]))
        answer, generator = generator.next(context)
        if isinstance(answer, Later):
            heapq.heappush(idle, (max(answer.at, now + latency), thread))
        elif answer is not None:
            counts[thread] += 1
            begin = max(now, answer.at)
            planned.append(Planned(begin=begin, end=begin + latency, thread=thread, invocation=answer))
            generator = generator.update(
                Completion(thread=thread, f=answer.f, key=answer.key, outcome=Outcome.OK, result=answer.value)
            )
            heapq.heappush(idle, (begin + latency, thread))
    return tuple(sorted(planned, key=lambda plan: (plan.begin, plan.thread)))


def on_each_thread(steps: Callable[[int], Iterable[Invocation]], threads: int) -> Script:
    """A script that gives each of so many threads its own steps."""
    return Script({thread: tuple(steps(thread)) for thread in range(threads)})
