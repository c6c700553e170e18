from __future__ import annotations

import abc
from collections.abc import Callable
from typing import Any, ClassVar, Final, Protocol

from systems.consensus.storage import Storage
from systems.simulation.door import Door

Answer = tuple[str, Any]
"""("ok", result), ("fail", why) for what surely has no effect, ("info", why) for what may have one."""


class Machine(Protocol):
    """What the log is for: the same commands in the same order must make the same state and answers everywhere."""

    def apply(self, command: Any) -> Answer:
        """Carry out a command; "fail" if it changed nothing."""

    def read(self, query: Any) -> Answer:
        """Answer a question, and change nothing."""


class Member(abc.ABC):
    """What the parts of a replica share, and may ask of the whole."""

    storage_type: ClassVar[type[Storage]] = Storage

    def __init__(self, door: Door, machine: Machine) -> None:
        self.door = door
        self.machine = machine
        self.storage = self.storage_type(door.disk)
        self.majority: Final = self.majority_of(len(door.nodes))
        self.ticks = 0
        self.leader: str | None = None
        self.commit = 0  # entries up to here are agreed on, and applied to the machine

    @staticmethod
    def majority_of(count: int) -> int:
        """So many of so many replicas that any two such sets share one."""
        return count // 2 + 1

    @abc.abstractmethod
    def receive(self, source: str, message: Any) -> None:
        """Take a message from a replica."""

    @abc.abstractmethod
    def advance(self, commit: int) -> None:
        """Commit and apply the entries up to this one."""

    def when_durable(self, then: Callable[..., object], *args: Any) -> None:
        """Call `then(*args)` once all that was written so far cannot be lost."""
        self.door.sync(then, *args)

    def tell(self, node: str, message: Any) -> None:
        """Send a message to a replica, this one included."""
        if node == self.door.name:
            self.receive(node, message)
        else:
            self.door.send(node, message)
