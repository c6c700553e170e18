from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, TypeVar, cast

import outcome
import trio

from systems.simulation.clock import SimulatedClocks
from systems.simulation.host import Host, SimulatedHosts, Site
from systems.simulation.link import Link, delays
from systems.simulation.network import SimulatedNetwork
from systems.simulation.node import Node
from systems.simulation.port import OPERATION, Port
from systems.simulation.simulation import LIMIT_S, Simulation
from systems.system import Client, Cluster, Setting, System

T = TypeVar("T")

_PROBES = 10  # a link may lose some of them and still be as it was
_PROBE_WAIT_S = 1.0
_CLIENT = "a client"  # which probes the nodes


class _ByName(dict[str, T]):
    """What there is one of for each node."""

    def __missing__(self, name: str) -> T:
        raise LookupError(f"there is no node {name}; there are {', '.join(self)}")


class SimulatedCluster:
    """The nodes of a simulated system, running: `systems.system.Cluster`."""

    def __init__(
        self, simulation: Simulation, system: SimulatedSystem, setting: Setting, nursery: trio.Nursery
    ) -> None:
        self.nodes = tuple(f"n{i}" for i in range(1, setting.nodes + 1))
        self.network = SimulatedNetwork(simulation, system.link)
        self._simulation = simulation
        self._client_type = cast("Callable[[Port, str, int], Client]", system.client_type)
        self._statistics: Counter[str] = Counter()
        self._connections: Counter[int] = Counter()
        site = Site(
            simulation=simulation,
            network=self.network,
            nursery=nursery,
            statistics=self._statistics,
            setting=setting,
            nodes=self.nodes,
            node_type=system.mistakes.get(setting.bug or "", system.node_type),
            sync_delays=delays(system.sync_s / 2, system.sync_s / 2),
        )
        self._hosts = _ByName((name, Host(site, name)) for name in self.nodes)
        self.clocks = SimulatedClocks(_ByName((name, host.clock) for name, host in self._hosts.items()))
        self.hosts = SimulatedHosts(simulation, self._hosts, self._statistics)
        self.network.join(_CLIENT, lambda _source, _message: None)
        for name, host in self._hosts.items():
            host.boot(simulation.root("boot", name))

    def leaders(self) -> Sequence[str]:
        """The nodes that lead, by their own account."""
        return [name for name, host in self._hosts.items() if host.node is not None and host.node.leads]

    def begin(self, *ids: int | str) -> None:
        """Say what this task does from here on, so that its luck hangs on these ids and on nothing else."""
        OPERATION.set(self._simulation.root("begin", *ids))

    async def connect(self, node: str, process: int) -> Client:
        """A new client of a process that talks to one node."""
        await trio.lowlevel.checkpoint()
        name = self._hosts[node].name
        self._connections[process] += 1
        again = f".{self._connections[process]}" if self._connections[process] > 1 else ""
        port = Port(self._simulation, self.network, f"client-{process}{again}")
        return self._client_type(port, name, process)

    async def probe(self) -> Sequence[str]:
        """What is still broken once all is healed, one sentence each: messages are really sent, clocks read."""
        names = (*self._hosts, _CLIENT)
        silent = dict.fromkeys(itertools.permutations(names, 2))
        for attempt in range(_PROBES):
            for source, target in silent:
                self._probe(source, target, attempt, silent)
            await trio.sleep(_PROBE_WAIT_S)
            if not silent:
                break
        unheard = [f"{target} does not hear {source}" for source, target in silent]
        return [*self.hosts.broken(), *self.network.broken(), *self.clocks.broken(), *unheard]

    def _probe(self, source: str, target: str, attempt: int, silent: dict[tuple[str, str], None]) -> None:
        """Let the source send something that strikes the pair off, if both hosts and the link are well."""
        key = self._simulation.root_now("probe", source, target, attempt)
        strike = functools.partial(silent.pop, (source, target), None)
        answer = functools.partial(self._hosts[target].probe, strike) if target in self._hosts else strike
        send = functools.partial(self.network.probe, source, target, answer, key)
        if source in self._hosts:
            self._hosts[source].probe(send)
        else:
            send()

    def stop(self) -> None:
        """Stop all nodes for good."""
        for host in self._hosts.values():
            host.stop()

    def statistics(self) -> Mapping[str, int]:
        """Numbers worth a line in the report: messages, elections, crashes, ..."""
        network = self.network
        return {
            "messages sent": network.sent,
            "messages delivered": network.delivered,
            "messages lost": network.lost,
            "messages duplicated": network.duplicated,
            "messages corrupted": network.corrupted,
            **dict(sorted(self._statistics.items())),
        }


class SimulatedWorld:
    """Virtual time, and a cluster in it: `systems.system.World`."""

    def __init__(self, system: SimulatedSystem, setting: Setting, limit_s: float = LIMIT_S) -> None:
        self.system = system
        self.setting = setting
        self.limit_s = limit_s

    def run(self, main: Callable[[Cluster], Awaitable[T]]) -> T:
        """Start the cluster, run `main`, stop all.

        Raises what `main` raises; `NodeError` if a node does; `StuckError` if the run cannot end.
        """
        simulation = Simulation(self.setting.seed, self.limit_s)

        async def run() -> T:
            async with trio.open_nursery() as nursery:
                cluster = SimulatedCluster(simulation, self.system, self.setting, nursery)
                result: outcome.Outcome[T] = await outcome.acapture(main, cluster)
                cluster.stop()
            return result.unwrap()

        return simulation.run(run)


class SimulatedSystem(System):
    """A system whose nodes are simulated. Subclasses say which class a node is, and how to make a client."""

    node_type: ClassVar[type[Node]]
    mistakes: ClassVar[Mapping[str, type[Node]]] = {}  # the nodes that have one of the seeded bugs, by its name
    client_type: ClassVar[type[Client]]  # called with a port, the node, and the number of the process
    link: ClassVar[Link] = Link(delay=0.0005, jitter=0.0005)
    sync_s: ClassVar[float] = 0.0005

    def deploy(self, setting: Setting) -> SimulatedWorld:
        """A world with this system in it, not yet running."""
        return SimulatedWorld(self, setting)
