from __future__ import annotations

import traceback

import pytest
import trio

from systems.simulation import Link, Node
from systems.simulation.process import NodeError
from tests.simulated import Echo, run


class Clerk(Node):
    """Stores values, synced or not; notes what happens to it."""

    notes = None  # a list, for each run

    def __init__(self, door, setting):
        super().__init__(door, setting)
        self.note("booted", dict(door.disk.items()))

    def note(self, *what):
        self.notes.append((round(trio.current_time(), 1), self.door.name, *what))

    def on_message(self, source, message):
        f, key, value = message.body
        if f == "tell":
            self.note("told", value)
            self.door.reply(source, message, value)
        elif f == "write":
            self.door.disk.write(key, value)
            self.door.reply(source, message, "written")
        elif f == "sync":
            self.door.sync(self.door.reply, source, message, "synced")
        elif f == "later":
            self.door.after(value, self.note, "rang", value)
            self.door.reply(source, message, "set")


def notes_of(main, node=Clerk, **options):
    """What the nodes noted while `main(cluster, ask)` ran; `ask` asks n1, and gives up after a second."""

    class Mine(node):
        notes = []  # noqa: RUF012

    async def with_client(cluster):
        client = await cluster.connect("n1", 0)

        async def ask(f, key=None, value=None):
            with trio.move_on_after(1):
                return await client.invoke(f, key, value)
            return "no answer"

        await main(cluster, ask)

    run(with_client, Mine, nodes=1, **options)
    return [note[:1] + note[2:] for note in Mine.notes]


def test_a_crashed_node_answers_nothing_and_boots_from_what_it_synced():
    async def main(cluster, ask):
        await ask("write", "a", 1)
        assert await ask("sync") == "synced"
        cluster.hosts.crash("n1")
        assert cluster.hosts.broken() == ["n1 is down"]
        assert await ask("tell") == "no answer"
        await trio.sleep_until(5)
        cluster.hosts.restart("n1")
        assert cluster.hosts.broken() == []
        assert await ask("tell", None, "back") == "back"

    assert notes_of(main) == [(0, "booted", {}), (5, "booted", {"a": 1}), (5, "told", "back")]


def test_what_was_not_synced_may_be_lost():
    async def main(cluster, ask):
        for i in range(20):
            await ask("write", i, i)
        cluster.hosts.crash("n1")
        cluster.hosts.restart("n1")
        await trio.sleep(1)
        assert cluster.statistics()["writes lost in crashes"] == 20 - len(left())

    def left():
        return notes[-1][-1]

    notes = []

    class Mine(Clerk):
        def note(self, *what):
            notes.append(what)

    notes_of(main, Mine)
    assert 0 < len(left()) < 20


def test_a_sync_keeps_nothing_that_was_written_after_it_began():
    async def main(cluster, ask):
        await ask("write", "before", 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, "sync")
            await trio.sleep(0.02)
            for i in range(20):
                await ask("write", i, i)
        cluster.hosts.crash("n1")
        cluster.hosts.restart("n1")

    *_, (_, _, left) = notes_of(main, sync_s=1.0, link=Link(delay=0.001))
    assert "before" in left
    assert 1 < len(left) < 20


def test_a_sync_that_a_crash_interrupts_is_not_told():
    async def main(cluster, ask):
        async def crash():
            await trio.sleep(0.1)
            cluster.hosts.crash("n1")
            cluster.hosts.restart("n1")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(crash)
            assert await ask("sync") == "no answer"

    notes_of(main, sync_s=0.5)


def test_messages_to_a_node_that_is_down_are_counted():
    async def main(cluster, ask):
        cluster.hosts.crash("n1")
        await ask("tell")
        assert cluster.statistics()["messages to a node that was down"] == 1
        assert cluster.statistics()["crashes"] == 1

    notes_of(main)


def test_a_paused_node_does_afterwards_what_reached_it_in_order():
    async def main(cluster, ask):
        await ask("later", None, 2)
        cluster.hosts.pause("n1")
        cluster.hosts.pause("n1")
        assert cluster.hosts.broken() == ["n1 is paused"]
        assert cluster.statistics()["pauses"] == 1
        await ask("tell", None, "first")
        await trio.sleep_until(3)
        await ask("tell", None, "second")
        await trio.sleep_until(10)
        cluster.hosts.resume("n1")
        assert cluster.hosts.broken() == []
        await trio.sleep(1)

    told = [(10, "told", "first"), (10, "rang", 2), (10, "told", "second")]
    assert notes_of(main) == [(0, "booted", {}), *told]


def test_a_paused_node_that_crashes_does_not_do_what_was_held_back():
    async def main(cluster, ask):
        await ask("later", None, 1)
        cluster.hosts.pause("n1")
        await ask("tell", None, "held back")
        await trio.sleep_until(5)
        cluster.hosts.crash("n1")
        cluster.hosts.resume("n1")
        cluster.hosts.restart("n1")
        await trio.sleep(5)

    assert notes_of(main) == [(0, "booted", {}), (5, "booted", {})]


def test_a_timer_does_not_outlive_its_process():
    async def main(cluster, ask):
        await ask("later", None, 1)
        cluster.hosts.crash("n1")
        cluster.hosts.restart("n1")
        await trio.sleep(5)

    assert [what for _, what, *_ in notes_of(main)] == ["booted", "booted"]


def test_crashing_what_is_down_and_restarting_what_runs_change_nothing():
    async def main(cluster, ask):
        cluster.hosts.restart("n1")
        await trio.sleep(1)
        cluster.hosts.crash("n1")
        cluster.hosts.crash("n1")
        cluster.hosts.pause("n1")
        assert cluster.statistics()["crashes"] == 1
        assert cluster.hosts.broken() == ["n1 is down"]

    assert notes_of(main) == [(0, "booted", {})]


def test_a_node_may_crash_and_boot_again_and_again_at_one_moment():
    async def main(cluster, ask):
        for _ in range(3):
            cluster.hosts.crash("n1")
            cluster.hosts.restart("n1")
        assert await ask("tell", None, "alive") == "alive"

    assert notes_of(main) == [*[(0, "booted", {})] * 4, (0, "told", "alive")]


class Sleeper(Clerk):
    """Tries to reach the world when it is stopped, in every way there is."""

    async def main(self):
        try:
            await self.door.sleep(1000)
        finally:
            self.note("stopping")
            self.door.disk.write("grave", 1)
            self.door.send("n1", "from the grave")
            self.door.after(0.1, self.note, "rang in the grave")
            self.door.sync(self.note, "synced in the grave")
            self.door.spawn(self.haunt)
            with trio.CancelScope(shield=True):
                await self.door.sleep(1)
                await self.door.fsync()
                with self.door.timeout(1):
                    await self.door.sleep(10)

    async def haunt(self):
        self.note("haunts")


def test_what_a_crashed_node_does_in_its_last_moments_goes_nowhere():
    async def main(cluster, ask):
        await trio.sleep(1)
        cluster.hosts.crash("n1")
        before = cluster.statistics()["messages sent"]
        await trio.sleep(1)
        cluster.hosts.restart("n1")
        await trio.sleep(5)
        assert cluster.statistics()["messages sent"] == before

    notes = notes_of(main, Sleeper)
    assert [note for note in notes if note[1] != "stopping"] == [(0, "booted", {}), (2, "booted", {})]
    assert notes.count((1, "stopping")) == 1


def test_the_end_of_a_run_stops_the_nodes_as_a_crash_does():
    async def main(cluster, ask):
        await trio.sleep(1)

    assert notes_of(main, Sleeper) == [(0, "booted", {}), (1, "stopping")]


class Faulty(Node):
    """Raises where it is told to."""

    where = None

    def __init__(self, door, setting):
        super().__init__(door, setting)
        self.fail("init")
        if self.where == "timer":
            door.after(1, self.fail, "timer")
        if self.where == "sync":
            door.sync(self.fail, "sync")

    def fail(self, where):
        if where == self.where and self.door.name == "n2":
            raise LookupError(f"in {where}")

    def on_message(self, source, message):
        self.fail("message")

    async def main(self):
        await self.door.sleep(0.5)
        self.fail("main")
        self.door.spawn(self.task)

    async def task(self):
        self.fail("task")


PLACES = ["init", "timer", "sync", "message", "main", "task"]


@pytest.mark.parametrize("place", PLACES)
def test_a_node_that_raises_ends_the_run_with_its_name_and_its_traceback(place):
    class Mine(Faulty):
        where = place

    async def main(cluster):
        client = await cluster.connect("n2", 0)
        with trio.move_on_after(3):
            await client.invoke("anything", None, None)
        raise AssertionError("the run went on")

    with pytest.raises(NodeError, match=f"node n2 raised LookupError: in {place}") as raised:
        run(main, Mine)
    assert raised.value.node == "n2"
    assert isinstance(raised.value.__cause__, LookupError)
    assert "in fail" in "".join(traceback.format_exception(raised.value))


def test_a_node_that_raises_when_it_is_resumed_ends_the_run_not_the_nemesis():
    class Mine(Faulty):
        where = "message"

    async def main(cluster):
        client = await cluster.connect("n2", 0)
        cluster.hosts.pause("n2")
        with trio.move_on_after(1):
            await client.invoke("anything", None, None)
        cluster.hosts.resume("n2")
        resumed.append(True)
        await trio.sleep(1)

    resumed = []
    with pytest.raises(NodeError):
        run(main, Mine)
    assert resumed


def test_a_node_of_no_such_name_is_an_error():
    async def main(cluster):
        for fault in (cluster.hosts.crash, cluster.hosts.pause, cluster.clocks.reset):
            with pytest.raises(LookupError, match="there is no node n9; there are n1, n2, n3"):
                fault("n9")

    run(main, Echo, link=Link())
