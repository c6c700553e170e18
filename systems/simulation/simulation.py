"""Virtual time: a Trio clock that owns a heap of events.

Trio asks its clock how long it may sleep exactly when no task is runnable. This clock answers by not sleeping: it runs
the events that are due, one after the other, until one of them wakes a task or the next deadline of a task is
reached. Messages, timers and disks are events, and cost a function call each; only clients and a node's own tasks are
tasks of Trio, and to them time is what `trio.current_time()` says.

Every event carries a key: its luck, and that of all that it causes (see `luck`). An event that is caused by another has
a key made from that one's key and the number of keys that were drawn there before it. What begins by itself, an
operation of a client or a fault, is a root: its key is made from the seed and its own name.

Times are seconds, in multiples of 2**-30, so that sums of them are exact for 97 days and no order hangs on rounding.
Events at the same time run in the order in which they were made, and before the deadlines of that time.
"""

from __future__ import annotations

import gc
import itertools
import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any, Final, TypeVar

import outcome
import trio

from systems.simulation.luck import BITS, FIRST, MASK, SECOND, STEP, Luck, key_of
from systems.simulation.trio_hooks import UnsupportedTrioError, scheduled_by

T = TypeVar("T")

TICK_S: Final = 2.0**-30
LIMIT_S: Final = 86_400.0

_BATCH: Final = 10_000  # events between two looks at the signals
_STEPS: Final = 300_000  # events and passes of the scheduler, with no step of time, that are taken for a livelock


class StuckError(RuntimeError):
    """The run cannot end: everything waits for what never comes, or goes round in circles."""


def ticks(seconds: float) -> float:
    """The multiple of a tick nearest to this time."""
    return round(seconds / TICK_S) * TICK_S


class Simulation(trio.abc.Clock, trio.abc.Instrument):
    """One run in virtual time: `Simulation(seed).run(async_fn, *args)`. It starts at 0."""

    def __init__(self, seed: int, limit_s: float = LIMIT_S) -> None:
        self.limit_s = limit_s
        self.now = 0.0
        self.cause = self._root = Luck.of(seed).key
        self.draws = 0
        self.events: list[tuple[float, int, int, Callable[..., object], tuple[Any, ...]]] = []
        self.order = itertools.count().__next__
        self._scope = trio.CancelScope()
        self._error: BaseException | None = None
        self._woke = False
        self._over = False
        self._passes = 0
        self._steps = 0
        self._steps_since = -1.0

    # ── What is simulated uses these ──

    def key(self) -> int:
        """A fresh key, caused by the event that runs now."""
        self.draws += STEP
        x = (self.cause ^ self.draws) * FIRST  # mix(cause, number of the draw), written out for speed
        x = (x >> BITS ^ x) * SECOND
        return (x >> BITS ^ x) & MASK

    def root(self, *ids: int | str) -> int:
        """The key of what begins by itself and is named by `ids`."""
        return key_of(self._root, *ids)

    def root_now(self, *ids: int | str) -> int:
        """The key of what begins by itself, at this time, and is named by `ids`."""
        return key_of(self._root, *ids, int(self.now / TICK_S))

    def at(self, time: float, key: int, fn: Callable[..., object], *args: Any) -> None:
        """Call `fn(*args)` at a time that is a multiple of a tick and not over, with the luck of `key`."""
        heappush(self.events, (time, self.order(), key, fn, args))

    def call(self, key: int, fn: Callable[..., object], *args: Any) -> None:
        """Call `fn(*args)` now, as an event is: with the luck of `key`, and what it raises ends the run."""
        saved = self.cause, self.draws
        self.cause, self.draws = key, 0
        try:
            fn(*args)
        except Exception as error:  # noqa: BLE001  as for an event, whatever it is
            self.fail(error)
        finally:
            self.cause, self.draws = saved

    def fail(self, error: BaseException) -> None:
        """End the run with this error, which comes out of `run`. The first one wins."""
        if self._error is None:
            self._error = error
            self._scope.cancel()

    # ── Trio asks these ──

    def start_clock(self) -> None:
        """Nothing to do: time stands still until it is asked for."""

    def current_time(self) -> float:
        """Seconds since the run began."""
        return self.now

    def task_scheduled(self, task: trio.lowlevel.Task) -> None:  # noqa: ARG002
        """Note that Trio has something to do, so that events wait."""
        self._woke = True

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Instead of sleeping until the deadline, make it happen."""
        if self._over:
            return 1.0  # Trio's own shutdown waits for a real wake-up of its own
        end = min(deadline, self.limit_s)
        end = math.ceil(end / TICK_S) * TICK_S
        try:
            if self._pump(end):
                return 0.0
        except BaseException as error:  # noqa: BLE001  Trio must not see it: it would take it for a bug of its own
            self.fail(error)
            return 0.0
        if deadline > self.limit_s:
            stuck = self._stuck(deadline)
            if self._error is not None:
                raise stuck  # a task shields itself from the end of the run, and waits: Trio's complaint beats a hang
            self.fail(stuck)
            self.now = end
            self.limit_s *= 2
            return 0.0
        self.now = end
        self.cause, self.draws = self.root_now("deadline"), 0
        return 0.0

    @trio.lowlevel.disable_ki_protection
    def _pump(self, end: float) -> bool:
        """Run the events until `end`; True if there may be more of them, or a task to run, before that."""
        events = self.events
        self._woke = False
        for _ in range(_BATCH):
            if not events or events[0][0] > end:
                return False
            self.now, _, self.cause, fn, args = heappop(events)
            self.draws = 0
            fn(*args)
            if self._woke:
                return True
        self._steps += _BATCH
        return True

    def shuffle(self, batch: list[trio.lowlevel.Task]) -> None:
        """Order tasks that are runnable at once: by age, or the other way round, as the luck of the cause has it."""
        self._passes += 1
        self._steps += 1
        if len(batch) > 1 and self.cause >> BITS - 1:
            batch.reverse()
        if self._steps > _STEPS:
            if self.now == self._steps_since:
                self.fail(StuckError(f"livelock: more than {_STEPS:,} steps, and it is still t={self.now:.9f} s"))
            self._steps, self._steps_since = 0, self.now

    def random(self) -> float:
        """Trio asks for this only when it does not sort its tasks."""
        self.fail(UnsupportedTrioError(f"Trio {trio.__version__} does not sort its runnable tasks when told to"))
        return 0.0

    # ── Running ──

    def run(self, async_fn: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run to the end of `async_fn(*args)` and return what it returns.

        Raises what it raises; `StuckError` past the limit or when nothing is left to wait for; what an event raised;
        and `KeyboardInterrupt` by itself, in however many groups of exceptions it arrives.
        """
        with scheduled_by(self), _no_garbage_collection():
            try:
                result = trio.run(self._main, async_fn, args, clock=self, instruments=[self])
            except BaseExceptionGroup as group:
                if group.subgroup(KeyboardInterrupt) is None:
                    raise
                raise KeyboardInterrupt from group
        if not self._passes:
            raise UnsupportedTrioError(f"Trio {trio.__version__} does not ask for the order of its runnable tasks")
        return result

    async def _main(self, async_fn: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> T:
        with self._scope:
            result = await outcome.acapture(async_fn, *args)
        self._over = True
        if self._error is not None:
            raise self._error
        return result.unwrap()

    def _stuck(self, deadline: float) -> StuckError:
        if not self.events and deadline == math.inf:
            return StuckError(
                f"deadlock at t={self.now:.9f} s: every task waits, and there is no message, timer or deadline to come "
                "(a thread or a socket is waited for in vain: a simulated run does not look outside)",
            )
        return StuckError(
            f"the limit of {self.limit_s:g} s of virtual time is reached: a livelock, or a task that waits for what "
            f"never comes (the last event was at t={self.now:.9f} s)",
        )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Turn off the collection of cycles: when it comes, it closes what is garbage, at a time that nobody chose."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
