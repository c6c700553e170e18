"""What the simulated world costs: operations and messages a second, without recording or judging them.

The system is a register on a majority: the node that a client asks sends the write to all others, and answers when a
majority has it. One operation on n nodes is 2n messages. Run with

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_simulation.py -n0

and on a machine that does other things too, with --benchmark-timer=time.process_time.
"""

from __future__ import annotations

import platform

import pytest
import trio

from systems.simulation import Node, Request
from tests.simulated import world

ROUNDS = 3
MESSAGES = 100_000


class Majority(Node):
    """A register for each key, written on a majority."""

    def __init__(self, door, setting):
        super().__init__(door, setting)
        self.values = {}
        self.writes = {}
        self.count = 0
        self.needed = len(door.nodes) // 2
        self.on = {"put": self.on_put, "stored": self.on_stored}

    def on_message(self, source, message):
        if type(message) is Request:
            self.on_request(source, message)
        else:
            self.on[message[0]](source, message)

    def on_request(self, client, request):
        _, key, value = request.body
        self.count = number = self.count + 1
        self.values[key] = value
        self.writes[number] = [client, request, self.needed]
        message, send = ("put", number, key, value), self.door.send
        for peer in self.door.peers:
            send(peer, message)

    def on_put(self, source, message):
        self.values[message[2]] = message[3]
        self.door.send(source, ("stored", message[1]))

    def on_stored(self, _source, message):
        if write := self.writes.get(message[1]):
            write[2] -= 1
            if write[2] == 0:
                del self.writes[message[1]]
                self.door.reply(write[0], write[1], "ok")


def operate(nodes, clients, operations):
    """Let the clients write, each its next operation as soon as the last is done; the statistics of the run."""

    async def client(cluster, process):
        connection = await cluster.connect(cluster.nodes[process % nodes], process)
        for i in range(operations // clients):
            with trio.CancelScope(deadline=trio.current_time() + 5.0):
                await connection.invoke("write", i % 10, (process, i))

    async def main(cluster):
        async with trio.open_nursery() as nursery:
            for process in range(clients):
                nursery.start_soon(client, cluster, process)
        await trio.sleep(1.0)  # until the last messages have arrived
        return cluster.statistics()

    return world(Majority, nodes=nodes).run(main)


@pytest.fixture(scope="module")
def table(request):
    """Rows to be printed at the end."""
    rows = []
    yield rows
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n\n{platform.processor() or platform.machine()}, Python {platform.python_version()}, one core")  # noqa: T201
        print(f"{'nodes':>6}{'clients':>9}{'operations':>12}{'operations/s':>14}{'messages/s':>12}{'us/message':>12}")  # noqa: T201
        for nodes, clients, operations, messages, seconds in rows:
            row = f"{nodes:6}{clients:9}{operations:12}{operations / seconds:14,.0f}{messages / seconds:12,.0f}"
            print(f"{row}{1e6 * seconds / messages:12.2f}")  # noqa: T201


def measure(benchmark, table, nodes, clients, operations):
    statistics = benchmark.pedantic(operate, args=(nodes, clients, operations), rounds=ROUNDS)
    assert statistics["messages sent"] == 2 * nodes * operations
    table.append((nodes, clients, operations, statistics["messages sent"], benchmark.stats.stats.min))


@pytest.mark.parametrize("clients", [10, 100, 1000])
@pytest.mark.parametrize("nodes", [3, 5, 25])
def test_operations_a_second(benchmark, table, nodes, clients):
    measure(benchmark, table, nodes, clients, max(10, MESSAGES // (2 * nodes) // clients) * clients)


@pytest.mark.parametrize("operations", [1_000, 10_000, 100_000])
def test_a_message_costs_the_same_in_a_long_run(benchmark, table, operations):
    measure(benchmark, table, 5, 10, operations)
