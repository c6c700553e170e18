"""Small simulated systems for tests: a node that echoes, and one that uses all that a node can use."""

from __future__ import annotations

from typing import Any

import trio

from systems.simulation import Link, Node, Request, SimulatedSystem
from systems.system import Client, Setting


class Asker(Client):
    """Sends (f, key, value) and returns whatever comes back."""

    def __init__(self, port, node, process):
        self.port, self.node = port, node

    async def invoke(self, f: str, key: Any, value: Any) -> Any:
        return await self.port.call(self.node, (f, key, value))


class Echo(Node):
    """Answers a request with its body."""

    def on_message(self, source, message):
        if isinstance(message, Request):
            self.door.reply(source, message, message.body)


def world(node, *, nodes=3, seed=0, link=None, sync_s=0.0005, limit_s=1000.0, log=lambda *_: None):
    """A world of such nodes, not yet running."""

    class Toy(SimulatedSystem):
        name, summary, data, claims = "toy", "for tests", frozenset(), ()
        node_type, client_type = node, Asker

    Toy.link, Toy.sync_s = link or Link(delay=0.001, jitter=0.001), sync_s
    world = Toy().deploy(Setting(nodes=nodes, seed=seed, log=log))
    world.limit_s = limit_s
    return world


def run(main, node=Echo, **options):
    """What `main(cluster)` returns, beside such nodes."""
    return world(node, **options).run(main)


class Everything(Node):
    """Writes go to a majority, are synced there, and spread by gossip; uses every way into the world that there is."""

    def __init__(self, door, setting):
        super().__init__(door, setting)
        self.values = dict(door.disk.items())
        self.writes = {}
        self.heartbeat()

    def on_message(self, source, message):
        kind = "request" if isinstance(message, Request) else message[0]
        getattr(self, f"on_{kind}")(source, message)

    def on_request(self, client, request):
        f, key, value = request.body
        if f == "read":
            self.door.reply(client, request, self.values.get(key))
            return
        stamp = (round(self.door.clock() * 1000), self.door.name)
        self.writes[stamp] = [client, request, 0]
        for node in self.door.nodes:
            self.door.send(node, ("put", key, value, stamp))

    def on_put(self, source, message):
        _, key, value, stamp = message
        if stamp > self.values.get(key, ((0, ""), None))[0]:
            self.values[key] = (stamp, value)
            self.door.disk.write(key, (stamp, value))
        self.door.sync(self.door.send, source, ("stored", stamp))

    def on_stored(self, _source, message):
        if write := self.writes.get(message[1]):
            write[2] += 1
            if write[2] == len(self.door.nodes) // 2 + 1:
                del self.writes[message[1]]
                self.door.reply(write[0], write[1], "ok")

    def on_gossip(self, source, message):
        for key, (stamp, value) in message[1]:
            self.on_put(source, ("put", key, value, stamp))

    def heartbeat(self):
        self.door.count("heartbeats")
        self.door.after(0.05 + self.door.luck().uniform(0, 0.05), self.heartbeat)

    async def main(self):
        self.door.log("booted")
        try:
            while True:
                with self.door.timeout(0.2):
                    await self.door.sleep(self.door.luck().uniform(0.1, 0.3))
                    self.door.spawn(self.gossip, self.door.luck().pick(self.door.peers))
        finally:
            self.door.log("stopped")
            self.door.send(self.door.peers[0], ("put", "from the grave", 1, (10**9, "")))
            self.door.disk.write("from the grave", ((10**9, ""), 1))

    async def gossip(self, peer):
        await self.door.fsync()
        self.door.send(peer, ("gossip", tuple(self.values.items())))


def everything_at_once(seed, *, operations=200, leave_out=(), faults=True):
    """A run of `Everything` with five nodes, ten clients and faults of every kind; what was seen, line by line.

    Operations begin at times of their own. Those to leave out are pairs of a client and a number.
    """
    lines = []

    def note(*what):
        lines.append(" ".join(map(str, what)))

    async def main(cluster):
        cluster.network.record(lambda time, what, *message: note(f"{time:.9f}", what, *message))
        async with trio.open_nursery() as nursery:
            if faults:
                nursery.start_soon(_break_everything, cluster, note)
            for process in range(10):
                nursery.start_soon(_client, cluster, process, operations // 10, leave_out, note)
        note("broken", await cluster.probe())
        note(cluster.statistics())

    options = {"nodes": 5, "seed": seed, "log": lambda time, node, text: note(f"{time:.9f}", "log", node, text)}
    run(main, Everything, **options)
    return lines


async def _client(cluster, process, operations, leave_out, note):
    node = cluster.nodes[process % len(cluster.nodes)]
    client = await cluster.connect(node, process)
    for i in range(operations):
        await trio.sleep_until(0.05 * i + 0.001 * process)
        if (process, i) in leave_out:
            continue
        cluster.begin("operation", process, i)
        with trio.move_on_after(0.04) as scope:
            f = "write" if i % 2 else "read"
            note(trio.current_time(), "client", process, i, await client.invoke(f, i // 3 % 4, (process, i)))
        if scope.cancelled_caught:
            note(trio.current_time(), "client", process, i, "timed out")


async def _break_everything(cluster, note):
    network, hosts, clocks = cluster.network, cluster.hosts, cluster.clocks
    storm = Link(delay=0.001, jitter=0.01, loss=0.1, duplication=0.1, corruption=0.05, bandwidth=100_000.0)
    everywhere = [(a, b) for a in cluster.nodes for b in cluster.nodes if a != b]
    await trio.sleep(0.1)
    for link in everywhere:
        network.harm(*link, storm)
    network.cut("n1", "n2")
    clocks.skew("n3", jump=-0.5, rate=1.5)
    await trio.sleep(0.1)
    hosts.pause("n4")
    hosts.crash("n5")
    clocks.skew("n2", rate=0.0)
    await trio.sleep(0.1)
    hosts.restart("n5")
    hosts.crash("n1")
    await trio.sleep(0.2)
    hosts.resume("n4")
    hosts.restart("n1")
    network.mend("n1", "n2")
    for link in everywhere:
        network.relieve(*link, storm)
    for node in cluster.nodes:
        clocks.reset(node)
    note("healed", trio.current_time())
