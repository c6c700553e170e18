"""The lock table: by examples, and against the rules that it must keep whatever is asked of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.transactions.locks import LockTable, Range


class Desk:
    """A lock table, and what was granted, in order."""

    def __init__(self):
        self.table = LockTable()
        self.granted = []

    def share(self, owner, item):
        return self._ask(owner, item, exclusive=False)

    def own(self, owner, item):
        return self._ask(owner, item, exclusive=True)

    def _ask(self, owner, item, *, exclusive):
        """ "granted", "waits" or "deadlock"."""
        name = (owner, item, exclusive)
        if not self.table.request(owner, item, lambda: self.granted.append(name), exclusive=exclusive):
            return "deadlock"
        return "granted" if name in self.granted else "waits"

    def leave(self, owner):
        """What is granted when this owner gives everything back."""
        before = len(self.granted)
        self.table.release_all(owner)
        return [owner for owner, _, _ in self.granted[before:]]


@pytest.fixture
def desk():
    return Desk()


def test_readers_share_a_key_and_a_writer_waits_for_all_of_them(desk):
    assert desk.share(1, "x") == desk.share(2, "x") == "granted"
    assert desk.own(3, "x") == "waits"
    assert desk.leave(1) == []
    assert desk.leave(2) == [3]


def test_readers_wait_for_a_writer_and_then_come_in_together(desk):
    assert desk.own(1, "x") == "granted"
    assert desk.share(2, "x") == desk.share(3, "x") == "waits"
    assert desk.leave(1) == [2, 3]


def test_a_reader_does_not_pass_a_writer_that_waits(desk):
    desk.share(1, "x")
    assert desk.own(2, "x") == "waits"
    assert desk.share(3, "x") == "waits"
    assert desk.leave(1) == [2]
    assert desk.leave(2) == [3]


def test_who_reads_may_write_when_the_other_readers_have_left_and_passes_those_that_wait(desk):
    desk.share(1, "x")
    desk.share(2, "x")
    assert desk.own(3, "x") == "waits"
    assert desk.own(1, "x") == "waits"
    assert desk.leave(2) == [1]
    assert desk.leave(1) == [3]


def test_a_lock_that_is_held_is_granted_again(desk):
    desk.own(1, "x")
    assert desk.share(1, "x") == desk.own(1, "x") == "granted"


def test_two_readers_that_both_want_to_write_are_a_deadlock(desk):
    desk.share(1, "x")
    desk.share(2, "x")
    assert desk.own(1, "x") == "waits"
    assert desk.own(2, "x") == "deadlock"
    assert desk.leave(2) == [1]


def test_a_deadlock_of_three_is_refused_to_the_one_that_closes_it(desk):
    for owner, item in ((1, "x"), (2, "y"), (3, "z")):
        desk.own(owner, item)
    assert desk.own(1, "y") == desk.own(2, "z") == "waits"
    assert desk.own(3, "x") == "deadlock"
    assert desk.leave(3) == [2]


def test_a_deadlock_may_go_through_one_that_only_waits_its_turn(desk):
    desk.share(1, "x")
    desk.own(2, "y")
    assert desk.own(3, "x") == "waits"
    assert desk.share(2, "x") == "waits"  # for 3, which waits for 1
    assert desk.own(1, "y") == "deadlock"


def test_nobody_writes_a_key_of_a_range_that_another_has_read_whether_it_exists_or_not(desk):
    assert desk.share(1, Range(3, 6)) == "granted"
    assert desk.own(2, 2) == "granted"
    assert desk.own(2, 6) == "granted"
    assert desk.own(2, 4) == "waits"
    assert desk.leave(1) == [2]


def test_a_range_waits_for_who_writes_in_it_and_not_for_who_reads(desk):
    desk.own(1, 4)
    desk.share(2, 5)
    assert desk.share(3, Range(5, 9)) == "granted"
    assert desk.share(4, Range(0, 9)) == "waits"
    assert desk.leave(1) == [4]


def test_who_has_a_range_locks_its_keys_before_those_that_wait_for_it(desk):
    desk.share(1, Range(0, 9))
    assert desk.own(2, 4) == "waits"
    assert desk.share(1, 4) == "granted"
    assert desk.own(1, 4) == "granted"


def test_a_shared_lock_can_be_given_back_early_and_an_exclusive_one_not(desk):
    desk.share(1, "x")
    desk.own(2, "x")
    desk.table.release(1, "x")
    assert desk.granted[-1] == (2, "x", True)
    with pytest.raises(ValueError, match="no shared lock"):
        desk.table.release(2, "x")


def test_a_range_cannot_be_written():
    with pytest.raises(ValueError, match="only keys are written"):
        LockTable().request(1, Range(0, 1), lambda: None, exclusive=True)


def test_who_leaves_waits_for_nothing_more(desk):
    desk.own(1, "x")
    desk.own(2, "x")
    assert desk.leave(2) == []
    assert desk.leave(1) == []


def test_what_is_granted_may_be_given_back_at_once(desk):
    table, order = desk.table, []

    def short(owner):
        table.release(owner, "x")
        order.append(owner)

    desk.own(1, "x")
    for owner in (2, 3, 4):
        assert table.request(owner, "x", lambda owner=owner: short(owner))
    desk.leave(1)
    assert order == [2, 3, 4]


ITEMS = st.integers(0, 3) | st.builds(Range, st.integers(0, 2), st.integers(2, 4))
STEPS = st.lists(st.tuples(st.integers(1, 4), st.none() | st.tuples(ITEMS, st.booleans())), max_size=40)


def conflicting(one, other):
    (owner, item, exclusive), (other_owner, other_item, other_exclusive) = one, other
    keys = [set(range(*each)) if isinstance(each, Range) else {each} for each in (item, other_item)]
    return owner != other_owner and (exclusive or other_exclusive) and bool(keys[0] & keys[1])


@given(STEPS)
def test_no_two_owners_ever_have_what_conflicts_and_nobody_waits_for_ever(steps):
    table, has, waits = LockTable(), [], {}

    def granted(lock):
        assert not any(conflicting(lock, other) for other in has)
        has.append(lock)
        waits.pop(lock[0], None)

    for owner, wish in steps:
        if wish is None:
            has[:] = [lock for lock in has if lock[0] != owner]
            waits.pop(owner, None)
            table.release_all(owner)
        elif owner not in waits:
            item, exclusive = wish[0], wish[1] and not isinstance(wish[0], Range)
            waits[owner] = lock = (owner, item, exclusive)
            if not table.request(owner, item, lambda lock=lock: granted(lock), exclusive=exclusive):
                waits.pop(owner)
    while waits:  # someone is never in the way of somebody who is in theirs
        free = [owner for owner in {lock[0] for lock in has} if owner not in waits]
        assert free, "all wait for each other"
        for owner in free:
            has[:] = [lock for lock in has if lock[0] != owner]
            table.release_all(owner)
