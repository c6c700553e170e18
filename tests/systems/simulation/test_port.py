from __future__ import annotations

import pytest
import trio

from systems.simulation import Link, Node, Reply
from tests.simulated import Echo, run


def test_calls_are_answered_each_with_its_own_reply():
    async def main(cluster):
        client = await cluster.connect("n1", 0)
        answers = {}

        async def call(i):
            answers[i] = await client.invoke("echo", i, None)

        async with trio.open_nursery() as nursery:
            for i in range(50):
                nursery.start_soon(call, i)
        assert answers == {i: ("echo", i, None) for i in range(50)}

    run(main)


def test_one_call_after_another_at_one_moment_has_other_luck():
    async def main(cluster):
        seen = []
        cluster.network.record(lambda *message: seen.append(message))
        client = await cluster.connect("n1", 0)
        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(client.invoke, "echo", 1, None)
        numbers = {number for _, what, source, _, number, _ in seen if what == "sent" and source == "client-0"}
        assert len(numbers) == 5

    run(main)


def test_a_reply_that_comes_late_or_twice_is_ignored():
    class Slow(Node):
        def on_message(self, source, message):
            for delay in (1.0, 2.0):
                self.door.after(delay, self.door.reply, source, message, message.body[1])

    async def main(cluster):
        client = await cluster.connect("n1", 0)
        with trio.move_on_after(0.5) as scope:
            await client.invoke("echo", "too late", None)
        assert scope.cancelled_caught
        await trio.sleep(0.8)
        assert await client.invoke("echo", "in time", None) == "in time"
        await trio.sleep(5)

    run(main, Slow)


def test_what_is_no_reply_is_ignored():
    class Confused(Node):
        def on_message(self, source, message):
            self.door.send(source, "no reply")
            self.door.send(source, Reply(999, "to nobody"))
            self.door.after(1, self.door.reply, source, message, "the reply")

    async def main(cluster):
        client = await cluster.connect("n1", 0)
        assert await client.invoke("echo", 1, None) == "the reply"

    run(main, Confused)


def test_a_process_may_connect_again():
    async def main(cluster):
        clients = [await cluster.connect(node, 7) for node in ("n1", "n2", "n2")]
        for client in clients:
            assert await client.invoke("echo", 1, None) == ("echo", 1, None)
        assert len({client.port.name for client in clients}) == 3

    run(main)


def test_a_client_can_only_connect_to_a_node():
    async def main(cluster):
        with pytest.raises(LookupError, match="there is no node n4; there are n1, n2, n3"):
            await cluster.connect("n4", 0)

    run(main)


def test_a_request_lost_on_its_way_is_not_answered():
    async def main(cluster):
        client = await cluster.connect("n1", 0)
        cluster.network.harm("client-0", "n1", Link(loss=1.0))
        with trio.move_on_after(10) as scope:
            await client.invoke("echo", 1, None)
        assert scope.cancelled_caught

    run(main, Echo)
