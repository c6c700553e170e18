from __future__ import annotations

from checkers.verdict import Anomaly
from harness.report.scene import scene_of
from histories import History, Operation, Outcome


def op(index, key=0, f="read", value=None):
    return Operation(
        index=index, end=index + 1, process=index, f=f, key=key, value=value, result=value, outcome=Outcome.OK,
        invoke_ns=index, end_ns=index + 1,
    )  # fmt: skip


def anomaly(*operations, key=None):
    return Anomaly(type="stale-read", operations=operations, explanation="", key=key)


def test_operations_are_numbered_in_the_order_of_the_explanation():
    history = History(operations=tuple(op(index) for index in range(0, 20, 2)))
    scene = scene_of(history, anomaly(8, 4, 8))
    assert scene.marks == {8: 1, 4: 2}
    assert [operation.index for operation in scene.marked] == [8, 4]


def test_the_nearest_operations_on_the_same_object_are_shown_and_the_rest_counted():
    history = History(operations=tuple(op(index, key=index % 4) for index in range(0, 200, 2)))
    scene = scene_of(history, anomaly(40, 160), most=6)
    assert [operation.index for operation in scene.operations] == [36, 40, 44, 156, 160, 164]
    assert all(operation.key == 0 for operation in scene.operations)
    assert scene.omitted == len(range(48, 156, 4))


def test_neighbours_of_a_transaction_touch_one_of_its_keys():
    near = op(2, key=None, f="txn", value=[["r", "x", 1]])
    own = op(4, key=None, f="txn", value=[["r", "x", 1], ["append", "y", 2]])
    far = op(6, key=None, f="txn", value=[["r", "z", 1]])
    odd = op(8, key=None, f="txn", value=7)
    scene = scene_of(History(operations=(near, own, far, odd)), anomaly(4))
    assert [operation.index for operation in scene.operations] == [2, 4]


def test_of_an_anomaly_with_hundreds_of_operations_the_first_are_shown():
    history = History(operations=tuple(op(index) for index in range(0, 900, 2)))
    scene = scene_of(history, anomaly(*range(0, 900, 2)), most=5)
    assert [operation.index for operation in scene.operations] == [0, 2, 4, 6, 8]


def test_indices_that_the_history_does_not_have_are_passed_over():
    history = History(operations=(op(0),))
    assert scene_of(history, anomaly(99)).operations == ()
    assert scene_of(history, anomaly(99, 0)).marks == {0: 1}
    assert scene_of(history, anomaly()).start_ns == 0
