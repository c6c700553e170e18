"""What all databases with transactions have in common, whatever they claim."""

import itertools

import pytest
import trio

from systems.locking import LockingReadCommitted, LockingReadUncommitted, LockingRepeatableRead, LockingSerializable
from systems.mvcc import Mvcc
from systems.serializable import Serializable
from systems.simulation import Link
from systems.system import DefiniteError, IndefiniteError
from tests.hands import seated

SYSTEMS = (
    Mvcc,
    Serializable,
    LockingReadUncommitted,
    LockingReadCommitted,
    LockingRepeatableRead,
    LockingSerializable,
)
every_system = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)


X, Y = 1, 2


@every_system
def test_what_is_committed_at_one_node_is_read_at_every_other(system):
    async def play(table):
        await table.put({X: 1, Y: 2})
        return [(await table.get(X, node), await table.get(Y, node)) for node in table.cluster.nodes]

    assert seated(system, play) == [(1, 2)] * 5


@every_system
def test_a_transaction_sees_what_it_wrote_itself_and_an_aborted_one_leaves_nothing(system):
    async def play(table):
        await table.put({X: (1,)})
        hand = await table.hand()
        await hand.append(X, 2)
        await hand.append(X, 3)
        for key, value in ((7, "seven"), (5, "five"), (6, "six"), (6, None), (9, "nine")):
            await hand.write(key, value)
        seen = await hand.read(X), await hand.read(6), await hand.scan(5, 9)
        await hand.abort()
        return seen, await table.get(X), await table.get(5)

    assert seated(system, play) == (((1, 2, 3), None, ((5, "five"), (7, "seven"))), (1,), None)


@every_system
def test_a_scan_shows_the_rows_of_its_range_in_order(system):
    async def play(table):
        await table.put({7: "g", 5: "e", 9: "i", 6: "f"})
        await table.put({6: None})
        return await (await table.hand()).begin(reads_only=True).scan(5, 9)

    assert seated(system, play) == ((5, "e"), (7, "g"))


@every_system
def test_what_is_committed_outlives_a_crash_of_all_nodes(system):
    async def play(table):
        await table.put({X: 1})
        hosts = table.cluster.hosts
        for action in (hosts.crash, hosts.restart):
            for node in table.cluster.nodes:
                action(node)
            await trio.sleep(2)
        return [await table.get(X, node) for node in table.cluster.nodes]

    assert seated(system, play) == [1] * 5


@every_system
@pytest.mark.parametrize("step", ["write", "commit"])
def test_a_node_that_crashes_takes_the_transactions_of_its_clients_with_it(system, step):
    async def play(table):
        caught = []
        for node in table.cluster.nodes:  # one of which leads
            hand = await table.hand(node)
            await hand.write(X, node)
            table.cluster.hosts.crash(node)
            await trio.sleep(1)
            table.cluster.hosts.restart(node)
            await trio.sleep(2)
            with pytest.raises((DefiniteError, IndefiniteError)) as error:
                await hand.step(step, Y, node)
            caught.append((error.type, await table.get(X), await table.get(Y)))
        return caught

    kind = IndefiniteError if step == "commit" else DefiniteError  # nobody knows whether a commit was granted before
    assert seated(system, play) == [(kind, None, None)] * 5


@every_system
def test_a_node_that_has_just_booted_serves_nobody_until_it_has_caught_up(system):
    async def play(table):
        await table.put({X: 1})
        hosts, seen = table.cluster.hosts, []
        hosts.crash("n2")
        await trio.sleep(1)
        await table.put({X: 2}, "n1")
        hosts.restart("n2")
        for _ in range(100):
            try:
                seen.append(await table.get(X, "n2"))
            except DefiniteError:
                await trio.sleep(0.01)
        return seen

    seen = seated(system, play)
    assert 0 < len(seen) < 100
    assert set(seen) == {2}


@every_system
def test_a_client_that_is_cut_off_knows_that_nothing_was_committed_as_long_as_it_did_not_ask(system):
    async def play(table):
        client = await table.cluster.connect("n1", 100)
        table.cluster.hosts.pause("n1")
        began = trio.current_time()
        with pytest.raises(DefiniteError, match="before the commit"):
            await client.invoke("txn", None, [("r", X, None), ("append", X, 1)])
        assert trio.current_time() - began < 1
        await trio.sleep(2)
        table.cluster.hosts.resume("n1")
        await trio.sleep(2)
        return await table.get(X)

    assert seated(system, play) is None


@every_system
def test_a_commit_that_is_not_answered_is_in_doubt(system):
    async def play(table):
        hand = await table.hand("n1")
        await hand.append(X, 1)
        network = table.cluster.network
        for node in table.cluster.nodes[1:]:
            network.cut("n1", node)
            network.cut(node, "n1")
        try:
            with trio.move_on_after(2) as patience:
                await hand.commit()
        except IndefiniteError:
            return True
        return patience.cancelled_caught

    assert seated(system, play)


@every_system
def test_copies_of_messages_change_nothing(system):
    async def play(table):
        done = []
        for source, target in itertools.permutations(table.cluster.nodes, 2):
            table.cluster.network.harm(source, target, Link(duplication=0.5, jitter=0.003))

        async def work(process):
            client = await table.cluster.connect(table.cluster.nodes[process % 5], 100 + process)
            table.cluster.network.harm(client.port.name, client.node, Link(duplication=0.5, jitter=0.003))
            table.cluster.network.harm(client.node, client.port.name, Link(duplication=0.5, jitter=0.003))
            for i in range(30):
                element = 1000 * process + i + 1
                try:
                    await client.invoke("txn", None, [("append", X, element), ("append", X + i % 3, -element)])
                except (DefiniteError, IndefiniteError):
                    continue
                done.append(element)

        async with trio.open_nursery() as nursery:
            for process in range(5):
                nursery.start_soon(work, process)
        await trio.sleep(1)
        return done, [await table.get(key) for key in (X, X + 1, X + 2)]

    done, lists = seated(system, play)
    there = [element for each in lists for element in each]
    assert len(there) == len(set(there))
    assert {*done, *(-element for element in done)} <= set(there)
    assert len(done) > 20


@every_system
def test_transactions_go_on_when_the_leader_dies(system):
    async def play(table):
        await table.put({X: 1})
        for node in table.cluster.nodes:
            table.cluster.hosts.crash(node)
            await trio.sleep(2)
            other = table.cluster.nodes[table.cluster.nodes.index(node) - 1]
            hand = await table.hand(other)
            await hand.write(X, node)
            await hand.commit()
            table.cluster.hosts.restart(node)
            await trio.sleep(2)
            assert await table.get(X, node) == node
        return table.cluster.statistics()

    assert seated(system, play)["leader-changes"] >= 2


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_every_seeded_bug_has_a_node_of_its_own(system):
    assert system.bugs.keys() == system.mistakes.keys()
