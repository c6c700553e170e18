"""A running Raft cluster in the hands of a test: whom to cut off, crash and ask, and a look at the replicas."""

from __future__ import annotations

import itertools

import trio

from systems.raft import Raft
from systems.system import Setting


def on_raft(scenario, *, nodes=5, seed=0, bug=None, system=None):
    """Run `await scenario(lab)` on a new cluster; what it returns, and the statistics of the cluster."""

    async def main(cluster):
        result = await scenario(Lab(cluster))
        return result, dict(cluster.statistics())

    return (system or Raft()).deploy(Setting(nodes=nodes, seed=seed, bug=bug)).run(main)


class Lab:
    """The cluster, and shorthand for what tests do with it."""

    def __init__(self, cluster):
        self.nodes = cluster.nodes
        self.network = cluster.network
        self.hosts = cluster.hosts
        self.clocks = cluster.clocks
        self._cluster = cluster
        self._processes = itertools.count()

    def replica(self, node):
        """What is running on a node, or None."""
        host = self._cluster._hosts[node]
        return host.node and host.node.replica

    async def leader(self, among=None, but=None):
        """The name of a leader, as soon as there is one."""
        while True:
            for node in among or self.nodes:
                replica = self.replica(node)
                if node != but and replica is not None and replica.leading is not None:
                    return node
            await trio.sleep(0.01)

    def others(self, *nodes):
        """All nodes but these."""
        return tuple(node for node in self.nodes if node not in nodes)

    def cut(self, sources, targets):
        """Cut all links from some nodes to others."""
        for source, target in itertools.product(sources, targets):
            self.network.cut(source, target)

    def mend(self, sources, targets):
        """Mend them."""
        for source, target in itertools.product(sources, targets):
            self.network.mend(source, target)

    def isolate(self, *nodes):
        """Cut these off from the others, both ways."""
        self.cut(nodes, self.others(*nodes))
        self.cut(self.others(*nodes), nodes)

    def rejoin(self, *nodes):
        """Undo `isolate`."""
        self.mend(nodes, self.others(*nodes))
        self.mend(self.others(*nodes), nodes)

    async def ask(self, node, f, key=0, value=None):
        """One operation of a new client."""
        client = await self._cluster.connect(node, next(self._processes))
        return await client.invoke(f, key, value)

    async def read(self, node, key=0):
        """What the node says a register holds."""
        return await self.ask(node, "read", key)

    async def write(self, node, value, key=0):
        """Write on a node, and return when it is acknowledged."""
        await self.ask(node, "write", key, value)

    async def read_everywhere(self, key=0):
        """What each node says."""
        return [await self.read(node, key) for node in self.nodes]
