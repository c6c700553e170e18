import pytest
import trio

from systems.locking import (
    LockingReadCommitted,
    LockingReadUncommitted,
    LockingRepeatableRead,
    LockingSerializable,
)
from systems.system import DefiniteError
from tests.hands import seated, waits

X, Y = 1, 2
LEVELS = (LockingReadUncommitted, LockingReadCommitted, LockingRepeatableRead, LockingSerializable)


def by_level(*expected):
    """The four levels, each with what is expected of it."""
    names = [system.name.removeprefix("locking-") for system in LEVELS]
    return pytest.mark.parametrize(("system", "expected"), list(zip(LEVELS, expected, strict=True)), ids=names)


@by_level("dirty", "waits", "waits", "waits")
def test_reading_what_another_has_written_and_not_committed(system, expected):
    async def play(table):
        await table.put({X: "old"})
        writer, reader = await table.hand(), await table.hand()
        await writer.write(X, "dirty")
        if await waits(reader.read, X):
            return "waits"
        dirty = await (await table.hand()).read(X)
        await writer.abort()
        assert await (await table.hand()).read(X) == "old"
        return dirty

    assert seated(system, play) == expected


@by_level((1, 2), (1, 2), "the writer waits", "the writer waits")
def test_reading_a_key_twice_while_another_writes_it(system, expected):
    async def play(table):
        await table.put({X: 1})
        reader, writer = await table.hand(), await table.hand()
        first = await reader.read(X)
        if await waits(writer.write, X, 2):
            return "the writer waits"
        await writer.commit()
        return first, await reader.read(X)

    assert seated(system, play) == expected


@by_level(((), ((5, "new"),)), ((), ((5, "new"),)), ((), ((5, "new"),)), "the writer waits")
def test_scanning_a_range_twice_while_another_inserts_a_row(system, expected):
    async def play(table):
        reader, writer = await table.hand(), await table.hand()
        first = await reader.scan(0, 9)
        if await waits(writer.write, 5, "new"):
            return "the writer waits"
        await writer.commit()
        return first, await reader.scan(0, 9)

    assert seated(system, play) == expected


@by_level("gone", "gone", "the writer waits", "the writer waits")
def test_deleting_a_row_that_another_has_scanned(system, expected):
    async def play(table):
        await table.put({5: "row"})
        reader, writer = await table.hand(), await table.hand()
        assert await reader.scan(0, 9) == ((5, "row"),)
        if await waits(writer.write, 5, None):
            return "the writer waits"
        await writer.commit()
        return "gone" if await reader.scan(0, 9) == () else "still there"

    assert seated(system, play) == expected


@by_level("waits", "waits", "waits", "waits")
def test_writing_what_another_has_written_and_not_committed(system, expected):
    async def play(table):
        first, second = await table.hand(), await table.hand()
        await first.write(X, 1)
        return "waits" if await waits(second.write, X, 2) else "writes"

    assert seated(system, play) == expected


@pytest.mark.parametrize("system", LEVELS, ids=lambda system: system.name)
def test_who_waits_goes_on_when_the_other_is_done(system):
    async def play(table):
        first, second = await table.hand(), await table.hand()
        await first.append(X, "first")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(second.append, X, "second")
            await trio.sleep(0.1)
            await first.commit()
        await second.commit()
        await trio.sleep(0.2)
        return await table.get(X)

    assert seated(system, play) == ("first", "second")


def test_of_two_that_wait_for_each_other_one_is_aborted_at_once():
    async def play(table):
        first, second = await table.hand(), await table.hand()
        await first.write(X, 1)
        await second.write(Y, 1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(first.write, Y, 2)
            await trio.sleep(0.05)
            began = trio.current_time()
            with pytest.raises(DefiniteError, match="deadlock"):
                await second.write(X, 2)
            assert trio.current_time() - began < 0.05
        await first.commit()
        await trio.sleep(0.2)
        return await table.get(X), await table.get(Y)

    assert seated(LockingSerializable, play) == (1, 2)


def test_the_locks_of_a_client_that_is_silent_are_given_to_others():
    async def play(table):
        silent, patient = await table.hand(), await table.hand()
        await silent.write(X, "silent")
        began = trio.current_time()
        await patient.write(X, "patient")
        assert 1 < trio.current_time() - began < 2
        await patient.commit()
        with pytest.raises(DefiniteError):
            await silent.write(Y, "silent")

    seated(LockingSerializable, play)


def leader(table):
    """Where the locks are: the node that answers to a step even when it hears nobody."""
    return next(node for node, host in table.cluster._hosts.items() if host.node.committed.node == node)


async def cut(table, node, *, mend=False):
    network = table.cluster.network
    for other in table.cluster.nodes:
        if other != node:
            for link in ((node, other), (other, node)):
                (network.mend if mend else network.cut)(*link)


def deposed(bug=None):
    """What becomes of an append under locks of a node that was cut off, while others appended under new ones."""

    async def play(table):
        await table.put({X: (0,)})
        old = leader(table)
        late = await table.hand(old)
        await late.append(X, "late")
        await cut(table, old)
        await trio.sleep(0.3)
        new = next(node for node in table.cluster.nodes if node != old)
        for _ in range(20):
            early = await table.hand(new)
            try:
                await early.append(X, "early")
                await early.commit()
                break
            except DefiniteError:
                await trio.sleep(0.1)
        else:
            raise AssertionError("nobody took over")
        fate = []

        async def commit():
            try:
                await late.commit()
            except DefiniteError as error:
                fate.append(str(error))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(commit)
            await trio.sleep(0.1)
            await cut(table, old, mend=True)
        await trio.sleep(1)
        return fate, await table.get(X, new)

    return seated(LockingSerializable, play, bug=bug)


def test_locks_of_an_earlier_epoch_let_nobody_commit():
    fate, value = deposed()
    assert value == (0, "early")
    assert len(fate) == 1
    assert "taken over" in fate[0] or "another node" in fate[0]


def test_without_the_check_of_the_epoch_a_lost_lock_loses_an_update():
    assert deposed("unchecked-epoch") == ([], (0, "late"))


def test_what_was_read_under_locks_of_an_earlier_epoch_is_not_confirmed():
    async def play(table):
        await table.put({X: 1})
        old = leader(table)
        reader = (await table.hand(old)).begin(reads_only=True)
        assert await reader.read(X) == 1
        await cut(table, old)
        await trio.sleep(0.3)
        with pytest.raises(DefiniteError):
            await reader.commit()

    seated(LockingSerializable, play)


def test_when_locks_are_given_back_too_early_an_update_is_lost():
    async def play(table):
        first, second = await table.hand(), await table.hand()
        await first.append(X, "first")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(second.append, X, "second")
            await trio.sleep(0.05)
            await first.commit()
        await second.commit()
        await trio.sleep(0.2)
        return await table.get(X)

    assert seated(LockingSerializable, play, bug="early-unlock") == ("second",)
    assert seated(LockingSerializable, play) == ("first", "second")


def test_two_readers_that_both_write_are_a_deadlock_unless_upgrades_look_at_nobody():
    async def play(table):
        first, second = await table.hand(), await table.hand()
        for hand in (first, second):
            await hand.read(X)
        fates = []

        async def write(hand, value):
            try:
                await hand.append(X, value)
                await hand.commit()
            except DefiniteError:
                fates.append(value)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(write, first, "first")
            nursery.start_soon(write, second, "second")
        await trio.sleep(0.2)
        return len(fates), len(await table.get(X))

    assert seated(LockingRepeatableRead, play) == (1, 1)
    assert seated(LockingRepeatableRead, play, bug="shared-upgrade") == (0, 1)
