"""Transactions of a simulated database taken step by step, by hand."""

from __future__ import annotations

import trio

from systems.system import DefiniteError, IndefiniteError, Setting
from systems.transactions.steps import Step

LIMIT_S = 200.0
READY_S = 1.0  # a leader is elected, and the locks are somewhere


class Hand:
    """A client of one node; each of its transactions begins with `begin`."""

    def __init__(self, client):
        self.port, self.node = client.port, client.node
        self.number, self.steps, self.reads_only = -1, 0, False

    def begin(self, *, reads_only=False):
        self.number, self.steps, self.reads_only = self.number + 1, 0, reads_only
        return self

    async def step(self, verb, key=None, value=None):
        step = Step(self.number, self.steps, verb, key, value, self.reads_only)
        self.steps += 1
        status, result = await self.port.call(self.node, step)
        if status == "ok":
            return result
        raise (DefiniteError if status == "fail" else IndefiniteError)(result)

    async def read(self, key):
        return await self.step("read", key)

    async def write(self, key, value):
        await self.step("write", key, value)

    async def append(self, key, element):
        await self.step("append", key, element)

    async def scan(self, low, high):
        return await self.step("scan", (low, high))

    async def commit(self):
        await self.step("commit")

    async def abort(self):
        with trio.move_on_after(0.05):
            await self.step("abort")


class Table:
    """A cluster at which hands sit: each gets a process and a node of its own."""

    def __init__(self, cluster):
        self.cluster, self.hands = cluster, 0

    async def hand(self, node=None):
        process, self.hands = self.hands, self.hands + 1
        node = node or self.cluster.nodes[process % len(self.cluster.nodes)]
        return Hand(await self.cluster.connect(node, process)).begin()

    async def put(self, values, node=None):
        """Commit these, and wait until every node has them and may read them."""
        hand = await self.hand(node)
        for key, value in values.items():
            await hand.write(key, value)
        await hand.commit()
        await trio.sleep(0.2)

    async def get(self, key, node=None):
        """What a transaction of its own reads."""
        hand = (await self.hand(node)).begin(reads_only=True)
        value = await hand.read(key)
        await hand.commit()
        return value


def seated(system, play, *, seed=0, nodes=5, bug=None):
    """What `play(table)` returns, at a cluster of this system that is ready."""

    async def main(cluster):
        await trio.sleep(READY_S)
        return await play(Table(cluster))

    world = system().deploy(Setting(seed=seed, nodes=nodes, bug=bug))
    world.limit_s = LIMIT_S
    return world.run(main)


async def waits(awaitable_step, *args, within=0.2):
    """Whether a step has no answer within this time; it is given up then."""
    with trio.move_on_after(within) as scope:
        await awaitable_step(*args)
    return scope.cancelled_caught
