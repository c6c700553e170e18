from __future__ import annotations

import gc

import pytest
import trio

from systems.faults import Clocks, Hosts, Network
from systems.simulation import Link
from systems.simulation.trace import Trace
from systems.system import Cluster
from tests.simulated import Echo, run, world


def test_a_simulated_cluster_is_a_cluster():
    async def main(cluster: Cluster) -> tuple[Network, Clocks, Hosts]:
        return cluster.network, cluster.clocks, cluster.hosts

    assert all(run(main))


def test_what_main_returns_and_raises_comes_out_as_it_is():
    async def give(cluster):
        return cluster.nodes

    async def fail(cluster):
        await trio.sleep(1)
        raise LookupError("as it is")

    assert run(give, nodes=2) == ("n1", "n2")
    with pytest.raises(LookupError, match="as it is"):
        run(fail)


def test_a_world_can_be_run_again():
    async def main(cluster):
        await (await cluster.connect("n1", 0)).invoke("echo", 1, None)
        return trio.current_time()

    again = world(Echo)
    assert again.run(main) == again.run(main)


def test_a_run_keeps_nothing_of_what_is_over():
    class Busy(Echo):
        """Sets a timer for every message, and takes back the one before."""

        timer = None

        def on_message(self, source, message):
            if self.timer:
                self.timer.cancel()
            self.timer = self.door.after(0.1, self.door.count, "quiet")
            self.door.disk.write("last", message.body)
            self.door.sync(self.door.reply, source, message, message.body)

    async def main(cluster):
        client = await cluster.connect("n1", 0)
        counts = []
        for i in range(1200):
            with trio.move_on_after(1):
                await client.invoke("echo", i, None)
            if i % 400 == 399:
                counts.append(len(gc.get_objects()))
        return counts

    counts = run(main, Busy)
    assert max(counts) - min(counts) < 100


def test_seeds_differ():
    async def main(cluster):
        await (await cluster.connect("n1", 0)).invoke("echo", 1, None)
        return trio.current_time()

    assert len({run(main, seed=seed) for seed in range(10)}) == 10


def test_a_healthy_cluster_passes_its_probe_and_the_messages_of_it_are_not_the_systems():
    async def main(cluster):
        assert await cluster.probe() == []
        assert set(cluster.statistics().values()) == {0}

    run(main)
    run(main, nodes=1)
    run(main, nodes=7, link=Link(delay=0.01, jitter=0.05, loss=0.3))


BROKEN = {
    "cut": (lambda cluster: cluster.network.cut("n1", "n2"), {"the link from n1 to n2 is cut", "n2 does not hear n1"}),
    "lost": (
        lambda cluster: cluster.network.harm("n3", "n1", Link(loss=1.0)),
        {"the link from n3 to n1 suffers", "n1 does not hear n3"},
    ),
    "client": (
        lambda cluster: cluster.network.cut("a client", "n2"),
        {"the link from a client to n2 is cut", "n2 does not hear a client"},
    ),
    "down": (
        lambda cluster: cluster.hosts.crash("n1"),
        {
            "n1 is down",
            *(f"n1 does not hear {other}" for other in ("n2", "n3", "a client")),
            *(f"{other} does not hear n1" for other in ("n2", "n3", "a client")),
        },
    ),
    "paused": (
        lambda cluster: cluster.hosts.pause("n1"),
        {
            "n1 is paused",
            *(f"n1 does not hear {other}" for other in ("n2", "n3", "a client")),
            *(f"{other} does not hear n1" for other in ("n2", "n3", "a client")),
        },
    ),
    "clock": (lambda cluster: cluster.clocks.skew("n1", jump=1.0), {"the clock of n1 is +1.000000000 s off"}),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_whatever_is_broken_is_found_by_the_probe(fault):
    inject, expected = BROKEN[fault]

    async def main(cluster):
        inject(cluster)
        return await cluster.probe()

    sentences = run(main)
    assert len(sentences) == len(expected)
    assert all(any(sentence.startswith(start) for sentence in sentences) for start in expected)


def test_what_is_healed_passes_the_probe():
    async def main(cluster):
        cluster.network.cut("n1", "n2")
        cluster.hosts.pause("n1")
        cluster.hosts.crash("n2")
        cluster.clocks.skew("n3", rate=0.5)
        await trio.sleep(1)
        cluster.network.mend("n1", "n2")
        cluster.hosts.resume("n1")
        cluster.hosts.restart("n2")
        cluster.clocks.reset("n3")
        return await cluster.probe()

    assert run(main) == []


def test_a_trace_keeps_the_first_messages_and_counts_the_others():
    async def main(cluster):
        trace = Trace(10)
        cluster.network.record(trace)
        client = await cluster.connect("n1", 0)
        cluster.network.harm("n1", "client-0", Link(duplication=1.0))
        for i in range(5):
            await client.invoke("echo", i, None)
        await trio.sleep(1)
        cluster.network.harm("client-0", "n1", Link(loss=1.0))
        with trio.move_on_after(1):
            await client.invoke("echo", "lost", None)
        return trace

    trace = run(main)
    assert len(trace.messages) == 10
    assert trace.left_out == 6
    request, reply, copy = trace.messages[:3]
    assert (request.source, request.target, request.content.body) == ("client-0", "n1", ("echo", 0, None))
    assert (request.fate, reply.fate, copy.fate) == ("delivered",) * 3
    assert 0 == request.sent < request.ended == reply.sent < reply.ended
    assert (reply.is_copy, copy.is_copy, copy.is_corrupted) == (False, True, False)


def test_a_trace_knows_what_was_lost_corrupted_and_is_under_way():
    async def main(cluster):
        trace = Trace(100)
        cluster.network.record(trace)
        client = await cluster.connect("n1", 0)
        for harm in (Link(loss=1.0), Link(corruption=1.0), Link(delay=100)):
            cluster.network.harm("client-0", "n1", harm)
            with trio.move_on_after(1):
                await client.invoke("echo", 1, None)
            cluster.network.relieve("client-0", "n1", harm)
        return [(message.fate, message.is_corrupted, message.ended) for message in trace.messages]

    lost, corrupted, late = run(main)
    assert lost == ("lost", False, 0)
    assert corrupted == ("lost", True, pytest.approx(1))
    assert late == ("under way", False, None)


def test_a_trace_has_a_limit():
    with pytest.raises(ValueError, match="a trace of -1 messages"):
        Trace(-1)
