"""Below the network: processes that die, and processes that stand still."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

import attrs

from nemesis.fault import Fault, some, stand_in
from systems.simulation.luck import Luck
from systems.system import Cluster


@attrs.frozen(kw_only=True)
class _OnNodes(Fault):
    nodes: tuple[str, ...]

    @classmethod
    def draw(cls, window: Mapping[str, Any], nodes: tuple[str, ...], luck: Luck) -> Self:
        """One node, a minority, a majority or all."""
        chosen = some(nodes, luck)
        return cls(**window, nodes=chosen, leader=stand_in(chosen[0], luck))

    def renamed(self, names: Mapping[str, str]) -> Self:
        """With other nodes."""
        return attrs.evolve(self, nodes=tuple(names.get(node, node) for node in self.nodes))

    @property
    def summary(self) -> str:
        """Which nodes."""
        return " ".join(self.nodes)

    @property
    def targets(self) -> tuple[str, ...]:
        """Which nodes."""
        return self.nodes


@attrs.frozen(kw_only=True)
class Crash(_OnNodes):
    """Processes killed, losing what their disks had not synced, and booted again at the end."""

    family: ClassVar[str] = "crash"
    fallacy: ClassVar[str] = "(below the network) Processes live"
    meaning: ClassVar[str] = "kills processes, which lose what was not synced, and boots them again"

    async def inject(self, cluster: Cluster) -> None:
        """Kill them."""
        for node in self.nodes:
            cluster.hosts.crash(node)

    async def heal(self, cluster: Cluster) -> None:
        """Boot them."""
        for node in self.nodes:
            cluster.hosts.restart(node)


@attrs.frozen(kw_only=True)
class Pause(_OnNodes):
    """Processes stopped, as by SIGSTOP, a long garbage collection or a stalled disk, and let go on at the end."""

    family: ClassVar[str] = "pause"
    fallacy: ClassVar[str] = "(below the network) Processes keep up"
    meaning: ClassVar[str] = "stops processes as SIGSTOP does: all that reaches them waits until they go on"

    async def inject(self, cluster: Cluster) -> None:
        """Stop them."""
        for node in self.nodes:
            cluster.hosts.pause(node)

    async def heal(self, cluster: Cluster) -> None:
        """Let them go on."""
        for node in self.nodes:
            cluster.hosts.resume(node)
