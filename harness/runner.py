"""Runs one test against a cluster: clients, nemesis, healing, final reads.

Knows Trio and the system's client; whether the cluster is simulated it cannot tell.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

import attrs
import trio

from harness.generators import Completion, Context, Generator, Invocation, Later, Stagger, Until
from harness.recorder import Recorder, RunLog
from harness.test import Test
from harness.workloads.workload import Workload
from histories import EventType
from histories.history import OUTCOMES
from nemesis import nemesis
from nemesis.fault import Fault
from systems.simulation.luck import Luck
from systems.system import Client, Cluster, DefiniteError, IndefiniteError


class NotHealedError(RuntimeError):
    """At the end of a run something was still broken: the text says what."""


@attrs.frozen(kw_only=True)
class Runner:
    """One run of one test."""

    test: Test
    workload: Workload
    schedule: Sequence[Fault]
    recorder: Recorder
    log: RunLog

    async def __call__(self, cluster: Cluster) -> dict[str, int]:
        """Run it to the end; the cluster's statistics. `NotHealedError` if the nemesis could not heal."""
        test, recorder = self.test, self.recorder
        recorder.begin()
        clients = Clients(test, cluster, recorder, self.log)
        async with trio.open_nursery() as nursery:
            until = trio.current_time() + test.time_limit
            nursery.start_soon(_nemesis, cluster, self.schedule, recorder, until)
            await clients.perform(paced(self.workload.generator(test), test))
        broken = await nemesis.heal(cluster, recorder.fault)
        if broken:
            raise NotHealedError(f"after healing: {'; '.join(broken)}")
        await trio.sleep(test.quiet)
        await clients.perform(self.workload.final(test, recorder.keys))
        await clients.close()
        return dict(cluster.statistics())


def paced(generator: Generator, test: Test) -> Generator:
    """The generator at the test's rate, until its time limit."""
    return Until(generator if test.rate == math.inf else Stagger(generator, test.rate), test.time_limit)


async def _nemesis(cluster: Cluster, schedule: Sequence[Fault], recorder: Recorder, until: float) -> None:
    await nemesis.unleash(cluster, schedule, recorder.fault, until=until)


@attrs.define
class _Thread:
    """One of the harness's workers; its process is replaced after every indeterminate operation."""

    number: int
    node: str
    process: int
    client: Client
    operations: int = 0
    pending: Invocation | None = None
    life: trio.CancelScope = attrs.field(factory=trio.CancelScope)


class Clients:
    """The workers, the generator they share, and what they record."""

    def __init__(self, test: Test, cluster: Cluster, recorder: Recorder, log: RunLog) -> None:
        self._test = test
        self._cluster = cluster
        self._recorder = recorder
        self._log = log
        self._luck = Luck.of(test.seed, "operations")
        self._threads: list[_Thread] = []
        self._deadlines: deque[tuple[float, _Thread, int]] = deque()
        self._generator: Generator

    async def perform(self, generator: Generator) -> None:
        """Let all threads ask the generator, until it has nothing more for any of them."""
        self._generator = generator
        if not self._threads:
            await self._connect_all()
        async with trio.open_nursery() as watch:
            watch.start_soon(self._enforce_deadlines)
            async with trio.open_nursery() as workers:
                for thread in self._threads:
                    workers.start_soon(self._work, thread)
            watch.cancel_scope.cancel()

    async def close(self) -> None:
        """Close every client."""
        for thread in self._threads:
            await thread.client.close()

    async def _connect_all(self) -> None:
        nodes = self._cluster.nodes
        for number in range(self._test.clients):
            node = nodes[number % len(nodes)]
            client = await self._cluster.connect(node, number)
            self._threads.append(_Thread(number, node, number, client))

    async def _work(self, thread: _Thread) -> None:
        """One process after another, until the generator has nothing more for this thread."""
        while True:
            with trio.CancelScope() as thread.life:
                if await self._live(thread):
                    return
            if thread.pending is not None:
                self._complete(thread, EventType.INFO, None, f"no answer within {self._test.timeout:g} s")
            await thread.client.close()
            thread.process += self._test.clients
            thread.client = await self._cluster.connect(thread.node, thread.process)

    async def _live(self, thread: _Thread) -> bool:
        """One operation after another; False where one was indeterminate, True where there are no more."""
        while (invocation := await self._ask(thread)) is not None:
            known = await self._call(thread, invocation)
            if not known or thread.life.cancel_called:
                return False
        return True

    async def _ask(self, thread: _Thread) -> Invocation | None:
        while True:
            now = self._recorder.now
            luck = self._luck.child(thread.number, thread.operations)
            context = Context(now=now, thread=thread.number, threads=self._test.clients, luck=luck)
            answer, self._generator = self._generator.next(context)
            if answer is None:
                return None
            if answer.at > now:
                await trio.sleep(answer.at - now)
            if not isinstance(answer, Later):
                thread.operations += 1
                return answer

    async def _call(self, thread: _Thread, invocation: Invocation) -> bool:
        """Perform one operation and record it; whether its outcome is known."""
        f, key, value = invocation.f, invocation.key, invocation.value
        self._recorder.operation(EventType.INVOKE, thread.process, f, key, value, thread.node)
        thread.pending = invocation
        self._cluster.begin("operation", thread.number, thread.operations)
        self._deadlines.append((trio.current_time() + self._test.timeout, thread, thread.operations))
        try:
            result = await thread.client.invoke(f, key, value)
        except DefiniteError as error:
            self._complete(thread, EventType.FAIL, None, str(error))
        except IndefiniteError as error:
            self._complete(thread, EventType.INFO, None, str(error))
            return False
        except Exception as error:  # noqa: BLE001  a reply that the client cannot make sense of says nothing
            self._log(self._recorder.now, thread.node, f"client of process {thread.process}: {error!r}")
            self._complete(thread, EventType.INFO, None, f"the client failed: {error!r}")
            return False
        else:
            self._complete(thread, EventType.OK, result, None)
        return True

    def _complete(self, thread: _Thread, kind: EventType, result: Any, error: str | None) -> None:
        invocation = cast("Invocation", thread.pending)
        thread.pending = None
        f, key = invocation.f, invocation.key
        self._recorder.operation(kind, thread.process, f, key, result, thread.node, error)
        told = Completion(thread=thread.number, f=f, key=key, outcome=OUTCOMES[kind], result=result)
        self._generator = self._generator.update(told)

    async def _enforce_deadlines(self) -> None:
        """End the process whose operation is overdue.

        All time-outs are equally long, so they are due in the order in which they were set: one queue and one task
        do for all, where a cancel scope for each operation would take an eighth of the whole run's time.
        """
        deadlines = self._deadlines
        while True:
            while deadlines and not _open(*deadlines[0][1:]):
                deadlines.popleft()
            await trio.sleep_until(deadlines[0][0] if deadlines else trio.current_time() + self._test.timeout)
            while deadlines and deadlines[0][0] <= trio.current_time():
                _, thread, operation = deadlines.popleft()
                if _open(thread, operation):
                    thread.life.cancel()


def _open(thread: _Thread, operation: int) -> bool:
    return thread.pending is not None and thread.operations == operation
