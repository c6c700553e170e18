"""The promises that a nemesis may break, as a running cluster offers them.

All times are seconds. Each surface reports what of it is broken, so that the end of a run can prove that all
is healed. A surface that a cluster cannot break raises `UnavailableError` with the reason, when it is asked to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class UnavailableError(Exception):
    """This cluster cannot break that promise; the text says why."""


class Network(Protocol):
    """Directed links between nodes (clients reach every running node)."""

    def cut(self, source: str, target: str) -> None:
        """Deliver nothing from source to target, messages in flight included, until `mend` undoes this cut."""

    def mend(self, source: str, target: str) -> None:
        """Undo one cut; where two faults cut the same link, it carries again after both have mended it."""

    def broken(self) -> Sequence[str]:
        """The links that are not as they were at the start, one sentence each."""


class Clocks(Protocol):
    """The wall clock of each node."""

    def skew(self, node: str, *, jump: float = 0.0, rate: float = 1.0) -> None:
        """Move the node's clock by `jump` seconds, now, and let it run at `rate` from now on."""

    def offset(self, node: str) -> float:
        """How far the node's clock is ahead of true time."""

    def reset(self, node: str) -> None:
        """Back to true time, as a time daemon would step it."""

    def broken(self) -> Sequence[str]:
        """The clocks that are off, one sentence each."""


class Hosts(Protocol):
    """The machine of each node."""

    def crash(self, node: str) -> None:
        """Stop the process at once, losing what its disk had not synced."""

    def restart(self, node: str) -> None:
        """Boot it again from its disk; nothing if it runs."""

    def pause(self, node: str) -> None:
        """Stop it as SIGSTOP does: everything that reaches it waits."""

    def resume(self, node: str) -> None:
        """Let it go on, with all that waited."""

    def broken(self) -> Sequence[str]:
        """The hosts that are down or paused, one sentence each."""
