from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import trio

from systems.simulation.clock import NodeClock
from systems.simulation.disk import Disk
from systems.simulation.door import Door
from systems.simulation.luck import Luck
from systems.simulation.network import SimulatedNetwork
from systems.simulation.node import Node
from systems.simulation.process import NodeError, Process
from systems.simulation.simulation import Simulation
from systems.system import Setting


@attrs.frozen(kw_only=True)
class Site:
    """What the hosts of a cluster share."""

    simulation: Simulation
    network: SimulatedNetwork
    nursery: trio.Nursery
    statistics: Counter[str]
    setting: Setting
    nodes: tuple[str, ...]
    node_type: type[Node]
    sync_delays: tuple[float, ...]


class Host:
    """A machine: its clock and its disk outlive the process that runs on it."""

    def __init__(self, site: Site, name: str) -> None:
        self.name = name
        self.clock = NodeClock(site.simulation)
        self.disk = Disk()
        self.process: Process | None = None
        self.node: Node | None = None
        self._site = site
        site.network.join(name, self.deliver, checksums=site.node_type.checksums)

    def deliver(self, source: str, message: Any) -> None:
        """Hand a message to the node, if it runs."""
        node, process = self.node, self.process
        if node is None or process is None:
            self._site.statistics["messages to a node that was down"] += 1
        elif process.backlog is not None:
            process.run(node.on_message, source, message)
        else:
            try:
                node.on_message(source, message)
            except Exception as error:
                raise NodeError(self.name, error) from error

    def probe(self, fn: Callable[[], object]) -> None:
        """Call this in the process, if one runs."""
        if self.process is not None:
            self.process.run(fn)

    def boot(self, key: int) -> None:
        """Start a process, which builds its node from the disk."""
        if self.process is None:
            self.process = Process(self._site.simulation, self.name, self._site.nursery)
            self._site.simulation.call(key, self.process.run, self._build, self.process)

    def _build(self, process: Process) -> None:
        site = self._site
        door = Door(
            process,
            site.nodes,
            site.network,
            self.clock,
            self.disk,
            site.sync_delays,
            site.statistics,
            site.setting.log,
        )
        self.node = site.node_type(door, site.setting)
        if site.node_type.main is not Node.main:
            process.spawn(self.node.main)

    def stop(self) -> None:
        """Stop the process at once."""
        if self.process is not None:
            self.process.stop()
            self.process = self.node = None

    def crash(self, luck: Luck) -> None:
        """Stop the process at once, and lose what the disk had not synced."""
        if self.process is not None:
            self.stop()
            before = self.disk.lost
            self.disk.crash(luck, torn=not self._site.node_type.checksums)
            self._site.statistics["crashes"] += 1
            self._site.statistics["writes lost in crashes"] += self.disk.lost - before


class SimulatedHosts:
    """The machines of all nodes, as a nemesis crashes and pauses them."""

    def __init__(self, simulation: Simulation, hosts: Mapping[str, Host], statistics: Counter[str]) -> None:
        self._simulation = simulation
        self._hosts = hosts
        self._statistics = statistics

    def crash(self, node: str) -> None:
        """Stop the process at once, losing what its disk had not synced."""
        self._hosts[node].crash(Luck(self._simulation.root_now("crash", node)))

    def restart(self, node: str) -> None:
        """Boot it again from its disk; nothing if it runs."""
        self._hosts[node].boot(self._simulation.root_now("restart", node))

    def pause(self, node: str) -> None:
        """Stop it as SIGSTOP does: everything that reaches it waits. Nothing if it is down."""
        if process := self._hosts[node].process:
            self._statistics["pauses"] += process.backlog is None
            process.pause()

    def resume(self, node: str) -> None:
        """Let it go on, with all that waited. Nothing if it is down."""
        if process := self._hosts[node].process:
            process.resume()

    def broken(self) -> Sequence[str]:
        """The hosts that are down or paused, one sentence each."""
        down = [f"{name} is down" for name, host in self._hosts.items() if host.process is None]
        paused = [
            f"{name} is paused"
            for name, host in self._hosts.items()
            if host.process is not None and host.process.backlog is not None
        ]
        return down + paused
