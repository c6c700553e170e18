from __future__ import annotations

import pytest

from checkers.models import ANOMALIES, Data, refuted_by
from checkers.synthetic import Shape, plant, plantable, synthesize
from histories.notation import parse
from tests.oracles.isolation import satisfied

KINDS = (Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE)
PAIRS = [(anomaly, data) for data in KINDS for anomaly in plantable(data)]
EXAMPLES = list({(ANOMALIES[anomaly].example, data): (anomaly, data) for anomaly, data in PAIRS}.values())


def host(data, transactions, seed):
    """A strict-serializable history of few transactions."""
    written = Data.RW_REGISTER if data is Data.PREDICATE else data
    return synthesize(
        Shape(data=written, transactions=transactions, processes=2, operations=2, keys=1, info=0.2, seed=seed)
    )


def planted_satisfies_what_the_example_does(anomaly, data, transactions, seed):
    alone = plant(parse(""), anomaly, data=data).history
    planted = plant(host(data, max(1, transactions - len(alone)), seed), anomaly, data=data, seed=seed)
    assert satisfied(planted.history) == satisfied(alone), seed


@pytest.mark.parametrize(("anomaly", "data"), EXAMPLES)
def test_what_a_history_satisfies_with_an_anomaly_planted_is_what_the_example_satisfies(anomaly, data):
    planted_satisfies_what_the_example_does(anomaly, data, 4, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("anomaly", "data"), EXAMPLES)
def test_the_same_in_larger_histories(anomaly, data):
    for seed in range(2):
        planted_satisfies_what_the_example_does(anomaly, data, 5, seed)


@pytest.mark.parametrize(("anomaly", "data"), PAIRS)
def test_a_planted_anomaly_refutes_what_the_tables_say(anomaly, data):
    assert satisfied(plant(parse(""), anomaly, data=data).history).isdisjoint(refuted_by(anomaly, data=data))


def test_almost_every_anomaly_of_transactions_can_be_planted_into_lists():
    missing = {name for name, kind in ANOMALIES.items() if Data.LIST_APPEND in kind.data} - {
        *plantable(Data.LIST_APPEND)
    }
    assert missing == {"G2"}


def test_what_registers_do_not_show_cannot_be_planted():
    with pytest.raises(ValueError, match="expected an anomaly that rw-register can show"):
        plant(parse("w(x,1)"), "G0", data=Data.RW_REGISTER)


def test_the_transactions_that_show_it_are_named():
    history = synthesize(Shape(transactions=50, seed=1))
    planted = plant(history, "lost-update", data=Data.LIST_APPEND, seed=2)
    first, second = (planted.history.by_index[index] for index in planted.operations)
    key = first.value[0][1]
    assert first.result == [["r", key, None], ["append", key, 1]]
    assert second.result == [["r", key, None], ["append", key, 2]]
    assert len(planted.history) == 52
    assert planted.anomaly == "lost-update"


def test_the_rest_of_the_history_is_as_it_was():
    history = synthesize(Shape(transactions=50, info=0.1, fail=0.1, seed=1))
    planted = plant(history, "G2-item", data=Data.LIST_APPEND, seed=2)
    rest = [operation for operation in planted.history if operation.index not in planted.operations]
    assert [(o.process, o.value, o.result, o.outcome) for o in rest] == [
        (o.process, o.value, o.result, o.outcome) for o in history
    ]


def test_the_seed_says_where():
    history = synthesize(Shape(transactions=50, seed=1))
    places = {plant(history, "G1a", data=Data.LIST_APPEND, seed=seed).operations for seed in range(10)}
    assert len(places) > 5
    assert plant(history, "G1a", data=Data.LIST_APPEND, seed=3) == plant(history, "G1a", data=Data.LIST_APPEND, seed=3)


def test_keys_that_are_no_numbers_stay_apart_from_those_of_the_anomaly():
    planted = plant(parse("a(x,1) a(y,2)"), "long-fork", data=Data.LIST_APPEND)
    keys = [{op[1] for op in operation.value} for operation in planted.history]
    assert sum({"x", "y"} <= some for some in keys) == 1
    assert len(set.union(*keys)) == 4
