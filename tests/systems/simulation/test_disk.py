from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.simulation import Luck
from systems.simulation.disk import Disk

keys, values = st.integers(0, 3), st.tuples(st.integers(), st.integers())
writes = st.lists(st.tuples(keys, st.none() | values))


def write_all(disk, some):
    for key, value in some:
        if value is None:
            disk.delete(key)
        else:
            disk.write(key, value)


@given(writes)
def test_what_is_written_is_read_at_once_and_what_was_synced_survives(synced):
    disk = Disk()
    write_all(disk, synced)
    expected = {key: value for key, value in dict(synced).items() if value is not None}
    assert dict(disk.items()) == expected
    disk.synced(disk.written)
    disk.crash(Luck.of(0), torn=True)
    assert dict(disk.items()) == expected


@given(writes, writes, st.integers())
def test_after_a_crash_some_of_the_later_writes_are_there_and_nothing_else(synced, later, seed):
    disk = Disk()
    write_all(disk, synced)
    disk.synced(disk.written)
    durable = dict(disk.items())
    write_all(disk, later)
    disk.crash(Luck.of(seed), torn=False)
    possible = {key: {durable.get(key)} | {value for k, value in later if k == key} for key in range(4)}
    assert all(disk.read(key) in possible[key] for key in range(4))


def test_each_write_is_lost_or_kept_whatever_becomes_of_the_others():
    seen = set()
    for seed in range(100):
        disk = Disk()
        for key in "abc":
            disk.write(key, 1)
        disk.crash(Luck.of(seed), torn=False)
        seen.add("".join(key for key, _ in disk.items()))
    assert seen == {"", "a", "b", "c", "ab", "ac", "bc", "abc"}


def test_a_sync_covers_what_was_written_before_it_began():
    disk = Disk()
    disk.write("before", 1)
    began = disk.written
    disk.write("after", 1)
    disk.synced(began)
    disk.synced(began)
    lucks = [Luck.of(seed) for seed in range(20)]
    disk.crash(next(luck for luck in lucks if not luck.child("kept", 0).coin(0.5)), torn=False)
    assert dict(disk.items()) == {"before": 1}
    assert disk.lost == 1


def test_a_sync_that_began_before_a_crash_makes_nothing_durable_after_it():
    disk = Disk()
    disk.write("lost", 1)
    began = disk.written
    disk.crash(Luck.of(0), torn=False)
    disk.write("new", 1)
    disk.synced(began)
    crashed = Luck.of(next(i for i in range(20) if not Luck.of(i).child("kept", 0).coin(0.5)))
    disk.crash(crashed, torn=False)
    assert disk.read("new") is None


@pytest.mark.parametrize(
    ("value", "left"), [((1, 2, 3, 4), (1, 2)), ("text", "te"), (b"text", b"te"), (17, None), (None, None)]
)
def test_the_last_write_that_is_lost_may_be_torn(value, left):
    disk = Disk()
    disk.write("key", "whole")
    disk.synced(disk.written)
    disk.write("key", value)
    crashed = Luck.of(next(i for i in range(20) if not Luck.of(i).child("kept", 0).coin(0.5)))
    disk.crash(crashed, torn=True)
    assert disk.read("key") == left


def test_a_delete_is_never_torn():
    disk = Disk()
    disk.write("key", "whole")
    disk.synced(disk.written)
    disk.delete("key")
    disk.crash(Luck.of(next(i for i in range(20) if not Luck.of(i).child("kept", 0).coin(0.5))), torn=True)
    assert disk.read("key") == "whole"


def test_what_is_not_a_value_is_refused():
    with pytest.raises(TypeError, match="unhashable"):
        Disk().write("key", [1])
