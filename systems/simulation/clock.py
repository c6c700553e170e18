"""What the clock of a node says, and timers that run by it.

A clock is moved (`jump`) and runs at a `rate`: 1 is true, 1.001 gains a millisecond a second, 0 stands still. A jump
moves what the clock says and no timer, as on a machine whose timers run by a monotonic clock. The rate is that of both:
when it changes while a timer runs, the rest of the timer's time passes at the new rate, and at 0 it does not pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from systems.simulation.simulation import Simulation, ticks

_NEVER: Final = -1.0


class Timer:
    """A call to come. Made by `NodeClock.after`."""

    __slots__ = ("args", "at", "clock", "fn", "key", "left", "run")

    def __init__(
        self, clock: NodeClock, run: Callable[..., object], fn: Callable[..., object], args: tuple[Any, ...]
    ) -> None:
        self.clock = clock
        self.key = clock.simulation.key()
        self.run = run
        self.fn: Callable[..., object] | None = fn
        self.args = args
        self.at = _NEVER
        self.left = 0.0

    def cancel(self) -> None:
        """Do not call, if that has not been done yet."""
        self.fn = None
        self.clock.timers.pop(self, None)

    def ring(self) -> None:
        """Call, unless this was cancelled meanwhile."""
        if self.fn is not None:
            self.fn(*self.args)


class NodeClock:
    """The clock of one node, in seconds; true at first."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.rate = 1.0
        self.timers: dict[Timer, None] = {}
        self._since = self._said = simulation.now

    def read(self) -> float:
        """The time that the node believes it is."""
        return self._said + (self.simulation.now - self._since) * self.rate

    @property
    def offset(self) -> float:
        """How far this clock is ahead of true time."""
        return self.read() - self.simulation.now

    def skew(self, jump: float, rate: float) -> None:
        """Move the clock by `jump`, and let it run at `rate` from now on."""
        if not math.isfinite(jump) or not 0 <= rate < math.inf:
            raise ValueError(f"a clock cannot jump by {jump} s and run at the rate {rate}: rates are 0 or more")
        self._set(self.read() + ticks(jump), rate)

    def reset(self) -> None:
        """Back to true time."""
        self._set(self.simulation.now, 1.0)

    def _set(self, said: float, rate: float) -> None:
        self._said, self._since = said, self.simulation.now
        if rate == self.rate:
            return
        for timer in self.timers:
            if self.rate:
                timer.left = (timer.at - self.simulation.now) * self.rate
        self.rate = rate
        for timer in self.timers:
            self._arm(timer)

    def after(
        self, delay: float, run: Callable[..., object], fn: Callable[..., object], args: tuple[Any, ...]
    ) -> Timer:
        """Call `fn(*args)`, by means of `run`, once this clock has run for `delay`."""
        if not 0 <= delay < math.inf:
            raise ValueError(f"a timer cannot be set to {delay} s: the delay must be finite, and 0 or more")
        timer = Timer(self, run, fn, args)
        timer.left = delay
        self.timers[timer] = None
        self._arm(timer)
        return timer

    def _arm(self, timer: Timer) -> None:
        if self.rate:
            timer.at = self.simulation.now + ticks(timer.left / self.rate)
            self.simulation.at(timer.at, timer.key, self._fire, timer)
        else:
            timer.at = _NEVER

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
