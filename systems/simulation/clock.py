"""What the clock of a node says, and timers that run by it.

A clock is moved (`jump`) and runs at a `rate`: 1 is true, 1.001 gains a millisecond a second, 0 stands still. The jump
moves the wall clock only, as a time daemon or an administrator would; timers run on the monotonic clock, which
knows the rate but not the jump. When the rate changes while a timer runs, the rest of its time is measured at the
new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from systems.simulation.simulation import Simulation, ticks

_NEVER = -1.0


class Timer:
    """A call to come. Made by `NodeClock.after`."""

    __slots__ = ("args", "at", "clock", "due", "fn", "key", "run")

    def __init__(
        self,
        clock: NodeClock,
        due: float,
        run: Callable[..., object],
        fn: Callable[..., object],
        args: tuple[Any, ...],
    ) -> None:
        self.clock = clock
        self.due = due
        self.key = clock.simulation.key()
        self.at = _NEVER
        self.run = run
        self.fn: Callable[..., object] | None = fn
        self.args = args

    def cancel(self) -> None:
        """Do not call, if it has not been done yet."""
        self.fn = None
        self.clock.timers.pop(self, None)

    def ring(self) -> None:
        """Call, unless this was cancelled meanwhile."""
        if self.fn is not None:
            self.fn(*self.args)


class NodeClock:
    """The clock of one node, in seconds; true at first."""

    def __init__(self, simulation: Simulation) -> None:
        self.rate = 1.0
        self.timers: dict[Timer, None] = {}
        self.simulation = simulation
        self._since = simulation.now
        self._wall = simulation.now
        self._monotonic = 0.0

    def read(self) -> float:
        """The time that the node believes it is."""
        return self._wall + (self.simulation.now - self._since) * self.rate

    def monotonic(self) -> float:
        """The time for which the node believes to have run."""
        return self._monotonic + (self.simulation.now - self._since) * self.rate

    @property
    def offset(self) -> float:
        """How far this clock is ahead of true time."""
        return self.read() - self.simulation.now

    def skew(self, jump: float, rate: float) -> None:
        """Move the clock by `jump`, and let it run at `rate` from now on."""
        if rate < 0:
            raise ValueError(f"a clock cannot run at the rate {rate}: it must be 0 or more")
        self._set(self.read() + ticks(jump), rate)

    def reset(self) -> None:
        """Back to true time."""
        self._set(self.simulation.now, 1.0)

    def _set(self, wall: float, rate: float) -> None:
        self._monotonic = self.monotonic()
        self._wall, self._since = wall, self.simulation.now
        if rate != self.rate:
            self.rate = rate
            for timer in self.timers:
                self._arm(timer)

    def after(
        self, delay: float, run: Callable[..., object], fn: Callable[..., object], args: tuple[Any, ...]
    ) -> Timer:
        """Call `fn(*args)`, by means of `run`, once this clock has run for `delay`."""
        if not delay >= 0:
            raise ValueError(f"a timer cannot be set to {delay} s: the delay must be 0 or more")
        timer = Timer(self, self.monotonic() + delay, run, fn, args)
        self.timers[timer] = None
        self._arm(timer)
        return timer

    def _arm(self, timer: Timer) -> None:
        if self.rate == 0:
            timer.at = _NEVER
            return
        timer.at = self.simulation.now + max(0.0, ticks((timer.due - self.monotonic()) / self.rate))
        self.simulation.at(timer.at, timer.key, self._fire, timer)

    def _fire(self, timer: Timer) -> None:
        if timer.at == self.simulation.now and timer in self.timers:
            del self.timers[timer]
            timer.run(timer.ring)


class SimulatedClocks:
    """The clocks of all nodes, as a nemesis skews them."""

    def __init__(self, clocks: Mapping[str, NodeClock]) -> None:
        self._clocks = clocks

    def skew(self, node: str, *, jump: float = 0.0, rate: float = 1.0) -> None:
        """Move the node's clock by `jump` seconds, now, and let it run at `rate` from now on."""
        self._clocks[node].skew(jump, rate)

    def offset(self, node: str) -> float:
        """How far the node's clock is ahead of true time."""
        return self._clocks[node].offset

    def reset(self, node: str) -> None:
        """Back to true time, as a time daemon would step it."""
        self._clocks[node].reset()

    def broken(self) -> Sequence[str]:
        """The clocks that are off, one sentence each."""
        return [
            f"the clock of {name} is {clock.offset:+.9f} s off and runs at the rate {clock.rate:g}"
            for name, clock in self._clocks.items()
            if clock.offset != 0 or clock.rate != 1
        ]
