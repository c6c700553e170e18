"""What is left out takes with it what it caused, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest
import trio

from systems.simulation import Link, Node, Request
from tests.simulated import everything_at_once, run

FAULTY = Link(delay=0.001, jitter=0.005, loss=0.2, duplication=0.2)


class Stateless(Node):
    """Asks its peers before it answers, and remembers nothing."""

    def on_message(self, source, message):
        if isinstance(message, Request):
            for peer in self.door.peers:
                self.door.send(peer, (source, message))
        elif message[-1] == "agreed":
            self.door.reply(message[0], message[1], message[1].body)
        else:
            self.door.send(source, (*message, "agreed"))


def operations_of(*, begin, leave_out=None, processes=4, rename=0):
    """All that is known of the messages of each operation, when each begins at a time of its own."""
    seen = {}

    def note(time, what, source, target, number, message):
        operation = next(part.body for part in (message, *message) if hasattr(part, "body"))
        shown = (time, what, number, source.partition("-")[0], target.partition("-")[0], len(message))
        seen.setdefault(operation[1:] if isinstance(operation, tuple) else operation, []).append(shown)

    async def main(cluster):
        cluster.network.record(note)

        async def client(process):
            connection = await cluster.connect(cluster.nodes[process % 3], process + rename)
            for i in range(20):
                await trio.sleep_until(0.1 * i)
                if (process, i) != leave_out:
                    if begin:
                        cluster.begin("operation", process, i)
                    with trio.move_on_after(0.05):
                        await connection.invoke("ask", process, i)

        async with trio.open_nursery() as nursery:
            for process in range(processes):
                nursery.start_soon(client, process)
        await trio.sleep(1)

    run(main, Stateless, link=FAULTY)
    return seen


@pytest.mark.parametrize("begin", [True, False], ids=["named by the runner", "named by process and time"])
def test_leaving_out_an_operation_changes_no_message_of_another(begin):
    before = operations_of(begin=begin)
    assert len(before) == 80
    fates = Counter(what for messages in before.values() for _, what, *_ in messages)
    assert min(fates[what] for what in ("sent", "delivered", "lost", "duplicated")) > 50
    for left_out in [(0, 0), (2, 7), (3, 19)]:
        after = operations_of(begin=begin, leave_out=left_out)
        assert after == {operation: seen for operation, seen in before.items() if operation != left_out}


def test_operations_that_the_runner_names_do_not_hang_on_the_number_of_their_process():
    assert operations_of(begin=True) == operations_of(begin=True, rename=100)
    assert operations_of(begin=False) != operations_of(begin=False, rename=100)


@pytest.mark.parametrize("faults", [False, True])
def test_where_state_is_shared_and_gossiped_nearly_all_stays_the_same(faults):
    before = Counter(everything_at_once(1, faults=faults))
    for left_out in [(0, 3), (3, 8), (9, 17)]:
        after = Counter(everything_at_once(1, faults=faults, leave_out={left_out}))
        assert (before & after).total() > 0.95 * before.total()


def test_leaving_out_a_fault_leaves_the_luck_of_the_others():
    def synced_of(crashes):
        async def main(cluster):
            client = await cluster.connect("n1", 0)
            await trio.sleep(1)
            for node in crashes:
                cluster.hosts.crash(node)
            await trio.sleep(1)
            for node in crashes:
                cluster.hosts.restart(node)
            client = await cluster.connect("n3", 1)
            return await client.invoke("read", None, None)

        return run(main, Writer)

    assert synced_of(["n3"]) == synced_of(["n1", "n2", "n3"])
    assert 0 < len(synced_of(["n3"])) < 100


class Writer(Node):
    """Writes a hundred values that it does not sync, and tells what is left of them."""

    def __init__(self, door, setting):
        super().__init__(door, setting)
        self.left = tuple(value for _, value in door.disk.items())
        if not self.left:
            for i in range(100):
                door.disk.write(i, i)

    def on_message(self, source, message):
        self.door.reply(source, message, self.left)
