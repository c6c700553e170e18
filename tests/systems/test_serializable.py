import trio

from systems.serializable import SAFE_S, Serializable
from systems.system import DefiniteError
from tests.hands import seated

X, Y, Z = 1, 2, 3


async def outcome(hand):
    """Whether it may commit."""
    try:
        await hand.commit()
    except DefiniteError:
        return "refused"
    return "committed"


def write_skew(bug=None):
    async def play(table):
        await table.put({X: "on call", Y: "on call"})
        alice, bob = await table.hand(), await table.hand()
        for hand in (alice, bob):
            await hand.read(X)
            await hand.read(Y)
        await alice.write(X, "off")
        await bob.write(Y, "off")
        return await outcome(alice), await outcome(bob)

    return seated(Serializable, play, bug=bug)


def test_write_skew_is_refused():
    assert write_skew() == ("committed", "refused")


def test_write_skew_is_missed_when_reads_are_forgotten():
    assert write_skew("forgotten-reads") == ("committed", "committed")


def phantom(bug=None):
    async def play(table):
        first, second = await table.hand(), await table.hand()
        assert await first.scan(10, 20) == await second.scan(10, 20) == ()
        await first.write(11, "first")
        await second.write(12, "second")
        return await outcome(first), await outcome(second)

    return seated(Serializable, play, bug=bug)


def test_two_that_each_found_a_range_empty_do_not_both_fill_it():
    assert phantom() == ("committed", "refused")


def test_the_phantom_is_missed_when_only_rows_count_as_read():
    assert phantom("rows-for-ranges") == ("committed", "committed")


def test_an_old_read_alone_harms_nobody():
    async def play(table):
        reader, writer = await table.hand(), await table.hand()
        await reader.read(X)
        await writer.write(X, 1)
        await writer.commit()
        await trio.sleep(0.2)
        await reader.write(Y, 1)
        return await outcome(reader)

    async def quickly(table):
        reader, writer = await table.hand("n1"), await table.hand("n1")
        await reader.read(X)
        await writer.write(X, 1)
        await writer.commit()
        await reader.write(Y, 1)
        return await outcome(reader)

    assert seated(Serializable, quickly) == "committed"
    assert seated(Serializable, play) == "refused"  # since what was committed then was declared a safe snapshot


def test_transactions_that_only_read_see_a_snapshot_that_was_declared_safe():
    async def play(table):
        hand = await table.hand("n1")
        await hand.write(X, 1)
        await hand.commit()
        at_once = await table.get(X, "n1")
        await trio.sleep(4 * SAFE_S)
        return at_once, await table.get(X, "n1")

    assert seated(Serializable, play) == (None, 1)


def read_only_anomaly(bug=None):
    """What a report sees between a deposit and a withdrawal that saw no deposit (Fekete, O'Neil, O'Neil 2004)."""

    async def play(table):
        await table.put({X: 0, Y: 0})
        withdrawal, deposit, report = [await table.hand("n1") for _ in range(3)]
        assert await withdrawal.read(X) == await withdrawal.read(Y) == 0
        await deposit.read(Y)
        await deposit.write(Y, 20)
        await deposit.commit()
        report.begin(reads_only=True)
        seen = await report.read(X), await report.read(Y)
        await report.commit()
        await withdrawal.write(X, -11)
        return seen, await outcome(withdrawal)

    return seated(Serializable, play, bug=bug)


def test_a_report_sees_nothing_that_no_serial_order_has():
    assert read_only_anomaly() == ((0, 0), "committed")


def test_a_report_on_an_unsafe_snapshot_sees_what_no_serial_order_has():
    assert read_only_anomaly("unsafe-read-only") == ((0, 20), "committed")


def test_of_three_in_a_row_the_last_to_commit_is_refused_when_the_end_of_the_row_was_first():
    async def play(table):
        first, pivot, end = [await table.hand("n1") for _ in range(3)]
        await first.read(X)
        await pivot.read(Y)
        await end.write(Y, 1)
        await pivot.write(X, 1)
        await first.write(Z, 1)
        return await outcome(end), await outcome(pivot), await outcome(first)

    assert seated(Serializable, play) == ("committed", "committed", "refused")


def test_of_three_in_a_row_all_commit_when_the_end_of_the_row_was_not_the_first():
    async def play(table):
        first, pivot, end = [await table.hand("n1") for _ in range(3)]
        await first.read(X)
        await pivot.read(Y)
        await end.write(Y, 1)
        await pivot.write(X, 1)
        await first.write(Z, 1)
        return await outcome(first), await outcome(pivot), await outcome(end)

    assert seated(Serializable, play) == ("committed", "committed", "committed")
