from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import trio

from systems.simulation.clock import NodeClock, Timer
from systems.simulation.disk import Disk
from systems.simulation.luck import Luck
from systems.simulation.network import SimulatedNetwork
from systems.simulation.port import Reply, Request
from systems.simulation.process import Process

Log = Callable[[float, str, str], None]


class Door:
    """All that a node sees of the world. Times are seconds by the node's own clock.

    A crash shuts it for good: what a node's last `finally` blocks send or write through it goes nowhere.
    """

    def __init__(
        self,
        process: Process,
        nodes: tuple[str, ...],
        network: SimulatedNetwork,
        clock: NodeClock,
        disk: Disk,
        sync_delays: tuple[float, ...],
        statistics: Counter[str],
        log: Log,
    ) -> None:
        self.name = process.name
        self.nodes = nodes
        self.peers = tuple(node for node in nodes if node != process.name)
        self._process = process
        self._simulation = process.simulation
        self.send = network.sender(process)
        self._clock = clock
        self._disk = disk
        self._sync_delays = sync_delays
        self._statistics = statistics
        self._log = log

    # ── Messages ──

    send: Callable[[str, Any], None]
    """`send(target, message)` sends a value to a node (itself too) or a client. It may arrive late, twice, after later
    ones, or never."""

    def reply(self, client: str, request: Request, body: Any) -> None:
        """Answer a client's request."""
        self.send(client, Reply(request.id, body))

    # ── Time ──

    def clock(self) -> float:
        """The wall clock of this node; it may be wrong, and may go back."""
        return self._clock.read()

    def after(self, delay: float, fn: Callable[..., object], *args: Any) -> Timer:
        """Call `fn(*args)` once this node's clock has run for `delay`; late if it is paused, never if it crashes."""
        return self._clock.after(delay, self._process.run, fn, args)

    async def sleep(self, delay: float) -> None:
        """Wait until this node's clock has run for `delay`."""
        if not self._process.is_alive:
            await trio.lowlevel.checkpoint()
            return
        woken = trio.Event()
        timer = self.after(delay, woken.set)
        try:
            await woken.wait()
        finally:
            timer.cancel()

    @contextmanager
    def timeout(self, delay: float) -> Iterator[trio.CancelScope]:
        """Cancel the block once this node's clock has run for `delay`: `with door.timeout(1.0) as scope: ...`."""
        with trio.CancelScope() as scope:
            timer = self.after(delay, scope.cancel)
            try:
                yield scope
            finally:
                timer.cancel()

    def spawn(self, async_fn: Callable[..., Awaitable[object]], *args: Any) -> None:
        """Run `async_fn(*args)` as a task of this node, until it ends or the node crashes."""
        self._process.spawn(async_fn, *args)

    # ── Disk ──

    @property
    def disk(self) -> Disk:
        """What outlives a crash: all that was synced, and some of what was written since."""
        return self._disk if self._process.is_alive else Disk()

    def sync(self, then: Callable[..., object], *args: Any) -> None:
        """Call `then(*args)` once all that is written so far is durable."""
        if self._process.is_alive:
            key = self._simulation.key()
            when = self._simulation.now + self._sync_delays[key & 1023]
            self._simulation.at(when, key, self._synced, self._disk.written, then, args)

    def _synced(self, written: int, then: Callable[..., object], args: tuple[Any, ...]) -> None:
        if self._process.is_alive:
            self._disk.synced(written)
            self._process.run(then, *args)

    async def fsync(self) -> None:
        """Wait until all that is written so far is durable."""
        durable = trio.Event()
        self.sync(durable.set)
        if self._process.is_alive:
            await durable.wait()
        else:
            await trio.lowlevel.checkpoint()

    # ── Luck and reports ──

    def luck(self) -> Luck:
        """Fresh luck, for one draw."""
        return Luck(self._simulation.key())

    def log(self, text: str) -> None:
        """Add a line to the log of the run."""
        self._log(self._simulation.now, self.name, text)

    def count(self, name: str) -> None:
        """Add one to a statistic of the run."""
        self._statistics[name] += 1
