import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemesis.schedule import FAMILIES, draw, from_toml, to_toml
from systems.simulation.luck import Luck

NODES = ("n1", "n2", "n3", "n4", "n5")


def drawn(seed, families=tuple(FAMILIES), nodes=NODES, time_limit=60.0):
    return draw(families, nodes, Luck.of(seed, "nemesis"), interval=4.0, time_limit=time_limit)


@given(st.integers(0, 1000), st.integers(1, 9))
def test_a_schedule_is_data_that_survives_its_file(seed, count):
    faults = drawn(seed, nodes=tuple(f"n{i}" for i in range(count)))
    assert from_toml(to_toml(faults)) == faults


@given(st.integers(0, 1000))
def test_faults_of_a_family_follow_each_other_and_end_in_time(seed):
    faults = drawn(seed)
    for family in FAMILIES:
        own = [fault for fault in faults if fault.family == family]
        assert own
        assert all(a.end < b.start for a, b in itertools.pairwise(own))
        assert own[-1].end < 60.0


def test_the_faults_of_one_family_do_not_depend_on_the_others():
    alone = drawn(3, families=("clock",))
    among = [fault for fault in drawn(3) if fault.family == "clock"]
    assert list(alone) == among


def test_half_of_the_faults_are_aimed_at_the_leader_which_is_among_their_targets():
    faults = [fault for seed in range(20) for fault in drawn(seed)]
    aimed = [fault for fault in faults if fault.leader is not None]
    assert 0.4 < len(aimed) / len(faults) < 0.6
    assert all(fault.leader in fault.targets for fault in aimed)


@given(st.integers(0, 1000), st.permutations(NODES))
def test_a_fault_renamed_and_renamed_back_is_the_same(seed, others):
    there = dict(zip(NODES, others, strict=True))
    back = {b: a for a, b in there.items()}
    for fault in drawn(seed, time_limit=20.0):
        assert fault.renamed(there).renamed(back) == fault
        assert sorted(fault.renamed(there).targets) == sorted(there[node] for node in fault.targets)


def test_a_longer_run_has_the_same_faults_and_more():
    assert drawn(5, time_limit=30.0) == drawn(5, time_limit=60.0)[: len(drawn(5, time_limit=30.0))]


def test_a_fault_has_an_id_of_its_own():
    ids = [fault.id for fault in drawn(0)]
    assert len(ids) == len(set(ids))
    assert "partition-0" in ids


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("faults = 3 3", "expected TOML"),
        ("[[faults]]\nid = 'x'", "fault 1: expected a family, one of partition"),
        ("[[faults]]\nfamily = 'crash'\nid = 'x'\nstart = 1.0\nduration = 1.0", "fault 1: .*nodes"),
        (
            "[[faults]]\nfamily = 'crash'\nid = 'x'\nstart = -1.0\nduration = 1.0\nnodes = ['n1']",
            "fault 1: .*start",
        ),
        (
            "[[faults]]\nfamily = 'crash'\nid = 'x'\nstart = 1.0\nduration = 1.0\nnodes = ['n1']\nmode = 1",
            "fault 1: .*mode",
        ),
    ],
)
def test_a_schedule_that_cannot_be_says_which_fault_is_wrong(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        from_toml(text)
