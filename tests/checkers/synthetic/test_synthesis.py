from __future__ import annotations

from collections import Counter

import pytest

from checkers.models import Data
from checkers.synthetic import LEVELS, Shape, events, synthesize
from histories import EventType, Outcome


def micro_operations(history):
    return [op for operation in history for op in operation.known]


@pytest.mark.parametrize("level", LEVELS)
def test_the_same_shape_gives_the_same_history_and_another_seed_another(level):
    shape = Shape(level=level, transactions=200, seed=3)
    assert synthesize(shape) == synthesize(shape)
    assert synthesize(shape) != synthesize(Shape(level=level, transactions=200, seed=4))


def test_every_transaction_asked_for_is_there_and_ends():
    history = synthesize(Shape(transactions=500, fail=0.1, info=0.1))
    assert len(history) == 500
    assert all(operation.end is not None for operation in history)


def test_outcomes_come_in_the_parts_asked_for():
    history = synthesize(Shape(transactions=4000, fail=0.1, info=0.05))
    assert 300 <= history.count(Outcome.FAIL) <= 500
    assert 140 <= history.count(Outcome.INFO) <= 260
    assert synthesize(Shape(transactions=300, fail=0, info=0)).count(Outcome.OK) == 300


def test_a_process_ends_with_an_indeterminate_transaction():
    history = synthesize(Shape(transactions=1000, processes=5, info=0.1))
    last = {operation.process: operation for operation in history}
    assert all(last[operation.process] is operation for operation in history if operation.outcome is Outcome.INFO)


def test_processes_overlap():
    running, most = 0, 0
    for event in events(Shape(transactions=1000, processes=30)):
        running += 1 if event.type is EventType.INVOKE else -1
        most = max(most, running)
    assert 20 <= most <= 30


def test_transactions_have_four_operations_on_average():
    history = synthesize(Shape(transactions=4000, operations=4))
    assert 3.8 <= len(micro_operations(history)) / 4000 <= 4.2
    assert {len(operation.value) for operation in history} == {1, 2, 3, 4, 5, 6, 7}


def test_written_values_are_unique_and_keys_are_replaced():
    history = synthesize(Shape(transactions=3000, writes_per_key=20))
    written = [(key, value) for operation in history for f, key, value in operation.value if f == "append"]
    assert len(written) == len(set(written))
    assert max(Counter(key for key, _ in written).values()) == 20


def test_lists_grow_as_far_as_they_may():
    history = synthesize(Shape(transactions=5000, writes_per_key=60, fail=0, info=0))
    lengths = [len(value) for f, _, value in micro_operations(history) if f == "r" and value]
    assert 50 <= max(lengths) <= 60


def test_some_keys_are_asked_for_more_often():
    even = synthesize(Shape(transactions=2000, keys=5, skew=0, writes_per_key=10**6))
    skewed = synthesize(Shape(transactions=2000, keys=5, skew=2, writes_per_key=10**6))
    first = [Counter(op[1] for op in micro_operations(history))[0] for history in (even, skewed)]
    assert first[0] < 2000
    assert first[1] > 4000


def test_registers_are_written_and_read():
    history = synthesize(Shape(data=Data.RW_REGISTER, transactions=500))
    assert {f for f, _, _ in micro_operations(history)} == {"r", "w"}
    assert not any(isinstance(value, list) for _, _, value in micro_operations(history))


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"level": "update-serializable"}, "expected a level that can be synthesized"),
        ({"level": "serialisable"}, "did you mean serializable"),
        ({"data": Data.PREDICATE}, "data"),
        ({"transactions": 0}, "transactions"),
        ({"fail": 1.5}, "expected fail to be a part of 1"),
    ],
)
def test_a_shape_that_makes_no_sense_is_refused(wrong, problem):
    with pytest.raises((ValueError, LookupError)) as caught:
        Shape(**wrong)
    assert problem in str(caught.value)


def test_a_level_may_be_called_by_an_alias():
    assert Shape(level="PSI").level == "parallel-snapshot-isolation"
