from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from systems.consensus import Answer


class Remove(NamedTuple):
    """The command: without this node, from which its neighbour hears nothing."""

    epoch: int
    node: str


class Admit(NamedTuple):
    """The command: with this node, at the end."""

    epoch: int
    node: str


class Joined(NamedTuple):
    """The command: this node, which was admitted, has now all that was there when the epoch began."""

    epoch: int
    node: str


Command = Remove | Admit | Joined


class Configuration:
    """Who is in the chain, in which order: the machine that the replicated log of the master drives.

    `changed` is called when another epoch begins.
    """

    def __init__(self, nodes: tuple[str, ...], changed: Callable[[], object]) -> None:
        self.epoch = 1
        self.chain = nodes
        self.whole = nodes  # those that had, once, all that was there when they came in
        self._changed = changed

    @property
    def head(self) -> str:
        """Where writes go."""
        return self.chain[0]

    @property
    def tail(self) -> str:
        """Where reads go."""
        return self.chain[-1]

    def apply(self, command: Command) -> Answer:
        """Carry it out if it was asked for in this epoch and leaves somebody at the head who has everything."""
        node = command.node
        others = tuple(each for each in self.chain if each != node)
        if command.epoch != self.epoch:
            return "fail", f"epoch {command.epoch} is over"
        if (node in self.chain) is isinstance(command, Admit):
            return "fail", f"{node} is {'in' if node in self.chain else 'not in'} the chain"
        if isinstance(command, Joined):
            self.whole = (*(each for each in self.whole if each != node), node)
        elif isinstance(command, Admit):
            self._begin((*self.chain, node), self.whole)
        elif others and others[0] in self.whole:
            self._begin(others, tuple(each for each in self.whole if each != node))
        else:
            return "fail", f"without {node} nobody has everything"
        return "ok", None

    def _begin(self, chain: tuple[str, ...], whole: tuple[str, ...]) -> None:
        self.epoch += 1
        self.chain, self.whole = chain, whole
        self._changed()

    def read(self, epoch: int) -> Answer:
        """Whether an epoch goes on."""
        return ("ok", None) if epoch == self.epoch else ("fail", f"epoch {epoch} is over")
