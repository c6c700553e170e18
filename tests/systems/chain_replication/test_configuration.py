import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.chain_replication.configuration import Admit, Configuration, Joined, Remove

NODES = ("n1", "n2", "n3")


@pytest.fixture
def configuration():
    return Configuration(NODES, lambda: None)


def test_a_removal_begins_an_epoch_and_the_next_in_the_row_takes_the_place(configuration):
    assert configuration.apply(Remove(1, "n1")) == ("ok", None)
    assert (configuration.epoch, configuration.chain, configuration.head) == (2, ("n2", "n3"), "n2")
    assert configuration.read(1)[0] == "fail"
    assert configuration.read(2)[0] == "ok"


def test_what_was_asked_for_in_an_earlier_epoch_is_refused(configuration):
    configuration.apply(Remove(1, "n1"))
    assert configuration.apply(Remove(1, "n2")) == ("fail", "epoch 1 is over")
    assert configuration.chain == ("n2", "n3")


def test_who_is_let_in_comes_last_and_has_not_everything(configuration):
    configuration.apply(Remove(1, "n1"))
    configuration.apply(Admit(2, "n1"))
    assert (configuration.chain, configuration.tail, configuration.whole) == (("n2", "n3", "n1"), "n1", ("n2", "n3"))


def test_nobody_comes_to_the_head_without_everything(configuration):
    for command in (Remove(1, "n1"), Remove(2, "n2"), Admit(3, "n1")):
        configuration.apply(command)
    assert configuration.apply(Remove(4, "n3")) == ("fail", "without n3 nobody has everything")
    assert configuration.apply(Joined(4, "n1")) == ("ok", None)
    assert configuration.apply(Remove(4, "n3")) == ("ok", None)
    assert configuration.chain == ("n1",)
    assert configuration.apply(Remove(5, "n1")) == ("fail", "without n1 nobody has everything")


COMMANDS = st.tuples(st.sampled_from((Remove, Admit, Joined)), st.integers(-1, 0), st.sampled_from(NODES))


@given(st.lists(COMMANDS, max_size=30))
def test_the_head_always_has_everything_and_nobody_stands_twice(asked):
    epochs = []
    configuration = Configuration(NODES, lambda: epochs.append(configuration.epoch))
    for kind, late, node in asked:
        configuration.apply(kind(configuration.epoch + late, node))
        assert configuration.head in configuration.whole
        assert len(set(configuration.chain)) == len(configuration.chain)
    assert epochs == list(range(2, configuration.epoch + 1))
