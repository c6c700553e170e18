from __future__ import annotations

import itertools

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from checkers.linearizability import Register, check_linearizable
from checkers.verdict import Status
from histories import Outcome
from systems.lww import BATCH, GOSSIP_S, MAIL_S, Lww, Replica, Version
from systems.simulation.disk import Disk
from systems.simulation.luck import Luck
from systems.system import DefiniteError, Setting
from tests.register_runs import run_registers

LONG_S = 40 * GOSSIP_S  # enough for gossip to reach everybody, whomever it picks


def on_lww(scenario, *, nodes=5, bug=None):
    """What `await scenario(cluster, ask)` returns; `ask(node, f, key, value)` is one operation of a new client."""

    async def main(cluster):
        processes = itertools.count()

        async def ask(node, f, key=0, value=None):
            client = await cluster.connect(node, next(processes))
            return await client.invoke(f, key, value)

        return await scenario(cluster, ask)

    return Lww().deploy(Setting(nodes=nodes, bug=bug)).run(main)


def isolate(cluster, node):
    for other in cluster.nodes:
        if other != node:
            cluster.network.cut(node, other)
            cluster.network.cut(other, node)


def rejoin(cluster, node):
    for other in cluster.nodes:
        if other != node:
            cluster.network.mend(node, other)
            cluster.network.mend(other, node)


# ── What it promises ──


@pytest.mark.parametrize("nodes", [1, 2, 5])
def test_a_write_reaches_all_replicas(nodes):
    async def scenario(cluster, ask):
        await ask("n1", "write", 0, 7)
        await trio.sleep(MAIL_S + 0.05)
        return [await ask(node, "read") for node in cluster.nodes]

    assert on_lww(scenario, nodes=nodes) == [7] * nodes


def test_a_write_is_at_first_where_it_was_written_and_nowhere_else():
    async def scenario(cluster, ask):
        await ask("n1", "write", 0, 7)
        return await ask("n2", "read"), await ask("n1", "read")

    assert on_lww(scenario) == (None, 7)


def test_an_acknowledged_write_survives_a_crash():
    async def scenario(cluster, ask):
        await ask("n1", "write", 0, 7)
        cluster.hosts.crash("n1")
        cluster.hosts.restart("n1")
        await trio.sleep(LONG_S)
        return [await ask(node, "read") for node in cluster.nodes]

    assert on_lww(scenario) == [7] * 5


async def both_sides_of_a_partition(cluster, ask):
    isolate(cluster, "n1")
    await ask("n1", "write", 0, "alone")
    await ask("n2", "write", 1, "together")
    await trio.sleep(LONG_S)
    before = [await ask("n1", "read", 1), await ask("n2", "read", 0)]
    rejoin(cluster, "n1")
    await trio.sleep(LONG_S)
    return before, [await ask("n1", "read", 1), await ask("n2", "read", 0)]


def test_what_a_partition_held_back_arrives_after_it():
    assert on_lww(both_sides_of_a_partition) == ([None, None], ["together", "alone"])
    assert on_lww(both_sides_of_a_partition, bug="mail-only") == ([None, None], [None, None])


def test_a_replica_that_was_down_gets_all_it_missed_even_if_who_wrote_it_is_down():
    async def scenario(cluster, ask):
        cluster.hosts.crash("n1")
        for key in range(2 * BATCH):
            await ask("n2", "write", key, key)
        await trio.sleep(LONG_S)
        cluster.hosts.crash("n2")
        cluster.hosts.restart("n1")
        await trio.sleep(LONG_S)
        return [await ask("n1", "read", key) for key in range(0, 2 * BATCH, 100)]

    assert on_lww(scenario, nodes=3) == list(range(0, 2 * BATCH, 100))


async def writes_at_the_same_time(cluster, ask):
    """The clocks stand still, so both writes have the same milliseconds."""
    for node in cluster.nodes:
        cluster.clocks.skew(node, rate=0.0)
    await ask("n2", "write", 0, "n2's")
    await ask("n1", "write", 0, "n1's")
    for node in cluster.nodes:
        cluster.clocks.reset(node)
    await trio.sleep(LONG_S)
    return {await ask(node, "read") for node in cluster.nodes}


def test_of_two_writes_with_the_same_time_all_keep_the_same():
    assert on_lww(writes_at_the_same_time) == {"n2's"}
    assert on_lww(writes_at_the_same_time, bug="tie-by-arrival") == {"n1's", "n2's"}


class StillDoor:
    """A door behind which nothing happens."""

    name = "n1"
    peers = ()

    def __init__(self):
        self.disk = Disk()

    def luck(self):
        return Luck(0)


versions = st.builds(Version, st.integers(0, 3), st.sampled_from(["n1", "n2", "n3"]), st.integers(1, 3), st.just(0))


@given(st.lists(versions, min_size=1, max_size=8), st.integers(0, 2**64 - 1))
def test_the_order_in_which_versions_arrive_does_not_matter(arriving, key):
    arriving = [version._replace(value=version[:3]) for version in arriving]

    def kept(order):
        replica = Replica(StillDoor(), Setting())
        for version in order:
            replica._store("key", version)
        return replica.versions["key"]

    assert kept(arriving) == kept(Luck(key).shuffled(arriving)) == max(arriving)


@pytest.mark.parametrize("seed", range(3))
def test_replicas_converge_after_all_faults(seed, tmp_path):
    history, _ = run_registers(
        Lww(),
        tmp_path,
        seed=seed,
        nemesis=("partition", "clock", "crash", "pause"),
        nemesis_interval=1.5,
        time_limit=10.0,
    )
    healed = next(event.index for event in history.faults if event.f == "healed")
    final = [operation for operation in history if operation.index > healed]
    assert history.count(Outcome.OK) > 500
    assert {operation.node for operation in final} == {"n1", "n2", "n3", "n4", "n5"}
    assert len({(operation.key, operation.result) for operation in final}) == len(
        {operation.key for operation in final}
    )


# ── What it does not ──


def test_a_write_under_a_slow_clock_is_acknowledged_and_never_seen():
    async def scenario(cluster, ask):
        cluster.clocks.skew("n1", jump=5.0)
        await ask("n1", "write", 0, "fast")
        await trio.sleep(LONG_S)
        await ask("n2", "write", 0, "slow")
        return [await ask(node, "read") for node in cluster.nodes]

    assert on_lww(scenario) == ["fast"] * 5


def test_it_is_not_linearizable(tmp_path):
    history, _ = run_registers(Lww(), tmp_path, nemesis=("clock",), nemesis_interval=1.5, time_limit=5.0)
    assert check_linearizable(history, Register()).status("linearizable") is Status.VIOLATED


def test_it_does_not_compare_and_set():
    async def scenario(_, ask):
        with pytest.raises(DefiniteError, match="no cas"):
            await ask("n1", "cas", 0, [1, 2])

    on_lww(scenario)
