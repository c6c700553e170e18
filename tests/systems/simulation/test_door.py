from __future__ import annotations

import math

import pytest
import trio

from systems.simulation import Node
from systems.simulation.process import NodeError
from tests.simulated import run


def noted(script, *, nodes=2, main=None, **options):
    """What `script(node, note)` noted, run as the main task of n1."""
    notes = []

    class Scripted(Node):
        received = None

        def on_message(self, source, message):
            notes.append((self.door.name, source, message))

        async def main(self):
            if self.door.name == "n1":
                await script(self, lambda *what: notes.append((round(trio.current_time(), 3), *what)))

    async def wait(cluster):
        if main:
            await main(cluster)
        await trio.sleep(20)
        return cluster.statistics()

    statistics = run(wait, Scripted, nodes=nodes, **options)
    return notes, statistics


def test_a_node_knows_its_name_its_peers_and_all_nodes():
    async def script(node, note):
        note(node.door.name, node.door.peers, node.door.nodes)

    notes, _ = noted(script, nodes=11)
    nodes = tuple(f"n{i}" for i in range(1, 12))
    assert notes == [(0, "n1", nodes[1:], nodes)]


def test_messages_go_to_others_and_to_oneself():
    async def script(node, note):
        node.door.send("n2", "to another")
        await node.door.sleep(1)
        node.door.send("n1", "to oneself")

    assert noted(script)[0] == [("n2", "n1", "to another"), ("n1", "n1", "to oneself")]


@pytest.mark.parametrize(
    ("message", "target", "error"), [(["list"], "n2", "unhashable"), ({}, "n1", "unhashable"), ("x", "n3", "no n3")]
)
def test_what_cannot_be_sent_is_refused_at_once(message, target, error):
    async def script(node, note):
        node.door.send(target, message)

    with pytest.raises(NodeError, match=error):
        noted(script)


def test_sleeping_timing_out_and_timers_take_the_time_of_the_nodes_clock():
    async def script(node, note):
        await node.door.sleep(1)
        note("slept")
        with node.door.timeout(1) as scope:
            await node.door.sleep(5)
        note("timed out", scope.cancelled_caught)
        with node.door.timeout(1) as scope:
            await node.door.sleep(0.5)
        note("in time", scope.cancelled_caught)
        timer = node.door.after(1, note, "never")
        node.door.after(2, note, "rang")
        await node.door.sleep(0.5)
        timer.cancel()
        note(round(node.door.clock(), 3))

    async def fast(cluster):
        cluster.clocks.skew("n1", rate=2)
        await trio.sleep(20)

    own = [(1, "slept"), (2, "timed out", True), (2.5, "in time", False), (3, 3.0), (4.5, "rang")]
    assert noted(script)[0] == own
    at_twice_the_rate = [(time / 2, *what) for time, *what in own]
    assert noted(script, main=fast)[0] == at_twice_the_rate


def test_a_task_that_sleeps_when_its_node_is_paused_wakes_when_it_is_resumed():
    async def script(node, note):
        await node.door.sleep(1)
        note("woke")

    async def main(cluster):
        await trio.sleep(0.5)
        cluster.hosts.pause("n1")
        await trio.sleep(4.5)
        cluster.hosts.resume("n1")
        await trio.sleep(1)

    assert noted(script, main=main)[0] == [(5, "woke")]


@pytest.mark.parametrize("delay", [-1, math.nan, math.inf])
def test_a_time_that_cannot_be_is_refused(delay):
    async def script(node, note):
        node.door.after(delay, note)

    with pytest.raises(NodeError, match="a timer cannot be set to"):
        noted(script)


def test_fsync_takes_time_and_keeps_what_was_written():
    async def script(node, note):
        node.door.disk.write("a", 1)
        await node.door.fsync()
        note(node.door.disk.read("a"))
        node.door.sync(note, "called")
        await node.door.sleep(5)

    notes, _ = noted(script, sync_s=0.1)
    assert [what for _, what in notes] == [1, "called"]
    assert 0.05 < notes[0][0] < notes[1][0] < 1


def test_tasks_are_spawned():
    async def script(node, note):
        async def other(i):
            await node.door.sleep(i)
            note(i)

        for i in (2, 1):
            node.door.spawn(other, i)

    assert noted(script)[0] == [(1, 1), (2, 2)]


def test_luck_is_fresh_at_every_call_and_the_same_in_every_run():
    async def script(node, note):
        note(*(node.door.luck().key for _ in range(10)))
        await node.door.sleep(1)
        note(*(node.door.luck().key for _ in range(10)))

    notes, _ = noted(script, seed=1)
    assert len({key for _, *keys in notes for key in keys}) == 20
    assert notes == noted(script, seed=1)[0] != noted(script, seed=2)[0]


def test_the_log_has_the_time_and_the_node_and_counts_are_statistics():
    async def script(node, note):
        await node.door.sleep(0.25)
        node.door.log("an election")
        node.door.count("elections")
        node.door.count("elections")

    lines = []
    _, statistics = noted(script, log=lambda *line: lines.append(line))
    assert lines == [(pytest.approx(0.25), "n1", "an election")]
    assert statistics["elections"] == 2
