import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemesis.partition import SHAPES, Partition, majorities_ring
from systems.simulation.luck import Luck


def nodes(count):
    return tuple(f"n{i}" for i in range(count))


@given(st.integers(1, 25), st.sampled_from(list(SHAPES)))
def test_no_node_is_cut_from_itself_and_no_link_twice(count, shape):
    cuts = SHAPES[shape](nodes(count))
    assert all(a != b for a, b in cuts)
    assert len(cuts) == len(set(cuts))


@given(st.integers(3, 25))
def test_in_a_ring_of_majorities_each_sees_a_majority_and_no_two_the_same(count):
    cuts = set(majorities_ring(nodes(count)))
    views = [frozenset(b for b in nodes(count) if (a, b) not in cuts) for a in nodes(count)]
    assert all(len(view) > count / 2 for view in views)
    assert len(set(views)) == (count if cuts else 1)


@pytest.mark.parametrize("shape", ["halves", "one"])
def test_a_cut_between_groups_works_both_ways(shape):
    cuts = set(SHAPES[shape](nodes(5)))
    assert cuts == {(b, a) for a, b in cuts}
    assert cuts


@pytest.mark.parametrize("shape", ["mute", "deaf"])
def test_a_cut_of_one_direction_leaves_the_other(shape):
    cuts = set(SHAPES[shape](nodes(5)))
    assert cuts
    assert not cuts & {(b, a) for a, b in cuts}


def partition(shape):
    return Partition(id="p", start=0, duration=1, shape=shape, cuts=SHAPES[shape](nodes(5)))


def test_the_summary_names_the_groups():
    assert partition("halves").summary == "halves: n0 n1 | n2 n3 n4"
    assert partition("one").summary == "one: n0 | n1 n2 n3 n4"
    assert partition("mute").summary == "mute: n2 n3 n4 do not hear n0 n1"
    assert partition("deaf").summary == "deaf: n0 n1 do not hear n2 n3 n4"


def test_renamed_it_cuts_off_another_node():
    other = partition("one").renamed({"n0": "n3", "n3": "n0"})
    assert other.summary == "one: n3 | n0 n1 n2 n4"
    assert other.targets == partition("one").targets


def test_every_shape_is_drawn():
    window = {"id": "p", "start": 0.0, "duration": 1.0}
    shapes = {Partition.draw(window, nodes(5), Luck.of(seed)).shape for seed in range(50)}
    assert shapes == set(SHAPES)
