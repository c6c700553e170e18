import pytest
import trio

from systems.mvcc import Mvcc
from systems.system import DefiniteError
from systems.transactions.snapshots import KEPT
from tests.hands import seated

X, Y = 1, 2


def test_reads_come_from_the_snapshot_whatever_is_committed_meanwhile():
    async def play(table):
        await table.put({X: 1, Y: 1})
        reader = await table.hand()
        before = await reader.read(X)
        await table.put({X: 2, Y: 2})
        return before, await reader.read(X), await reader.read(Y), await reader.scan(0, 9), await table.get(Y)

    assert seated(Mvcc, play) == (1, 1, 1, ((X, 1), (Y, 1)), 2)


def test_of_two_that_write_the_same_key_the_first_to_commit_wins():
    async def play(table):
        first, second = await table.hand(), await table.hand()
        await second.read(X)
        await first.read(X)
        await second.append(X, "second")
        await first.append(X, "first")
        await first.commit()
        with pytest.raises(DefiniteError, match="another transaction wrote key 1"):
            await second.commit()
        await trio.sleep(0.2)
        return await table.get(X)

    assert seated(Mvcc, play) == ("first",)


def test_write_skew_is_allowed():
    async def play(table):
        await table.put({X: "on call", Y: "on call"})
        alice, bob = await table.hand(), await table.hand()
        seen = [await hand.read(key) for hand in (alice, bob) for key in (X, Y)]
        await alice.write(X, "off")
        await bob.write(Y, "off")
        await alice.commit()
        await bob.commit()
        await trio.sleep(0.2)
        return seen, await table.get(X), await table.get(Y)

    assert seated(Mvcc, play) == (["on call"] * 4, "off", "off")


def test_a_node_that_is_cut_off_serves_the_past():
    async def play(table):
        await table.put({X: 1})
        for node in table.cluster.nodes[1:]:
            table.cluster.network.cut(node, "n1")
        await table.put({X: 2}, "n2")
        return await table.get(X, "n1"), await table.get(X, "n2")

    assert seated(Mvcc, play) == (1, 2)


def test_a_snapshot_from_before_the_horizon_is_refused():
    async def play(table):
        await table.put({X: 1})
        reader, writer = await table.hand("n1"), await table.hand("n1")
        await reader.read(X)
        for number in range(KEPT + 10):
            await writer.begin().write(Y, number)
            await writer.commit()
            if number % 100 == 0:
                assert await reader.read(X) == 1
        with pytest.raises(DefiniteError, match="too old"):
            await reader.read(X)

    seated(Mvcc, play, nodes=1)


def test_who_promised_to_read_only_may_not_write():
    async def play(table):
        hand = (await table.hand()).begin(reads_only=True)
        with pytest.raises(DefiniteError, match="read only"):
            await hand.write(X, 1)

    seated(Mvcc, play)


def test_without_the_conflict_check_an_update_is_lost():
    async def play(table):
        first, second = await table.hand(), await table.hand()
        await second.read(X)
        await first.append(X, "first")
        await second.append(X, "second")
        await first.commit()
        await second.commit()
        await trio.sleep(0.2)
        return await table.get(X)

    assert seated(Mvcc, play, bug="no-conflict-check") == ("second",)


@pytest.mark.parametrize(("bug", "seen"), [("newer-than-snapshot", (1, 2)), ("torn-commit", (2, 1)), (None, (1, 1))])
def test_what_a_mistake_about_visibility_shows(bug, seen):
    async def play(table):
        await table.put({X: 1})
        await table.put({Y: 1})
        if bug == "torn-commit":
            await table.put({X: 2, Y: 2})
            return await table.get(X), await table.get(Y)
        reader = await table.hand()
        before = await reader.read(X)
        await table.put({X: 2, Y: 2})
        return before, await reader.read(Y)

    assert seated(Mvcc, play, bug=bug) == seen
