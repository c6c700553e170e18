from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from systems.consensus.messages import Entry
from systems.consensus.storage import ORIGIN, Storage
from systems.simulation.disk import Disk
from systems.simulation.luck import Luck

STEPS = st.one_of(
    st.tuples(st.just("merge"), st.integers(0, 6), st.integers(1, 3)),
    st.tuples(st.just("sync")),
    st.tuples(st.just("crash"), st.integers(0, 2**64 - 1)),
)


def entry(term):
    return Entry(term, "client", term, ("write", 0, term))


def crash(disk, key=0):
    disk.crash(Luck(key), torn=False)
    return Storage(disk)


def common(a, b):
    """How far two logs are the same."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


@given(st.lists(STEPS, max_size=30))
def test_a_crash_leaves_a_log_that_once_was_and_all_of_it_that_was_durable(steps):
    disk = Disk()
    storage, term, safe = Storage(disk), 0, [ORIGIN]
    logs = {(ORIGIN,)}
    for kind, *details in steps:
        if kind == "merge":
            previous, count = min(details[0], storage.last), details[1]
            term += 1
            storage.merge(previous, [entry(term)] * count)
            logs |= {tuple(storage.entries[:end]) for end in range(1, len(storage.entries) + 1)}
            safe = safe[: common(safe, storage.entries)]
        elif kind == "sync":
            disk.synced(disk.written)
            safe = list(storage.entries)
        else:
            storage = crash(disk, details[0])
            assert tuple(storage.entries) in logs
            assert storage.entries[: len(safe)] == safe
            safe = list(storage.entries)


@given(st.integers(0, 2**64 - 1), st.booleans())
def test_the_term_and_the_vote_are_there_together_or_not_at_all(key, synced):
    disk = Disk()
    storage = Storage(disk)
    storage.adopt(4, None)
    disk.synced(disk.written)
    storage.adopt(5, "n2")
    if synced:
        disk.synced(disk.written)
    storage = crash(disk, key)
    assert (storage.term, storage.vote) in ({(5, "n2")} if synced else {(4, None), (5, "n2")})


def test_entries_that_the_leader_has_as_well_stay():
    storage = Storage(Disk())
    storage.merge(0, [entry(1), entry(1), entry(1)])
    storage.merge(0, [entry(1)])
    assert storage.last == 3


def test_entries_that_conflict_go_with_all_that_follow_them():
    storage = Storage(Disk())
    storage.merge(0, [entry(1), entry(1), entry(1)])
    storage.merge(1, [entry(2)])
    assert storage.entries == [ORIGIN, entry(1), entry(2)]


def test_a_conflict_leaves_out_its_whole_term_but_nothing_below_the_floor():
    storage = Storage(Disk())
    storage.merge(0, [entry(1), entry(2), entry(2), entry(2)])
    assert storage.conflict(4, floor=0) == 1
    assert storage.conflict(4, floor=3) == 3
    assert storage.conflict(9, floor=0) == 4
