from __future__ import annotations

import abc
from typing import Any, ClassVar

from systems.simulation.door import Door
from systems.system import Setting


class Node(abc.ABC):
    """One process of a simulated system; built anew, from what its disk still has, each time it boots.

    It meets the world through `door` alone. `on_message` and what it calls run to the end at one moment; they
    never see each other half done, but may see what a task of `main` left half done when it last awaited.
    """

    checksums: ClassVar[bool] = True
    """Whether its records carry checksums, on the wire and on disk: then a corrupted message or a torn write is
    dropped; without, it is believed."""

    def __init__(self, door: Door, setting: Setting) -> None:
        self.door = door
        self.setting = setting

    @abc.abstractmethod
    def on_message(self, source: str, message: Any) -> None:
        """Take a message from a node, or a `Request` from a client, to be answered with `door.reply`."""

    @property
    def leads(self) -> bool:
        """Whether it takes itself for a leader: then faults may aim at it."""
        return False

    async def main(self) -> None:  # noqa: B027  most nodes only answer messages and timers
        """Whatever the node does by itself; cancelled by a crash."""
