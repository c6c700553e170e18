from __future__ import annotations

from collections.abc import Callable, Coroutine
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


def _no_more(_: object) -> None:
    """End a dialogue."""


class Port:
    """A client's end of the network."""

    def __init__(self, simulation: Simulation, network: SimulatedNetwork, name: str) -> None:
        self.name = name
        self._simulation = simulation
        self._network = network
        self._requests = 0
        self._waiting: dict[int, _Dialogue] = {}
        self._root = simulation.root(name)
        self._operation = 0
        self._calls = 0
        network.join(name, self._on_message)

    def call(self, target: str, body: Any) -> Coroutine[Any, Any, Any]:
        """Send a request to a node and return the body of its reply; after a cancellation, a late reply is ignored."""
        return self.converse(target, body, _no_more)

    async def converse(self, target: str, body: Any, respond: Callable[[Any], Any]) -> Any:
        """Send one request after the other: each is what `respond` makes of the body of the reply to the one before.

        Returns the body of the reply to which it has no response (None), and raises what it raises. It is called
        right when a reply arrives, and costs no round through Trio.
        """
        dialogue = _Dialogue(trio.lowlevel.current_task(), target, respond)
        request = dialogue.request = self._send(target, body, self._key())
        self._waiting[request] = dialogue
        try:
            return await trio.lowlevel.wait_task_rescheduled(_give_up)
        finally:
            self._waiting.pop(dialogue.request, None)

    def _send(self, target: str, body: Any, key: int) -> int:
        self._requests = request = self._requests + 1
        self._network.send(self.name, target, Request(request, body), key)
        return request

    def _key(self) -> int:
        """A key that hangs on nothing but which call this is of which operation (or at which time)."""
        operation = OPERATION.get() or mix(self._root, int(self._simulation.now / TICK_S))
        if operation != self._operation:
            self._operation, self._calls = operation, 0
        return self._next_key()

    def _next_key(self) -> int:
        self._calls += 1
        return mix(self._operation, self._calls)

    def _on_message(self, _: str, message: Any) -> None:
        if not isinstance(message, Reply) or (dialogue := self._waiting.pop(message.id, None)) is None:
            return
        try:
            body = dialogue.respond(message.body)
        except Exception as error:  # noqa: BLE001  it belongs to who waits
            trio.lowlevel.reschedule(dialogue.task, outcome.Error(error))
            return
        if body is None:
            trio.lowlevel.reschedule(dialogue.task, outcome.Value(message.body))
        else:
            dialogue.request = self._send(dialogue.target, body, self._next_key())
            self._waiting[dialogue.request] = dialogue


class _Dialogue:
    """A task that waits for the end of an exchange of requests and replies."""

    __slots__ = ("request", "respond", "target", "task")

    def __init__(self, task: trio.lowlevel.Task, target: str, respond: Callable[[Any], Any]) -> None:
        self.task = task
        self.target = target
        self.respond = respond
        self.request = 0
