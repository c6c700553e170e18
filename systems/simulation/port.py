from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Final, NamedTuple

import outcome
import trio

from systems.simulation.luck import mix
from systems.simulation.network import SimulatedNetwork
from systems.simulation.simulation import TICK_S, Simulation

OPERATION: Final[ContextVar[int | None]] = ContextVar("OPERATION", default=None)
"""The key of what this task was told to begin (`SimulatedCluster.begin`)."""


class Request(NamedTuple):
    """What a client asks of a node."""

    id: int
    body: Any


class Reply(NamedTuple):
    """What a node answers to the request of this id."""

    id: int
    body: Any


def _give_up(_: object) -> trio.lowlevel.Abort:
    return trio.lowlevel.Abort.SUCCEEDED


class Port:
    """A client's end of the network."""

    def __init__(self, simulation: Simulation, network: SimulatedNetwork, name: str) -> None:
        self.name = name
        self._simulation = simulation
        self._network = network
        self._requests = 0
        self._waiting: dict[int, trio.lowlevel.Task] = {}
        self._root = simulation.root(name)
        self._operation = 0
        self._calls = 0
        network.join(name, self._on_message)

    async def call(self, target: str, body: Any) -> Any:
        """Send a request to a node and return the body of its reply; after a cancellation, a late reply is ignored."""
        self._requests = request = self._requests + 1
        self._network.send(self.name, target, Request(request, body), self._key())
        self._waiting[request] = trio.lowlevel.current_task()
        try:
            return await trio.lowlevel.wait_task_rescheduled(_give_up)
        finally:
            self._waiting.pop(request, None)

    def _key(self) -> int:
        """A key that hangs on nothing but which call this is of which operation (or at which time)."""
        operation = OPERATION.get() or mix(self._root, int(self._simulation.now / TICK_S))
        if operation != self._operation:
            self._operation, self._calls = operation, 0
        self._calls += 1
        return mix(operation, self._calls)

    def _on_message(self, _: str, message: Any) -> None:
        if isinstance(message, Reply) and (task := self._waiting.pop(message.id, None)):
            trio.lowlevel.reschedule(task, outcome.Value(message.body))
